//! `cargo xtask dev`: the stack, until it is told to stop.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::options::DevOptions;
use crate::progress::Progress;
use crate::stack::{self, Stack};
use crate::{artefacts, process, tools};

/// How often the scheduled work is done; deployed, the platform does it by `wrangler.toml`.
const SCHEDULE: Duration = Duration::from_mins(1);

/// Builds, starts, says so, and waits.
pub(crate) fn run(options: &DevOptions) -> Result<ExitCode> {
    let progress = Progress::new(options.json);
    std::fs::create_dir_all(&options.state)
        .with_context(|| format!("`{}`", options.state.display()))?;
    stack::check_ports(options)?;
    let tools = tools::install(&progress)?;
    artefacts::build(&tools, &progress)?;
    let mut stack = Stack::start(&tools, options, &progress)?;

    if let Some(viewer) = &stack.viewer {
        progress.note(&format!("mailboxes of the next hops: {viewer}"));
    }
    progress.note("stop with Ctrl-C");
    println!("ready: {}", stack.ready);
    let mut worked = Instant::now();
    while !process::is_stopping() {
        stack.check()?;
        // With a clock that is moved by hand, this work too is done when asked for.
        if !options.test_clock && worked.elapsed() >= SCHEDULE {
            stack.run_schedule();
            worked = Instant::now();
        }
        sleep(Duration::from_millis(200));
    }
    drop(stack);
    progress.note("stopped");
    Ok(ExitCode::SUCCESS)
}
