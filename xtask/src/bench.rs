//! `cargo xtask bench`: everything in release, measured by one program in one run.

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::options::BenchOptions;
use crate::peers;
use crate::process;
use crate::progress::Progress;
use crate::tools::{self, Tools, cargo};
use crate::{artefacts, budget};

/// Builds what is measured, and measures.
pub(crate) fn run(options: &BenchOptions) -> Result<ExitCode> {
    let progress = Progress::new(options.json);
    let tools = tools::install(&progress)?;
    let probe = artefacts::probe(&tools, &progress)?;
    let mut bench = Command::new(tools::target(tools.root()).join("release/bench"));
    bench.env("SEALGATE_PROBE", probe);
    bench.env("SEALGATE_WORKERD", tools.workerd()?);
    if let Some(program) = beside_openssl(&tools, &progress)? {
        bench.env("SEALGATE_BESIDE_OPENSSL", program);
    }
    if options.json {
        bench.arg("--json");
    }
    match &options.engine {
        Some(text) => {
            bench.args(["--engine", text]);
        }
        None => prepare_stack(&mut bench, &tools, &progress)?,
    }
    let step = progress.step("Building for measurement");
    let mut build = cargo(tools.root());
    build.args([
        "build",
        "--locked",
        "--release",
        "--bins",
        "--package",
        "tests",
    ]);
    if options.engine.is_none() {
        build.args(["--package", "sealgate-cli"]);
    }
    process::run(&mut build, &step)?;
    step.done();
    let status = process::run_shown(&mut bench)?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The engine and the OpenSSL library in one program; none where the library cannot be linked.
fn beside_openssl(tools: &Tools, progress: &Progress) -> Result<Option<PathBuf>> {
    peers::install_libssl(progress)?;
    let step = progress.step("Building the comparison with OpenSSL");
    let target = tools::target(tools.root()).join("beside-openssl");
    let mut build = cargo(tools.root());
    build.args(["build", "--locked", "--release", "--manifest-path"]);
    build.arg(tools.root().join("tests/openssl/Cargo.toml"));
    build.arg("--target-dir").arg(&target);
    match process::run(&mut build, &step) {
        Err(_) if !process::is_stopping() => {
            progress.note("libssl cannot be linked; there is no comparison with OpenSSL");
            return Ok(None);
        }
        ended => ended?,
    };
    step.done();
    Ok(Some(target.join("release/beside-openssl")))
}

/// What the measurements through the whole stack need.
fn prepare_stack(bench: &mut Command, tools: &Tools, progress: &Progress) -> Result<()> {
    artefacts::build(tools, progress)?;
    let sizes = budget::measure(tools, progress)?;
    let compile_ms = budget::compile_ms(tools, progress)?;
    bench.env("SEALGATE_XTASK", env::current_exe()?);
    let program = tools::target(tools.root()).join("release/sealgate");
    bench.env("SEALGATE_PROGRAM", program);
    bench.env("PORTAL_OCTETS", sizes.portal.to_string());
    bench.env("WORKER_OCTETS", sizes.worker.to_string());
    bench.env("WORKER_COMPILE_MS", compile_ms.to_string());
    Ok(())
}
