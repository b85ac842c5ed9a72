//! Child processes, each the leader of a group of its own, so that nothing outlives this command:
//! wrangler's workerd and npm's scripts end with the group that they belong to.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

use crate::progress::Step;

/// How long a group may take to end on its own.
const GRACE: Duration = Duration::from_secs(5);

static STOPPING: AtomicBool = AtomicBool::new(false);
static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// From now on SIGINT, SIGTERM and SIGHUP end every group; whoever waits for one sees it end.
pub(crate) fn stop_on_signal() -> Result<()> {
    // Grandchildren whose parent ends first come to this process, which waits for them too; in a
    // container there may be nobody else who does.
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_child_subreaper(true)?;
    ctrlc::set_handler(|| {
        STOPPING.store(true, Ordering::SeqCst);
        signal_all(Signal::SIGTERM);
    })
    .context("signals cannot be handled")
}

/// Whether a signal asked to stop.
pub(crate) fn is_stopping() -> bool {
    STOPPING.load(Ordering::SeqCst)
}

/// Ends every group, by force after a grace.
pub(crate) fn stop_all() {
    signal_all(Signal::SIGTERM);
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline && any_alive() {
        sleep(Duration::from_millis(50));
    }
    signal_all(Signal::SIGKILL);
}

fn signal_all(signal: Signal) {
    if let Ok(groups) = GROUPS.lock() {
        for group in groups.iter() {
            // Fails where the group is gone already, which is what is wanted.
            let _ = killpg(Pid::from_raw(*group), signal);
        }
    }
}

fn any_alive() -> bool {
    GROUPS.lock().is_ok_and(|groups| {
        groups
            .iter()
            .any(|group| killpg(Pid::from_raw(*group), None).is_ok())
    })
}

fn start(command: &mut Command) -> Result<(Child, i32)> {
    if is_stopping() {
        bail!("stopped");
    }
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("`{program}` cannot be started"))?;
    let group = i32::try_from(child.id())?;
    if let Ok(mut groups) = GROUPS.lock() {
        groups.insert(group);
    }
    Ok((child, group))
}

/// Waits for what is left of a group after its leader.
fn reap(group: i32) {
    // Fails when there is no child in the group any more.
    while waitpid(Pid::from_raw(-group), None).is_ok() {}
}

fn forget(group: i32) {
    if let Ok(mut groups) = GROUPS.lock() {
        groups.remove(&group);
    }
}

/// What a tool that ran to its end said.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// Standard output and error, as they came.
    pub(crate) output: String,
}

/// Runs a tool to its end; what it prints is shown as hints of `step`.
pub(crate) fn try_run(command: &mut Command, step: &Step<'_>) -> Result<Ended> {
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let (mut child, group) = start(command)?;
    // The command holds the pipe's writing end; the end of what is read is the end of the tool.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut output = String::new();
    for line in BufReader::new(reader).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        step.hint(&line);
        output.push_str(&line);
        output.push('\n');
    }
    let status = child.wait()?;
    forget(group);
    if is_stopping() {
        bail!("stopped");
    }
    Ok(Ended { status, output })
}

/// Runs a tool that must succeed, and returns what it said; if it fails, that is printed.
pub(crate) fn run(command: &mut Command, step: &Step<'_>) -> Result<String> {
    let Ended { status, output } = try_run(command, step)?;
    if !status.success() {
        eprintln!("\n{}", output.trim_end());
        let program = Path::new(command.get_program());
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        bail!("`{name}` failed ({status}); what it said stands above");
    }
    Ok(output)
}

/// Runs a program to its end with its output on this command's own.
pub(crate) fn run_shown(command: &mut Command) -> Result<ExitStatus> {
    let (mut child, group) = start(command)?;
    let status = child.wait()?;
    forget(group);
    if is_stopping() {
        bail!("stopped");
    }
    Ok(status)
}

/// A part of the running stack.
pub(crate) struct Part {
    name: &'static str,
    child: Child,
    group: i32,
    log: PathBuf,
}

impl Part {
    /// Starts a part whose output goes to a file of its own.
    pub(crate) fn start(name: &'static str, command: &mut Command, logs: &Path) -> Result<Self> {
        let log = logs.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("`{}`", log.display()))?;
        command.stdout(file.try_clone()?).stderr(file);
        let (child, group) = start(command)?;
        Ok(Self {
            name,
            child,
            group,
            log,
        })
    }

    /// Fails where the part has ended, with the last it said.
    pub(crate) fn check(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait()? else {
            return Ok(());
        };
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        let last = lines
            .get(lines.len().saturating_sub(20)..)
            .unwrap_or_default();
        bail!(
            "the {} ended ({status}); the end of `{}`:\n{}",
            self.name,
            self.log.display(),
            last.join("\n")
        );
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let group = Pid::from_raw(self.group);
        let _ = killpg(group, Signal::SIGTERM);
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            sleep(Duration::from_millis(20));
        }
        // Also what the leader left behind.
        let _ = killpg(group, Signal::SIGKILL);
        let _ = self.child.wait();
        reap(self.group);
        forget(self.group);
    }
}
