//! Error reports to senders: delivery status notifications (RFC 3462, RFC 3464).
//!
//! A report tells who was not served and why. It never holds content of the message, nor its Subject:
//! what a mail was encrypted to hide must not come back in clear.

use std::fmt::Write as _;

use crate::{Address, Domain, Entity, UnixTime, encode_quoted_printable};

/// Fields of the message that come back with the report, so that a mail client can find what was sent.
const RETURNED_FIELDS: [&str; 5] = ["Date", "From", "To", "Message-ID", "References"];

/// What a report says.
#[derive(Clone, Copy, Debug)]
pub struct FailureReport<'a> {
    /// Who reports: a domain of the reporting organisation.
    pub domain: &'a Domain,
    /// Who is told: the envelope sender.
    pub to: &'a Address,
    /// When.
    pub now: UnixTime,
    /// Makes Message-ID and boundary unique: letters and digits, at most 32.
    pub unique: &'a str,
    /// Who was not served.
    pub recipients: &'a [FailedRecipient<'a>],
}

/// A recipient that was not served.
#[derive(Clone, Copy, Debug)]
pub struct FailedRecipient<'a> {
    /// The recipient.
    pub address: &'a Address,
    /// The enhanced status code (RFC 3463), `5.7.1`.
    pub status: &'a str,
    /// The SMTP reply line, printable ASCII, `550 5.7.1 relaying denied`.
    pub reply: &'a str,
    /// Why, in a sentence.
    pub text: &'a str,
}

impl FailureReport<'_> {
    /// The report about `message`, a complete message of its own. It travels with the null sender.
    pub fn write(&self, message: &Entity<'_>) -> Vec<u8> {
        let boundary = format!("=_report_{}", self.unique);
        let mut report = self.header(&boundary).into_bytes();
        let parts = [
            self.explanation(),
            self.status().into_bytes(),
            returned_header(message),
        ];
        for part in parts {
            report.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
            report.extend_from_slice(&part);
        }
        report.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        report
    }

    fn header(&self, boundary: &str) -> String {
        let Self {
            domain,
            to,
            now,
            unique,
            ..
        } = self;
        format!(
            "Date: {date}\r\n\
             From: Mail Delivery System <MAILER-DAEMON@{domain}>\r\n\
             To: <{to}>\r\n\
             Message-ID: <{unique}@{domain}>\r\n\
             Subject: Your message was not delivered to everyone\r\n\
             Auto-Submitted: auto-replied\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n \
             boundary=\"{boundary}\"\r\n",
            date = now.to_rfc5322(),
        )
    }

    /// For people.
    fn explanation(&self) -> Vec<u8> {
        let mut text = String::from(
            "Your message was delivered, but not to all of its recipients.\r\n\r\n\
             It was not delivered to:\r\n",
        );
        for recipient in self.recipients {
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "\r\n{}\r\n    {}\r\n    ({})\r\n",
                recipient.address, recipient.text, recipient.reply
            );
        }
        let mut part = b"Content-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            .to_vec();
        encode_quoted_printable(text.as_bytes(), &mut part);
        part
    }

    /// For programs (RFC 3464 §2).
    fn status(&self) -> String {
        let mut text = format!(
            "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; {}\r\n",
            self.domain
        );
        for recipient in self.recipients {
            let _ = write!(
                text,
                "\r\nFinal-Recipient: {}\r\nAction: failed\r\nStatus: {}\r\n\
                 Diagnostic-Code: smtp; {}\r\n",
                typed(recipient.address),
                recipient.status,
                recipient.reply
            );
        }
        text
    }
}

/// The address with its type; one that is not ASCII in the ASCII form of RFC 6533 §3.
fn typed(address: &Address) -> String {
    let text = address.to_string();
    if text.is_ascii() {
        return format!("rfc822; {text}");
    }
    let mut escaped = String::from("utf-8; ");
    for c in text.chars() {
        if c.is_ascii_graphic() && !"\\+=".contains(c) {
            escaped.push(c);
        } else {
            let _ = write!(escaped, "\\x{{{:X}}}", u32::from(c));
        }
    }
    escaped
}

fn returned_header(message: &Entity<'_>) -> Vec<u8> {
    let mut part = b"Content-Type: text/rfc822-headers\r\n\r\n".to_vec();
    for field in message.fields() {
        if RETURNED_FIELDS.iter().any(|name| field.is(name)) {
            part.extend_from_slice(field.raw.trim_ascii_end());
            part.extend_from_slice(b"\r\n");
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] =
        b"From: alice@acme.test\r\nSubject: secret\r\nMessage-ID: <1@acme.test>\r\n\r\nbody\r\n";

    fn report(recipient: &str) -> String {
        let address = Address::parse(recipient).unwrap();
        let report = FailureReport {
            domain: &Domain::parse("acme.test").unwrap(),
            to: &Address::parse("alice@acme.test").unwrap(),
            now: UnixTime(0),
            unique: "0123456789abcdef",
            recipients: &[FailedRecipient {
                address: &address,
                status: "5.7.5",
                reply: "550 5.7.5 no certificate",
                text: "no certificate",
            }],
        };
        String::from_utf8(report.write(&Entity::parse(MESSAGE))).unwrap()
    }

    #[test]
    fn a_report_has_its_three_parts() {
        let text = report("bob@partner.test");
        let entity = Entity::parse(text.as_bytes());
        assert!(entity.content_type().is("multipart", "report"));
        assert!(entity.defects().is_empty());
        let parts = entity.multipart().unwrap();
        assert!(parts.defects.is_empty());
        let kinds: Vec<_> = parts
            .parts
            .iter()
            .map(|part| Entity::parse(part).content_type())
            .map(|kind| format!("{}/{}", kind.kind, kind.subtype))
            .collect();
        assert_eq!(
            kinds,
            [
                "text/plain",
                "message/delivery-status",
                "text/rfc822-headers"
            ]
        );
        assert!(
            text.contains("\r\nFinal-Recipient: rfc822; bob@partner.test\r\nAction: failed\r\n")
        );
        assert!(text.contains("\r\nStatus: 5.7.5\r\n"));
    }

    #[test]
    fn neither_subject_nor_content_comes_back() {
        let text = report("bob@partner.test");
        assert!(text.contains("Message-ID: <1@acme.test>"));
        assert!(!text.contains("secret") && !text.contains("body"));
    }

    #[test]
    fn an_international_recipient_is_named_in_ascii() {
        assert!(report("grüße@partner.test").contains("utf-8; gr\\x{FC}\\x{DF}e@partner.test"));
    }
}
