//! The organisation that a new stack has, and its first mail.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime};

use crate::artefacts::program;
use crate::options::DevOptions;
use crate::process;
use crate::progress::Progress;
use crate::secrets::Secrets;
use crate::stack::Hops;
use crate::tools::{Tools, unless_done};

/// Set-up makes the built-in CA's key, which takes the longest of all calls.
const CALL: Duration = Duration::from_secs(30);

/// What the ready line tells of the organisation.
pub(crate) struct Organisation {
    pub(crate) id: &'static str,
    pub(crate) admin: &'static str,
    pub(crate) domains: Vec<&'static str>,
}

/// Whether the API answers, be it with a refusal: the Worker runs.
pub(crate) fn answers(api: &str) -> bool {
    let reply = lenient_agent().get(format!("{api}/session")).call();
    reply.is_ok_and(|reply| !reply.status().is_server_error())
}

/// What a URL answers.
pub(crate) fn get(url: &str) -> Result<String> {
    let mut reply = agent()
        .get(url)
        .call()
        .with_context(|| format!("GET {url}"))?;
    Ok(reply.body_mut().read_to_string()?)
}

/// Sets the organisation up; harmless where that was done before.
pub(crate) fn set_up_organisation(
    api: &str,
    options: &DevOptions,
    secrets: &Secrets,
    hops: &Hops,
) -> Result<Organisation> {
    let (organisation, routes) = if options.demo {
        let organisation = Organisation {
            id: "acme",
            admin: "admin@acme.test",
            domains: vec!["acme.test", "lab.acme.test"],
        };
        let hop = next_hop(&hops.inbound)?;
        let mailboxes = ["alice@acme.test", "bob@acme.test", "carol@acme.test"];
        let routes = json!([
            {"pattern": "acme.test", "next_hop": hop, "mailboxes": mailboxes},
            {"pattern": "*.lab.acme.test", "next_hop": hop, "mailboxes": []},
        ]);
        (organisation, routes)
    } else {
        let organisation = Organisation {
            id: "main",
            admin: "admin@sealgate.test",
            domains: Vec::new(),
        };
        (organisation, json!([]))
    };
    let name = if options.demo { "Acme" } else { "Organisation" };
    let (valid_from, valid_until) = licence_term()?;
    let body = json!({
        "id": organisation.id,
        "name": name,
        "domains": organisation.domains,
        "users": [{
            "email": organisation.admin,
            "name": "Administrator",
            "password": secrets.admin_password,
            "may_write": true,
        }],
        "tokens": [{"name": "cargo xtask dev", "token": secrets.api_token, "may_write": true}],
        "routes": routes,
        "licence": {
            "number": "SG-DEV-1",
            "mail_seats": 250,
            "smime_seats": 100,
            "valid_from": valid_from,
            "valid_until": valid_until,
        },
    });
    post(
        &format!("{api}/operator/organisations"),
        &secrets.operator_token,
        &body,
    )?;
    Ok(organisation)
}

/// Sends the demo's mail, once for each state.
pub(crate) fn fill(tools: &Tools, ready: &Value, state: &Path, progress: &Progress) -> Result<()> {
    let partner = state.join("partner");
    unless_done(&state.join("demo"), &partner, &"filled", || {
        let step = progress.step("Sending the demo's mail");
        let mut demo = Command::new(program(tools, "demo"));
        demo.env("SEALGATE_READY", ready.to_string());
        demo.env("SEALGATE_DEMO", &partner);
        process::run(&mut demo, &step)?;
        step.done();
        Ok(())
    })
}

/// From the first start of this state, three years; the edge keeps the first licence it is given.
fn licence_term() -> Result<(String, String)> {
    let from = OffsetDateTime::now_utc().replace_nanosecond(0)?;
    let year = from.year() + 3;
    // On 29 February the term ends a day earlier.
    let until = Date::from_calendar_date(year, from.month(), from.day())
        .or_else(|_| Date::from_calendar_date(year, Month::February, 28))?;
    let until = from.replace_date(until);
    Ok((from.format(&Rfc3339)?, until.format(&Rfc3339)?))
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(CALL));
    config.build().into()
}

/// For calls whose refusal is looked at.
fn lenient_agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(CALL))
        .http_status_as_error(false);
    config.build().into()
}

fn post(url: &str, token: &str, body: &Value) -> Result<()> {
    let mut reply = lenient_agent()
        .post(url)
        .header("authorization", format!("Bearer {token}"))
        .content_type("application/json")
        .send(body.to_string())
        .with_context(|| format!("POST {url}"))?;
    if !reply.status().is_success() {
        let problem = reply.body_mut().read_to_string()?;
        bail!("POST {url} answered {}: {problem}", reply.status());
    }
    Ok(())
}

fn next_hop(address: &str) -> Result<Value> {
    let Some((host, port)) = address.rsplit_once(':') else {
        bail!("`{address}` is not HOST:PORT");
    };
    let port: u16 = port.parse()?;
    Ok(json!({"host": host, "port": port, "tls": "none", "username": null, "password": null}))
}
