//! The command line.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

pub(crate) const HELP: &str = "\
Usage: cargo xtask COMMAND

  dev      run the whole stack on this machine
    --port N                      portal and API, on 127.0.0.1 [8787]
    --relay-outbound HOST:PORT    SMTP in from the organisation's mail server [127.0.0.1:2525]
    --relay-inbound HOST:PORT     SMTP in from the internet [127.0.0.1:2526]
    --next-hop-outbound HOST:PORT where outgoing mail is delivered [the mailbox viewer]
    --next-hop-inbound HOST:PORT  the organisation's mail server [the mailbox viewer]
    --viewer-port N               the mailbox viewer's web page [8025]
    --viewer-smtp-port N          where the mailbox viewer takes mail [1025]
    --state DIR                   everything it stores; delete it to start afresh [.sealgate]
    --no-demo                     an empty system with one administrator
    --resolver URL                DNS over HTTPS for domain checks
    --test-clock                  adds the calls that move the clock
    --json                        progress as JSON lines
  test     everything that CI runs; ends with `N passed, M failed, K skipped`
  bench    the measurements, each beside its goal
    --json                        for machines
    --engine [TEXT]               the engine alone, and of it what is called so: --engine 'sign 1 MiB'
  build    the Worker, the portal and the native command, with their size budgets
  roots FILE
           take the public e-mail roots anew from a package libnss3, best the newest of Debian unstable";

/// What to do.
pub(crate) enum Command {
    Help,
    Dev(DevOptions),
    Test,
    Bench(BenchOptions),
    Build,
    Roots { package: PathBuf },
}

/// What to measure.
#[derive(Default)]
pub(crate) struct BenchOptions {
    pub(crate) json: bool,
    /// Only the engine, and of it what has this text in its name.
    pub(crate) engine: Option<String>,
}

/// How to run the stack.
pub(crate) struct DevOptions {
    pub(crate) port: u16,
    pub(crate) relay_outbound: String,
    pub(crate) relay_inbound: String,
    /// `None`: the mailbox viewer.
    pub(crate) next_hop_outbound: Option<String>,
    /// `None`: the mailbox viewer.
    pub(crate) next_hop_inbound: Option<String>,
    pub(crate) viewer_port: u16,
    pub(crate) viewer_smtp_port: u16,
    pub(crate) state: PathBuf,
    pub(crate) demo: bool,
    pub(crate) resolver: Option<String>,
    pub(crate) test_clock: bool,
    pub(crate) json: bool,
}

impl DevOptions {
    /// What holds without flags.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            port: 8787,
            relay_outbound: "127.0.0.1:2525".to_owned(),
            relay_inbound: "127.0.0.1:2526".to_owned(),
            next_hop_outbound: None,
            next_hop_inbound: None,
            viewer_port: 8025,
            viewer_smtp_port: 1025,
            state: crate::root()?.join(".sealgate"),
            demo: true,
            resolver: None,
            test_clock: false,
            json: false,
        })
    }
}

/// Reads the command line.
pub(crate) fn parse() -> Result<Command> {
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        None | Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Value(word)) => word.string()?,
        Some(other) => bail!(
            "{}; `cargo xtask --help` tells the commands",
            other.unexpected()
        ),
    };
    match command.as_str() {
        "dev" => parse_dev(&mut arguments),
        "test" => parse_nothing(&mut arguments, Command::Test),
        "bench" => parse_bench(&mut arguments),
        "build" => parse_nothing(&mut arguments, Command::Build),
        "roots" => {
            let package = std::path::absolute(arguments.value()?)?;
            parse_nothing(&mut arguments, Command::Roots { package })
        }
        "help" => Ok(Command::Help),
        other => bail!("there is no command `{other}`; `cargo xtask --help` tells which there are"),
    }
}

fn parse_dev(arguments: &mut lexopt::Parser) -> Result<Command> {
    let mut options = DevOptions::new()?;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("port") => options.port = port(arguments)?,
            Long("relay-outbound") => options.relay_outbound = address(arguments)?,
            Long("relay-inbound") => options.relay_inbound = address(arguments)?,
            Long("next-hop-outbound") => options.next_hop_outbound = Some(address(arguments)?),
            Long("next-hop-inbound") => options.next_hop_inbound = Some(address(arguments)?),
            Long("viewer-port") => options.viewer_port = port(arguments)?,
            Long("viewer-smtp-port") => options.viewer_smtp_port = port(arguments)?,
            Long("state") => options.state = std::path::absolute(arguments.value()?)?,
            Long("no-demo") => options.demo = false,
            Long("resolver") => options.resolver = Some(arguments.value()?.string()?),
            Long("test-clock") => options.test_clock = true,
            Long("json") => options.json = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Dev(options))
}

fn parse_bench(arguments: &mut lexopt::Parser) -> Result<Command> {
    let mut options = BenchOptions::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("json") => options.json = true,
            Long("engine") => options.engine = Some(String::new()),
            Value(text) if options.engine.is_some() => options.engine = Some(text.string()?),
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Bench(options))
}

fn parse_nothing(arguments: &mut lexopt::Parser, command: Command) -> Result<Command> {
    match arguments.next()? {
        None => Ok(command),
        Some(Short('h') | Long("help")) => Ok(Command::Help),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn port(arguments: &mut lexopt::Parser) -> Result<u16> {
    let value = arguments.value()?.string()?;
    value
        .parse()
        .with_context(|| format!("`{value}` is not a port"))
}

/// `HOST:PORT`, checked for its port so that a typing error is found before a long build.
fn address(arguments: &mut lexopt::Parser) -> Result<String> {
    let value = arguments.value()?.string()?;
    match value.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(value),
        _ => bail!("`{value}` is not HOST:PORT"),
    }
}
