//! The server against scripted clients, kind and hostile.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests fail by panicking"
)]

use smtp::{
    COMMAND_LINE_OCTETS_MAX, EnhancedCode, Event, FAILED_LOGINS_MAX, IDLE_COMMANDS_MAX,
    LoginAnswer, LoginPolicy, Reply, Session, SessionConfig, WRONG_COMMANDS_MAX,
};

const MAIL: &str = "MAIL FROM:<alice@acme.test>\r\n";
const RCPT: &str = "RCPT TO:<bob@partner.test>\r\n";

fn config() -> SessionConfig {
    SessionConfig {
        hostname: "mx.acme.test".to_owned(),
        message_octets_max: 1000,
        recipients_max: 3,
        recipients_octets_max: 100,
        starttls: true,
        login: LoginPolicy::Offered,
    }
}

/// A session, and what its driver saw.
struct Server {
    session: Session,
    asked: Vec<Vec<String>>,
    messages: Vec<String>,
    closed: bool,
}

impl Server {
    fn new(config: SessionConfig) -> Self {
        let mut server = Self {
            session: Session::new(config, false),
            asked: Vec::new(),
            messages: Vec::new(),
            closed: false,
        };
        assert_eq!(server.run(), "220 mx.acme.test ESMTP Sealgate\r\n");
        server
    }

    fn say(&mut self, text: &str) -> String {
        self.session.receive(text.as_bytes());
        self.run()
    }

    /// The codes of the replies to `text`, `550` or `550 5.7.1`, one per reply.
    fn codes(&mut self, text: &str) -> Vec<String> {
        let replies = self.say(text);
        let last_lines = replies.lines().filter(|line| line.as_bytes()[3] == b' ');
        last_lines
            .map(|line| {
                let enhanced = line.get(4..).and_then(|text| text.split(' ').next());
                match enhanced.filter(|word| word.matches('.').count() == 2) {
                    Some(enhanced) => format!("{} {enhanced}", &line[..3]),
                    None => line[..3].to_owned(),
                }
            })
            .collect()
    }

    fn run(&mut self) -> String {
        let mut written = String::new();
        loop {
            match self.session.poll() {
                Event::Send(bytes) => written.push_str(&String::from_utf8(bytes).unwrap()),
                Event::Receive => return written,
                Event::StartTls => self.session.tls_started(),
                Event::Login(credentials) => {
                    let right = *credentials.password == "secret";
                    self.session.logged_in(if right {
                        LoginAnswer::Accepted {
                            user: credentials.username,
                        }
                    } else {
                        LoginAnswer::Wrong
                    });
                }
                Event::Recipients(paths) => {
                    let replies = paths.iter().map(|path| {
                        let known = path.text != "nobody@partner.test";
                        (!known).then(|| Reply::new(550, EnhancedCode(5, 1, 1), "unknown"))
                    });
                    let replies = replies.collect();
                    self.asked
                        .push(paths.into_iter().map(|path| path.text).collect());
                    self.session.recipients(replies);
                }
                Event::Data => self.session.begin_data(b"Received: here\r\n".to_vec()),
                Event::Message(message) => {
                    self.messages.push(String::from_utf8(message).unwrap());
                    let reply = Reply::new(250, EnhancedCode(2, 0, 0), "delivered");
                    self.session.finish(&reply);
                }
                Event::Close => {
                    self.closed = true;
                    return written;
                }
            }
        }
    }
}

#[test]
fn a_pipelined_transaction() {
    let mut server = Server::new(config());
    let ehlo = server.say("EHLO client.test\r\n");
    assert_eq!(
        ehlo,
        "250-mx.acme.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250-SIZE 1000\r\n250 STARTTLS\r\n"
    );
    let group = format!(
        "{MAIL}{RCPT}RCPT TO:<nobody@partner.test>\r\nRCPT TO:<broken>\r\nrcpt to:<Carol@partner.test>\r\nDATA\r\n"
    );
    assert_eq!(
        server.codes(&group),
        [
            "250 2.1.0",
            "250 2.1.5",
            "550 5.1.1",
            "501 5.1.3",
            "250 2.1.5",
            "354"
        ]
    );
    let asked = [
        "bob@partner.test",
        "nobody@partner.test",
        "Carol@partner.test",
    ];
    assert_eq!(server.asked, [asked]);
    let codes = server.codes("Subject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n");
    assert_eq!(codes, ["250 2.0.0", "221 2.0.0"]);
    assert_eq!(
        server.messages,
        ["Received: here\r\nSubject: x\r\n\r\n.dot\r\n"]
    );
    assert!(server.closed);
}

#[test]
fn any_chunks_make_the_same_session() {
    let text = format!("EHLO c\r\n{MAIL}{RCPT}DATA\r\nx\r\n.\r\n{MAIL}QUIT\r\n");
    let mut whole = Server::new(config());
    let expected = whole.say(&text);
    for chunk in 1..text.len() {
        let mut server = Server::new(config());
        let written: String = text
            .as_bytes()
            .chunks(chunk)
            .map(|chunk| server.say(std::str::from_utf8(chunk).unwrap()))
            .collect();
        assert_eq!(written, expected);
        assert_eq!(server.messages, whole.messages);
    }
}

#[test]
fn commands_out_of_order_and_out_of_reach() {
    for (commands, last) in [
        (MAIL.to_owned(), "503 5.5.1"),
        (format!("EHLO c\r\n{RCPT}"), "503 5.5.1"),
        ("EHLO c\r\nDATA\r\n".to_owned(), "503 5.5.1"),
        (format!("EHLO c\r\n{MAIL}DATA\r\n"), "554 5.5.1"),
        (format!("EHLO c\r\n{MAIL}{MAIL}"), "503 5.5.1"),
        (format!("EHLO c\r\n{MAIL}RSET\r\n{RCPT}"), "503 5.5.1"),
        (format!("EHLO c\r\n{MAIL}EHLO c\r\n{RCPT}"), "503 5.5.1"),
        ("EHLO c\r\nMAIL FROM:<alice>\r\n".to_owned(), "501 5.1.7"),
        (
            "EHLO c\r\nMAIL FROM:<a@acme.test> SIZE=1001\r\n".to_owned(),
            "552 5.3.4",
        ),
        (
            "EHLO c\r\nMAIL FROM:<a@acme.test> BODY=BINARYMIME\r\n".to_owned(),
            "555 5.5.4",
        ),
        (
            "EHLO c\r\nMAIL FROM:<a@acme.test> RET=HDRS\r\n".to_owned(),
            "555 5.5.4",
        ),
        (
            "EHLO c\r\nMAIL FROM:<ä@acme.test>\r\n".to_owned(),
            "553 5.6.7",
        ),
        (
            format!("EHLO c\r\n{MAIL}RCPT TO:<ä@partner.test>\r\n"),
            "553 5.6.7",
        ),
        (
            format!("EHLO c\r\n{MAIL}RCPT TO:<postmaster>\r\n"),
            "550 5.1.3",
        ),
        (
            format!("EHLO c\r\n{MAIL}RCPT TO:<b@[192.0.2.1]>\r\n"),
            "501 5.1.3",
        ),
        ("EHLO c\r\nBDAT 3\r\n".to_owned(), "502 5.5.1"),
        ("GET / HTTP/1.1\r\n".to_owned(), "500 5.5.1"),
        ("EHLO c\r\nAUTH PLAIN AGEAYg==\r\n".to_owned(), "538 5.7.11"),
        ("NOOP\n".to_owned(), "500 5.5.2"),
        ("EHLO a\rNOOP\r\n".to_owned(), "500 5.5.2"),
    ] {
        let mut server = Server::new(config());
        assert_eq!(
            server.codes(&commands).last().unwrap(),
            last,
            "{commands:?}"
        );
    }
}

#[test]
fn utf8_addresses_come_with_smtputf8() {
    let mut server = Server::new(config());
    let codes = server
        .codes("EHLO c\r\nMAIL FROM:<ä@acme.test> SMTPUTF8\r\nRCPT TO:<ö@bücher.example>\r\n");
    assert_eq!(codes, ["250", "250 2.1.0", "250 2.1.5"]);
    assert_eq!(server.asked, [["ö@xn--bcher-kva.example"]]);
}

#[test]
fn recipients_have_limits_and_come_once() {
    let mut server = Server::new(config());
    let codes = server.codes(&format!(
        "EHLO c\r\n{MAIL}{RCPT}RCPT TO:<BOB@partner.test>\r\nRCPT TO:<c@partner.test>\r\nRCPT TO:<d@partner.test>\r\n"
    ));
    assert_eq!(
        codes[2..],
        ["250 2.1.5", "250 2.1.5", "250 2.1.5", "452 4.5.3"]
    );
    assert_eq!(server.session.transaction().unwrap().to.len(), 2);
    let long = format!("RCPT TO:<{}@partner.test>\r\n", "x".repeat(60));
    let mut server = Server::new(config());
    let codes = server.codes(&format!("EHLO c\r\n{MAIL}{long}{RCPT}{RCPT}"));
    assert_eq!(codes[2..], ["250 2.1.5", "250 2.1.5", "452 4.5.3"]);
}

#[test]
fn a_message_too_large_or_with_bare_line_ends_is_refused_and_the_session_goes_on() {
    for (message, code) in [
        (format!("{}\r\n.\r\n", "x".repeat(1001)), "552 5.3.4"),
        ("a\n.\nb\r\n.\r\n".to_owned(), "550 5.5.2"),
    ] {
        let mut server = Server::new(config());
        let codes = server.codes(&format!("EHLO c\r\n{MAIL}{RCPT}DATA\r\n{message}NOOP\r\n"));
        assert_eq!(codes[4..], [code, "250 2.0.0"]);
        assert!(server.messages.is_empty() && !server.closed);
    }
}

#[test]
fn tls_forgets_what_was_said_in_clear() {
    let mut server = Server::new(config());
    assert_eq!(server.codes("EHLO c\r\nSTARTTLS\r\n"), ["250", "220 2.0.0"]);
    assert!(server.session.is_in_tls());
    assert_eq!(server.codes(MAIL), ["503 5.5.1"]);
    let ehlo = server.say("EHLO c\r\n");
    assert!(ehlo.contains("AUTH PLAIN LOGIN") && !ehlo.contains("STARTTLS"));
    assert_eq!(server.codes("STARTTLS\r\n"), ["503 5.5.1"]);
}

#[test]
fn commands_injected_behind_starttls_end_the_session() {
    let mut server = Server::new(config());
    let codes = server.codes(&format!("EHLO c\r\nSTARTTLS\r\n{MAIL}"));
    assert_eq!(codes, ["250", "554 5.5.1"]);
    assert!(server.closed);
}

#[test]
fn clients_log_in() {
    for exchange in [
        "AUTH PLAIN AHVzZXIAc2VjcmV0\r\n",
        "AUTH PLAIN\r\nAHVzZXIAc2VjcmV0\r\n",
        "AUTH LOGIN\r\ndXNlcg==\r\nc2VjcmV0\r\n",
        "AUTH LOGIN dXNlcg==\r\nc2VjcmV0\r\n",
    ] {
        let login = LoginPolicy::Required;
        let mut server = Server::new(SessionConfig { login, ..config() });
        let codes = server.codes(&format!("EHLO c\r\n{MAIL}STARTTLS\r\n"));
        assert_eq!(codes[1], "530 5.7.0");
        let codes = server.codes(&format!("EHLO c\r\n{MAIL}{exchange}{MAIL}"));
        assert_eq!(codes[1], "530 5.7.0");
        assert_eq!(
            codes[codes.len() - 2..],
            ["235 2.7.0", "250 2.1.0"],
            "{exchange}"
        );
        assert_eq!(server.session.user(), Some("user"));
    }
}

#[test]
fn logins_fail_a_few_times_only() {
    let mut server = Server::new(config());
    server.say("EHLO c\r\nSTARTTLS\r\n");
    server.say("EHLO c\r\n");
    assert_eq!(server.codes("AUTH PLAIN ?\r\n"), ["501 5.5.2"]);
    assert_eq!(server.codes("AUTH LOGIN\r\n*\r\n"), ["334", "501 5.7.0"]);
    assert_eq!(server.codes("AUTH CRAM-MD5\r\n"), ["504 5.5.4"]);
    for _ in 1..FAILED_LOGINS_MAX {
        assert_eq!(
            server.codes("AUTH PLAIN AHVzZXIAd3Jvbmc=\r\n"),
            ["535 5.7.8"]
        );
    }
    assert_eq!(
        server.codes("AUTH PLAIN AHVzZXIAd3Jvbmc=\r\n"),
        ["535 5.7.8", "421 4.7.0"]
    );
    assert!(server.closed);
}

#[test]
fn hostile_clients_are_cut_off() {
    let mut server = Server::new(config());
    assert_eq!(
        server.codes(&"x".repeat(COMMAND_LINE_OCTETS_MAX + 1)),
        ["421 4.5.0"]
    );
    assert!(server.closed);

    let mut server = Server::new(config());
    assert_eq!(
        server
            .codes(&"x\r\n".repeat(WRONG_COMMANDS_MAX))
            .last()
            .unwrap(),
        "421 4.7.0"
    );
    assert!(server.closed);

    let mut server = Server::new(config());
    assert!(
        server
            .codes(&"NOOP\r\n".repeat(IDLE_COMMANDS_MAX))
            .iter()
            .all(|c| c == "250 2.0.0")
    );
    assert_eq!(server.codes("NOOP\r\n"), ["421 4.7.0"]);
    assert!(server.closed);

    let mut server = Server::new(config());
    let endless = "x".repeat(3000);
    let codes = server.codes(&format!("EHLO c\r\n{MAIL}{RCPT}DATA\r\n{endless}"));
    assert_eq!(codes[4..], ["552 5.3.4"]);
    assert!(server.closed);
}
