//! The native command: SMTP relay and S/MIME tools.

// They panic where the stream is closed or full.
#![deny(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod clock;
mod input;
mod keys;
mod output;
mod relay;
mod report;
mod validity;
mod verb;

/// S/MIME gateway: the SMTP relay, and the engine's verbs for files.
///
/// MESSAGE is an RFC 5322 message, a MIME entity or a bare CMS object (DER, BER or PEM); CERT, KEY
/// and so on are files; `-` is standard input.
///
/// Exit codes: 0 the verdict is good, 1 it is bad, 2 wrong usage, 3 nothing of that kind in the
/// input, 4 malformed input.
#[derive(Parser)]
#[command(name = "sealgate", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Inspect(verb::Inspect),
    Verify(verb::Verify),
    Decrypt(verb::Decrypt),
    Sign(verb::Sign),
    Encrypt(verb::Encrypt),
    Chain(verb::Chain),
    #[command(subcommand)]
    Policy(verb::Policy),
    Relay(Box<relay::Options>),
}

fn main() -> ExitCode {
    match Arguments::parse().verb {
        Verb::Inspect(verb) => report::print(verb.run(), verb.json),
        Verb::Verify(verb) => report::print(verb.run(), verb.json),
        Verb::Decrypt(verb) => report::print(verb.run(), verb.json),
        Verb::Sign(verb) => report::print(verb.run(), verb.json),
        Verb::Encrypt(verb) => report::print(verb.run(), verb.json),
        Verb::Chain(verb) => report::print(verb.run(), verb.json),
        Verb::Policy(verb::Policy::Eval(verb)) => report::print(verb.run(), verb.json),
        Verb::Relay(options) => relay::run(&options),
    }
}
