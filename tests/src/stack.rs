//! The whole stack, as `cargo xtask dev` starts it.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::api_client::ApiClient;

/// How long a start may take whose parts are built.
const START: Duration = Duration::from_mins(3);

/// Where a stack listens and delivers.
#[derive(Clone, Debug)]
pub struct Places {
    /// Portal and API.
    pub port: u16,
    /// `HOST:PORT` of the relay for outgoing mail.
    pub relay_outbound: String,
    /// `HOST:PORT` of the relay for incoming mail.
    pub relay_inbound: String,
    /// `HOST:PORT` that takes outgoing mail.
    pub next_hop_outbound: String,
    /// `HOST:PORT` that takes incoming mail.
    pub next_hop_inbound: String,
}

impl Places {
    /// Free ports, and these next hops.
    pub fn free(next_hop_outbound: &str, next_hop_inbound: &str) -> Result<Self> {
        // Held together until all are known, so that they differ.
        let port = TcpListener::bind("127.0.0.1:0")?;
        let outbound = TcpListener::bind("127.0.0.1:0")?;
        let inbound = TcpListener::bind("127.0.0.1:0")?;
        Ok(Self {
            port: port.local_addr()?.port(),
            relay_outbound: outbound.local_addr()?.to_string(),
            relay_inbound: inbound.local_addr()?.to_string(),
            next_hop_outbound: next_hop_outbound.to_owned(),
            next_hop_inbound: next_hop_inbound.to_owned(),
        })
    }
}

/// A running stack; dropping it stops it.
pub struct Stack {
    child: Child,
    /// The content of the ready line.
    pub ready: Value,
    /// The API with the token of the ready line.
    pub api: ApiClient,
}

impl Stack {
    /// Starts `cargo xtask dev` and waits for its ready line.
    pub fn start(state: &Path, places: &Places, flags: &[&str]) -> Result<Self> {
        Self::start_trusting(None, state, places, flags)
    }

    /// The same; the edge also trusts servers that this file of PEM vouches for.
    pub fn start_trusting(
        authorities: Option<&Path>,
        state: &Path,
        places: &Places,
        flags: &[&str],
    ) -> Result<Self> {
        let mut command = command(state, places);
        if let Some(file) = authorities {
            command.env("NODE_EXTRA_CA_CERTS", file);
        }
        let mut child = command
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cargo xtask dev")?;
        let output = child.stdout.take().context("no standard output")?;
        let ready = match wait_for_ready(output) {
            Ok(ready) => ready,
            Err(error) => {
                stop(&mut child)?;
                return Err(error);
            }
        };
        let api = ApiClient::new(text(&ready, "api")?, text(&ready, "token")?);
        Ok(Self { child, ready, api })
    }

    /// A text of the ready line.
    pub fn ready(&self, key: &str) -> Result<&str> {
        text(&self.ready, key)
    }

    /// The process that leads the stack.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Stops it as SIGTERM does, and waits for its end.
    pub fn stop(mut self) -> Result<ExitStatus> {
        stop(&mut self.child)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        let _ = stop(&mut self.child);
    }
}

/// The command of the tests' own build, or cargo's alias.
fn command(state: &Path, places: &Places) -> Command {
    let mut command = if let Some(xtask) = env::var_os("SEALGATE_XTASK") {
        Command::new(xtask)
    } else {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["run", "--quiet", "--package", "xtask", "--"]);
        cargo
    };
    let flags: [(&str, OsString); 6] = [
        ("--state", state.into()),
        ("--port", places.port.to_string().into()),
        ("--relay-outbound", places.relay_outbound.clone().into()),
        ("--relay-inbound", places.relay_inbound.clone().into()),
        (
            "--next-hop-outbound",
            places.next_hop_outbound.clone().into(),
        ),
        ("--next-hop-inbound", places.next_hop_inbound.clone().into()),
    ];
    command.arg("dev");
    for (flag, value) in flags {
        command.arg(flag).arg(value);
    }
    command
}

fn wait_for_ready(output: ChildStdout) -> Result<Value> {
    let (sender, receiver) = mpsc::channel();
    // Reads on after the ready line, so that the stack never writes into a closed pipe.
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(ready) = line.strip_prefix("ready: ") {
                let _ = sender.send(ready.to_owned());
            }
        }
    });
    let ready = receiver
        .recv_timeout(START)
        .map_err(|_| anyhow!("the stack did not say that it is ready"))?;
    serde_json::from_str(&ready).context("the ready line")
}

fn stop(child: &mut Child) -> Result<ExitStatus> {
    if let Some(status) = child.try_wait()? {
        return Ok(status);
    }
    kill(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGTERM)?;
    Ok(child.wait()?)
}

fn text<'a>(ready: &'a Value, key: &str) -> Result<&'a str> {
    match ready.get(key).and_then(Value::as_str) {
        Some(text) => Ok(text),
        None => bail!("the ready line has no `{key}`"),
    }
}
