//! The stack ends without a trace and comes back as it was.

use std::fs;
use std::net::TcpStream;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use tests::identity::now;
use tests::message::plain;
use tests::stack::Stack;

use crate::setting::{ALICE, FLAGS, Setting, ensure_protection, ensure_reply};

pub(crate) fn keeps_state(setting: &Setting) -> Result<()> {
    let rules = setting.api.get("/rules")?;
    let newest = setting.api.get("/messages?limit=1")?["items"][0].clone();
    let certificate = setting.api.active_certificate(ALICE)?;

    let mut place = setting.stack();
    let status = place.take().context("no stack")?.stop()?;
    ensure!(status.success(), "the stack ended with {status}");
    let left = processes_of(&setting.state())?;
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

    *place = Some(Stack::start(&setting.state(), &setting.places, FLAGS)?);
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

/// Command lines of processes whose arguments or environment name this folder.
fn processes_of(state: &Path) -> Result<Vec<String>> {
    let state = state.as_os_str().as_encoded_bytes();
    let own = std::process::id().to_string();
    let mut found = Vec::new();
    let Ok(processes) = fs::read_dir("/proc") else {
        // Not Linux: the listeners tell.
        return Ok(found);
    };
    for process in processes {
        let process = process?.path();
        if process.ends_with(&own) {
            continue;
        }
        // It may be gone by now, or not ours.
        let Ok(arguments) = fs::read(process.join("cmdline")) else {
            continue;
        };
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        let names_it = |text: &[u8]| text.windows(state.len()).any(|part| part == state);
        if names_it(&arguments) || names_it(&environment) {
            found.push(String::from_utf8_lossy(&arguments).replace('\0', " "));
        }
    }
    Ok(found)
}
