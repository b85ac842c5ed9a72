//! A smoke of the fuzz targets: long enough to meet what the seeds lead to, short enough for every run.

use std::num::NonZero;
use std::process::Command;
use std::{env, fs, thread};

use anyhow::{Context, Result};

use crate::progress::Progress;
use crate::suite::Tally;
use crate::tools::{self, Tools};

/// The targets, as `fuzz/Cargo.toml` has them.
const TARGETS: [&str; 5] = ["certificate", "cms", "mime", "pipeline", "pkcs12"];
/// Seconds for each; `SEALGATE_FUZZ_SECONDS` asks for others.
const SECONDS: u32 = 60;

/// Builds the targets and runs each for a while.
pub(crate) fn smoke(tools: &Tools, progress: &Progress, tally: &mut Tally) -> Result<()> {
    if !answers(&["+nightly", "--version"]) || !answers(&["fuzz", "--version"]) {
        let needs = "a nightly toolchain and `cargo install cargo-fuzz`";
        tally.skipped.push(format!("fuzzing: needs {needs}"));
        return Ok(());
    }
    let seconds = match env::var("SEALGATE_FUZZ_SECONDS") {
        Ok(seconds) => seconds.parse().context("SEALGATE_FUZZ_SECONDS")?,
        Err(_) => SECONDS,
    };
    let mut build = fuzz(tools, "build");
    tally.check(&mut build, "Fuzz targets", progress)?;
    // A core for each, so that a second is a second of the processor.
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    for targets in TARGETS.chunks(cores) {
        let mut runs = Vec::new();
        for target in targets {
            runs.push(run(tools, target, seconds)?);
        }
        let name = format!("Fuzzing {}", targets.join(", "));
        tally.check_all(&mut runs, &name, progress)?;
    }
    Ok(())
}

fn run(tools: &Tools, target: &str, seconds: u32) -> Result<Command> {
    let found = tools::target(tools.root()).join("fuzz").join(target);
    fs::create_dir_all(&found)?;
    let mut run = fuzz(tools, "run");
    run.arg(target).arg(found);
    run.arg(tools.root().join("fuzz/seeds").join(target));
    // 64 KiB have room for all that the parsers know; ten seconds for so little are a finding.
    run.args(["--", "-max_len=65536", "-timeout=10"]);
    run.arg(format!("-max_total_time={seconds}"));
    Ok(run)
}

fn fuzz(tools: &Tools, verb: &str) -> Command {
    let mut command = rustup_cargo();
    command.current_dir(tools.root());
    command.args(["+nightly", "fuzz", verb]);
    command
}

/// The cargo that takes a toolchain as its first argument, which the one in `CARGO` does not.
fn rustup_cargo() -> Command {
    let mut command = Command::new("cargo");
    for variable in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(variable);
    }
    command
}

fn answers(arguments: &[&str]) -> bool {
    let mut command = rustup_cargo();
    command.args(arguments);
    command.output().is_ok_and(|output| output.status.success())
}
