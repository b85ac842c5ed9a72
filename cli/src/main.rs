//! The native command: SMTP relay and S/MIME tools.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod clock;
mod relay;

/// S/MIME gateway: the SMTP relay, and the engine's verbs for files.
#[derive(Parser)]
#[command(name = "sealgate", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Relay(relay::Options),
}

fn main() -> ExitCode {
    match Arguments::parse().verb {
        Verb::Relay(options) => relay::run(&options),
    }
}
