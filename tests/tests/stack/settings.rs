//! The organisation's settings: how they are written, and what they do to mail.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::identity::now;
use tests::message::plain;
use tests::stack::{Places, Stack};

use crate::openssl::{openssl, self_signed};
use crate::setting::{ALICE, Setting, ensure_protection, ensure_reply};

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

pub(crate) fn are_written_strictly(setting: &Setting) -> Result<()> {
    let api = &setting.api;
    let before = api.get("/settings")?;
    let initial = json!({
        "version": before["version"], "cipher": "aes-256-cbc", "header_protection": "off",
        "revocation": "warn", "sha1_signatures": "refuse", "retention_days": 90,
    });
    ensure!(before == initial, "they begin as {before}");

    for (field, value, code) in [
        ("cipher", json!("rot-13"), "unknown-word"),
        ("surprise", json!(1), "unknown-field"),
        ("retention_days", json!(6), "out-of-range"),
        ("retention_days", json!(401), "out-of-range"),
    ] {
        let mut body = before.clone();
        body[field] = value;
        let answer = api.call_json("PUT", "/settings", &body)?;
        ensure!(answer.status == 422, "{body} got {answer:?}");
        let fault = &answer.body["errors"][0];
        ensure!(fault["code"] == code, "{body} got {answer:?}");
        ensure!(fault["pointer"] == format!("/{field}"), "{answer:?}");
    }

    let mut stale = before.clone();
    stale["version"] = json!(0);
    stale["cipher"] = json!("aes-256-gcm");
    let answer = api.call_json("PUT", "/settings", &stale)?;
    ensure!(answer.status == 409, "{answer:?}");
    ensure!(answer.body["code"] == "stale-version", "{answer:?}");
    ensure!(answer.body["version"] == before["version"], "{answer:?}");

    let reader = api.with_token(&reader(setting)?);
    ensure!(reader.get("/settings")? == before, "a reader sees others");
    let answer = reader.call_json("PUT", "/settings", &before)?;
    ensure!(answer.status == 403, "a reader got {answer:?}");
    ensure!(api.get("/settings")? == before, "the settings changed");
    Ok(())
}

/// A token that may look and change nothing.
fn reader(setting: &Setting) -> Result<String> {
    const READER: &str = "sga_a-reader-of-the-stack-tests-0123456789";
    let token = setting.ready["operator"]["token"].as_str();
    let operator = setting.api.with_token(token.context("operator")?);
    operator.post(
        "/operator/organisations",
        &json!({
            "id": setting.ready("organisation")?,
            "name": "Acme",
            "tokens": [{"name": "reader", "token": READER, "may_write": false}],
        }),
    )?;
    Ok(READER.to_owned())
}

pub(crate) fn hide_the_subject(setting: &Setting) -> Result<()> {
    let with = json!({"header_protection": "confidential"});
    let (outer, inner) = sent_with(setting, &with, "hidden@partner.test", "Takeover of Initech")?;
    ensure!(
        outer.contains("Subject: [...]\r\n"),
        "no hidden subject: {outer}"
    );
    ensure!(
        !outer.contains("Takeover of Initech"),
        "the subject is in clear: {outer}"
    );
    ensure!(
        inner.contains("Subject: Takeover of Initech"),
        "the subject is gone: {inner}"
    );
    Ok(())
}

pub(crate) fn choose_the_cipher(setting: &Setting) -> Result<()> {
    for (cipher, kind) in [
        ("aes-256-cbc", "enveloped-data"),
        ("aes-256-gcm", "authEnveloped-data"),
    ] {
        let to = format!("{cipher}@partner.test");
        let (outer, inner) = sent_with(setting, &json!({"cipher": cipher}), &to, "Ciphers")?;
        ensure!(
            outer.contains(&format!("smime-type={kind}")),
            "{cipher} made {outer}"
        );
        ensure!(inner.contains("For your eyes."), "{inner}");
    }
    Ok(())
}

/// Has Alice send an encrypted mail under changed settings: as it leaves, and as OpenSSL opens it.
fn sent_with(
    setting: &Setting,
    change: &Value,
    to: &str,
    subject: &str,
) -> Result<(String, String)> {
    let folder = setting.folder();
    self_signed(folder, "secret", to)?;
    let certificate = fs::read_to_string(folder.join("secret.pem"))?;
    setting.api.post_pem("/partners", &certificate)?;
    setting.rule(to, "not_defined", "enforce_encryption")?;
    let before = setting.api.get("/settings")?;
    let changed = put(setting, change)?;
    let message = plain(ALICE, to, subject, "For your eyes.", now());
    let reply = setting.send(ALICE, to, &message);
    // The other tests go by what holds at first.
    put(setting, &before)?;
    ensure!(
        changed["version"].as_u64() > before["version"].as_u64(),
        "{changed}"
    );
    ensure_reply(&reply?, 250, "")?;
    let arrival = setting.outside.wait_for(|arrival| arrival.to == [to])?;
    ensure_protection(&setting.listed(to, "delivered")?, &["signed", "encrypted"])?;
    fs::write(folder.join("secret.eml"), &arrival.message)?;
    openssl(
        folder,
        &[
            "cms",
            "-decrypt",
            "-in",
            "secret.eml",
            "-inkey",
            "secret.key",
            "-recip",
            "secret.pem",
            "-out",
            "secret.inner",
        ],
    )?;
    let inner = fs::read(folder.join("secret.inner"))?;
    Ok((arrival.text(), String::from_utf8_lossy(&inner).into_owned()))
}

/// Changes some of the settings that hold.
fn put(setting: &Setting, change: &Value) -> Result<Value> {
    let mut body = setting.api.get("/settings")?;
    let version = body["version"].clone();
    for (field, value) in change.as_object().context("no object")? {
        body[field] = value.clone();
    }
    body["version"] = version;
    setting.api.put("/settings", &body)
}

/// On a stack of its own, whose clock moves.
pub(crate) fn limit_the_overview(setting: &Setting) -> Result<()> {
    let places = Places::free(&setting.outside.address(), &setting.inside.address())?;
    let state = setting.folder().join("clock");
    let stack = Stack::start(&state, &places, &["--test-clock"])?;
    let api = &stack.api;
    let listed = || -> Result<usize> {
        let page = api.get("/messages?limit=200")?;
        Ok(page["items"].as_array().map_or(0, Vec::len))
    };
    let until = |days: i64| -> Result<()> {
        let now = mail::UnixTime(now().0 + days * DAY).to_string();
        api.put("/test/clock", &json!({ "now": now }))?;
        api.post("/test/schedule", &json!({}))?;
        Ok(())
    };
    ensure!(listed()? > 0, "the demo has no mail");
    until(8)?;
    ensure!(listed()? > 0, "mail of 8 days is gone after 90");
    let mut settings = api.get("/settings")?;
    settings["retention_days"] = json!(7);
    api.put("/settings", &settings)?;
    until(9)?;
    ensure!(listed()? == 0, "mail of 9 days is kept for 7");
    Ok(())
}
