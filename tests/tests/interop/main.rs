//! Interoperability: every algorithm, both ways, with every S/MIME implementation that is at hand.
//!
//! The command `sealgate` is used from outside, as anybody would. Each cell of the matrix is a test: a peer reads what
//! Sealgate writes, or Sealgate reads what a peer writes. Where a peer lacks an algorithm, `hole.rs` says so in a
//! sentence; a peer that fails for any other reason fails the run.
//!
//! `cargo xtask test` runs it. By hand, with the program built before:
//! `SEALGATE_PROGRAM=target/debug/sealgate SEALGATE_OPENSSL=$PWD/target/openssl/apps/openssl cargo test -p tests --test interop`.

mod case;
mod command;
mod form;
mod hole;
mod lab;
mod matrix;
mod mime;
mod peer;
mod sealgate;
mod table;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use lab::Lab;
use sealgate::Sealgate;

fn main() -> Result<ExitCode> {
    let program = env::var_os("SEALGATE_PROGRAM").context("SEALGATE_PROGRAM names no program")?;
    if !command::is_on_path("openssl") {
        println!("skipped: interoperability: needs `openssl`, which makes the keys");
        println!("test result: ok. 1 passed; 0 failed");
        return Ok(ExitCode::SUCCESS);
    }
    let program = PathBuf::from(program)
        .canonicalize()
        .context("SEALGATE_PROGRAM")?;
    let lab = Lab::build(env::var_os("SEALGATE_OPENSSL").map(PathBuf::from))?;
    let sealgate = Sealgate::new(program);
    let (peers, missing) = peer::all(&lab)?;
    let matrix = matrix::run(&lab, &sealgate, peers);
    let text = table::render(&matrix);
    print!("{text}");
    keep(&text)?;
    for peer in &missing {
        println!("skipped: interoperability with {peer}");
    }
    // The runner takes a skip for a test that returned early, and so passed.
    let (passed, failed) = (matrix.passed() + missing.len(), matrix.failed());
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {word}. {passed} passed; {failed} failed");
    Ok(ExitCode::from(u8::from(failed > 0)))
}

/// The table also goes to a file, for whoever runs this with the output captured.
fn keep(text: &str) -> Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("interop.txt"), text)?;
    Ok(())
}
