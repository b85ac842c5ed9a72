//! A question to the DNS and its answer, in the messages of RFC 1035 that travel over HTTPS (RFC 8484).

use core::str::FromStr as _;

use domain::base::iana::Rcode;
use domain::base::message_builder::MessageBuilder;
use domain::base::{Message, Name, ParsedName, Rtype};
use domain::rdata::{Mx, Txt};

/// The media type of question and answer (RFC 8484 §6).
pub const DNS_MESSAGE: &str = "application/dns-message";

/// Longest answer: the longest message of the DNS (RFC 1035 §4.2.2).
pub const ANSWER_OCTETS_MAX: usize = 65_535;

/// Why the DNS did not say anything. That is never an absence.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LookupError {
    /// No connection, or it broke.
    #[error("the resolver cannot be reached")]
    Unreachable,
    /// No answer in time.
    #[error("the resolver took too long")]
    TooSlow,
    /// Something else than 200.
    #[error("the resolver answered with the HTTP status {0}")]
    Status(u16),
    /// The answer is longer than [`ANSWER_OCTETS_MAX`].
    #[error("the answer is too long")]
    TooLong,
    /// The answer is no DNS message, or breaks off.
    #[error("the answer cannot be read")]
    Malformed,
    /// The answer is to something else.
    #[error("the answer is to another question")]
    OtherQuestion,
    /// The resolver did not find out; with the name of the RCODE.
    #[error("the resolver found no answer: {0}")]
    NotResolved(Rcode),
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// Texts.
    Txt,
    /// Names of mail servers.
    Mx,
}

/// One question.
pub struct Question {
    wanted: Wanted,
    query: Message<Vec<u8>>,
}

impl Question {
    /// Asks for the records of a name; `None` where it is none that the DNS could have.
    pub fn new(wanted: Wanted, name: &str) -> Option<Self> {
        let name = Name::<Vec<u8>>::from_str(name).ok()?;
        let kind = match wanted {
            Wanted::Txt => Rtype::TXT,
            Wanted::Mx => Rtype::MX,
        };
        // The ID is 0, so that equal questions are equal (RFC 8484 §4.1).
        let mut builder = MessageBuilder::from_target(Vec::new()).ok()?.question();
        builder.header_mut().set_rd(true);
        builder.push((name, kind)).ok()?;
        Some(Self {
            wanted,
            query: builder.into_message(),
        })
    }

    /// The octets to post.
    pub fn as_octets(&self) -> &[u8] {
        self.query.as_slice()
    }

    /// The records that an answer has, aliases followed; none where there are none.
    pub fn read(&self, answer: &[u8]) -> Result<Vec<String>, LookupError> {
        if answer.len() > ANSWER_OCTETS_MAX {
            return Err(LookupError::TooLong);
        }
        let answer = Message::from_octets(answer).map_err(|_| LookupError::Malformed)?;
        if !answer.is_answer(&self.query) {
            return Err(LookupError::OtherQuestion);
        }
        match answer.header().rcode() {
            Rcode::NXDOMAIN => return Ok(Vec::new()),
            Rcode::NOERROR if answer.header().tc() => return Err(LookupError::Malformed),
            Rcode::NOERROR => {}
            other => return Err(LookupError::NotResolved(other)),
        }
        match self.wanted {
            Wanted::Txt => texts(&answer),
            Wanted::Mx => exchanges(&answer),
        }
    }
}

fn texts(answer: &Message<&[u8]>) -> Result<Vec<String>, LookupError> {
    let owner = canonical_name(answer)?;
    let mut found = Vec::new();
    let records = answer.answer().map_err(|_| LookupError::Malformed)?;
    for record in records.limit_to_in::<Txt<_>>() {
        let record = record.map_err(|_| LookupError::Malformed)?;
        if *record.owner() == owner {
            // One text may come in several strings (RFC 7208 §3.3 puts them together as we do).
            let octets: Vec<u8> = record.data().iter().flatten().copied().collect();
            found.push(String::from_utf8_lossy(&octets).into_owned());
        }
    }
    Ok(found)
}

fn exchanges(answer: &Message<&[u8]>) -> Result<Vec<String>, LookupError> {
    let owner = canonical_name(answer)?;
    let mut found = Vec::new();
    let records = answer.answer().map_err(|_| LookupError::Malformed)?;
    for record in records.limit_to_in::<Mx<_>>() {
        let record = record.map_err(|_| LookupError::Malformed)?;
        if *record.owner() == owner {
            let exchange = record.data().exchange();
            found.push(exchange.to_string().to_ascii_lowercase());
        }
    }
    Ok(found)
}

fn canonical_name<'a>(answer: &'a Message<&[u8]>) -> Result<ParsedName<&'a [u8]>, LookupError> {
    answer.canonical_name().ok_or(LookupError::Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAME: &str = "_sealgate.acme.test";
    /// A pointer to the question's name (RFC 1035 §4.1.4).
    const SAME: &[u8] = &[0xc0, 12];

    fn question() -> Question {
        Question::new(Wanted::Txt, NAME).unwrap()
    }

    fn in_two_octets(count: usize) -> [u8; 2] {
        u16::try_from(count).unwrap().to_be_bytes()
    }

    /// The question with these flags, and records as owner, type and data.
    fn answer(to: &Question, flags: u16, records: &[(&[u8], u16, &[u8])]) -> Vec<u8> {
        let mut octets = to.as_octets().to_vec();
        octets[2..4].copy_from_slice(&flags.to_be_bytes());
        octets[6..8].copy_from_slice(&in_two_octets(records.len()));
        for (owner, kind, data) in records {
            octets.extend_from_slice(owner);
            octets.extend_from_slice(&kind.to_be_bytes());
            octets.extend_from_slice(&[0, 1, 0, 0, 0, 60]);
            octets.extend_from_slice(&in_two_octets(data.len()));
            octets.extend_from_slice(data);
        }
        octets
    }

    const DONE: u16 = 0x8180;
    const TXT: u16 = 16;
    const MX: u16 = 15;
    const CNAME: u16 = 5;

    #[test]
    fn a_question_is_what_rfc_1035_says() {
        let expected = b"\0\0\x01\0\0\x01\0\0\0\0\0\0\x09_sealgate\x04acme\x04test\0\0\x10\0\x01";
        assert_eq!(question().as_octets(), expected);
        assert!(Question::new(Wanted::Mx, &"a.".repeat(200)).is_none());
    }

    #[test]
    fn texts_are_put_together() {
        let to = question();
        let records: [(&[u8], u16, &[u8]); 3] = [
            (SAME, TXT, b"\x03one"),
            (SAME, TXT, b"\x03two\x05 more"),
            // Of another name, and of another type.
            (b"\x05other\x04test\0", TXT, b"\x05three"),
        ];
        let found = to.read(&answer(&to, DONE, &records));
        assert_eq!(found, Ok(vec!["one".to_owned(), "two more".to_owned()]));
    }

    #[test]
    fn aliases_are_followed() {
        let to = question();
        let alias: &[u8] = b"\x05proof\x05other\x04test\0";
        let records: [(&[u8], u16, &[u8]); 2] = [(SAME, CNAME, alias), (alias, TXT, b"\x03one")];
        let found = to.read(&answer(&to, DONE, &records));
        assert_eq!(found, Ok(vec!["one".to_owned()]));
        let circle: [(&[u8], u16, &[u8]); 1] = [(SAME, CNAME, SAME)];
        let found = to.read(&answer(&to, DONE, &circle));
        assert_eq!(found, Err(LookupError::Malformed));
    }

    #[test]
    fn mail_servers_are_named_in_lower_case() {
        let to = Question::new(Wanted::Mx, "acme.test").unwrap();
        let records: [(&[u8], u16, &[u8]); 1] = [(SAME, MX, b"\0\x0a\x02MX\x04acme\x04TEST\0")];
        let found = to.read(&answer(&to, DONE, &records));
        assert_eq!(found, Ok(vec!["mx.acme.test".to_owned()]));
    }

    #[test]
    fn absence_is_said_and_failure_is_none() {
        let to = question();
        let said = |flags| to.read(&answer(&to, flags, &[]));
        assert_eq!(said(DONE), Ok(Vec::new()));
        assert_eq!(said(DONE | 3), Ok(Vec::new()));
        assert_eq!(
            said(DONE | 2),
            Err(LookupError::NotResolved(Rcode::SERVFAIL))
        );
        assert_eq!(
            said(DONE | 5),
            Err(LookupError::NotResolved(Rcode::REFUSED))
        );
        // Truncated; not an answer at all.
        assert_eq!(said(DONE | 0x0200), Err(LookupError::Malformed));
        assert_eq!(said(0x0100), Err(LookupError::OtherQuestion));
    }

    #[test]
    fn what_is_no_answer_to_it_is_refused() {
        let to = question();
        let other = Question::new(Wanted::Txt, "_sealgate.other.test").unwrap();
        let mx = Question::new(Wanted::Mx, NAME).unwrap();
        for foreign in [other, mx] {
            let found = to.read(&answer(&foreign, DONE, &[]));
            assert_eq!(found, Err(LookupError::OtherQuestion));
        }
        let record: [(&[u8], u16, &[u8]); 1] = [(SAME, TXT, b"\x03one")];
        let whole = answer(&to, DONE, &record);
        for end in to.as_octets().len()..whole.len() {
            assert_eq!(to.read(&whole[..end]), Err(LookupError::Malformed), "{end}");
        }
        assert_eq!(to.read(&whole[..11]), Err(LookupError::Malformed));
        let mut long = whole;
        long.resize(ANSWER_OCTETS_MAX, 0);
        assert!(to.read(&long).is_ok());
        long.push(0);
        assert_eq!(to.read(&long), Err(LookupError::TooLong));
    }

    proptest! {
        #[test]
        fn nothing_panics(tail in prop::collection::vec(any::<u8>(), 0..300), counts: [u8; 6]) {
            for wanted in [Wanted::Txt, Wanted::Mx] {
                let to = Question::new(wanted, NAME).unwrap();
                let mut octets = answer(&to, DONE, &[]);
                octets.extend_from_slice(&tail);
                octets[6..12].copy_from_slice(&counts);
                let _ = to.read(&octets);
                let _ = to.read(&tail);
            }
        }
    }
}
