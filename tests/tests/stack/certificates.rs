//! What an administrator does with certificates of mailboxes.

use std::fs;

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::limits::route;
use crate::openssl::openssl;
use crate::setting::Setting;

pub(crate) fn are_revoked(setting: &Setting) -> Result<()> {
    let (api, who) = (&setting.api, "revoked@acme.test");
    let first = activate(setting, who)?;
    let serial = api.get(&format!("/certificates/{first}"))?["serial"].clone();

    // The reason lies in the certificate: the mailbox goes on with another one.
    let revoked = revoke(setting, &first, "key_compromise")?;
    ensure!(
        revoked["status"] == "revoked" && revoked["revocation"]["reason"] == "key_compromise",
        "{revoked}"
    );
    let second = api.active_certificate(who)?;
    ensure!(second != first, "the revoked certificate is in use");
    let answer = api.call_json(
        "POST",
        &format!("/certificates/{first}/revoke"),
        &json!({"reason": "superseded"}),
    )?;
    ensure!(
        answer.status == 409 && answer.body["code"] == "already-revoked",
        "{answer:?}"
    );
    let list = revocations(setting)?;
    let serial = serial.as_str().context("serial")?.to_uppercase();
    let (_, entry) = list.split_once(&serial).context("not on the list")?;
    let entry: String = entry.split("Serial Number").take(1).collect();
    ensure!(entry.contains("Key Compromise"), "{entry}");

    ensure!(
        ask(setting, &first)?.contains("revoked") && ask(setting, &second)?.contains("good"),
        "OCSP says otherwise"
    );

    // The reason lies in the mailbox: it ends, and its seat is held.
    revoke(setting, &second, "privilege_withdrawn")?;
    let mailbox = api.get(&format!("/mailboxes/{who}"))?;
    ensure!(
        mailbox["status"] == "revoke_pending" && mailbox["certificate"].is_null(),
        "{mailbox}"
    );
    let statuses: Vec<&Value> = (0..2)
        .map(|n| &mailbox["certificates"][n]["status"])
        .collect();
    ensure!(statuses == ["revoked", "revoked"], "{statuses:?}");

    for (body, status) in [(json!({"reason": "bored"}), 422), (json!({}), 422)] {
        let path = format!("/certificates/{second}/revoke");
        let answer = api.call_json("POST", &path, &body)?;
        ensure!(answer.status == status, "{body} got {answer:?}");
    }
    Ok(())
}

pub(crate) fn are_renewed(setting: &Setting) -> Result<()> {
    let (api, who) = (&setting.api, "renewed@acme.test");
    let first = activate(setting, who)?;
    let renewed = api.post(&format!("/certificates/{first}/renew"), &json!({}))?;
    ensure!(
        renewed["mailbox"] == who && renewed["status"] == "in_use",
        "{renewed}"
    );
    let second = renewed["fingerprint"].as_str().context("fingerprint")?;
    ensure!(
        api.active_certificate(who)? == second,
        "another one is in use"
    );
    let issuer = renewed["chain"][0]["subject"].as_str();
    ensure!(
        issuer.is_some_and(|name| name.contains("S/MIME Root CA")),
        "{renewed}"
    );
    let former = api.get(&format!("/certificates/{first}"))?;
    ensure!(former["revocation"].is_null(), "renewing revoked: {former}");
    let answer = api.call("POST", &format!("/certificates/{first}/renew"))?;
    ensure!(
        answer.status == 409 && answer.body["code"] == "not-in-use",
        "{answer:?}"
    );
    let text = former.to_string().to_lowercase();
    ensure!(!text.contains("private"), "a key in {text}");
    Ok(())
}

/// Makes a mailbox known and active; its certificate.
pub(crate) fn activate(setting: &Setting, address: &str) -> Result<String> {
    route(setting, &[address.to_owned()])?;
    let body = json!({"addresses": [address]});
    setting.api.post("/mailboxes/activate", &body)?;
    setting.api.active_certificate(address)
}

fn revoke(setting: &Setting, fingerprint: &str, reason: &str) -> Result<Value> {
    let path = format!("/certificates/{fingerprint}/revoke");
    setting.api.post(&path, &json!({"reason": reason}))
}

/// What the CA's responder says of a certificate, as OpenSSL hears it, by POST and by GET.
fn ask(setting: &Setting, fingerprint: &str) -> Result<String> {
    let folder = setting.folder();
    let chain = format!("/certificates/{fingerprint}.pem");
    fs::write(folder.join("asked.pem"), setting.api.get_text(&chain)?)?;
    let ca = setting.ready("ca_pem")?;
    let (portal, organisation) = (setting.ready("portal")?, setting.ready("organisation")?);
    let url = format!("{}/pki/{organisation}/ocsp", portal.trim_end_matches('/'));
    let question = ["ocsp", "-issuer", ca, "-cert", "asked.pem", "-no_nonce"];
    let post = ["-url", &url, "-CAfile", ca, "-out", "asked.txt"];
    let keep = ["-reqout", "asked.req", "-respout", "asked.post"];
    openssl(folder, &[&question[..], &post[..], &keep[..]].concat())?;

    let encoded = STANDARD.encode(fs::read(folder.join("asked.req"))?);
    let encoded = encoded.replace('+', "%2B").replace('/', "%2F");
    let mut reply = ureq::get(format!("{url}/{encoded}")).call()?;
    let got = reply.body_mut().read_to_vec()?;
    ensure!(
        got == fs::read(folder.join("asked.post"))?,
        "GET and POST differ"
    );
    Ok(fs::read_to_string(folder.join("asked.txt"))?)
}

/// The CA's list as OpenSSL prints it.
fn revocations(setting: &Setting) -> Result<String> {
    let (portal, organisation) = (setting.ready("portal")?, setting.ready("organisation")?);
    let url = format!("{}/pki/{organisation}/crl", portal.trim_end_matches('/'));
    let list = ureq::get(url).call()?.body_mut().read_to_vec()?;
    let folder = setting.folder();
    fs::write(folder.join("list.crl"), list)?;
    let print = ["crl", "-inform", "DER", "-in", "list.crl", "-noout"];
    openssl(
        folder,
        &[&print[..], &["-text", "-out", "list.txt"]].concat(),
    )?;
    Ok(fs::read_to_string(folder.join("list.txt"))?)
}
