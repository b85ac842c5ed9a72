//! `cargo xtask test`: everything that CI runs. A step that fails does not keep the later ones from
//! running, unless they need what it makes.

use std::process::{Command, ExitCode};
use std::{env, slice, thread};

use anyhow::{Result, anyhow};

use crate::peers::Peers;
use crate::process;
use crate::progress::Progress;
use crate::stack::{self, Stack};
use crate::tools::{self, Tools, WASM, cargo};
use crate::{artefacts, budget, fuzz};

/// How a test says that it could not run, and what would enable it: a line that starts so.
const SKIPPED: &str = "skipped: ";

/// What the steps came to.
#[derive(Default)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    /// Each with what would enable it.
    pub(crate) skipped: Vec<String>,
}

/// Runs every step.
pub(crate) fn run() -> Result<ExitCode> {
    let progress = Progress::for_people();
    let tools = tools::install(&progress)?;
    let mut tally = Tally::default();
    let peers = Peers::install(tools.root(), &progress)?;
    check_sources(&tools, &progress, &mut tally)?;
    test_natively(&tools, &progress, &mut tally)?;
    if build(&tools, &progress, &mut tally)? {
        test_interoperability(&tools, &peers, &progress, &mut tally)?;
        test_workerd(&tools, &progress, &mut tally)?;
        test_stack(&tools, &peers, &progress, &mut tally)?;
        test_browser(&tools, &peers, &progress, &mut tally)?;
    }
    fuzz::smoke(&tools, &progress, &mut tally)?;
    Ok(tally.close())
}

impl Tally {
    /// One check that is a test in itself.
    pub(crate) fn check(
        &mut self,
        command: &mut Command,
        name: &str,
        progress: &Progress,
    ) -> Result<()> {
        self.check_all(slice::from_mut(command), name, progress)
    }

    /// Checks, each a test in itself, that run side by side.
    pub(crate) fn check_all(
        &mut self,
        commands: &mut [Command],
        name: &str,
        progress: &Progress,
    ) -> Result<()> {
        let step = progress.step(name);
        let ended = thread::scope(|scope| {
            let step = &step;
            let run = |command| scope.spawn(move || process::try_run(command, step));
            let threads: Vec<_> = commands.iter_mut().map(run).collect();
            let ended = threads.into_iter().map(|thread| match thread.join() {
                Ok(ended) => ended,
                Err(_) => Err(anyhow!("{name}: a thread panicked")),
            });
            ended.collect::<Result<Vec<_>>>()
        })?;
        let (succeeded, failed): (Vec<_>, Vec<_>) =
            ended.iter().partition(|ended| ended.status.success());
        self.passed += succeeded.len();
        self.failed += failed.len();
        if failed.is_empty() {
            step.done();
        } else {
            let outputs = failed.iter().map(|ended| ended.output.as_str());
            step.failed(&outputs.collect::<String>());
        }
        Ok(())
    }

    /// Many tests: counts what the runner says, and one failure where it says nothing of why.
    fn suite(&mut self, command: &mut Command, name: &str, progress: &Progress) -> Result<()> {
        let step = progress.step(name);
        let ended = process::try_run(command, &step)?;
        let counted = count(&ended.output);
        self.passed += counted.passed;
        self.failed += counted.failed;
        self.skipped.extend(counted.skipped);
        if ended.status.success() {
            step.done();
        } else {
            step.failed(&ended.output);
            if counted.failed == 0 {
                self.failed += 1;
            }
        }
        Ok(())
    }

    fn close(self) -> ExitCode {
        for skipped in &self.skipped {
            println!("{SKIPPED}{skipped}");
        }
        let (passed, failed, skipped) = (self.passed, self.failed, self.skipped.len());
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        if failed == 0 && passed > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn check_sources(tools: &Tools, progress: &Progress, tally: &mut Tally) -> Result<()> {
    let root = tools.root();
    let mut format = cargo(root);
    format.args(["fmt", "--all", "--check"]);
    tally.check(&mut format, "Format", progress)?;

    let mut lint = cargo(root);
    lint.args(["clippy", "--locked", "--workspace", "--all-targets"]);
    // Suites that `cargo test` passes over are none of all targets.
    for suite in ["interop", "stack", "workerd"] {
        lint.args(["--test", suite]);
    }
    lint.args(["--", "--deny", "warnings"]);
    tally.check(&mut lint, "Lints", progress)?;

    let mut lint = cargo(root);
    lint.args([
        "clippy",
        "--locked",
        "--target",
        WASM,
        "--package",
        "edge",
        "--package",
        "app",
        "--package",
        "probe",
    ]);
    lint.args(["--", "--deny", "warnings"]);
    tally.check(&mut lint, "Lints of the Wasm crates", progress)?;

    let mut document = cargo(root);
    document.args(["doc", "--locked", "--workspace", "--no-deps"]);
    document.env("RUSTDOCFLAGS", "--deny warnings");
    tally.check(&mut document, "Documentation", progress)
}

fn test_natively(tools: &Tools, progress: &Progress, tally: &mut Tally) -> Result<()> {
    let mut test = cargo(tools.root());
    test.args(["test", "--locked", "--workspace", "--no-fail-fast"]);
    test.args(["--", "--show-output"]);
    tally.suite(&mut test, "Native tests", progress)
}

/// A suite that `cargo test` passes over unless it is named: it needs something around it.
fn named(tools: &Tools, suite: &str) -> Command {
    let mut test = cargo(tools.root());
    test.args(["test", "--locked", "--package", "tests", "--test", suite]);
    test
}

/// Builds the artefacts and weighs them; whether there is something to run.
fn build(tools: &Tools, progress: &Progress, tally: &mut Tally) -> Result<bool> {
    if let Err(error) = artefacts::build(tools, progress) {
        if process::is_stopping() {
            return Err(error);
        }
        eprintln!("error: {error:#}");
        tally.failed += 1;
        return Ok(false);
    }
    match budget::check(tools, progress) {
        Ok(()) => tally.passed += 1,
        Err(error) => {
            eprintln!("error: {error:#}");
            tally.failed += 1;
        }
    }
    Ok(true)
}

/// The command against other implementations of S/MIME, as a table.
fn test_interoperability(
    tools: &Tools,
    peers: &Peers,
    progress: &Progress,
    tally: &mut Tally,
) -> Result<()> {
    let mut test = named(tools, "interop");
    let target = tools::target(tools.root());
    test.env("SEALGATE_PROGRAM", target.join("debug/sealgate"));
    test.env("SEALGATE_NODE", tools.node().get_program());
    if let Some(python) = &peers.python {
        test.env("SEALGATE_PYTHON", python);
    }
    if let Some(openssl) = &peers.new_openssl {
        test.env("SEALGATE_OPENSSL", openssl);
    }
    tally.suite(&mut test, "Interoperability", progress)?;
    if let Ok(table) = std::fs::read_to_string(target.join("tmp/interop.txt")) {
        println!("{table}");
    }
    Ok(())
}

/// The engine in workerd against the engine here.
fn test_workerd(tools: &Tools, progress: &Progress, tally: &mut Tally) -> Result<()> {
    let Ok(workerd) = tools.workerd() else {
        let lacks = "the engine in workerd: npm has no workerd for this platform";
        tally.skipped.push(lacks.to_owned());
        return Ok(());
    };
    let probe = match artefacts::probe(tools, progress) {
        Ok(probe) => probe,
        Err(error) if process::is_stopping() => return Err(error),
        Err(error) => {
            eprintln!("error: {error:#}");
            tally.failed += 1;
            return Ok(());
        }
    };
    let mut test = named(tools, "workerd");
    test.env("SEALGATE_WORKERD", workerd)
        .env("SEALGATE_PROBE", probe);
    tally.suite(&mut test, "The engine in workerd", progress)
}

/// The tests that start stacks of their own.
fn test_stack(tools: &Tools, peers: &Peers, progress: &Progress, tally: &mut Tally) -> Result<()> {
    if peers.openssl.is_none() {
        tally
            .skipped
            .push("stack tests: need `openssl` on the path".to_owned());
        return Ok(());
    }
    let mut test = named(tools, "stack");
    test.env("SEALGATE_XTASK", env::current_exe()?);
    tally.suite(
        &mut test,
        "Stack tests: edge in workerd, relay, OpenSSL",
        progress,
    )
}

/// The portal in Chromium, in front of a stack with the demo.
fn test_browser(
    tools: &Tools,
    peers: &Peers,
    progress: &Progress,
    tally: &mut Tally,
) -> Result<()> {
    let Some(chromium) = &peers.chromium else {
        tally.skipped.push(
            "browser tests: need Chromium on the path (Debian's package `chromium`), or its \
             program named by CHROMIUM"
                .to_owned(),
        );
        return Ok(());
    };
    let state = tools::target(tools.root()).join("browser-state");
    let options = stack::on_free_ports(state)?;
    let stack = match Stack::start(tools, &options, progress) {
        Ok(stack) => stack,
        Err(error) if process::is_stopping() => return Err(error),
        Err(error) => {
            eprintln!("error: {error:#}");
            tally.failed += 1;
            return Ok(());
        }
    };
    let screens = tools::target(tools.root()).join("screens");
    std::fs::create_dir_all(&screens)?;
    let mut test = tools.node();
    test.args(["--test", "--test-concurrency=1", "--test-reporter=tap"]);
    test.args(["portal", "domains"].map(|page| format!("tests/browser/{page}.test.mjs")));
    test.env("SEALGATE_READY", stack.ready.to_string());
    test.env("CHROMIUM", chromium).env("SCREENS", screens);
    tally.suite(&mut test, "Browser tests", progress)
}

/// Adds up what the runners of Rust and Node.js say.
fn count(output: &str) -> Tally {
    let mut tally = Tally::default();
    for line in output.lines() {
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result: ") {
            tally.passed += number_before(result, " passed");
            tally.failed += number_before(result, " failed");
        } else if let Some(number) = line.strip_prefix("# pass ") {
            tally.passed += number.parse().unwrap_or(0);
        } else if let Some(number) = line.strip_prefix("# fail ") {
            tally.failed += number.parse().unwrap_or(0);
        } else if let Some(what) = line.strip_prefix(SKIPPED) {
            tally.skipped.push(what.to_owned());
        }
    }
    // A Rust test that skips returns, which its runner counts as passed.
    tally.passed = tally.passed.saturating_sub(tally.skipped.len());
    tally
}

fn number_before(text: &str, word: &str) -> usize {
    let number = text.split(word).next().unwrap_or_default();
    let number = number.rsplit(' ').next().unwrap_or_default();
    number.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn counts_what_rust_says() {
        let tally = count(
            "running 2 tests\n\
             skipped: corpus vectors: need SEALGATE_CORPUS\n\
             test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured\n\
             test result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured\n",
        );
        assert_eq!((tally.passed, tally.failed), (4, 4));
        assert_eq!(tally.skipped, ["corpus vectors: need SEALGATE_CORPUS"]);
    }

    #[test]
    fn counts_what_node_says() {
        let tally = count("# tests 5\n# suites 0\n# pass 3\n# fail 2\n# cancelled 0\n");
        assert_eq!((tally.passed, tally.failed), (3, 2));
    }
}
