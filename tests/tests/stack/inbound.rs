//! Mail that comes in.

use std::fs;

use anyhow::{Result, ensure};
use serde_json::Value;
use tests::identity::now;
use tests::message::plain;

use crate::openssl::{self, Fields, certified, openssl};
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
    let alice = setting.api.active_certificate(ALICE)?;
    for (name, cipher) in [("cbc", "-aes-256-cbc"), ("gcm", "-aes-256-gcm")] {
        let from = format!("heidi.{name}@partner.test");
        let encrypted = encrypted(setting, &alice, &from, name, cipher)?;
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
    let alice = setting.api.active_certificate(ALICE)?;
    let encrypted = encrypted(setting, &alice, from, "event", "-aes-256-cbc")?;
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

pub(crate) fn post_event(setting: &Setting, from: &str, to: &str, message: &[u8]) -> Result<u16> {
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
    text: &str,
) -> Result<Vec<u8>> {
    let folder = setting.folder();
    certified(folder, name, from)?;
    let authority = fs::read_to_string(folder.join("ca.pem"))?;
    setting.api.post_pem("/authorities", &authority)?;
    let to = ALICE;
    openssl::signed(folder, name, &Fields { from, to, subject }, text)
}

/// A mail with a secret that OpenSSL encrypted to a certificate of Alice's.
pub(crate) fn encrypted(
    setting: &Setting,
    fingerprint: &str,
    from: &str,
    subject: &str,
    cipher: &str,
) -> Result<Vec<u8>> {
    let to = ALICE;
    let fields = Fields { from, to, subject };
    sealed(setting, fingerprint, cipher, &fields, "A secret.")
}

/// A mail with this text that OpenSSL encrypted to a certificate of Alice's.
pub(crate) fn sealed(
    setting: &Setting,
    fingerprint: &str,
    cipher: &str,
    fields: &Fields<'_>,
    text: &str,
) -> Result<Vec<u8>> {
    let folder = setting.folder();
    let alice = setting
        .api
        .get_text(&format!("/certificates/{fingerprint}.pem"))?;
    fs::write(folder.join("alice.pem"), alice)?;
    openssl::encrypted(folder, "alice", cipher, fields, text)
}
