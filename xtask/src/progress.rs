//! What the person, or the program, in front of the terminal sees while work goes on.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::json;

/// How often a step that takes long says that it still lives, where no terminal shows it.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// Progress of a command: text on standard error, or JSON lines on standard output.
pub(crate) struct Progress {
    json: bool,
    terminal: bool,
}

impl Progress {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            terminal: !json && stderr().is_terminal(),
        }
    }

    pub(crate) fn for_people() -> Self {
        Self::new(false)
    }

    /// A step has begun; it ends by [`Step::done`] or, with the error that ends the command, by drop.
    pub(crate) fn step(&self, name: &str) -> Step<'_> {
        let started = Instant::now();
        if self.json {
            self.line(&json!({"step": name, "state": "started"}));
        } else if self.terminal {
            // Another step may be under way; it shows itself again.
            eprint!("\r\x1b[K  {name} …");
        } else {
            eprintln!("  {name} …");
        }
        Step {
            progress: self,
            name: name.to_owned(),
            started,
            shown: Mutex::new(started),
        }
    }

    /// A sentence between steps.
    pub(crate) fn note(&self, text: &str) {
        if self.json {
            self.line(&json!({"note": text}));
        } else {
            eprintln!("  {text}");
        }
    }

    fn line(&self, value: &serde_json::Value) {
        debug_assert!(self.json);
        let mut out = stdout().lock();
        // A reader that went away ends the command by its signal, not by this line.
        let _ = writeln!(out, "{value}").and_then(|()| out.flush());
    }
}

/// A step under way.
pub(crate) struct Step<'a> {
    progress: &'a Progress,
    name: String,
    started: Instant,
    shown: Mutex<Instant>,
}

impl Step<'_> {
    /// Something that the step's own tool said; shown as a sign of life, not kept.
    pub(crate) fn hint(&self, text: &str) {
        if self.progress.json {
            return;
        }
        let Ok(mut shown) = self.shown.lock() else {
            return;
        };
        let text = text.trim();
        // Names of what is compiled; the rest matters only in the whole output of a failure.
        let text = text
            .strip_prefix("Compiling ")
            .or(text.strip_prefix("Checking "));
        let text: String = text.unwrap_or_default().chars().take(60).collect();
        let seconds = self.started.elapsed().as_secs();
        if self.progress.terminal {
            eprint!("\r\x1b[K  {} … {seconds} s  {text}", self.name);
        } else if shown.elapsed() >= SIGN_OF_LIFE {
            eprintln!("  {} … {seconds} s  {text}", self.name);
            *shown = Instant::now();
        }
    }

    /// The step failed; what its tool said is shown whole.
    pub(crate) fn failed(self, output: &str) {
        if self.progress.json {
            self.progress
                .line(&json!({"step": self.name, "state": "failed"}));
        } else {
            eprintln!();
        }
        eprintln!("{}\n  {}: failed", output.trim_end(), self.name);
    }

    /// The step went well.
    pub(crate) fn done(self) {
        let seconds = self.started.elapsed().as_secs_f64();
        if self.progress.json {
            let seconds = (seconds * 10.0).round() / 10.0;
            self.progress
                .line(&json!({"step": self.name, "state": "done", "seconds": seconds}));
        } else if self.progress.terminal {
            eprintln!("\r\x1b[K  {}: {seconds:.1} s", self.name);
        } else {
            eprintln!("  {}: {seconds:.1} s", self.name);
        }
    }
}
