//! A mail on its way through relay and edge.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use smime::KeyKind;
use tempfile::TempDir;
use tests::api_client::ApiClient;
use tests::at_once::at_once;
use tests::identity::{Authority, now};
use tests::message::sized;
use tests::sink::Sink;
use tests::smtp_client::Client;
use tests::stack::{Places, Stack};

use crate::figure::{Figure, percentile, round};

const ALICE: &str = "alice@acme.test";
/// Gets signed and encrypted mail.
const KEYED: &str = "keyed@bench.test";
/// Gets mail as it is.
const PLAIN: &str = "plain@unchanged.test";
/// The size that the goal is about.
const OCTETS: usize = 10 * 1024;
/// Mails of each kind and connection; with 8 connections the 99th percentile stands on 800.
const ROUNDS: usize = 100;
/// Mails before the clock counts: caches fill, the Wasm is compiled for speed.
const WARM_UP: usize = 10;
/// A large message for the relay's memory, below the limit of 25 MiB.
const LARGE_OCTETS: usize = 24 * 1024 * 1024;

/// Time, looks into the stores, and the relay's memory.
pub(crate) fn figures() -> Result<Vec<Figure>> {
    let folder = TempDir::new()?;
    let sink = Sink::start()?;
    sink.forget();
    let places = Places::free(&sink.address(), &sink.address())?;
    let stack = Stack::start(&folder.path().join("state"), &places, &[])?;
    prepare(&stack.api)?;

    let relay = Relay::start(&stack, &sink)?;
    let mut figures = vec![whole_way(&relay, 1)?, whole_way(&relay, 8)?];
    drop(relay);
    figures.push(looks(&stack)?);
    figures.push(memory(&Relay::start(&stack, &sink)?)?);
    Ok(figures)
}

/// A partner with a key, and a rule for each of the two ways.
fn prepare(api: &ApiClient) -> Result<()> {
    let partner = Authority::new("Bench")?.enrol(KEYED, KeyKind::Rsa { bits: 2048 })?;
    api.post_pem("/partners", &partner.certificate.to_pem())?;
    for (to, outbound) in [(KEYED, "enforce_encryption"), (PLAIN, "neither")] {
        let rules = api.get("/rules")?;
        api.post(
            "/rules",
            &json!({
                "version": rules.get("version"),
                "name": outbound,
                "enabled": true,
                "managed": {"kind": "any"},
                "external": {"kind": "address", "value": to},
                "inbound": "not_defined",
                "outbound": outbound,
            }),
        )?;
    }
    Ok(())
}

/// A relay as it is deployed: built for release.
struct Relay {
    child: Child,
    address: String,
}

impl Relay {
    fn start(stack: &Stack, sink: &Sink) -> Result<Self> {
        let program = PathBuf::from(env::var_os("SEALGATE_PROGRAM").context("SEALGATE_PROGRAM")?);
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let edge = stack.ready("portal")?;
        let child = Command::new(program)
            .args(["relay", "--outbound", &address, "--edge", edge])
            .args(["--next-hop-outbound", &sink.address()])
            .args(["--next-hop-inbound", &sink.address()])
            .env("SEALGATE_TOKEN", stack.ready("token")?)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let relay = Self { child, address };
        for _ in 0..100 {
            if Client::connect(&relay.address).is_ok() {
                return Ok(relay);
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("the relay does not answer")
    }

    /// The most memory it ever held, in octets.
    fn peak(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.context("no VmHWM")?.trim().trim_end_matches(" kB");
        Ok(kibibytes.parse::<f64>()? * 1024.0)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Times of the two ways in milliseconds.
#[derive(Default)]
struct Times {
    protected: Vec<f64>,
    unchanged: Vec<f64>,
}

/// A mail's whole way, client to sink, signed and encrypted against unchanged.
fn whole_way(relay: &Relay, connections: usize) -> Result<Figure> {
    let times = at_once((0..connections).map(|_| || correspond(&relay.address)))?;
    let mut all = Times::default();
    for times in times {
        all.protected.extend(times.protected);
        all.unchanged.extend(times.unchanged);
    }
    let protected = (
        percentile(&mut all.protected, 50),
        percentile(&mut all.protected, 99),
    );
    let unchanged = (
        percentile(&mut all.unchanged, 50),
        percentile(&mut all.unchanged, 99),
    );
    let (median, tail) = (protected.0 / unchanged.0, protected.1 / unchanged.1);
    let plural = if connections == 1 { "" } else { "s" };
    Ok(Figure {
        name: format!("signed and encrypted to unchanged, {connections} connection{plural}"),
        // The worse of the two has to meet the goal.
        value: median.max(tail),
        goal: 2.5,
        unit: "times",
        detail: json!({
            "protected_ms": {"median": round(protected.0), "p99": round(protected.1)},
            "unchanged_ms": {"median": round(unchanged.0), "p99": round(unchanged.1)},
            "ratio": {"median": round(median), "p99": round(tail)},
            "mails": all.protected.len(),
        }),
    })
}

/// Sends over one connection, the two ways in turns.
fn correspond(relay: &str) -> Result<Times> {
    let mut client = Client::connect(relay)?;
    let mut times = Times::default();
    for round in 0..WARM_UP + ROUNDS {
        for to in [KEYED, PLAIN] {
            let message = sized(ALICE, to, "Bench", OCTETS, now());
            let start = Instant::now();
            let reply = client.send(ALICE, to, &message)?;
            let took = start.elapsed().as_secs_f64() * 1000.0;
            if !reply.is_positive() {
                bail!("a mail to {to} was answered with {reply:?}");
            }
            if round >= WARM_UP {
                let list = if to == KEYED {
                    &mut times.protected
                } else {
                    &mut times.unchanged
                };
                list.push(took);
            }
        }
    }
    Ok(times)
}

/// Reads of D1 and KV for one mail when everything is warm.
fn looks(stack: &Stack) -> Result<Figure> {
    let api = stack.ready("api")?;
    let url = format!("{api}/process?direction=outbound&from={ALICE}&to={KEYED}");
    let mut counts = String::new();
    for _ in 0..WARM_UP {
        let reply = ureq::post(&url)
            .header("authorization", format!("Bearer {}", stack.ready("token")?))
            .content_type("message/rfc822")
            .send(&sized(ALICE, KEYED, "Bench", OCTETS, now()))?;
        let header = reply.headers().get("server-timing").context("no counts")?;
        header.to_str()?.clone_into(&mut counts);
    }
    let count = |name: &str| {
        counts
            .split(", ")
            .filter_map(|entry| entry.split_once(";desc="))
            .find(|(entry, _)| *entry == name)
            .and_then(|(_, count)| count.parse::<f64>().ok())
            .with_context(|| format!("no `{name}` in `{counts}`"))
    };
    let (d1, kv) = (count("d1")?, count("kv")?);
    Ok(Figure {
        name: "reads of D1 or of KV for a warm mail".to_owned(),
        value: d1.max(kv),
        goal: 1.0,
        unit: "",
        detail: json!({"d1": d1, "kv": kv}),
    })
}

/// What a large message costs the relay.
fn memory(relay: &Relay) -> Result<Figure> {
    let idle = relay.peak()?;
    let message = sized(ALICE, KEYED, "Large", LARGE_OCTETS, now());
    let reply = Client::connect(&relay.address)?.send(ALICE, KEYED, &message)?;
    if !reply.is_positive() {
        bail!("the large mail was answered with {reply:?}");
    }
    let mebibyte = 1024.0 * 1024.0;
    let octets: f64 = u32::try_from(message.len())?.into();
    Ok(Figure {
        name: "the relay's most memory for a message of 24 MiB".to_owned(),
        value: round(relay.peak()? / mebibyte),
        goal: round(3.0 * octets / mebibyte + 16.0),
        unit: "MiB",
        detail: json!({"idle": round(idle / mebibyte)}),
    })
}
