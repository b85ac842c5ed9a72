//! `openssl-program FOLDER`: builds the program `openssl` into FOLDER, out of the source inside the crate `openssl-src`.
//!
//! Distributions still have OpenSSL 3.0, whose CMS knows neither Ed25519 nor the post-quantum algorithms.

use std::ffi::OsString;
use std::io::Error;
use std::path::Path;
use std::process::Command;
use std::{env, fs, thread};

/// Only what the `cms` command and the making of keys need, quick to build.
const OPTIONS: [&str; 15] = [
    "--release",
    "no-shared",
    "no-module",
    "no-tests",
    "no-docs",
    "no-dso",
    "no-tls",
    "no-quic",
    "no-http",
    "no-sock",
    "no-ct",
    "no-ts",
    "no-cmp",
    // For compressed-data (RFC 3274).
    "zlib",
    "CFLAGS=-O1",
];

fn main() -> Result<(), Error> {
    let folder = env::args_os().nth(1);
    let folder = folder.ok_or_else(|| Error::other("usage: openssl-program FOLDER"))?;
    let folder = Path::new(&folder);
    // What another version left there would be taken for this one's.
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let mut configure = vec![openssl_src::source_dir().join("Configure").into_os_string()];
    configure.extend(OPTIONS.map(OsString::from));
    let jobs = thread::available_parallelism().map_or(1, |jobs| jobs.get());
    run(folder, "perl", &configure)?;
    run(folder, "make", &["build_generated".into()])?;
    run(
        folder,
        "make",
        &[format!("-j{jobs}").into(), "apps/openssl".into()],
    )
}

fn run(folder: &Path, program: &str, arguments: &[OsString]) -> Result<(), Error> {
    let status = Command::new(program)
        .current_dir(folder)
        .args(arguments)
        .status()
        .map_err(|error| Error::other(format!("`{program}` cannot be started: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::other(format!("`{program}` failed ({status})")))
    }
}
