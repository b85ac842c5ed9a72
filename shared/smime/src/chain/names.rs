//! Names: when two distinguished names are the same (RFC 5280 §7.1), and what other names a
//! certificate gives its subject (§4.2.1.6).

use der::oid::ObjectIdentifier;
use mail::{Address, Domain};

use crate::asn1::{Asn1Error, Element, Reader, oid, tag};

/// A distinguished name in comparable form: strings lower-cased and with single spaces whatever
/// their ASN.1 type, the attributes of one RDN in order. Equal values are names that chain.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct DistinguishedName {
    rdns: Vec<Vec<Attribute>>,
}

/// Type and comparable value of an attribute.
type Attribute = (ObjectIdentifier, Value);

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Value {
    Text(String),
    Other(Vec<u8>),
}

impl DistinguishedName {
    /// Reads a `Name`.
    pub(crate) fn read(name: &Element<'_>) -> Result<Self, Asn1Error> {
        let rdns = name
            .reader()
            .elements()
            .map(|rdn| relative_name(&rdn?))
            .collect::<Result<_, _>>()?;
        Ok(Self { rdns })
    }

    /// Reads the DER of one `Name`.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, Asn1Error> {
        Self::read(&Element::only(der, tag::SEQUENCE)?)
    }

    /// Reads one `RelativeDistinguishedName` that continues this name (RFC 5280 §4.2.1.13).
    pub(crate) fn joined(&self, rdn: &Element<'_>) -> Result<Self, Asn1Error> {
        let mut name = self.clone();
        name.rdns.push(relative_name(rdn)?);
        Ok(name)
    }

    /// A name without any attribute.
    pub(crate) fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// Whether `base` is this name or one above it.
    pub(crate) fn is_within(&self, base: &Self) -> bool {
        self.rdns.starts_with(&base.rdns)
    }
}

/// Whether two Names, as DER, are the same.
pub(crate) fn is_same_name(one: &[u8], other: &[u8]) -> bool {
    let read = DistinguishedName::from_der;
    one == other || matches!((read(one), read(other)), (Ok(one), Ok(other)) if one == other)
}

fn relative_name(rdn: &Element<'_>) -> Result<Vec<Attribute>, Asn1Error> {
    let mut attributes = rdn
        .reader()
        .elements()
        .map(|attribute| {
            let mut parts = attribute?.reader();
            Ok((parts.oid()?, comparable(&parts.any()?)))
        })
        .collect::<Result<Vec<_>, _>>()?;
    attributes.sort();
    Ok(attributes)
}

/// RFC 5280 §7.1 asks for RFC 4518 preparation of strings; case and white space are what differs in
/// practice, and a string that does not decode is compared octet by octet.
fn comparable(value: &Element<'_>) -> Value {
    match text(value) {
        Some(text) => Value::Text(
            text.split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .to_lowercase(),
        ),
        None => Value::Other(value.raw.to_vec()),
    }
}

fn text(value: &Element<'_>) -> Option<String> {
    match value.tag {
        tag::UTF8_STRING | tag::PRINTABLE_STRING | tag::IA5_STRING => {
            String::from_utf8(value.content.to_vec()).ok()
        }
        // T.61 in name, Latin-1 in practice.
        tag::TELETEX_STRING => Some(value.content.iter().copied().map(char::from).collect()),
        tag::BMP_STRING => {
            let (pairs, []) = value.content.as_chunks::<2>() else {
                return None;
            };
            char::decode_utf16(pairs.iter().copied().map(u16::from_be_bytes))
                .collect::<Result<_, _>>()
                .ok()
        }
        tag::UNIVERSAL_STRING => {
            let (quads, []) = value.content.as_chunks::<4>() else {
                return None;
            };
            quads
                .iter()
                .map(|&quad| char::from_u32(u32::from_be_bytes(quad)))
                .collect()
        }
        _ => None,
    }
}

/// A mailbox, or those that a constraint names (RFC 5280 §4.2.1.10), compared as the From address is compared with a
/// certificate's: as A-labels, without case, unquoted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Mailboxes {
    /// One.
    One(Address),
    /// All of a host.
    Host(Domain),
    /// All of the hosts below a domain.
    Below(Domain),
    /// All.
    All,
    /// Neither.
    Unreadable,
}

impl Mailboxes {
    pub(crate) fn read(text: &str) -> Self {
        let read = match text.strip_prefix('.') {
            _ if text.is_empty() => Ok(Self::All),
            _ if text.contains('@') => Address::parse(text).map(Self::One),
            Some(domain) => Domain::parse(domain).map(Self::Below),
            None => Domain::parse(text).map(Self::Host),
        };
        read.unwrap_or(Self::Unreadable)
    }
}

/// A `GeneralName` as constraints and distribution points need it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum GeneralName<'a> {
    /// `rfc822Name`, or `SmtpUTF8Mailbox` (RFC 9598), which the constraints of the former govern.
    Email(Mailboxes),
    /// `dNSName`.
    Dns(&'a str),
    /// `uniformResourceIdentifier`.
    Uri(&'a str),
    /// `iPAddress`: 4 or 16 octets, in a constraint twice as many.
    Ip(&'a [u8]),
    /// `directoryName`.
    Directory(DistinguishedName),
    /// Any other form, by its tag and content.
    Other(u8, &'a [u8]),
}

impl<'a> GeneralName<'a> {
    /// Reads a `GeneralName`. An address that is not text stays one, so that constraints govern it; other text that
    /// is none becomes [`Self::Other`].
    pub(crate) fn read(name: &Element<'a>) -> Result<Self, Asn1Error> {
        const OTHER_NAME: u8 = tag::context(0);
        const RFC822_NAME: u8 = tag::context_primitive(1);
        const DNS_NAME: u8 = tag::context_primitive(2);
        const DIRECTORY_NAME: u8 = tag::context(4);
        const URI: u8 = tag::context_primitive(6);
        const IP_ADDRESS: u8 = tag::context_primitive(7);

        let text = std::str::from_utf8(name.content).ok();
        Ok(match (name.tag, text) {
            (RFC822_NAME, text) => Self::Email(text.map_or(Mailboxes::Unreadable, Mailboxes::read)),
            (DNS_NAME, Some(text)) => Self::Dns(text),
            (URI, Some(text)) => Self::Uri(text),
            (IP_ADDRESS, _) => Self::Ip(name.content),
            (DIRECTORY_NAME, _) => {
                let inner = Element::only(name.content, tag::SEQUENCE)?;
                Self::Directory(DistinguishedName::read(&inner)?)
            }
            (OTHER_NAME, _) => match utf8_mailbox(name) {
                Some(mailbox) => Self::Email(mailbox),
                None => Self::Other(name.tag, name.content),
            },
            _ => Self::Other(name.tag, name.content),
        })
    }

    /// Reads `GeneralNames` from the content of its SEQUENCE.
    pub(crate) fn read_all(names: Reader<'a>) -> Result<Vec<Self>, Asn1Error> {
        names.elements().map(|name| Self::read(&name?)).collect()
    }
}

/// `SmtpUTF8Mailbox`; `None` if it is another form.
fn utf8_mailbox(other_name: &Element<'_>) -> Option<Mailboxes> {
    let mut parts = other_name.reader();
    if parts.oid() != Ok(oid::SMTP_UTF8_MAILBOX) {
        return None;
    }
    let mailbox = parts
        .expect(tag::context(0))
        .and_then(|value| value.reader().expect(tag::UTF8_STRING));
    let text = mailbox
        .ok()
        .and_then(|mailbox| std::str::from_utf8(mailbox.content).ok());
    Some(text.map_or(Mailboxes::Unreadable, Mailboxes::read))
}
