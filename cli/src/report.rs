//! How a verb ends: what it prints, and its exit code.

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use findings::{Report, Verdict};

/// Why a verb could not begin: the command line asks for what cannot be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// Anything else.
    #[error("{0}")]
    Wrong(String),
}

/// Prints what came of a verb and gives the exit code. Where standard output takes what the verb made,
/// people's text goes to standard error.
pub(crate) fn print(result: Result<Report, UsageError>, json: bool) -> ExitCode {
    let report = match result {
        Ok(report) => report,
        Err(error) => return fail("sealgate", &error),
    };
    let mut out = std::io::stdout().lock();
    let written = match report.content() {
        Some(content) => {
            diagnose(&report.to_text());
            out.write_all(content)
        }
        None if json => writeln!(out, "{}", report.to_json()),
        None => write!(out, "{}", report.to_text()),
    };
    match written.and_then(|()| out.flush()) {
        Ok(()) => exit_code(report.verdict()),
        // Whoever reads has read enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => exit_code(report.verdict()),
        Err(error) => fail("sealgate: standard output", &error),
    }
}

/// Says on standard error why nothing came of it, and gives the exit code.
pub(crate) fn fail(place: &str, error: &dyn std::error::Error) -> ExitCode {
    diagnose(&format!("{place}: {error}\n"));
    ExitCode::from(2)
}

/// Writes to standard error, unlike `eprint!` also where that is closed or full.
fn diagnose(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

fn exit_code(verdict: Verdict) -> ExitCode {
    ExitCode::from(match verdict {
        Verdict::Good => 0,
        Verdict::Bad => 1,
        Verdict::None => 3,
        Verdict::Malformed => 4,
    })
}
