//! The S/MIME engine beside the OpenSSL library in one process: the same operations on the same
//! messages in turns, by the CPU time of the process. `cargo xtask bench` builds it, where libssl is, and reads the
//! JSON that it prints.
//!
//! Each engine finds its input in memory, as it wants it. OpenSSL gets what it would be given by a program that
//! handles the MIME itself at no cost: entities ready to be signed, and the place of each part of what it reads. It
//! writes and reads CMS as PEM, which is base64 in lines, as a mail has it.

mod identity;
mod ours;
mod theirs;

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use identity::{ADDRESS, Identity};

/// Sizes of messages, in octets.
const SIZES: [usize; 4] = [10 * 1024, 1024 * 1024, 10 * 1024 * 1024, 24 * 1024 * 1024];
/// Octets that each engine works through for one figure; small messages are done at least
/// [`ROUNDS_MIN`] and at most [`ROUNDS_MAX`] times.
const OCTETS: usize = 96 * 1024 * 1024;
const ROUNDS_MIN: usize = 5;
const ROUNDS_MAX: usize = 100;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let identity = Identity::new()?;
    let mut rows = Vec::new();
    for octets in SIZES {
        let message = message(octets);
        let entity = ours::entity(&message);
        let sealed_by_us = ours::sign_and_encrypt(&identity, ours::received(&message))?;
        let sealed_by_them = theirs::sign_and_encrypt(&identity, &entity)?;
        let mut row = |operation: &str, turns: Turns| {
            let (ours, theirs) = (turns.ours, turns.theirs);
            rows.push(json!({
                "operation": operation,
                "octets": octets,
                "sealgate_ms": milliseconds(ours),
                "openssl_ms": milliseconds(theirs),
                "ratio": ours.as_secs_f64() / theirs.as_secs_f64(),
            }));
        };
        let rounds = (OCTETS / octets).clamp(ROUNDS_MIN, ROUNDS_MAX);
        let sign = in_turns(
            rounds,
            || ours::received(&message),
            |received| ours::sign(&identity, received),
            || theirs::sign(&identity, &entity),
        );
        row("sign", sign?);
        let sign_and_encrypt = in_turns(
            rounds,
            || ours::received(&message),
            |received| ours::sign_and_encrypt(&identity, received),
            || theirs::sign_and_encrypt(&identity, &entity),
        );
        row("sign+encrypt", sign_and_encrypt?);
        let open = in_turns(
            rounds,
            || (),
            |()| ours::open(&identity, &sealed_by_us),
            || theirs::open(&identity, &sealed_by_them, entity.len()),
        );
        row("decrypt+verify", open?);
    }
    println!("{}", Value::Array(rows));
    Ok(())
}

/// CPU time of one round of each engine, the fastest of all.
struct Turns {
    ours: Duration,
    theirs: Duration,
}

/// Runs both in turns. The fastest round is what the work costs; what is above it, the machine did
/// for others. `given` is what ours takes over, and is made before the clock runs: nobody gives OpenSSL anything but
/// octets to look at.
fn in_turns<G, A, B>(
    rounds: usize,
    given: impl Fn() -> G,
    ours: impl Fn(G) -> Result<A, Failure>,
    theirs: impl Fn() -> Result<B, Failure>,
) -> Result<Turns, Failure> {
    let mut turns = Turns {
        ours: Duration::MAX,
        theirs: Duration::MAX,
    };
    for _ in 0..rounds {
        let given = given();
        turns.ours = turns.ours.min(cpu_time(|| ours(given))?);
        turns.theirs = turns.theirs.min(cpu_time(&theirs)?);
    }
    Ok(turns)
}

fn cpu_time<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<Duration, Failure> {
    let start = Duration::from(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?);
    let made = work()?;
    let end = Duration::from(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?);
    drop(black_box(made));
    Ok(end - start)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// A mail with an attachment: what mails of this size are.
fn message(octets: usize) -> Vec<u8> {
    let mut message = format!(
        "From: {ADDRESS}\r\nTo: {ADDRESS}\r\nSubject: numbers\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nThe numbers.\r\n\
         --b\r\nContent-Type: application/octet-stream; name=numbers\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    )
    .into_bytes();
    // A linear congruential generator: octets that look random, the same in each run.
    let mut state: u32 = 1;
    let attachment: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(octets.saturating_sub(message.len()) * 57 / 78)
    .collect();
    mail::encode_base64(&attachment, &mut message);
    message.extend_from_slice(b"--b--\r\n");
    message
}
