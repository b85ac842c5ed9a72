//! Certificates of other authorities for mailboxes: made by OpenSSL, uploaded as the portal does it.

use std::fs;

use anyhow::{Context, Result, anyhow, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use smime::{Certificate, Pkcs12, pem};
use tests::api_client::Answer;

use crate::certificates::activate;
use crate::limits::route;
use crate::openssl::{answer, certified, openssl};
use crate::setting::Setting;
use crate::year::signs_with;

const PASSWORD: &str = "dragées";

pub(crate) fn are_uploaded(setting: &Setting) -> Result<()> {
    let folder = setting.folder();
    for (name, age) in [("modern", None), ("legacy", Some("-legacy"))] {
        let who = &format!("{name}@acme.test");
        route(setting, std::slice::from_ref(who))?;
        certified(folder, name, who)?;
        let file = exported(setting, name, age)?;
        let used = setting.api.get("/licence")?["used"].as_u64();

        let uploaded = upload(setting, who, &file)?;
        ensure!(uploaded.status == 200, "{uploaded:?}");
        ensure!(
            uploaded.body["source"] == "uploaded" && uploaded.body["status"] == "in_use",
            "{uploaded:?}"
        );
        ensure!(
            uploaded.body["chain"][0]["subject"] == "CN=Partner Root,O=Partner",
            "{uploaded:?}"
        );
        let fingerprint = setting.api.active_certificate(who)?;
        ensure!(uploaded.body["fingerprint"] == fingerprint.as_str());
        let now_used = setting.api.get("/licence")?["used"].as_u64();
        ensure!(now_used == used.map(|used| used + 1), "it took no seat");
        signs_with(setting, who, &fingerprint)?;
        // What signed leads to the other authority, through what the mail carries.
        let verify = ["cms", "-verify", "-in", "renewed.eml", "-CAfile", "ca.pem"];
        openssl(folder, &[&verify[..], &["-out", "content"]].concat())?;

        // The built-in CA does not renew it.
        let path = format!("/certificates/{fingerprint}/renew");
        let answer = setting.api.call("POST", &path)?;
        ensure!(answer.body["code"] == "other-authority", "{answer:?}");
    }
    Ok(())
}

pub(crate) fn are_judged(setting: &Setting) -> Result<()> {
    let (folder, who) = (setting.folder(), "judged@acme.test");
    let first = activate(setting, who)?;
    certified(folder, "judged", who)?;
    let file = exported(setting, "judged", None)?;

    let refused = |answer: Answer, status: u16, code: &str| {
        ensure!(
            answer.status == status && answer.body["code"] == code,
            "{answer:?} instead of {code}"
        );
        Ok(())
    };
    certified(folder, "stranger", "stranger@acme.test")?;
    let stranger = exported(setting, "stranger", None)?;
    refused(upload(setting, who, &stranger)?, 422, "wrong-address")?;
    let certificates = || file.certificates.iter().map(Certificate::to_pem);
    let keyless: String = certificates().collect();
    refused(send(setting, who, who, &keyless)?, 422, "no-private-key")?;
    let [key] = stranger.keys.as_slice() else {
        return Err(anyhow!("not one key"));
    };
    let other = pem::encode("PRIVATE KEY", key.expose_pkcs8()) + &keyless;
    refused(send(setting, who, who, &other)?, 422, "key-does-not-fit")?;
    // Sealed for another mailbox, it opens nowhere else.
    let content = content(&file);
    let moved = send(setting, "stranger@acme.test", who, &content)?;
    refused(moved, 422, "not-sealed-for-this")?;
    let chain = setting.api.call_with(
        "POST",
        &format!("/mailboxes/{who}/certificate"),
        "application/x-pem-file",
        keyless.as_bytes(),
    )?;
    refused(chain, 422, "no-pending-request")?;
    ensure!(
        setting.api.active_certificate(who)? == first,
        "a refused certificate is in use"
    );
    refused(
        upload(setting, "nobody@acme.test", &file)?,
        404,
        "not-found",
    )?;

    has_no_seat(setting, &refused)
}

/// Without a free seat an inactive mailbox gets no certificate.
fn has_no_seat(setting: &Setting, refused: &dyn Fn(Answer, u16, &str) -> Result<()>) -> Result<()> {
    let who = "seatless@acme.test";
    route(setting, &[who.to_owned()])?;
    certified(setting.folder(), "seatless", who)?;
    let file = exported(setting, "seatless", None)?;
    let before = setting.api.get("/licence")?;
    let seats = before["used"].as_u64().context("used")?
        + before["revoke_pending"].as_u64().context("pending")?;
    let operator = setting.ready["operator"]["token"].as_str();
    let operator = setting.api.with_token(operator.context("operator")?);
    let licence = |seats: &Value| {
        json!({
            "number": before["number"], "mail_seats": before["mail_seats"], "smime_seats": seats,
            "valid_from": before["valid_from"], "valid_until": before["valid_until"],
        })
    };
    operator.put("/licence", &licence(&json!(seats)))?;
    let answer = upload(setting, who, &file);
    operator.put("/licence", &licence(&before["smime_seats"]))?;
    refused(answer?, 409, "no-free-seat")?;
    let mailbox = setting.api.get(&format!("/mailboxes/{who}"))?;
    ensure!(mailbox["status"] == "inactive", "{mailbox}");
    Ok(())
}

pub(crate) fn are_requested(setting: &Setting) -> Result<()> {
    let (folder, who) = (setting.folder(), "requested@acme.test");
    let first = activate(setting, who)?;
    let request = setting.api.post_text(&format!("/mailboxes/{who}/csr"))?;
    fs::write(folder.join("requested.csr"), request)?;
    let verify = ["req", "-verify", "-in", "requested.csr", "-noout"];
    openssl(folder, &verify)?;
    let mailbox = setting.api.get(&format!("/mailboxes/{who}"))?;
    ensure!(mailbox["requested_at"].is_string(), "{mailbox}");

    answer(folder, "requested", who)?;
    let chain = fs::read_to_string(folder.join("requested.pem"))?
        + &fs::read_to_string(folder.join("ca.pem"))?;
    let path = format!("/mailboxes/{who}/certificate");
    let taken = setting.api.post_pem(&path, &chain)?;
    ensure!(taken["source"] == "csr", "{taken}");
    let second = setting.api.active_certificate(who)?;
    ensure!(second != first && taken["fingerprint"] == second.as_str());
    signs_with(setting, who, &second)?;
    let mailbox = setting.api.get(&format!("/mailboxes/{who}"))?;
    ensure!(mailbox["requested_at"].is_null(), "{mailbox}");
    ensure!(
        mailbox["certificates"][1]["status"] == "former",
        "{mailbox}"
    );
    Ok(())
}

/// `NAME.pem` and `NAME.key` with the authority's certificate, exported by OpenSSL and opened again.
fn exported(setting: &Setting, name: &str, age: Option<&str>) -> Result<Pkcs12> {
    let folder = setting.folder();
    let (file, certificate, key) = (
        format!("{name}.p12"),
        format!("{name}.pem"),
        format!("{name}.key"),
    );
    let password = format!("pass:{PASSWORD}");
    let export = ["pkcs12", "-export", "-in", &certificate, "-inkey", &key];
    let rest = ["-certfile", "ca.pem", "-passout", &password, "-out", &file];
    let age: Vec<&str> = age.into_iter().collect();
    openssl(folder, &[&export[..], &rest[..], &age].concat())?;
    Pkcs12::open(&fs::read(folder.join(&file))?, PASSWORD).context("our own reader")
}

/// Uploads a file as the portal does it.
fn upload(setting: &Setting, who: &str, file: &Pkcs12) -> Result<Answer> {
    send(setting, who, who, &content(file))
}

fn content(file: &Pkcs12) -> String {
    let keys = file.keys.iter();
    let keys = keys.map(|key| pem::encode("PRIVATE KEY", key.expose_pkcs8()));
    keys.chain(file.certificates.iter().map(Certificate::to_pem))
        .collect()
}

/// Seals PEM for one mailbox and posts it to another, the same as a rule.
fn send(setting: &Setting, sealed_for: &str, who: &str, content: &str) -> Result<Answer> {
    let key = setting.api.get("/import-key")?;
    let public = STANDARD.decode(key["public"].as_str().context("public")?)?;
    let fill = |out: &mut [u8]| getrandom::fill(out).is_ok();
    let sealed = sealing::seal(&public, sealed_for, content.as_bytes(), fill)?;
    let body = json!({"ticket": key["ticket"], "sealed": STANDARD.encode(sealed)});
    let path = format!("/mailboxes/{who}/certificate");
    setting.api.call_json("POST", &path, &body)
}
