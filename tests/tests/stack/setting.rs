//! What every test stands on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::api_client::ApiClient;
use tests::sink::Sink;
use tests::smtp_client::{self, Reply};
use tests::stack::{Places, Stack};
use tests::tls::TlsServer;

pub(crate) const ALICE: &str = "alice@acme.test";
pub(crate) const CAROL: &str = "carol@acme.test";

/// With what every stack is started.
const FLAGS: &[&str] = &["--test-clock"];

/// How long the overview may take to show a message.
const WAIT: Duration = Duration::from_secs(10);

/// A stack with the demo's organisation between two servers of ours.
pub(crate) struct Setting {
    stack: Mutex<Option<Stack>>,
    pub(crate) places: Places,
    /// Takes outgoing mail.
    pub(crate) outside: Sink,
    /// Takes incoming mail.
    pub(crate) inside: Sink,
    pub(crate) api: ApiClient,
    pub(crate) ready: Value,
    /// Whom the edge trusts besides what the system does: `localhost`.
    pub(crate) tls: TlsServer,
    folder: TempDir,
    flags: Vec<String>,
}

impl Setting {
    pub(crate) fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// The same with more flags.
    pub(crate) fn start_with(flags: &[&str]) -> Result<Self> {
        let folder = TempDir::new()?;
        let outside = Sink::start()?;
        let inside = Sink::start()?;
        let places = Places::free(&outside.address(), &inside.address())?;
        let state = folder.path().join("state");
        let flags = [FLAGS, flags].concat();
        let tls = TlsServer::new("localhost")?;
        let trusted = trusted(folder.path());
        fs::write(&trusted, &tls.pem)?;
        let stack = Stack::start_trusting(Some(&trusted), &state, &places, &flags)?;
        Ok(Self {
            api: stack.api.clone(),
            ready: stack.ready.clone(),
            stack: Mutex::new(Some(stack)),
            places,
            outside,
            inside,
            tls,
            folder,
            flags: flags.into_iter().map(ToOwned::to_owned).collect(),
        })
    }

    /// A folder for files, besides the state.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the stack keeps everything.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The running stack, to stop it and put another in its place.
    pub(crate) fn stack(&self) -> MutexGuard<'_, Option<Stack>> {
        self.stack.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stack anew, over the same state.
    pub(crate) fn start_stack(&self) -> Result<Stack> {
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        let trusted = trusted(self.folder());
        Stack::start_trusting(Some(&trusted), &self.state(), &self.places, &flags)
    }

    /// Stops the stack, changes its database and starts it again. The script in Python finds the
    /// connection as `db`.
    pub(crate) fn rewrite(&self, script: &str) -> Result<()> {
        let mut place = self.stack();
        place.take().context("no stack")?.stop()?;
        let script = format!(
            "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\n{script}\ndb.commit()"
        );
        let mut python = Command::new("python3");
        let rewritten = python
            .args(["-c", &script])
            .arg(database(&self.state())?)
            .output()?;
        ensure!(rewritten.status.success(), "{rewritten:?}");
        *place = Some(self.start_stack()?);
        Ok(())
    }

    /// A text of the ready line.
    pub(crate) fn ready(&self, key: &str) -> Result<&str> {
        self.ready[key]
            .as_str()
            .with_context(|| format!("the ready line has no `{key}`"))
    }

    /// Sends as the organisation's mail server does.
    pub(crate) fn send(&self, from: &str, to: &str, message: &[u8]) -> Result<Reply> {
        smtp_client::send(&self.places.relay_outbound, from, to, message)
    }

    /// Sends as the internet does.
    pub(crate) fn receive(&self, from: &str, to: &str, message: &[u8]) -> Result<Reply> {
        smtp_client::send(&self.places.relay_inbound, from, to, message)
    }

    /// Adds a rule at the top between everyone here and one address outside.
    pub(crate) fn rule(&self, external: &str, inbound: &str, outbound: &str) -> Result<String> {
        let version = self.api.get("/rules")?["version"].clone();
        let name = format!("{external}: {inbound}, {outbound}");
        self.api.post(
            "/rules",
            &json!({
                "version": version,
                "name": name,
                "enabled": true,
                "managed": {"kind": "any"},
                "external": {"kind": "address", "value": external},
                "inbound": inbound,
                "outbound": outbound,
            }),
        )?;
        Ok(name)
    }

    /// The newest message in the overview with this address on either side; waits for it.
    pub(crate) fn listed(&self, address: &str, outcome: &str) -> Result<Value> {
        let deadline = Instant::now() + WAIT;
        loop {
            let page = self
                .api
                .get(&format!("/messages?address={address}&limit=1"))?;
            let item = page["items"][0].clone();
            if item["outcome"] == outcome {
                return Ok(item);
            }
            if Instant::now() > deadline {
                bail!("the overview shows {item} for {address}, not `{outcome}`");
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// The trace of a message of the overview.
    pub(crate) fn trace(&self, item: &Value) -> Result<Value> {
        let id = item["id"].as_str().context("an item without id")?;
        let trace = self.api.get(&format!("/messages/{id}"))?["trace"].clone();
        if trace.as_array().is_none_or(Vec::is_empty) {
            bail!("message {id} has no trace");
        }
        Ok(trace)
    }
}

fn trusted(folder: &Path) -> PathBuf {
    folder.join("trusted.pem")
}

/// The file of D1 in which everything lies.
fn database(state: &Path) -> Result<PathBuf> {
    let mut folders = vec![state.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .parent()
                .is_some_and(|parent| parent.ends_with("miniflare-D1DatabaseObject"))
                && path.extension().is_some_and(|ending| ending == "sqlite")
                && path.file_stem().is_some_and(|name| name != "metadata")
            {
                return Ok(path);
            }
        }
    }
    bail!("there is no database in {}", state.display())
}

/// Fails with a sentence where something is not so.
pub(crate) fn ensure_protection(item: &Value, wanted: &[&str]) -> Result<()> {
    let protection: Vec<&str> = item["protection"]
        .as_array()
        .map(|words| words.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    if protection != wanted {
        bail!("protection is {protection:?}, not {wanted:?}: {item}");
    }
    Ok(())
}

/// Fails where a reply has another code, or a text without these words.
pub(crate) fn ensure_reply(reply: &Reply, code: u16, words: &str) -> Result<()> {
    if reply.code != code || !reply.text.contains(words) {
        bail!("the reply is {reply:?}, not {code} with `{words}`");
    }
    Ok(())
}
