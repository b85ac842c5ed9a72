//! The Received field that this hop adds (RFC 5321 §4.4), and those it counts.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use mail::UnixTime;
use smtp::Session;

/// Names a mail in the Received field and in the log.
pub(super) fn next_id(now: UnixTime) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:x}.{count:x}", now.0)
}

/// The Received field for the transaction that is open.
pub(super) fn received(
    session: &Session,
    client: IpAddr,
    hostname: &str,
    id: &str,
    now: UnixTime,
) -> Vec<u8> {
    let name = session.hello().map_or("unknown", |hello| &hello.name);
    // More than one recipient is not named: each would learn of blind copies.
    let recipient = match session.transaction().map(|open| open.to.as_slice()) {
        Some([only]) => format!("\r\n\tfor <{}>", only.text),
        _ => String::new(),
    };
    format!(
        "Received: from {} ([{}])\r\n\tby {hostname} (Sealgate) with {} id {id}{recipient};\r\n\t{}\r\n",
        host(name),
        literal(client),
        protocol(session),
        now.to_rfc5322(),
    )
    .into_bytes()
}

/// RFC 3848, and RFC 6531 §4.3 for UTF-8.
fn protocol(session: &Session) -> String {
    let utf8 = session.transaction().is_some_and(|open| open.smtputf8);
    let extended = session.hello().is_some_and(|hello| hello.extended);
    let base = match (utf8, extended) {
        (true, _) => "UTF8SMTP",
        (false, true) => "ESMTP",
        (false, false) => return "SMTP".to_owned(),
    };
    let secure = if session.is_in_tls() { "S" } else { "" };
    let known = if session.user().is_some() { "A" } else { "" };
    format!("{base}{secure}{known}")
}

/// What a client calls itself, made safe for a header field.
fn host(name: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    name.chars()
        .map(|c| if safe(c) { c } else { '?' })
        .collect()
}

/// RFC 5321 §4.1.3.
fn literal(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("IPv6:{address}"),
    }
}

/// How many hops a message has behind it: the Received fields of its header.
pub(super) fn hops(message: &[u8]) -> usize {
    let header = memchr::memmem::find(message, b"\r\n\r\n").unwrap_or(message.len());
    message
        .get(..header)
        .unwrap_or_default()
        .split(|&octet| octet == b'\n')
        .filter(|line| {
            line.get(..9)
                .is_some_and(|name| name.eq_ignore_ascii_case(b"received:"))
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hops_are_those_of_the_header() {
        let message = b"Received: a\r\n\tb\r\nRECEIVED: c\r\nX-Received: d\r\n\r\nReceived: e\r\n";
        assert_eq!(hops(message), 2);
        assert_eq!(hops(b""), 0);
    }

    #[test]
    fn a_name_cannot_break_the_field() {
        assert_eq!(host("[192.0.2.1]"), "[192.0.2.1]");
        assert_eq!(host("a(b);\r\nc"), "a?b????c");
    }

    #[test]
    fn literals_are_those_of_smtp() {
        assert_eq!(literal("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1");
        assert_eq!(literal("2001:db8::1".parse().unwrap()), "IPv6:2001:db8::1");
    }
}
