//! The probe in workerd: the engine as it runs at the edge, without anything around it.
//!
//! Clocks stand still inside workerd while code runs, so what an operation costs is read outside,
//! from what the kernel says of the process.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::Agent;

/// A running workerd with the probe; dropping it ends it.
pub struct Workerd {
    child: Child,
    base: String,
    agent: Agent,
}

impl Workerd {
    /// Starts the program that `SEALGATE_WORKERD` names with the probe in the folder
    /// `SEALGATE_PROBE`.
    pub fn start() -> Result<Self> {
        let place = |variable| env::var_os(variable).map(PathBuf::from).context(variable);
        let mut child = Command::new(place("SEALGATE_WORKERD")?)
            .arg("serve")
            .arg(place("SEALGATE_PROBE")?.join("workerd.capnp"))
            // Tells where it listens.
            .arg("--control-fd=1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("workerd")?;
        let port = child.stdout.take().context("no output").and_then(port);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(5)));
        let mut workerd = Self {
            child,
            base: String::new(),
            agent: config.build().into(),
        };
        workerd.base = format!("http://127.0.0.1:{}", port?);
        Ok(workerd)
    }

    /// Keeps octets there under a name.
    pub fn put(&self, name: &str, octets: &[u8]) -> Result<()> {
        let url = format!("{}/octets/{name}", self.base);
        read(self.agent.put(&url).send(octets))?;
        Ok(())
    }

    /// The octets that are kept under a name.
    pub fn get(&self, name: &str) -> Result<Vec<u8>> {
        let url = format!("{}/octets/{name}", self.base);
        read(self.agent.get(&url).call())
    }

    /// Asks one of its doors; JSON in, JSON out.
    pub fn ask<Q: Serialize, A: DeserializeOwned>(&self, door: &str, question: &Q) -> Result<A> {
        let url = format!("{}/{door}", self.base);
        let question = serde_json::to_vec(question)?;
        let answer = read(self.agent.post(&url).send(question.as_slice()))?;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// The processor time that all its threads have taken so far, in milliseconds.
    pub fn cpu_ms(&self) -> Result<f64> {
        let mut nanoseconds = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // A thread may have ended since it was listed.
            let Ok(line) = fs::read_to_string(task?.path().join("schedstat")) else {
                continue;
            };
            let running = line.split(' ').next().context("schedstat")?;
            nanoseconds += running.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds).as_secs_f64() * 1000.0)
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port that the first line on its control channel tells.
fn port(output: ChildStdout) -> Result<u64> {
    let mut output = BufReader::new(output);
    let mut line = String::new();
    output.read_line(&mut line)?;
    // Read on, so that it never writes into a closed pipe.
    thread::spawn(move || output.read_to_end(&mut Vec::new()));
    let event: Value = serde_json::from_str(&line).context("workerd did not start")?;
    event.get("port").and_then(Value::as_u64).context("no port")
}

fn read(reply: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Vec<u8>> {
    /// Larger than any message and its verdict.
    const OCTETS_MAX: u64 = 256 * 1024 * 1024;
    let mut reply = reply?;
    let body = reply.body_mut().with_config().limit(OCTETS_MAX);
    let octets = body.read_to_vec()?;
    if !reply.status().is_success() {
        bail!("{}", String::from_utf8_lossy(&octets));
    }
    Ok(octets)
}
