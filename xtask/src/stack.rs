//! The stack: edge Worker in workerd, mailbox viewer, relay.

use std::fs;
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

use crate::artefacts::program;
use crate::demo;
use crate::options::DevOptions;
use crate::process::{self, Part};
use crate::progress::Progress;
use crate::secrets::{self, Secrets};
use crate::tools::{Tools, unless_done};

/// How long a part may take until it answers; workerd's first start compiles the Wasm.
const START: Duration = Duration::from_mins(1);
const LOOPBACK: &str = "127.0.0.1";
/// Where MX records of the organisation's domains should point: beside `PUBLIC_URL` of `wrangler.toml`.
const MX_HOST: &str = "mx.sealgate.example";

/// The running stack; dropping it ends every part.
pub(crate) struct Stack {
    parts: Vec<Part>,
    /// The content of the ready line.
    pub(crate) ready: Value,
    /// The mailbox viewer's page, where it runs.
    pub(crate) viewer: Option<String>,
}

/// Fails where a port that the stack needs is taken; cheap, so it comes before everything else.
pub(crate) fn check_ports(options: &DevOptions) -> Result<()> {
    let mut needed = vec![
        (format!("{LOOPBACK}:{}", options.port), "--port"),
        (options.relay_outbound.clone(), "--relay-outbound"),
        (options.relay_inbound.clone(), "--relay-inbound"),
    ];
    if needs_viewer(options) {
        needed.push((viewer_page(options), "--viewer-port"));
        needed.push((viewer_smtp(options), "--viewer-smtp-port"));
    }
    for (address, flag) in needed {
        if let Err(error) = TcpListener::bind(&address) {
            bail!("{address} cannot be listened on ({error}); free it or give another by `{flag}`");
        }
    }
    Ok(())
}

/// Options of a stack with the demo that disturbs no other, with a state of its own.
pub(crate) fn on_free_ports(state: PathBuf) -> Result<DevOptions> {
    // Held together until all are known, so that they differ.
    let listeners = [0; 5].map(|_| TcpListener::bind((LOOPBACK, 0)));
    let mut ports = Vec::new();
    for listener in &listeners {
        let listener = listener
            .as_ref()
            .map_err(|error| anyhow!("no free port: {error}"))?;
        ports.push(listener.local_addr()?.port());
    }
    let [port, outbound, inbound, viewer, viewer_smtp] = ports.as_slice() else {
        bail!("no free port");
    };
    if state.exists() {
        fs::remove_dir_all(&state).with_context(|| format!("`{}`", state.display()))?;
    }
    fs::create_dir_all(&state).with_context(|| format!("`{}`", state.display()))?;
    Ok(DevOptions {
        port: *port,
        relay_outbound: format!("{LOOPBACK}:{outbound}"),
        relay_inbound: format!("{LOOPBACK}:{inbound}"),
        viewer_port: *viewer,
        viewer_smtp_port: *viewer_smtp,
        state,
        ..DevOptions::new()?
    })
}

impl Stack {
    /// Starts everything and waits until all of it answers.
    pub(crate) fn start(tools: &Tools, options: &DevOptions, progress: &Progress) -> Result<Self> {
        let logs = options.state.join("logs");
        fs::create_dir_all(&logs).with_context(|| format!("`{}`", logs.display()))?;
        let secrets = Secrets::of(&options.state)?;
        migrate(tools, options, &logs, progress)?;

        let mut stack = Self {
            parts: Vec::new(),
            ready: Value::Null,
            viewer: None,
        };
        let step = progress.step("Starting the edge");
        if needs_viewer(options) {
            stack.start_viewer(tools, options, &logs)?;
        }
        stack.start_edge(tools, options, &secrets, &logs)?;
        let api = format!("http://{LOOPBACK}:{}/api/v1", options.port);
        stack.wait("the edge", || demo::answers(&api))?;
        let organisation = demo::set_up_organisation(&api, options, &secrets, &hops(options))?;
        step.done();

        let step = progress.step("Starting the relay");
        stack.start_relay(tools, options, &secrets, &logs)?;
        for listener in [&options.relay_outbound, &options.relay_inbound] {
            stack.wait("the relay", || connects(listener))?;
        }
        step.done();

        let portal = format!("http://{LOOPBACK}:{}", options.port);
        let ca_pem = write_ca(&portal, organisation.id, &options.state)?;
        stack.ready = json!({
            "portal": format!("{portal}/"),
            "api": api,
            "admin": {"email": organisation.admin, "password": secrets.admin_password},
            "token": secrets.api_token,
            "operator": {"token": secrets.operator_token},
            "organisation": organisation.id,
            "domains": organisation.domains,
            "relay_outbound": options.relay_outbound,
            "relay_inbound": options.relay_inbound,
            "email_event": format!("{api}/test/email"),
            "ca_pem": ca_pem,
        });
        if options.demo {
            demo::fill(tools, &stack.ready, &options.state, progress)?;
        }
        Ok(stack)
    }

    /// Fails as soon as a part has ended.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.parts.iter_mut().try_for_each(Part::check)
    }

    /// Has the edge do its scheduled work, which wrangler leaves to whoever runs it.
    pub(crate) fn run_schedule(&self) {
        // A failure is in the edge's log, and the next time it is tried again.
        if let Some(portal) = self.ready.get("portal").and_then(Value::as_str) {
            let _ = demo::get(&format!("{portal}cdn-cgi/handler/scheduled"));
        }
    }

    fn start_viewer(&mut self, tools: &Tools, options: &DevOptions, logs: &Path) -> Result<()> {
        let mut viewer = tools.npm("maildev/dist/bin/maildev.js");
        viewer.args([
            "--ip",
            LOOPBACK,
            "--smtp",
            &options.viewer_smtp_port.to_string(),
        ]);
        viewer.args([
            "--web-ip",
            LOOPBACK,
            "--web",
            &options.viewer_port.to_string(),
        ]);
        viewer
            .arg("--mail-directory")
            .arg(options.state.join("mailbox"));
        self.parts.push(Part::start("viewer", &mut viewer, logs)?);
        let smtp = viewer_smtp(options);
        self.wait("the mailbox viewer", || connects(&smtp))?;
        self.viewer = Some(format!("http://{}/", viewer_page(options)));
        Ok(())
    }

    fn start_edge(
        &mut self,
        tools: &Tools,
        options: &DevOptions,
        secrets: &Secrets,
        logs: &Path,
    ) -> Result<()> {
        // In a file, because everybody on the machine sees a command line.
        let variables = options.state.join("edge.env");
        let mut lines = vec![
            format!("MASTER_KEYS={}", secrets.master_keys),
            format!("OPERATOR_TOKEN={}", secrets.operator_token),
            "EMAIL_EVENT=on".to_owned(),
            "REVOCATION_LOOPBACK=on".to_owned(),
            format!("MX_HOST={MX_HOST}"),
        ];
        if options.test_clock {
            lines.push("TEST_CLOCK=on".to_owned());
        }
        if let Some(resolver) = &options.resolver {
            lines.push(format!("RESOLVER={resolver}"));
        }
        secrets::write(&variables, &lines.join("\n"))?;

        let mut wrangler = tools.wrangler(logs);
        wrangler.args(["dev", "--local", "--ip", LOOPBACK, "--inspector-port", "0"]);
        wrangler.args(["--port", &options.port.to_string()]);
        wrangler.arg("--show-interactive-dev-session=false");
        wrangler.arg("--persist-to").arg(database(options));
        wrangler.arg("--env-file").arg(variables);
        // Where wrangler lists what runs on this machine, so that one stack does not see another.
        wrangler.env("WRANGLER_REGISTRY_PATH", options.state.join("registry"));
        self.parts.push(Part::start("edge", &mut wrangler, logs)?);
        Ok(())
    }

    fn start_relay(
        &mut self,
        tools: &Tools,
        options: &DevOptions,
        secrets: &Secrets,
        logs: &Path,
    ) -> Result<()> {
        let token = options.state.join("relay.token");
        secrets::write(&token, &secrets.api_token)?;
        let hops = hops(options);
        let mut relay = Command::new(program(tools, "sealgate"));
        relay.args(["relay", "--outbound", &options.relay_outbound]);
        relay.args(["--inbound", &options.relay_inbound]);
        relay.args(["--edge", &format!("http://{LOOPBACK}:{}", options.port)]);
        relay.arg("--token-file").arg(token);
        relay.args(["--next-hop-outbound", &hops.outbound]);
        relay.args(["--next-hop-inbound", &hops.inbound]);
        self.parts.push(Part::start("relay", &mut relay, logs)?);
        Ok(())
    }

    fn wait(&mut self, what: &str, answers: impl Fn() -> bool) -> Result<()> {
        let deadline = Instant::now() + START;
        while !answers() {
            self.check()?;
            if process::is_stopping() {
                bail!("stopped");
            }
            if Instant::now() > deadline {
                bail!("{what} does not answer after {} s", START.as_secs());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// Where mail goes from the relay.
pub(crate) struct Hops {
    pub(crate) outbound: String,
    pub(crate) inbound: String,
}

fn hops(options: &DevOptions) -> Hops {
    let hop = |given: &Option<String>| given.clone().unwrap_or_else(|| viewer_smtp(options));
    Hops {
        outbound: hop(&options.next_hop_outbound),
        inbound: hop(&options.next_hop_inbound),
    }
}

fn needs_viewer(options: &DevOptions) -> bool {
    options.next_hop_outbound.is_none() || options.next_hop_inbound.is_none()
}

fn viewer_page(options: &DevOptions) -> String {
    format!("{LOOPBACK}:{}", options.viewer_port)
}

fn viewer_smtp(options: &DevOptions) -> String {
    format!("{LOOPBACK}:{}", options.viewer_smtp_port)
}

fn database(options: &DevOptions) -> PathBuf {
    options.state.join("edge")
}

fn migrate(tools: &Tools, options: &DevOptions, logs: &Path, progress: &Progress) -> Result<()> {
    let mut migrations = Vec::new();
    for entry in fs::read_dir(tools.root().join("edge/migrations"))? {
        let file = entry?.path();
        migrations.push((fs::read(&file)?, file));
    }
    migrations.sort();
    let stamp = options.state.join("migrated");
    unless_done(&stamp, &database(options), &migrations, || {
        let step = progress.step("Migrating the database");
        let mut wrangler = tools.wrangler(logs);
        wrangler.args(["d1", "migrations", "apply", "DB", "--local", "--persist-to"]);
        wrangler.arg(database(options));
        process::run(&mut wrangler, &step)?;
        step.done();
        Ok(())
    })
}

fn write_ca(portal: &str, organisation: &str, state: &Path) -> Result<PathBuf> {
    let pem = demo::get(&format!("{portal}/pki/{organisation}/root.pem"))?;
    let file = state.join("ca.pem");
    fs::write(&file, pem).with_context(|| format!("`{}`", file.display()))?;
    Ok(file)
}

fn connects(address: &str) -> bool {
    address.to_socket_addrs().is_ok_and(|mut addresses| {
        addresses
            .any(|address| TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok())
    })
}
