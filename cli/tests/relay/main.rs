//! `sealgate relay` as it runs: the real binary between a client, an edge and next hops.
//!
//! The edge is its peer in the HTTP contract, scripted per test; the next hops are SMTP servers.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests fail by panicking"
)]

mod client;
mod edge;
mod hop;
mod relay;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use client::Client;
use edge::{Answer, Edge};
use hop::Hop;
use relay::Relay;

const MAIL: &str = "MAIL FROM:<alice@acme.test>";
const MESSAGE: &str = "From: alice@acme.test\r\nSubject: secret-subject\r\n\r\n.dot\r\ntext\r\n";

fn rcpt(to: &str) -> String {
    format!("RCPT TO:<{to}>")
}

/// Everything up and taking mail.
struct Stack {
    edge: Edge,
    outbound: Hop,
    inbound: Hop,
    relay: Relay,
}

impl Stack {
    fn new(options: &[&str]) -> Self {
        let (edge, outbound, inbound) = (Edge::new(), Hop::new(), Hop::new());
        let relay = Relay::new(&edge.url(), &outbound.place(), &inbound.place(), options);
        Self {
            edge,
            outbound,
            inbound,
            relay,
        }
    }

    fn send(&self, to: &[&str]) -> String {
        Client::connect(&self.relay.outbound).send("alice@acme.test", to, MESSAGE)
    }
}

#[test]
fn a_mail_is_answered_when_the_next_hop_has_it() {
    let stack = Stack::new(&[]);
    stack
        .edge
        .process(|body| Answer::message(&[b"X-Sealed: yes\r\n", body].concat()));
    let reply = stack.send(&["Bob@Partner.test"]);
    assert!(reply.starts_with("250 2.0.0 delivered"), "{reply}");

    let mails = stack.outbound.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].from, "alice@acme.test");
    assert_eq!(mails[0].to, ["Bob@Partner.test"], "the client's spelling");
    let (trace, rest) = mails[0].message.split_once("\r\nFrom: ").unwrap();
    assert!(trace.starts_with("X-Sealed: yes\r\nReceived: from client.test ([127.0.0.1])\r\n\tby relay.acme.test (Sealgate) with ESMTP id "), "{trace}");
    assert!(trace.contains("\r\n\tfor <Bob@Partner.test>;"), "{trace}");
    assert_eq!(format!("From: {rest}"), MESSAGE);

    let calls = stack.edge.calls();
    assert_eq!(calls[0].path, "/api/v1/process/recipients");
    assert_eq!(
        calls[1].path,
        "/api/v1/process?direction=outbound&from=alice%40acme.test&to=bob%40partner.test"
    );
    assert!(
        calls
            .iter()
            .all(|call| call.authorization == "Bearer test-token")
    );
    assert_eq!(calls.len(), 2, "no outcome where all went well");
}

/// The edge's error report to the sender, as a part of its answer.
const REPORT: (&str, &str, &str, &[u8]) = (
    "<>",
    "<alice@acme.test>",
    "inbound",
    b"Subject: report\r\n\r\n",
);

#[test]
fn parts_go_to_their_next_hops() {
    let stack = Stack::new(&[]);
    stack.edge.process(|body| {
        Answer::parts(&[
            (
                "<alice@acme.test>",
                "<bob@partner.test>",
                "outbound",
                &[b"X: 1\r\n", body].concat(),
            ),
            (
                "<alice@acme.test>",
                "<carol@partner.test>",
                "outbound",
                body,
            ),
            REPORT,
        ])
    });
    let reply = stack.send(&[
        "bob@partner.test",
        "carol@partner.test",
        "dave@partner.test",
    ]);
    assert!(reply.starts_with("250"), "{reply}");
    let mails = stack.outbound.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails[0].message.starts_with("X: 1\r\nReceived: "));
    assert_eq!(mails[1].to, ["carol@partner.test"]);
    let reports = stack.inbound.mails();
    assert_eq!(
        (reports[0].from.as_str(), reports[0].to[0].as_str()),
        ("", "alice@acme.test")
    );
    assert_eq!(reports[0].message, "Subject: report\r\n\r\n");
}

#[test]
fn recipients_are_decided_together_at_rcpt() {
    let stack = Stack::new(&[]);
    stack.edge.refuse(
        "enforced@partner.test",
        "550 5.7.1 no certificate, ask the recipient for signed mail",
    );
    let mut client = Client::connect(&stack.relay.outbound);
    client.hello();
    let group = [
        MAIL,
        &rcpt("bob@partner.test"),
        &rcpt("enforced@partner.test"),
        &rcpt("carol@partner.test"),
        "RSET",
    ];
    let replies = client.pipeline(&group);
    assert_eq!(
        replies[2],
        "550 5.7.1 no certificate, ask the recipient for signed mail"
    );
    let codes: Vec<_> = replies.iter().map(|reply| &reply[..3]).collect();
    assert_eq!(codes, ["250", "250", "550", "250", "250"]);
    let calls = stack.edge.calls();
    assert_eq!(calls.len(), 1, "one call for the group");
    assert!(
        calls[0]
            .body
            .contains("\"direction\":\"outbound\",\"from\":\"alice@acme.test\"")
    );
}

#[test]
fn the_edge_refuses_and_fails() {
    let stack = Stack::new(&[]);
    for (answer, expected) in [
        (
            Answer::refused("550 5.7.1 not encrypted"),
            "550 5.7.1 not encrypted",
        ),
        (Answer::refused("451 4.7.1 later"), "451 4.7.1 later"),
        (Answer::problem(503, "key-not-here"), "451 4.3.0"),
        (Answer::problem(401, "unauthorised"), "451 4.3.5"),
        (Answer::problem(413, "too-large"), "552 5.3.4"),
        (Answer::problem(422, "unknown-field"), "451 4.3.0"),
        (Answer::html(502), "451 4.3.0"),
        (Answer::nonsense(), "451 4.3.0"),
        (Answer::hangup(), "451 4.4.1"),
    ] {
        stack.edge.process(move |_| answer.clone());
        let reply = stack.send(&["bob@partner.test"]);
        assert!(reply.starts_with(expected), "{reply} is not {expected}");
    }
    assert!(stack.outbound.mails().is_empty());
    stack.edge.stop();
    let mut client = Client::connect(&stack.relay.outbound);
    client.hello();
    client.command(MAIL);
    assert!(
        client
            .command(&rcpt("bob@partner.test"))
            .starts_with("451 4.4.1")
    );
}

#[test]
fn what_next_hops_say_comes_back_and_is_reported() {
    let stack = Stack::new(&[]);
    for (said, expected) in [
        ("550 5.1.1 no such user", "550 5.1.1 no such user"),
        (
            "450 4.2.1 mailbox busy",
            "451 4.2.1 the next hop says 450 4.2.1 mailbox busy",
        ),
    ] {
        stack.outbound.refuse("bob@partner.test", said);
        assert_eq!(stack.send(&["bob@partner.test"]), expected);
        let report = stack.edge.calls().pop().unwrap();
        assert_eq!(report.path, "/api/v1/process/m-1/outcome");
        assert!(report.body.contains(said), "{}", report.body);
    }
    stack.outbound.stop();
    let reply = stack.send(&["bob@partner.test"]);
    assert!(
        reply.starts_with("451 4.4.1 the next hop cannot be reached"),
        "{reply}"
    );
}

/// The sender is a recipient, too, and gets an error report about another one.
#[test]
fn a_report_to_the_sender_is_not_the_senders_copy() {
    let stack = Stack::new(&[]);
    stack.edge.process(|body| {
        Answer::parts(&[
            (
                "<alice@acme.test>",
                "<alice@acme.test>, <bob@partner.test>",
                "outbound",
                body,
            ),
            REPORT,
        ])
    });
    let to = ["alice@acme.test", "bob@partner.test", "carol@partner.test"];
    for address in &to[..2] {
        stack.outbound.refuse(address, "451 4.2.2 full");
    }
    assert_eq!(stack.send(&to), "451 4.2.2 full");
    assert_eq!(stack.send(&to), "451 4.2.2 full");
    for address in &to[..2] {
        stack.outbound.accept(address);
    }
    assert!(stack.send(&to).starts_with("250"));
    assert_eq!(stack.outbound.mails().last().unwrap().to, &to[..2]);
    assert_eq!(stack.inbound.mails().len(), 1, "one report");
}

/// Of these recipients the first has a mail, and the mailbox of the second is full.
fn delivered_to_one() -> (Stack, [&'static str; 2]) {
    let stack = Stack::new(&[]);
    let to = ["bob@partner.test", "carol@partner.test"];
    stack.outbound.refuse(to[1], "451 4.2.2 full");
    assert_eq!(stack.send(&to), "451 4.2.2 full");
    (stack, to)
}

#[test]
fn who_has_a_mail_does_not_get_it_again_when_the_client_repeats_it() {
    let (stack, to) = delivered_to_one();
    assert_eq!(stack.send(&to), "451 4.2.2 full");
    stack.outbound.accept("carol@partner.test");
    assert!(stack.send(&to).starts_with("250"));
    assert!(stack.send(&to).starts_with("250"));
    let all: Vec<_> = stack
        .outbound
        .mails()
        .into_iter()
        .flat_map(|mail| mail.to)
        .collect();
    assert_eq!(all[..2], to, "once each");
    assert_eq!(
        stack
            .edge
            .calls()
            .last()
            .unwrap()
            .path
            .matches("&to=")
            .count(),
        2,
        "a mail of its own"
    );
}

/// A mail whose copies are too large together is processed for one group after the other.
#[test]
fn a_divided_mail_comes_to_all() {
    let stack = Stack::new(&[]);
    let to = [
        "bob@partner.test",
        "carol@partner.test",
        "dave@partner.test",
    ];
    let (first, second) = ([to[1]], [to[0], to[2]]);
    let calls = Arc::new(AtomicUsize::new(0));
    stack
        .edge
        .process(move |body| match calls.fetch_add(1, Ordering::Relaxed) {
            0 | 3 => Answer::divided(&[&first, &second]),
            _ => Answer::message(body),
        });
    stack.outbound.refuse(to[0], "451 4.2.2 full");
    assert_eq!(stack.send(&to), "451 4.2.2 full");
    let received = || -> Vec<Vec<String>> {
        let mails = stack.outbound.mails().into_iter();
        mails.map(|mail| mail.to).collect()
    };
    assert_eq!(received(), [vec![to[1]], vec![to[2]]]);
    // Carol has it: the groups that the edge names are no longer the recipients.
    assert!(stack.send(&to).starts_with("451 4.3.0"));
    stack.outbound.accept(to[0]);
    assert!(stack.send(&to).starts_with("250"));
    assert_eq!(received()[2..], [vec![to[0]]]);
}

#[test]
fn a_group_is_not_divided_again() {
    let stack = Stack::new(&[]);
    let to = ["bob@partner.test", "carol@partner.test"];
    for groups in [&[&to[..]][..], &[&to[..1]], &[]] {
        let answer = Answer::divided(groups);
        stack.edge.process(move |_| answer.clone());
        assert!(stack.send(&to).starts_with("451 4.3.0"));
    }
    assert!(stack.outbound.mails().is_empty());
}

/// Whoever has it from an earlier try is named too, when the rest is refused.
#[test]
fn a_refusal_on_a_retry_says_who_has_the_mail() {
    let (stack, to) = delivered_to_one();
    stack
        .edge
        .process(|_| Answer::refused("550 5.7.5 no certificate"));
    let reply = stack.send(&to);
    assert!(
        reply.contains("not delivered to <carol@partner.test>: 550 5.7.5 no certificate"),
        "{reply}"
    );
    assert!(reply.contains("delivered to <bob@partner.test>"), "{reply}");
}

#[test]
fn a_partial_refusal_says_who_has_the_mail() {
    let stack = Stack::new(&[]);
    stack
        .outbound
        .refuse("carol@partner.test", "550 5.1.1 unknown");
    let reply = stack.send(&["bob@partner.test", "carol@partner.test"]);
    assert!(
        reply.contains("not delivered to <carol@partner.test>: 550 5.1.1 unknown"),
        "{reply}"
    );
    assert!(reply.contains("delivered to <bob@partner.test>"), "{reply}");
}

#[test]
fn connections_to_next_hops_are_kept_and_replaced_when_dead() {
    let stack = Stack::new(&[]);
    for _ in 0..3 {
        assert!(stack.send(&["bob@partner.test"]).starts_with("250"));
    }
    assert_eq!(stack.outbound.connections(), 1);
    stack.outbound.disconnect();
    assert!(stack.send(&["bob@partner.test"]).starts_with("250"));
    assert_eq!(stack.outbound.connections(), 2);
    assert_eq!(stack.outbound.mails().len(), 4);
}

#[test]
fn large_messages_pass_and_too_large_ones_do_not() {
    let stack = Stack::new(&[]);
    let line = format!("{}\r\n", "x".repeat(998));
    let large = format!("Subject: x\r\n\r\n{}", line.repeat(20 * 1024));
    let reply = Client::connect(&stack.relay.outbound).send(
        "alice@acme.test",
        &["bob@partner.test"],
        &large,
    );
    assert!(reply.starts_with("250"), "{reply}");
    assert!(stack.outbound.mails()[0].message.ends_with(&large));
    let peak = stack.relay.peak_memory();
    let allowed = 3 * large.len() + 16 * 1024 * 1024;
    assert!(
        peak <= allowed,
        "{peak} octets for a message of {}",
        large.len()
    );

    let mut client = Client::connect(&stack.relay.outbound);
    client.hello();
    assert!(
        client
            .command(&format!("{MAIL} SIZE=26214401"))
            .starts_with("552 5.3.4")
    );
    let too_large = line.repeat(26 * 1024 + 300);
    let reply = Client::connect(&stack.relay.outbound).send(
        "alice@acme.test",
        &["bob@partner.test"],
        &too_large,
    );
    assert!(reply.starts_with("552 5.3.4"), "{reply}");
}

#[test]
fn mail_in_circles_is_refused() {
    let stack = Stack::new(&[]);
    let message = format!("{}\r\nx\r\n", "Received: from a by b; x\r\n".repeat(100));
    let reply = Client::connect(&stack.relay.inbound).send("", &["alice@acme.test"], &message);
    assert!(reply.starts_with("554 5.4.6"), "{reply}");
    assert!(stack.inbound.mails().is_empty());
}

#[test]
fn tls_and_logins() {
    let files = relay::TlsFiles::new("listener", "relay.acme.test");
    let users = files.write("users", "relay:$6$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz.\n");
    let stack = Stack::new(&[
        "--tls-cert",
        &files.certificate,
        "--tls-key",
        &files.key,
        "--auth",
        &users,
        "--trust-networks",
        "192.0.2.0/24",
    ]);
    let mut client = Client::connect(&stack.relay.outbound);
    assert!(client.hello().contains("STARTTLS"));
    assert_eq!(
        client.command(MAIL),
        "530 5.7.0 log in first, after STARTTLS"
    );
    let mut client = client.start_tls(&files.certificate);
    assert!(client.hello().contains("AUTH PLAIN LOGIN"));
    assert!(
        client
            .command("AUTH PLAIN AHJlbGF5AHdyb25n")
            .starts_with("535 5.7.8")
    );
    assert!(
        client
            .command("AUTH PLAIN AHJlbGF5AHNlY3JldA==")
            .starts_with("235")
    );
    assert!(
        client
            .transaction("alice@acme.test", &["bob@partner.test"], MESSAGE)
            .starts_with("250")
    );
    assert!(
        stack.outbound.mails()[0]
            .message
            .contains(" with ESMTPSA id ")
    );
    let mut client = Client::connect(&stack.relay.inbound);
    client.hello();
    assert!(
        client.command(MAIL).starts_with("250"),
        "the inbound listener asks nobody to log in"
    );
}

#[test]
fn next_hops_are_reached_over_verified_tls_with_a_login() {
    let files = relay::TlsFiles::new("next-hop", "localhost");
    let login = files.write("login", "relay:secret\n");
    let (edge, outbound, inbound) = (Edge::new(), Hop::new(), Hop::new());
    outbound.ask_for_tls_and_login(&files.certificate, &files.key);
    let place = outbound.place().replace("127.0.0.1", "localhost");
    let send = |options: &[&str], trusted: Option<&str>| {
        let place = format!("{place},starttls");
        let relay = Relay::trusting(&edge.url(), &place, &inbound.place(), options, trusted);
        let to = ["bob@partner.test"];
        Client::connect(&relay.outbound).send("alice@acme.test", &to, MESSAGE)
    };
    let login = ["--next-hop-outbound-login", &login];
    let reply = send(&login, Some(&files.certificate));
    assert!(reply.starts_with("250"), "{reply}");
    assert_eq!(outbound.mails().len(), 1);

    let reply = send(&login, None);
    assert!(
        reply.starts_with("451 4.4.2"),
        "a certificate that nobody vouches for: {reply}"
    );
    let reply = send(&[], Some(&files.certificate));
    assert!(reply.starts_with("451 4.3.5"), "{reply}");
    assert_eq!(outbound.mails().len(), 1);
}

#[test]
fn strangers_cannot_send_where_nobody_can_log_in() {
    let stack = Stack::new(&["--trust-networks", "192.0.2.0/24"]);
    let greeting = Client::connect(&stack.relay.outbound).greeting;
    assert_eq!(greeting, "554 5.7.1 your network may not send here");
}

#[test]
fn connections_have_a_limit() {
    let stack = Stack::new(&["--connections-max", "1"]);
    let first = Client::connect(&stack.relay.outbound);
    assert!(first.greeting.starts_with("220"));
    assert!(
        Client::connect(&stack.relay.inbound)
            .greeting
            .starts_with("421 4.3.2")
    );
    drop(first);
    relay::eventually(|| {
        Client::connect(&stack.relay.inbound)
            .greeting
            .starts_with("220")
    });
}

#[test]
fn a_signal_ends_sessions_but_not_mails() {
    let mut stack = Stack::new(&["--json"]);
    stack.edge.process(|body| {
        std::thread::sleep(Duration::from_millis(800));
        Answer::message(body)
    });
    let mut idle = Client::connect(&stack.relay.outbound);
    idle.hello();
    let place = stack.relay.outbound.clone();
    let busy = std::thread::spawn(move || {
        Client::connect(&place).send("alice@acme.test", &["bob@partner.test"], MESSAGE)
    });
    relay::eventually(|| {
        stack
            .edge
            .calls()
            .iter()
            .any(|call| call.path.contains("/process?"))
    });
    stack.relay.terminate();
    assert!(idle.line().starts_with("421 4.3.2"));
    assert!(busy.join().unwrap().starts_with("250"));
    let (status, log) = stack.relay.wait();
    assert!(status.success());
    assert!(
        log.contains("\"event\":\"message\"") && log.contains("\"event\":\"stopping\""),
        "{log}"
    );
    assert!(
        !log.contains("secret-subject") && !log.contains("test-token"),
        "{log}"
    );
}

#[test]
fn wrong_settings_say_what_is_wrong() {
    for (arguments, said) in [
        (&["--next-hop-inbound", "nowhere"][..], "HOST:PORT"),
        (
            &["--tls-cert", "/nonexistent", "--tls-key", "/nonexistent"],
            "the TLS certificate cannot be used",
        ),
        (
            &["--outbound", "192.0.2.1:25"],
            "cannot listen on 192.0.2.1:25",
        ),
        (&["--auth", "/nonexistent"], "--tls-cert"),
    ] {
        let output = relay::run_to_end(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}
