//! Mail that is not taken, or not yet. The sender always hears why.

use std::env;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tests::identity::now;
use tests::message::plain;
use tests::smtp_client::{self, Client};

use crate::setting::{ALICE, Setting, ensure_protection, ensure_reply};

pub(crate) fn without_key(setting: &Setting) -> Result<()> {
    let to = "nokey@partner.test";
    setting.rule(to, "not_defined", "enforce_encryption")?;
    let mut client = Client::connect(&setting.places.relay_outbound)?;
    ensure_reply(&client.command(&format!("MAIL FROM:<{ALICE}>"))?, 250, "")?;
    let reply = client.command(&format!("RCPT TO:<{to}>"))?;
    ensure_reply(&reply, 550, "5.7.")?;
    let item = setting.listed(to, "refused")?;
    setting.trace(&item).map(drop)
}

pub(crate) fn plain_under_force(setting: &Setting) -> Result<()> {
    let from = "plain@partner.test";
    setting.rule(from, "force_decryption", "not_defined")?;
    let message = plain(from, ALICE, "Plain", "In clear.", now());
    let before = setting.inside.len();
    ensure_reply(&setting.receive(from, ALICE, &message)?, 550, "5.7.")?;
    ensure!(
        setting.inside.len() == before,
        "it was delivered all the same"
    );
    let item = setting.listed(from, "refused")?;
    setting.trace(&item).map(drop)
}

pub(crate) fn unknown_sender(setting: &Setting) -> Result<()> {
    let message = plain(
        "eve@stranger.test",
        "victim@else.test",
        "Relay",
        "Please.",
        now(),
    );
    let reply = setting.send("eve@stranger.test", "victim@else.test", &message)?;
    ensure_reply(&reply, 550, "5.7.1")?;
    let reply = setting.receive("eve@stranger.test", "victim@else.test", &message)?;
    ensure_reply(&reply, 550, "5.7.1")
}

pub(crate) fn oversized(setting: &Setting) -> Result<()> {
    let mut client = Client::connect(&setting.places.relay_outbound)?;
    let declared = client.command(&format!("MAIL FROM:<{ALICE}> SIZE=27000000"))?;
    ensure_reply(&declared, 552, "5.3.4")?;

    // Undeclared, it is found out while it comes.
    let line = format!("{}\r\n", "x".repeat(998));
    let mut message = plain(ALICE, "big@elsewhere.test", "Big", "", now());
    message.extend(line.repeat(27_000).into_bytes());
    let mut client = Client::connect(&setting.places.relay_outbound)?;
    ensure_reply(&client.command(&format!("MAIL FROM:<{ALICE}>"))?, 250, "")?;
    ensure_reply(&client.command("RCPT TO:<big@elsewhere.test>")?, 250, "")?;
    ensure_reply(&client.command("DATA")?, 354, "")?;
    ensure_reply(&client.message(&message)?, 552, "5.3.4")
}

pub(crate) fn malformed(setting: &Setting) -> Result<()> {
    let cases: [(&str, &[u8]); 4] = [
        (
            "octets",
            b"\x00\xff\xfe no header at all \x80\r\n\r\n\x01\x02\r\n",
        ),
        (
            "boundary",
            b"From: x\r\nContent-Type: multipart/mixed\r\n\r\nno parts\r\n",
        ),
        (
            "encoding",
            b"From: <a@b>\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!\r\n",
        ),
        ("empty", b"\r\n"),
    ];
    for (name, message) in cases {
        let from = format!("malformed.{name}@partner.test");
        let reply = setting.receive(&from, ALICE, message)?;
        let outcome = match reply.code {
            250 => "delivered",
            550 | 554 => "refused",
            _ => bail!("{name}: {reply:?}"),
        };
        setting
            .listed(&from, outcome)
            .with_context(|| name.to_owned())?;
    }
    Ok(())
}

pub(crate) fn broken_cms(setting: &Setting) -> Result<()> {
    let head = "From: x@partner.test\r\nTo: alice@acme.test\r\nMIME-Version: 1.0\r\n\
                Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\
                Content-Transfer-Encoding: base64\r\n\r\n";
    let message = format!("{head}MIIBAAYJKoZIhvcNAQcDoIID\r\n");
    let from = "broken@partner.test";
    // By default what cannot be opened is delivered as it is.
    ensure_reply(&setting.receive(from, ALICE, message.as_bytes())?, 250, "")?;
    ensure_protection(&setting.listed(from, "delivered")?, &["still_encrypted"])?;

    let from = "broken-always@partner.test";
    setting.rule(from, "always_decrypt", "not_defined")?;
    ensure_reply(&setting.receive(from, ALICE, message.as_bytes())?, 550, "")?;
    setting.listed(from, "refused").map(drop)
}

pub(crate) fn next_hop_is_busy(setting: &Setting) -> Result<()> {
    let to = "busy@elsewhere.test";
    let message = plain(ALICE, to, "Busy", "Later.", now());
    setting.outside.refuse(Some("451 4.3.2 busy"));
    let reply = setting.send(ALICE, to, &message);
    setting.outside.refuse(None);
    ensure_reply(&reply?, 451, "")?;
    setting.listed(to, "failed")?;
    ensure_reply(&setting.send(ALICE, to, &message)?, 250, "")?;
    setting.listed(to, "delivered").map(drop)
}

pub(crate) fn next_hop_refuses(setting: &Setting) -> Result<()> {
    let to = "unwanted@elsewhere.test";
    let message = plain(ALICE, to, "Unwanted", "Never.", now());
    setting.outside.refuse(Some("554 5.7.1 not wanted"));
    let reply = setting.send(ALICE, to, &message);
    setting.outside.refuse(None);
    ensure_reply(&reply?, 554, "not wanted")
}

pub(crate) fn edge_is_down(setting: &Setting) -> Result<()> {
    // A port that was free a moment ago, where nobody listens.
    let nobody = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let listener = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let _relay = Relay::start(setting, &listener.to_string(), &format!("http://{nobody}"))?;
    let message = plain(ALICE, "late@elsewhere.test", "Late", "Later.", now());
    let reply = smtp_client::send(
        &listener.to_string(),
        ALICE,
        "late@elsewhere.test",
        &message,
    )?;
    ensure_reply(&reply, 451, "")
}

/// A relay of its own, ended by drop.
struct Relay(Child);

impl Relay {
    fn start(setting: &Setting, outbound: &str, edge: &str) -> Result<Self> {
        let program = PathBuf::from(env::var_os("SEALGATE_XTASK").context("SEALGATE_XTASK")?);
        let child = Command::new(program.with_file_name("sealgate"))
            .args(["relay", "--outbound", outbound, "--edge", edge])
            .args(["--next-hop-outbound", &setting.places.next_hop_outbound])
            .args(["--next-hop-inbound", &setting.places.next_hop_inbound])
            .env("SEALGATE_TOKEN", setting.ready("token")?)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let relay = Self(child);
        for _ in 0..100 {
            if Client::connect(outbound).is_ok() {
                return Ok(relay);
            }
            sleep(Duration::from_millis(50));
        }
        bail!("the relay does not answer")
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
