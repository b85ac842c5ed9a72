//! A year in the life of certificates, on a stack whose clock is moved.

use std::fs;

use anyhow::{Context, Result, ensure};
use mail::UnixTime;
use serde_json::{Value, json};
use tests::identity::now;
use tests::message::plain;

use crate::inbound::encrypted;
use crate::openssl::openssl;
use crate::setting::{ALICE, CAROL, Setting, ensure_protection, ensure_reply};

const BOB: &str = "bob@acme.test";

/// Eleven months: a certificate of one year is in its last weeks.
const LATER_DAYS: i64 = 334;

pub(crate) fn renews_certificates(_: &Setting) -> Result<()> {
    let setting = Setting::start()?;
    let api = &setting.api;
    let everyone = json!({"addresses": [ALICE, BOB, CAROL]});
    api.post("/mailboxes/activate", &everyone)?;
    let [first, bobs, carols] = [ALICE, BOB, CAROL].map(|who| api.active_certificate(who));
    let (first, bobs, carols) = (first?, bobs?, carols?);

    // Nothing is renewed before its time.
    api.post("/test/schedule", &Value::Null)?;
    ensure!(api.active_certificate(ALICE)? == first, "renewed at once");

    api.post("/mailboxes/deactivate", &json!({"addresses": [BOB]}))?;
    run_at(&setting, now().plus_days(LATER_DAYS))?;
    let second = api.active_certificate(ALICE)?;
    ensure!(second != first, "Alice's certificate was not renewed");
    ensure!(
        api.active_certificate(CAROL)? != carols,
        "Carol's certificate was not renewed"
    );
    let bob = api.get(&format!("/mailboxes/{BOB}"))?;
    ensure!(
        bob["status"] == "inactive" && bob["certificates"][0]["fingerprint"] == bobs.as_str(),
        "a deactivated mailbox was renewed: {bob}"
    );
    let alice = api.get(&format!("/mailboxes/{ALICE}"))?;
    let known: Vec<_> = alice["certificates"]
        .as_array()
        .context("certificates")?
        .iter()
        .map(|certificate| certificate["fingerprint"].as_str().unwrap_or_default())
        .collect();
    ensure!(known == [second.as_str(), first.as_str()], "{known:?}");
    ensure!(
        api.get("/licence")?["used"] == 2,
        "renewing took another seat"
    );
    ensure!(
        api.get("/summary")?["mailboxes_expiring"] == 0,
        "what was renewed waits for a person"
    );

    signs_with(&setting, ALICE, &second)?;
    for (name, fingerprint) in [("to-old", &first), ("to-new", &second)] {
        opens_mail_to(&setting, name, fingerprint)?;
    }

    // Another eleven months and some days on, without a licence.
    let licence = api.get("/licence")?;
    let ended = json!({
        "number": licence["number"], "mail_seats": licence["mail_seats"],
        "smime_seats": licence["smime_seats"], "valid_from": licence["valid_from"],
        "valid_until": now().plus_days(LATER_DAYS + 1).to_string(),
    });
    let operator = setting.ready["operator"]["token"].as_str();
    let operator = api.with_token(operator.context("operator")?);
    operator.put("/licence", &ended)?;
    run_at(&setting, now().plus_days(2 * LATER_DAYS + 5))?;
    ensure!(
        api.active_certificate(ALICE)? == second,
        "renewed without a licence"
    );
    ensure!(
        api.get("/summary")?["mailboxes_expiring"] == 2,
        "what is not renewed does not wait for a person"
    );
    // Nor does a mailbox that was given up go on.
    let carol = json!({"addresses": [CAROL]});
    api.post("/mailboxes/deactivate", &carol)?;
    let answer = api.post("/mailboxes/activate", &carol)?;
    let result = &answer["results"][0];
    ensure!(
        result["status"] == "revoke_pending" && result["problem"]["code"] == "licence-expired",
        "{answer}"
    );
    Ok(())
}

/// Moves the clock and has the scheduled work done.
fn run_at(setting: &Setting, time: UnixTime) -> Result<()> {
    let clock = json!({"now": time.to_string()});
    setting.api.put("/test/clock", &clock)?;
    setting.api.post("/test/schedule", &Value::Null)?;
    Ok(())
}

/// The next mail of a mailbox is signed with this certificate.
pub(crate) fn signs_with(setting: &Setting, who: &str, fingerprint: &str) -> Result<()> {
    let folder = setting.folder();
    let to: &str = &format!("to-{}@elsewhere.test", who.replace('@', "-"));
    let message = plain(who, to, "Renewed", "Signed with the next one.", now());
    ensure_reply(&setting.send(who, to, &message)?, 250, "")?;
    let arrival = setting.outside.wait_for(|arrival| arrival.to == [to])?;
    fs::write(folder.join("renewed.eml"), &arrival.message)?;
    let verify = ["cms", "-verify", "-in", "renewed.eml", "-noverify"];
    let signer = ["-signer", "signer.pem", "-out", "content"];
    openssl(folder, &[&verify[..], &signer[..]].concat())?;
    let expected = setting
        .api
        .get_text(&format!("/certificates/{fingerprint}.pem"))?;
    let signer = fs::read_to_string(folder.join("signer.pem"))?;
    ensure!(expected.starts_with(signer.trim()), "another one signed");
    Ok(())
}

/// Mail that a partner encrypts to this certificate of Alice's arrives in clear.
fn opens_mail_to(setting: &Setting, name: &str, fingerprint: &str) -> Result<()> {
    let from = format!("{name}@partner.test");
    let message = encrypted(setting, fingerprint, &from, name, "-aes-256-cbc")?;
    ensure_reply(&setting.receive(&from, ALICE, &message)?, 250, "")?;
    let arrival = setting
        .inside
        .wait_for_id(&format!("<{name}@partner.test>"))?;
    ensure!(arrival.text().contains("A secret."), "{}", arrival.text());
    ensure_protection(&setting.listed(&from, "delivered")?, &["decrypted"])
}
