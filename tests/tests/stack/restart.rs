//! The stack ends without a trace and comes back as it was.

use std::net::TcpStream;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::identity::now;
use tests::message::plain;

use crate::partners::decide;
use crate::processes;
use crate::setting::{ALICE, Setting, ensure_protection, ensure_reply};

pub(crate) fn keeps_state(setting: &Setting) -> Result<()> {
    let rules = setting.api.get("/rules")?;
    let newest = setting.api.get("/messages?limit=1")?["items"][0].clone();
    let certificate = setting.api.active_certificate(ALICE)?;

    let mut place = setting.stack();
    let status = place.take().context("no stack")?.stop()?;
    ensure!(status.success(), "the stack ended with {status}");
    let left = processes::naming(&setting.state())?.into_iter();
    let left: Vec<String> = left.map(|process| process.command).collect();
    ensure!(left.is_empty(), "processes are left: {left:?}");
    for listener in [
        &setting.places.relay_outbound,
        &setting.places.relay_inbound,
    ] {
        ensure!(
            TcpStream::connect(listener).is_err(),
            "{listener} still answers"
        );
    }

    *place = Some(setting.start_stack()?);
    ensure!(setting.api.get("/rules")? == rules, "the rules differ");
    ensure!(
        setting.api.get("/messages?limit=1")?["items"][0] == newest,
        "the overview differs"
    );
    ensure!(
        setting.api.active_certificate(ALICE)? == certificate,
        "the certificate differs"
    );
    let to = "again@elsewhere.test";
    let message = plain(ALICE, to, "Again", "Signed as before.", now());
    ensure_reply(&setting.send(ALICE, to, &message)?, 250, "")?;
    ensure_protection(&setting.listed(to, "delivered")?, &["signed"])
}

/// What the database held when another list was in force: a root that has left it since, one that only
/// mail had told of, and one that was blocked and has left it too.
const OLDER_LIST: &str = "
public = [row[0] for row in db.execute(
    \"SELECT fingerprint FROM authorities WHERE source = 'public' ORDER BY fingerprint LIMIT 3\")]
change = 'UPDATE authorities SET {} WHERE fingerprint = ?'
db.execute(change.format(\"fingerprint = 'left'\"), public[:1])
db.execute(change.format(\"source = 'seen', trust = 'undecided', seen_at = 9999999999\"), public[1:2])
db.execute(change.format(\"fingerprint = 'blocked', trust = 'blocked'\"), public[2:])
";

pub(crate) fn takes_a_new_public_list(setting: &Setting) -> Result<()> {
    let before = setting.api.get("/authorities?source=public&limit=200")?;
    ensure!(before["next"].is_null(), "one page does not hold the list");
    setting.rewrite(OLDER_LIST)?;

    setting.api.post("/test/schedule", &Value::Null)?;
    let after = setting.api.get("/authorities?source=public&limit=200")?;
    let (blocked, listed): (Vec<Value>, Vec<Value>) = after["items"]
        .as_array()
        .context("no authorities")?
        .iter()
        .cloned()
        .partition(|authority| authority["fingerprint"] == "blocked");
    ensure!(Value::Array(listed) == before["items"], "the list differs");
    ensure!(blocked.len() == 1, "what was blocked is forgotten");

    // What an administrator took back stays so.
    let authority = &before["items"][0];
    decide(setting, authority, "undecided")?;
    setting.api.post("/test/schedule", &Value::Null)?;
    let path = "/authorities?trust=undecided&source=public";
    let undecided = setting.api.get(path)?;
    decide(setting, authority, "trusted")?;
    ensure!(
        undecided["items"][0]["fingerprint"] == authority["fingerprint"],
        "{undecided}"
    );
    Ok(())
}
