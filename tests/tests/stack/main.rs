//! The main job on real parts: `cargo xtask dev` with relay, edge in workerd and local storage, an
//! SMTP client in front, a server that records octets behind, OpenSSL as the partner.
//!
//! All tests share one stack, so each uses addresses of its own; a year is lived through on a stack
//! whose clock can be moved. They run one after the other.

#![expect(
    clippy::indexing_slicing,
    reason = "a missing key of a JSON value reads as null, which no check accepts"
)]

mod api;
mod certificates;
mod crowd;
mod domains;
mod inbound;
mod limits;
mod next_hop;
mod openssl;
mod outbound;
mod own_certificates;
mod partners;
mod processes;
mod refusals;
mod restart;
mod revocation;
mod setting;
mod settings;
mod year;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};

use crate::setting::Setting;

type Test = fn(&Setting) -> Result<()>;

const TESTS: &[(&str, Test)] = &[
    (
        "an enforced mail is opened and verified by OpenSSL",
        outbound::is_opened_by_openssl,
    ),
    (
        "a default mail is signed, whatever its encoding",
        outbound::is_signed_by_default,
    ),
    (
        "an inactive mailbox sends unsigned",
        outbound::is_unsigned_while_inactive,
    ),
    (
        "recipients with different plans get what each needs",
        outbound::differs_by_recipient,
    ),
    (
        "a signed mail of OpenSSL is harvested and answered",
        inbound::is_harvested,
    ),
    (
        "an encrypted mail of OpenSSL is delivered in clear",
        inbound::is_decrypted,
    ),
    (
        "an altered signature is delivered and told",
        inbound::is_told_when_altered,
    ),
    (
        "the e-mail event decrypts and delivers too",
        inbound::comes_by_event,
    ),
    (
        "the e-mail event refuses plain mail under force",
        inbound::is_refused_by_event,
    ),
    (
        "enforce without a key refuses at RCPT",
        refusals::without_key,
    ),
    (
        "force decryption refuses plain mail",
        refusals::plain_under_force,
    ),
    (
        "a stranger's domain is not relayed",
        refusals::unknown_sender,
    ),
    ("an oversized message is refused", refusals::oversized),
    (
        "malformed mail is delivered or refused, and listed",
        refusals::malformed,
    ),
    (
        "broken CMS is delivered or refused, and listed",
        refusals::broken_cms,
    ),
    (
        "a next hop that is busy is tried later",
        refusals::next_hop_is_busy,
    ),
    (
        "a next hop that refuses is passed on",
        refusals::next_hop_refuses,
    ),
    (
        "an edge that is down is tried later",
        refusals::edge_is_down,
    ),
    (
        "the API refuses what it does not know",
        api::refuses_the_unknown,
    ),
    (
        "a stale version changes nothing",
        api::refuses_stale_versions,
    ),
    (
        "the description lists every call",
        api::describes_every_call,
    ),
    (
        "a blocked certificate stays blocked",
        partners::stay_blocked,
    ),
    (
        "a certificate shows what its authority is worth",
        partners::show_their_authority,
    ),
    (
        "settings are written whole, by those who may",
        settings::are_written_strictly,
    ),
    (
        "confidential header protection hides the subject",
        settings::hide_the_subject,
    ),
    (
        "the cipher is the one that is set",
        settings::choose_the_cipher,
    ),
    (
        "the overview keeps messages as long as is set",
        settings::limit_the_overview,
    ),
    (
        "a warm mail costs one look into each store",
        limits::costs_one_look,
    ),
    (
        "a mail to very many is listed for each",
        limits::lists_every_recipient,
    ),
    (
        "concurrent activations never pass the seats",
        limits::keeps_to_the_seats,
    ),
    (
        "a certificate is revoked, listed and replaced",
        certificates::are_revoked,
    ),
    (
        "a certificate is renewed by an administrator",
        certificates::are_renewed,
    ),
    (
        "certificates with their keys are uploaded from PKCS#12",
        own_certificates::are_uploaded,
    ),
    (
        "certificates that will not do are refused",
        own_certificates::are_judged,
    ),
    (
        "a request is answered by another authority",
        own_certificates::are_requested,
    ),
    (
        "certificates renew by themselves within the licence",
        year::renews_certificates,
    ),
    (
        "a revoked signer is delivered and told",
        revocation::is_told_of_a_signer,
    ),
    (
        "what tells of revocation is read within limits",
        revocation::is_asked_within_limits,
    ),
    (
        "without a resolver domains stay as they are",
        domains::stay_without_a_resolver,
    ),
    (
        "a domain is proven, lost and found by the DNS",
        domains::are_proven_by_the_dns,
    ),
    // Moves the clock, so it comes late.
    (
        "a revoked recipient is found out, and silence told",
        revocation::is_found_out,
    ),
    (
        "the edge reaches a next hop by TLS, and signs in",
        next_hop::is_reached_by_tls,
    ),
    (
        "the edge reaches no next hop that it does not trust",
        next_hop::is_not_reached_otherwise,
    ),
    (
        "large messages that come together keep within an isolate",
        crowd::keeps_within_an_isolate,
    ),
    (
        "a large mail comes to all of several recipients",
        crowd::takes_a_large_mail_to_several,
    ),
    // Adds an organisation: the licence of the one can no longer be set without naming it.
    (
        "a new password ends the sessions of the old one",
        api::ends_sessions_with_their_password,
    ),
    (
        "a restart keeps the state and leaves no process",
        restart::keeps_state,
    ),
    (
        "a release with another list of public authorities brings it to every organisation",
        restart::takes_a_new_public_list,
    ),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    if arguments.list {
        return libtest_mimic::run(&arguments, Vec::new()).exit_code();
    }
    let setting = match Setting::start() {
        Ok(setting) => Arc::new(setting),
        Err(error) => {
            eprintln!("the stack did not start: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let trials = TESTS.iter().map(|(name, test)| {
        let setting = Arc::clone(&setting);
        Trial::test(*name, move || {
            test(&setting).map_err(|error| Failed::from(format!("{error:#}")))
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    conclusion.exit_code()
}
