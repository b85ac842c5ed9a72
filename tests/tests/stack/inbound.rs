//! Mail that comes in.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::identity::now;
use tests::message::plain;

use crate::openssl::{certified, openssl};
use crate::setting::{ALICE, Setting, ensure_protection, ensure_reply};

pub(crate) fn is_harvested(setting: &Setting) -> Result<()> {
    let from = "greta@partner.test";
    let signed = signed(setting, "greta", from, "Harvest", "Learn my key.")?;
    ensure_reply(&setting.receive(from, ALICE, &signed)?, 250, "")?;
    let arrival = setting.inside.wait_for_id("<Harvest@partner.test>")?;
    ensure!(arrival.to == [ALICE], "envelope {arrival:?}");
    ensure_protection(&setting.listed(from, "delivered")?, &["verified"])?;

    let partner = setting.api.get(&format!("/partners?q={from}"))?["items"][0].clone();
    ensure!(partner["source"] == "harvested", "{partner}");
    ensure!(partner["trust"] == "trusted", "{partner}");

    setting.rule(from, "not_defined", "enforce_encryption")?;
    let answer = plain(
        ALICE,
        from,
        "Answer",
        "Encrypted, thanks to your mail.",
        now(),
    );
    ensure_reply(&setting.send(ALICE, from, &answer)?, 250, "")?;
    let arrival = setting.outside.wait_for(|arrival| arrival.to == [from])?;
    fs::write(setting.folder().join("answer.eml"), &arrival.message)?;
    openssl(
        setting.folder(),
        &[
            "cms",
            "-decrypt",
            "-in",
            "answer.eml",
            "-inkey",
            "greta.key",
            "-recip",
            "greta.pem",
            "-out",
            "answer",
        ],
    )
}

pub(crate) fn is_decrypted(setting: &Setting) -> Result<()> {
    for (name, cipher) in [("cbc", "-aes-256-cbc"), ("gcm", "-aes-256-gcm")] {
        let from = format!("heidi.{name}@partner.test");
        let encrypted = encrypted(setting, &from, name, cipher)?;
        ensure_reply(&setting.receive(&from, ALICE, &encrypted)?, 250, "")?;
        let arrival = setting
            .inside
            .wait_for_id(&format!("<{name}@partner.test>"))?;
        ensure!(arrival.text().contains("A secret."), "{}", arrival.text());
        ensure_protection(&setting.listed(&from, "delivered")?, &["decrypted"])?;
    }
    Ok(())
}

pub(crate) fn is_told_when_altered(setting: &Setting) -> Result<()> {
    let from = "ida@partner.test";
    let signed = signed(setting, "ida", from, "Altered", "Pay 100.")?;
    let altered = String::from_utf8(signed)?.replace("Pay 100.", "Pay 900.");
    ensure_reply(&setting.receive(from, ALICE, altered.as_bytes())?, 250, "")?;
    setting.inside.wait_for_id("<Altered@partner.test>")?;
    let item = setting.listed(from, "delivered")?;
    ensure_protection(&item, &["signature_bad"])?;
    ensure!(item["reason"] == "digest-mismatch", "{item}");
    let partners = setting.api.get(&format!("/partners?q={from}"))?;
    ensure!(
        partners["items"] == Value::Array(Vec::new()),
        "harvested {partners}"
    );
    Ok(())
}

pub(crate) fn comes_by_event(setting: &Setting) -> Result<()> {
    let from = "event@partner.test";
    let encrypted = encrypted(setting, from, "event", "-aes-256-cbc")?;
    let status = post_event(setting, from, ALICE, &encrypted)?;
    ensure!(status == 200, "the event answered {status}");
    let arrival = setting.inside.wait_for_id("<event@partner.test>")?;
    ensure!(
        arrival.from == from && arrival.to == [ALICE],
        "envelope {arrival:?}"
    );
    ensure!(arrival.text().contains("A secret."), "{}", arrival.text());
    ensure_protection(&setting.listed(from, "delivered")?, &["decrypted"])
}

pub(crate) fn is_refused_by_event(setting: &Setting) -> Result<()> {
    let from = "event-plain@partner.test";
    setting.rule(from, "force_decryption", "not_defined")?;
    let message = plain(from, ALICE, "Plain", "Not allowed.", now());
    let status = post_event(setting, from, ALICE, &message)?;
    ensure!(status == 400, "the event answered {status}");
    setting.listed(from, "refused").map(drop)
}

fn post_event(setting: &Setting, from: &str, to: &str, message: &[u8]) -> Result<u16> {
    let url = format!("{}?from={from}&to={to}", setting.ready("email_event")?);
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let reply = agent
        .post(url)
        .content_type("message/rfc822")
        .send(message)?;
    Ok(reply.status().as_u16())
}

/// A mail that OpenSSL signed with a certificate of an authority that is trusted here.
pub(crate) fn signed(
    setting: &Setting,
    name: &str,
    from: &str,
    subject: &str,
    body: &str,
) -> Result<Vec<u8>> {
    let folder = setting.folder();
    certified(folder, name, from)?;
    let authority = fs::read_to_string(folder.join("ca.pem"))?;
    setting.api.post_pem("/authorities", &authority)?;
    fs::write(
        folder.join("body"),
        format!("Content-Type: text/plain\r\n\r\n{body}\r\n"),
    )?;
    let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
    openssl(
        folder,
        &[
            "cms",
            "-sign",
            "-in",
            "body",
            "-signer",
            &certificate,
            "-inkey",
            &key,
            "-from",
            from,
            "-to",
            ALICE,
            "-subject",
            subject,
            "-out",
            "signed.eml",
        ],
    )?;
    with_message_id(
        &fs::read(folder.join("signed.eml"))?,
        &format!("<{subject}@partner.test>"),
    )
}

/// A mail that OpenSSL encrypted to Alice.
fn encrypted(setting: &Setting, from: &str, name: &str, cipher: &str) -> Result<Vec<u8>> {
    let folder = setting.folder();
    let fingerprint = setting.api.active_certificate(ALICE)?;
    let alice = setting
        .api
        .get_text(&format!("/certificates/{fingerprint}.pem"))?;
    fs::write(folder.join("alice.pem"), alice)?;
    fs::write(
        folder.join("body"),
        "Content-Type: text/plain\r\n\r\nA secret.\r\n",
    )?;
    openssl(
        folder,
        &[
            "cms",
            "-encrypt",
            cipher,
            "-in",
            "body",
            "-from",
            from,
            "-to",
            ALICE,
            "-subject",
            name,
            "-out",
            "encrypted.eml",
            "alice.pem",
        ],
    )?;
    with_message_id(
        &fs::read(folder.join("encrypted.eml"))?,
        &format!("<{name}@partner.test>"),
    )
}

/// OpenSSL writes no Message-ID and ends lines as the platform does; SMTP wants CRLF.
pub(crate) fn with_message_id(message: &[u8], id: &str) -> Result<Vec<u8>> {
    let text = std::str::from_utf8(message).context("OpenSSL's output")?;
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    Ok(format!("Message-ID: {id}\r\n{text}").into_bytes())
}
