//! The client against scripted servers, kind and hostile.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use smtp::{Action, Client, ClientConfig, ClientError, Credentials, Envelope, Outcome, TlsMode};

const EHLO: &str = "EHLO relay.acme.test\r\n";

fn client(tls: TlsMode, login: bool) -> Client {
    let credentials = login.then(|| Credentials {
        username: "relay".to_owned(),
        password: "secret".to_owned().into(),
    });
    Client::new(ClientConfig {
        hello: "relay.acme.test".to_owned(),
        tls,
        credentials,
    })
}

fn envelope(to: &[&str]) -> Envelope {
    let to = to.iter().map(|&path| path.to_owned()).collect();
    Envelope::new(
        "alice@acme.test".to_owned(),
        to,
        b"Subject: x\r\n\r\nx\r\n",
        false,
    )
}

/// Plays `script`, pairs of what the server says and what the client must write then; `MESSAGE`
/// stands for the message, `TLS` for a handshake. Returns what came out beside.
fn play(client: &mut Client, script: &[(&str, &str)]) -> Vec<Action> {
    let mut rest = Vec::new();
    for (said, expected) in script {
        assert_eq!(
            client.poll(),
            Action::Receive,
            "before the server says {said:?}"
        );
        client.receive(said.as_bytes());
        let mut written = String::new();
        loop {
            match client.poll() {
                Action::Send(bytes) => written.push_str(&String::from_utf8(bytes).unwrap()),
                Action::SendMessage => written.push_str("MESSAGE"),
                Action::StartTls => {
                    written.push_str("TLS ");
                    client.tls_started();
                }
                Action::Receive | Action::Ready => break,
                action @ Action::Finished(_) => rest.push(action),
                action @ Action::Closed(_) => {
                    rest.push(action);
                    break;
                }
            }
        }
        assert_eq!(written, *expected, "after the server said {said:?}");
    }
    rest
}

fn outcome(actions: &[Action]) -> &Outcome {
    match actions.first() {
        Some(Action::Finished(outcome)) => outcome,
        other => panic!("no outcome but {other:?}"),
    }
}

fn codes(actions: &[Action]) -> Vec<u16> {
    outcome(actions).replies.iter().map(|r| r.code).collect()
}

#[test]
fn pipelining_sends_all_commands_at_once() {
    let mut client = client(TlsMode::None, false);
    client.deliver(envelope(&["b@partner.test", "c@partner.test"]));
    let actions = play(
        &mut client,
        &[
            ("220 mx\r\n", EHLO),
            (
                "250-mx\r\n250-PIPELINING\r\n250 SIZE 1000\r\n",
                "MAIL FROM:<alice@acme.test> SIZE=17\r\nRCPT TO:<b@partner.test>\r\nRCPT TO:<c@partner.test>\r\nDATA\r\n",
            ),
            (
                "250 ok\r\n250 ok\r\n550 5.1.1 unknown\r\n354 go\r\n",
                "MESSAGE",
            ),
            ("250 2.0.0 queued\r\n", ""),
        ],
    );
    assert_eq!(codes(&actions), [250, 550]);
    assert_eq!(client.poll(), Action::Ready);
    client.quit();
    assert_eq!(client.poll(), Action::Send(b"QUIT\r\n".to_vec()));
    client.receive(b"221 bye\r\n");
    assert_eq!(client.poll(), Action::Closed(None));
}

#[test]
fn without_pipelining_each_command_waits() {
    let mut client = client(TlsMode::None, false);
    client.deliver(envelope(&["b@partner.test"]));
    let actions = play(
        &mut client,
        &[
            ("220 mx\r\n", EHLO),
            ("502 what?\r\n", "HELO relay.acme.test\r\n"),
            ("250 mx\r\n", "MAIL FROM:<alice@acme.test>\r\n"),
            ("250 ok\r\n", "RCPT TO:<b@partner.test>\r\n"),
            ("250 ok\r\n", "DATA\r\n"),
            ("354 go\r\n", "MESSAGE"),
            ("554 5.7.1 spam\r\n", ""),
        ],
    );
    assert_eq!(codes(&actions), [554]);
}

#[test]
fn a_second_transaction_uses_the_session() {
    let mut client = client(TlsMode::None, false);
    client.deliver(envelope(&["b@partner.test"]));
    play(
        &mut client,
        &[
            ("220 mx\r\n", EHLO),
            ("250 mx\r\n", "MAIL FROM:<alice@acme.test>\r\n"),
            ("450 4.2.1 later\r\n", ""),
        ],
    );
    client.deliver(envelope(&["b@partner.test"]));
    assert_eq!(client.poll(), Action::Send(b"RSET\r\n".to_vec()));
    let actions = play(
        &mut client,
        &[
            ("250 ok\r\n", "MAIL FROM:<alice@acme.test>\r\n"),
            ("250 ok\r\n", "RCPT TO:<b@partner.test>\r\n"),
            ("250 ok\r\n", "DATA\r\n"),
            ("354 go\r\n", "MESSAGE"),
            ("250 ok\r\n", ""),
        ],
    );
    assert_eq!(codes(&actions), [250]);
}

#[test]
fn a_server_that_takes_data_for_nobody_gets_nothing() {
    let mut client = client(TlsMode::None, false);
    client.deliver(envelope(&["b@partner.test"]));
    let actions = play(
        &mut client,
        &[
            ("220 mx\r\n", EHLO),
            (
                "250-mx\r\n250 PIPELINING\r\n",
                "MAIL FROM:<alice@acme.test>\r\nRCPT TO:<b@partner.test>\r\nDATA\r\n",
            ),
            ("250 ok\r\n550 5.1.1 unknown\r\n354 go\r\n", ".\r\n"),
            ("250 queued nothing\r\n", ""),
        ],
    );
    assert_eq!(codes(&actions), [550]);
    assert_eq!(client.poll(), Action::Ready);
}

/// Nothing was sent that it could be about.
#[test]
fn a_good_word_to_data_delivers_nothing() {
    let mut client = client(TlsMode::None, false);
    client.deliver(envelope(&["b@partner.test", "c@partner.test"]));
    let script = [
        ("220 mx\r\n", EHLO),
        (
            "250-mx\r\n250 PIPELINING\r\n",
            "MAIL FROM:<alice@acme.test>\r\nRCPT TO:<b@partner.test>\r\nRCPT TO:<c@partner.test>\r\nDATA\r\n",
        ),
        (
            "250 ok\r\n550 5.1.1 unknown\r\n250 ok\r\n250 queued\r\n",
            "",
        ),
    ];
    let actions = play(&mut client, &script);
    assert_eq!(codes(&actions), [550, 451]);
}

#[test]
fn a_refused_sender_is_the_reason_for_every_recipient() {
    for (said, expected) in [
        ("550 5.7.1 not you", "550 5.7.1 not you"),
        ("530 5.7.0 log in first", "451 4.3.5"),
    ] {
        let mut client = client(TlsMode::None, false);
        client.deliver(envelope(&["b@partner.test"]));
        let script = [
            ("220 mx\r\n", EHLO),
            (
                "250-mx\r\n250 PIPELINING\r\n",
                "MAIL FROM:<alice@acme.test>\r\nRCPT TO:<b@partner.test>\r\nDATA\r\n",
            ),
            (&format!("{said}\r\n503 no MAIL\r\n503 no MAIL\r\n"), ""),
        ];
        let actions = play(&mut client, &script);
        let reply = outcome(&actions).replies[0].to_string();
        assert!(reply.starts_with(expected), "{reply}");
    }
}

#[test]
fn tls_comes_before_credentials() {
    let mut client = client(TlsMode::StartTls, true);
    play(
        &mut client,
        &[
            ("220 mx\r\n", EHLO),
            (
                "250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
                "STARTTLS\r\n",
            ),
            ("220 go\r\n", &format!("TLS {EHLO}")),
            (
                "250-mx\r\n250 AUTH PLAIN LOGIN\r\n",
                "AUTH PLAIN AHJlbGF5AHNlY3JldA==\r\n",
            ),
            ("235 ok\r\n", ""),
        ],
    );
    assert_eq!(client.poll(), Action::Ready);
}

#[test]
fn login_is_used_where_plain_is_not_offered() {
    let mut client = client(TlsMode::Implicit, true);
    play(
        &mut client,
        &[
            ("220 mx\r\n", EHLO),
            ("250-mx\r\n250 AUTH LOGIN\r\n", "AUTH LOGIN\r\n"),
            ("334 VXNlcm5hbWU6\r\n", "cmVsYXk=\r\n"),
            ("334 UGFzc3dvcmQ6\r\n", "c2VjcmV0\r\n"),
            ("235 ok\r\n", ""),
        ],
    );
    assert_eq!(client.poll(), Action::Ready);
}

#[test]
fn what_a_server_cannot_take_is_refused_without_asking() {
    for (ehlo, message, from, expected) in [
        (
            "250-mx\r\n250 SIZE 5\r\n",
            "abcdef",
            "a@acme.test",
            "552 5.3.4",
        ),
        ("250 mx\r\n", "Grüße", "a@acme.test", "554 5.6.3"),
        (
            "250-mx\r\n250 8BITMIME\r\n",
            "x",
            "ä@acme.test",
            "550 5.6.7",
        ),
    ] {
        let mut client = client(TlsMode::None, false);
        let to = vec!["b@partner.test".to_owned()];
        client.deliver(Envelope::new(
            from.to_owned(),
            to,
            message.as_bytes(),
            false,
        ));
        let actions = play(&mut client, &[("220 mx\r\n", EHLO), (ehlo, "")]);
        assert!(
            outcome(&actions).replies[0]
                .to_string()
                .starts_with(expected)
        );
        assert_eq!(client.poll(), Action::Ready);
    }
}

#[test]
fn trouble_between_us_and_the_next_hop_is_temporary() {
    type Script<'a> = &'a [(&'a str, &'a str)];
    let cases: [(TlsMode, bool, Script<'_>, &str); 9] = [
        (TlsMode::None, false, &[("554 no\r\n", "")], "451 4.4.1"),
        (
            TlsMode::None,
            false,
            &[("220 mx\r\n", EHLO), ("550 no\r\n", "")],
            "451 4.4.1",
        ),
        (
            TlsMode::StartTls,
            false,
            &[("220 mx\r\n", EHLO), ("250 mx\r\n", "")],
            "451 4.3.5",
        ),
        (
            TlsMode::StartTls,
            false,
            &[
                ("220 mx\r\n", EHLO),
                ("250-mx\r\n250 STARTTLS\r\n", "STARTTLS\r\n"),
                ("220 go\r\n250-mx\r\n", ""),
            ],
            "451 4.5.0",
        ),
        (
            TlsMode::None,
            true,
            &[("220 mx\r\n", EHLO), ("250-mx\r\n250 AUTH PLAIN\r\n", "")],
            "451 4.3.5",
        ),
        (
            TlsMode::Implicit,
            true,
            &[
                ("220 mx\r\n", EHLO),
                (
                    "250-mx\r\n250 AUTH PLAIN\r\n",
                    "AUTH PLAIN AHJlbGF5AHNlY3JldA==\r\n",
                ),
                ("535 5.7.8 wrong\r\n", ""),
            ],
            "451 4.3.5",
        ),
        (
            TlsMode::None,
            false,
            &[("HTTP/1.1 200 OK\r\n", "")],
            "451 4.5.0",
        ),
        (
            TlsMode::None,
            false,
            &[("220 mx\r\n", EHLO), ("", "")],
            "451 4.4.2",
        ),
        (
            TlsMode::None,
            false,
            &[
                ("220 mx\r\n", EHLO),
                ("250 mx\r\n", "MAIL FROM:<alice@acme.test>\r\n"),
                ("421 4.3.2 closing\r\n", ""),
            ],
            "451 4.4.2",
        ),
    ];
    for (tls, login, script, expected) in cases {
        let mut client = client(tls, login);
        client.deliver(envelope(&["b@partner.test", "c@partner.test"]));
        let actions = play(&mut client, script);
        let replies = &outcome(&actions).replies;
        assert_eq!(replies.len(), 2);
        assert!(
            replies[0].to_string().starts_with(expected),
            "{} for {script:?}",
            replies[0]
        );
        assert!(matches!(actions.last(), Some(Action::Closed(Some(_)))));
    }
}

#[test]
fn a_refusal_that_was_heard_outlives_the_connection() {
    let mut client = client(TlsMode::None, false);
    client.deliver(envelope(&["b@partner.test", "c@partner.test"]));
    let actions = play(
        &mut client,
        &[
            ("220 mx\r\n", EHLO),
            ("250 mx\r\n", "MAIL FROM:<alice@acme.test>\r\n"),
            ("250 ok\r\n", "RCPT TO:<b@partner.test>\r\n"),
            ("550 5.1.1 unknown\r\n", "RCPT TO:<c@partner.test>\r\n"),
            ("", ""),
        ],
    );
    assert_eq!(codes(&actions), [550, 451]);
    assert!(!outcome(&actions).unheard);
}

#[test]
fn a_dead_connection_is_told_apart_from_a_refusal() {
    let mut client = client(TlsMode::None, false);
    play(&mut client, &[("220 mx\r\n", EHLO), ("250 mx\r\n", "")]);
    client.deliver(envelope(&["b@partner.test"]));
    client.poll();
    let actions = play(&mut client, &[("", "")]);
    assert!(outcome(&actions).unheard);
    assert_eq!(actions[1], Action::Closed(Some(ClientError::Disconnected)));
}

#[test]
fn a_reply_to_nothing_ends_the_conversation() {
    let mut client = client(TlsMode::None, false);
    let script = [("220 mx\r\n", EHLO), ("250 mx\r\n250 and more\r\n", "")];
    let actions = play(&mut client, &script);
    assert!(matches!(
        actions[0],
        Action::Closed(Some(ClientError::Unexpected(_)))
    ));
}

#[test]
fn a_path_cannot_bring_commands() {
    let mut client = client(TlsMode::None, false);
    let to = vec!["b@partner.test>\r\nRSET".to_owned()];
    client.deliver(Envelope::new(String::new(), to, b"x", false));
    play(
        &mut client,
        &[
            ("220 mx\r\n", EHLO),
            ("250 mx\r\n", "MAIL FROM:<>\r\n"),
            ("250 ok\r\n", "RCPT TO:<b@partner.test>RSET>\r\n"),
        ],
    );
}
