//! What the API does with what it should not do.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::setting::Setting;

pub(crate) fn refuses_the_unknown(setting: &Setting) -> Result<()> {
    let api = &setting.api;
    let rule = |outbound: &str, extra: Value| {
        let mut rule = json!({
            "version": 1,
            "name": "Unknown",
            "enabled": true,
            "managed": {"kind": "any"},
            "external": {"kind": "any"},
            "inbound": "not_defined",
            "outbound": outbound,
        });
        rule["surprise"] = extra;
        rule
    };
    let mut unknown_word = rule("encrypt_maybe", Value::Null);
    if let Some(fields) = unknown_word.as_object_mut() {
        fields.remove("surprise");
    }
    for body in [unknown_word, rule("sign_only", json!(1))] {
        let answer = api.call_json("POST", "/rules", &body)?;
        ensure!(answer.status == 422, "{body} got {answer:?}");
        ensure!(answer.body["code"].is_string(), "no code in {answer:?}");
    }

    // One mailbox is asked for by its address, of which others may be the end.
    for (address, found) in [("alice@acme.test", 1), ("lice@acme.test", 0)] {
        let page = api.get(&format!("/mailboxes?address={address}"))?;
        let items = page["items"].as_array().map(Vec::len);
        ensure!(items == Some(found), "{address} finds {page}");
    }
    let answer = api.call("GET", "/mailboxes?address=alice")?;
    ensure!(
        answer.body["errors"][0]["code"] == "bad-address",
        "{answer:?}"
    );

    let stranger = api.with_token("sga_not-a-token-of-this-installation-at-all");
    for (method, path) in [
        ("GET", "/rules"),
        ("POST", "/mailboxes/activate"),
        ("GET", "/messages"),
    ] {
        let answer = stranger.call(method, path)?;
        ensure!(answer.status == 401, "{method} {path} got {answer:?}");
        ensure!(answer.body["code"].is_string(), "no code in {answer:?}");
    }
    let licence = json!({
        "number": "X", "mail_seats": 1, "smime_seats": 1,
        "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2027-01-01T00:00:00Z",
    });
    let answer = api.call_json("PUT", "/licence", &licence)?;
    ensure!(
        matches!(answer.status, 401 | 403),
        "a member set the licence: {answer:?}"
    );
    for path in ["/nothing", "/mailboxes/nobody@acme.test", "/messages/none"] {
        let answer = api.call("GET", path)?;
        ensure!(answer.status == 404, "{path} got {answer:?}");
    }
    Ok(())
}

pub(crate) fn refuses_stale_versions(setting: &Setting) -> Result<()> {
    let before = setting.api.get("/rules")?;
    let stale = json!({"version": 0, "ids": []});
    let answer = setting.api.call_json("PUT", "/rules/order", &stale)?;
    ensure!(answer.status == 409, "{answer:?}");
    ensure!(answer.body["version"] == before["version"], "{answer:?}");
    ensure!(setting.api.get("/rules")? == before, "the rules changed");
    Ok(())
}

pub(crate) fn describes_every_call(setting: &Setting) -> Result<()> {
    let description = setting.api.get("/openapi.json")?;
    for endpoint in api::ENDPOINTS {
        let method = endpoint.method.as_str().to_ascii_lowercase();
        ensure!(
            description["paths"][endpoint.path][&method].is_object(),
            "{method} {} is not described",
            endpoint.path
        );
    }
    Ok(())
}

/// Whoever knew the old password is out.
pub(crate) fn ends_sessions_with_their_password(setting: &Setting) -> Result<()> {
    const EMAIL: &str = "anna@signs-in.test";
    let operator = setting.ready["operator"]["token"].as_str();
    let operator = setting.api.with_token(operator.context("operator")?);
    let set = |password: &str| {
        let user = json!({"email": EMAIL, "name": "Anna", "password": password, "may_write": true});
        let setup = json!({"id": "signs-in", "name": "Signs in", "domains": [], "users": [user]});
        operator.post("/operator/organisations", &setup)
    };
    let session = format!("{}/session", setting.ready("api")?);
    let sign_in = |password: &str| {
        let body = json!({"email": EMAIL, "password": password});
        let reply = ureq::post(&session)
            .content_type("application/json")
            .send(body.to_string())?;
        let cookie = reply.headers().get("set-cookie").context("no cookie")?;
        let cookie = cookie.to_str()?.split(';').next();
        cookie.map(ToOwned::to_owned).context("an empty cookie")
    };
    let is_in = |cookie: &str| {
        let reply = ureq::get(&session).header("cookie", cookie).call();
        match reply {
            Ok(_) => Ok(true),
            Err(ureq::Error::StatusCode(401)) => Ok(false),
            Err(error) => Err(error),
        }
    };

    set("the first password")?;
    let first = sign_in("the first password")?;
    ensure!(is_in(&first)?, "signed in and yet out");
    set("the second password")?;
    ensure!(!is_in(&first)?, "still in with the first password");
    ensure!(
        is_in(&sign_in("the second password")?)?,
        "the second is none"
    );
    Ok(())
}
