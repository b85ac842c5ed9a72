//! `cargo xtask dev|test|bench|build|roots`: the only scripts, from nothing but cargo and Node.

mod artefacts;
mod bench;
mod budget;
mod demo;
mod dev;
mod fuzz;
mod options;
mod peers;
mod process;
mod progress;
mod secrets;
mod stack;
mod suite;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::options::Command;
use crate::progress::Progress;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            process::stop_all();
            if process::is_stopping() {
                return ExitCode::from(130);
            }
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let command = options::parse()?;
    process::stop_on_signal()?;
    match command {
        Command::Help => {
            println!("{}", options::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Command::Dev(options) => dev::run(&options),
        Command::Test => suite::run(),
        Command::Bench(options) => bench::run(&options),
        Command::Roots { package } => {
            let mut example = tools::cargo(&root()?);
            example.args(["run", "--package", "xtask", "--example", "roots", "--"]);
            let status = example.arg(package).status()?;
            Ok(ExitCode::from(u8::from(!status.success())))
        }
        Command::Build => {
            let progress = Progress::for_people();
            let tools = tools::install(&progress)?;
            artefacts::build(&tools, &progress)?;
            budget::check(&tools, &progress)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The workspace's folder.
fn root() -> Result<PathBuf> {
    let Some(root) = Path::new(env!("CARGO_MANIFEST_DIR")).parent() else {
        bail!("xtask does not lie in a workspace");
    };
    Ok(root.to_owned())
}
