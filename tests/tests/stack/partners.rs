//! Partners' certificates as an administrator decides on them.

use std::fs;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::identity::now;
use tests::message::plain;

use crate::inbound::signed;
use crate::setting::{ALICE, Setting, ensure_protection, ensure_reply};

pub(crate) fn stay_blocked(setting: &Setting) -> Result<()> {
    let from = "otto@partner.test";
    let mail = signed(setting, "otto", from, "First", "Learn my key.")?;
    ensure_reply(&setting.receive(from, ALICE, &mail)?, 250, "")?;
    ensure_protection(&setting.listed(from, "delivered")?, &["verified"])?;
    setting.rule(from, "not_defined", "enforce_encryption")?;
    let place = place(setting, from)?;
    ensure_reply(&setting.send(ALICE, from, &answer_of(from))?, 250, "")?;

    for (body, status) in [
        (json!({"trust": "pending"}), 422),
        (json!({"trust": "perhaps"}), 422),
        (json!({"trust": "blocked", "surprise": 1}), 422),
    ] {
        let answer = setting.api.call_json("PUT", &place, &body)?;
        ensure!(answer.status == status, "{body} got {answer:?}");
    }
    let nobody = format!("/partners/{}", "0".repeat(64));
    let answer = setting
        .api
        .call_json("PUT", &nobody, &json!({"trust": "blocked"}))?;
    ensure!(answer.status == 404, "{answer:?}");

    let blocked = setting.api.put(&place, &json!({"trust": "blocked"}))?;
    ensure!(blocked["trust"] == "blocked", "{blocked}");
    ensure_reply(&setting.send(ALICE, from, &answer_of(from))?, 550, "")?;
    // Signed mail teaches it again, and does not lift the block.
    ensure_reply(&setting.receive(from, ALICE, &mail)?, 250, "")?;
    let partner = partner(setting, from)?;
    ensure!(partner["trust"] == "blocked", "{partner}");
    ensure!(partner["reason"] == Value::Null, "{partner}");
    ensure_reply(&setting.send(ALICE, from, &answer_of(from))?, 550, "")?;

    setting.api.put(&place, &json!({"trust": "trusted"}))?;
    ensure_reply(&setting.send(ALICE, from, &answer_of(from))?, 250, "")
}

pub(crate) fn show_their_authority(setting: &Setting) -> Result<()> {
    let from = "paula@partner.test";
    let mail = signed(setting, "paula", from, "Authority", "Learn my key.")?;
    ensure_reply(&setting.receive(from, ALICE, &mail)?, 250, "")?;
    ensure_protection(&setting.listed(from, "delivered")?, &["verified"])?;
    ensure!(partner(setting, from)?["trust"] == "trusted");
    setting.rule(from, "not_defined", "enforce_encryption")?;

    let pem = fs::read_to_string(setting.folder().join("ca.pem"))?;
    let authority = setting.api.post_pem("/authorities", &pem)?;
    let seen = decide(setting, &authority, "blocked").and_then(|()| {
        let blocked = setting.api.get("/partners?trust=blocked&limit=200")?;
        let reply = setting.send(ALICE, from, &answer_of(from))?;
        decide(setting, &authority, "undecided")?;
        Ok((blocked, reply, partner(setting, from)?))
    });
    // Other tests stand on this authority.
    decide(setting, &authority, "trusted")?;
    let (blocked, reply, undecided) = seen?;
    let blocked = blocked["items"].as_array().and_then(|items| {
        let named = |item: &&Value| item["addresses"] == json!([from]);
        items.iter().find(named).cloned()
    });
    ensure!(
        blocked
            .as_ref()
            .is_some_and(|item| item["reason"] == "authority_blocked"),
        "{blocked:?}"
    );
    ensure_reply(&reply, 550, "")?;
    ensure!(undecided["trust"] == "pending", "{undecided}");
    ensure!(
        undecided["reason"] == "authority_not_trusted",
        "{undecided}"
    );
    ensure!(partner(setting, from)?["trust"] == "trusted");
    Ok(())
}

pub(crate) fn decide(setting: &Setting, authority: &Value, trust: &str) -> Result<()> {
    let mut body = authority.clone();
    body["trust"] = json!(trust);
    let place = format!(
        "/authorities/{}",
        authority["fingerprint"].as_str().unwrap_or_default()
    );
    setting.api.put(&place, &body).map(drop)
}

fn answer_of(to: &str) -> Vec<u8> {
    plain(ALICE, to, "Answer", "Encrypted.", now())
}

/// The one certificate of an address.
fn partner(setting: &Setting, address: &str) -> Result<Value> {
    let page = setting.api.get(&format!("/partners?q={address}"))?;
    Ok(page["items"][0].clone())
}

fn place(setting: &Setting, address: &str) -> Result<String> {
    let partner = partner(setting, address)?;
    let fingerprint = partner["fingerprint"].as_str().unwrap_or_default();
    Ok(format!("/partners/{fingerprint}"))
}
