//! Large messages that come all at once.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tests::at_once::at_once;
use tests::identity::now;
use tests::message::sized;
use tests::smtp_client::{Client, Reply};

use crate::inbound::sealed;
use crate::openssl::{Fields, self_signed};
use crate::processes::{self, Process};
use crate::setting::{ALICE, Setting, ensure_protection, ensure_reply};

/// What an isolate has for all its requests (128 MB).
const ISOLATE_OCTETS: usize = 128_000_000;

/// Sizes of the messages in MiB, each sent in both directions: more together than an isolate holds.
const SIZES: [usize; 5] = [23, 10, 10, 3, 3];

/// How long a mail server tries here.
const PATIENCE: Duration = Duration::from_mins(3);

/// Each is delivered at once or after the sender was told to come back, and in between the isolate
/// keeps to its memory.
pub(crate) fn keeps_within_an_isolate(setting: &Setting) -> Result<()> {
    let partner = "crowd@partner.test";
    self_signed(setting.folder(), "crowd", partner)?;
    let certificate = fs::read_to_string(setting.folder().join("crowd.pem"))?;
    setting.api.post_pem("/partners", &certificate)?;
    setting.rule(partner, "always_decrypt", "enforce_encryption")?;

    let alice = setting.api.active_certificate(ALICE)?;
    let mut mails = Vec::new();
    for (number, size) in SIZES.into_iter().enumerate() {
        let octets = size << 20;
        let subject = &format!("crowd-{number}");
        mails.push(Mail {
            is_outbound: true,
            message: sized(ALICE, partner, subject, octets, now()),
        });
        // In base64 it is as large as the other.
        let text = sized(partner, ALICE, subject, octets / 4 * 3, now());
        let fields = Fields {
            from: partner,
            to: ALICE,
            subject,
        };
        let text = String::from_utf8(text)?;
        mails.push(Mail {
            is_outbound: false,
            message: sealed(setting, &alice, "-aes-256-cbc", &fields, &text)?,
        });
    }
    let (outside, inside) = (setting.outside.len(), setting.inside.len());
    at_once(mails.iter().map(|mail| || mail.deliver(setting, partner)))?;
    ensure!(
        setting.outside.len() - outside == SIZES.len(),
        "not all mail went out"
    );
    ensure!(
        setting.inside.len() - inside == SIZES.len(),
        "not all mail came in"
    );

    let processes = processes::naming(&setting.state())?;
    // Wrangler has some, too, but less.
    let octets = processes.iter().filter_map(Process::wasm_octets).max();
    let octets = octets.context("no memory of Wasm")?;
    ensure!(
        octets < ISOLATE_OCTETS,
        "Wasm's memory has grown to {octets} octets"
    );
    Ok(())
}

/// A large mail to a recipient who gets it encrypted, another who gets it signed, and a hidden one: three
/// copies that are too large together, in an isolate that has nothing else to do.
pub(crate) fn takes_a_large_mail_to_several(setting: &Setting) -> Result<()> {
    let (keyed, hidden, keyless) = (
        "large-keyed@partner.test",
        "large-hidden@partner.test",
        "large@elsewhere.test",
    );
    for (name, to) in [("large-keyed", keyed), ("large-hidden", hidden)] {
        self_signed(setting.folder(), name, to)?;
        let certificate = fs::read_to_string(setting.folder().join(format!("{name}.pem")))?;
        setting.api.post_pem("/partners", &certificate)?;
        setting.rule(to, "not_defined", "enforce_encryption")?;
    }
    let message = sized(ALICE, keyed, "large-to-several", 18 << 20, now());
    let mut client = Client::connect(&setting.places.relay_outbound)?;
    let from = format!("MAIL FROM:<{ALICE}> BODY=8BITMIME");
    ensure_reply(&client.command(&from)?, 250, "")?;
    for to in [keyed, hidden, keyless] {
        ensure_reply(&client.command(&format!("RCPT TO:<{to}>"))?, 250, "")?;
    }
    ensure_reply(&client.command("DATA")?, 354, "")?;
    ensure_reply(&client.message(&message)?, 250, "")?;
    for (to, protection) in [
        (keyed, &["signed", "encrypted"][..]),
        (hidden, &["signed", "encrypted"]),
        (keyless, &["signed"]),
    ] {
        setting.outside.wait_for(|arrival| arrival.to == [to])?;
        ensure_protection(&setting.listed(to, "delivered")?, protection)?;
    }
    Ok(())
}

struct Mail {
    is_outbound: bool,
    message: Vec<u8>,
}

impl Mail {
    /// Sends it as mail servers do: again and again while it is put off.
    fn deliver(&self, setting: &Setting, partner: &str) -> Result<()> {
        let start = Instant::now();
        loop {
            let reply = self.send(setting, partner)?;
            if reply.is_positive() {
                return Ok(());
            }
            ensure!(reply.code == 451, "{reply:?}");
            ensure!(start.elapsed() < PATIENCE, "still {reply:?}");
            sleep(Duration::from_millis(200));
        }
    }

    fn send(&self, setting: &Setting, partner: &str) -> Result<Reply> {
        if self.is_outbound {
            setting.send(ALICE, partner, &self.message)
        } else {
            setting.receive(partner, ALICE, &self.message)
        }
    }
}
