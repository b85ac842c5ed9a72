//! Mail that leaves.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use tests::identity::now;
use tests::message::plain;
use tests::smtp_client::Client;

use crate::openssl::{openssl, self_signed};
use crate::setting::{ALICE, CAROL, Setting, ensure_protection, ensure_reply};

/// 7-bit, so that nothing has to be encoded; a line that SMTP stuffs, and blanks at a line's end.
const BODY: &str = "\r\n.A line that begins with a dot.\r\nBlanks at the end:  \r\nEnd.\r\n";

pub(crate) fn is_opened_by_openssl(setting: &Setting) -> Result<()> {
    let (folder, to) = (setting.folder(), "bob@partner.test");
    self_signed(folder, "bob", to)?;
    let certificate = fs::read_to_string(folder.join("bob.pem"))?;
    setting.api.post_pem("/partners", &certificate)?;
    let rule = setting.rule(to, "not_defined", "enforce_encryption")?;

    let fields =
        "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n";
    let message = format!(
        "From: Alice <{ALICE}>\r\nTo: {to}\r\nSubject: Enforced\r\nMessage-ID: <enforced@acme.test>\r\n\
         MIME-Version: 1.0\r\n{fields}\r\n{BODY}"
    );
    ensure_reply(&setting.send(ALICE, to, message.as_bytes())?, 250, "")?;

    let arrival = setting.outside.wait_for_id("<enforced@acme.test>")?;
    ensure!(
        arrival.from == ALICE && arrival.to == [to],
        "envelope {arrival:?}"
    );
    let outer = arrival.text();
    ensure!(
        outer.contains("Subject: Enforced\r\n"),
        "the subject is gone: {outer}"
    );
    ensure!(
        !outer.contains("begins with a dot"),
        "the content is in clear: {outer}"
    );
    fs::write(folder.join("sent.eml"), &arrival.message)?;
    let decrypt = [
        "cms", "-decrypt", "-in", "sent.eml", "-inkey", "bob.key", "-recip", "bob.pem",
    ];
    openssl(folder, &[&decrypt[..], &["-out", "inner.eml"]].concat())?;
    let ca = setting.ready("ca_pem")?;
    openssl(
        folder,
        &[
            "cms",
            "-verify",
            "-in",
            "inner.eml",
            "-CAfile",
            ca,
            "-out",
            "content",
        ],
    )?;
    let content = String::from_utf8(fs::read(folder.join("content"))?)?;
    let (head, body) = content
        .split_once("\r\n\r\n")
        .context("no header in the content")?;
    ensure!(body == BODY, "the body is {body:?}");
    ensure!(
        format!("{head}\r\n").contains(fields),
        "the fields are {head:?}"
    );

    let item = setting.listed(to, "delivered")?;
    ensure_protection(&item, &["signed", "encrypted"])?;
    ensure!(
        item["rule"]["name"] == rule.as_str(),
        "decided by {}",
        item["rule"]
    );
    setting.trace(&item).map(drop)
}

pub(crate) fn is_signed_by_default(setting: &Setting) -> Result<()> {
    let (folder, to) = (setting.folder(), "dieter@elsewhere.test");
    let message = plain(ALICE, to, "Umlauts", "Grüße aus Köln, 8-bit.", now());
    ensure_reply(&setting.send(ALICE, to, &message)?, 250, "")?;
    let arrival = setting.outside.wait_for(|arrival| arrival.to == [to])?;
    fs::write(folder.join("default.eml"), &arrival.message)?;
    let ca = setting.ready("ca_pem")?;
    openssl(
        folder,
        &[
            "cms",
            "-verify",
            "-in",
            "default.eml",
            "-CAfile",
            ca,
            "-signer",
            "alice.pem",
            "-out",
            "signed",
        ],
    )?;
    ensure_protection(&setting.listed(to, "delivered")?, &["signed"])
}

pub(crate) fn is_unsigned_while_inactive(setting: &Setting) -> Result<()> {
    let to = "franz@elsewhere.test";
    let message = plain(CAROL, to, "Unsigned", "As it is.", now());
    ensure_reply(&setting.send(CAROL, to, &message)?, 250, "")?;
    let arrival = setting.outside.wait_for(|arrival| arrival.to == [to])?;
    ensure!(
        arrival.text().ends_with("\r\n\r\nAs it is.\r\n"),
        "{}",
        arrival.text()
    );
    ensure_protection(&setting.listed(to, "delivered")?, &[])
}

pub(crate) fn differs_by_recipient(setting: &Setting) -> Result<()> {
    let (folder, keyed, keyless) = (setting.folder(), "keyed@partner.test", "keyless@mixed.test");
    self_signed(folder, "keyed", keyed)?;
    let certificate = fs::read_to_string(folder.join("keyed.pem"))?;
    setting.api.post_pem("/partners", &certificate)?;
    setting.rule(keyed, "not_defined", "enforce_encryption")?;

    let message = plain(ALICE, keyed, "Both", "For both of you.", now());
    let mut client = Client::connect(&setting.places.relay_outbound)?;
    ensure_reply(
        &client.command(&format!("MAIL FROM:<{ALICE}> BODY=8BITMIME"))?,
        250,
        "",
    )?;
    for to in [keyed, keyless] {
        ensure_reply(&client.command(&format!("RCPT TO:<{to}>"))?, 250, "")?;
    }
    ensure_reply(&client.command("DATA")?, 354, "")?;
    ensure_reply(&client.message(&message)?, 250, "")?;

    let to_keyed = setting.outside.wait_for(|arrival| arrival.to == [keyed])?;
    let to_keyless = setting
        .outside
        .wait_for(|arrival| arrival.to == [keyless])?;
    if to_keyed.text().contains("For both of you.") {
        bail!("encrypted content is in clear");
    }
    ensure!(
        to_keyless.text().contains("For both of you."),
        "{}",
        to_keyless.text()
    );
    ensure_protection(
        &setting.listed(keyed, "delivered")?,
        &["signed", "encrypted"],
    )?;
    ensure_protection(&setting.listed(keyless, "delivered")?, &["signed"])
}
