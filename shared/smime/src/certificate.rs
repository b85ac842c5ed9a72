//! X.509 certificates (RFC 5280) as S/MIME uses them (RFC 8550).

use std::{
    fmt,
    ops::Range,
    sync::{Arc, OnceLock},
};

use der::{Decode as _, oid::ObjectIdentifier};
use mail::{Address, UnixTime};

use crate::{
    asn1::{self, Asn1Error, Element, Reader, oid, tag},
    chain::{BasicConstraints, DistinguishedName, is_same_name},
    cms::{self, signed::SignedData},
    hazmat,
    provider::{Digest, KeyKind},
};

/// A certificate, parsed once; a clone shares it.
///
/// Two certificates are equal when their DER is.
#[derive(Clone)]
pub struct Certificate(Arc<Parsed>);

struct Parsed {
    der: Vec<u8>,
    tbs: Range<usize>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    spki: Range<usize>,
    signature_algorithm: Range<usize>,
    signature: Range<usize>,
    not_before: UnixTime,
    not_after: UnixTime,
    extensions: Vec<StoredExtension>,
    addresses: Vec<Address>,
    key_kind: KeyKind,
    subject_name: OnceLock<Option<DistinguishedName>>,
}

struct StoredExtension {
    id: ObjectIdentifier,
    is_critical: bool,
    value: Range<usize>,
}

/// An extension (RFC 5280 §4.2): its identifier, whether it is critical, and the DER of its value.
#[derive(Clone, Copy, Debug)]
pub struct Extension<'a> {
    /// In dotted form through `Display`.
    pub id: ObjectIdentifier,
    /// Whether a validator that does not know it must refuse the certificate.
    pub is_critical: bool,
    /// The content of extnValue.
    pub value: &'a [u8],
}

/// Largest certificate that is parsed. Real ones have 1 to 4 KiB, post-quantum ones 20 KiB.
pub const CERTIFICATE_OCTETS_MAX: usize = 256 * 1024;

/// Most addresses that are read from one certificate. Mailboxes with all of their aliases have tens, and each is compared
/// with the others.
const ADDRESSES_MAX: usize = 256;

impl Certificate {
    /// Reads the DER of one certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > CERTIFICATE_OCTETS_MAX {
            return Err(CertificateError::TooLarge);
        }
        parse(der).map(|parsed| Self(Arc::new(parsed)))
    }

    /// Reads the first certificate of [a file](Self::all_from_pem_or_der).
    pub fn from_pem_or_der(file: &[u8]) -> Result<Self, CertificateError> {
        Self::all_from_pem_or_der(file)?
            .into_iter()
            .next()
            .ok_or(CertificateError::NoCertificate)
    }

    /// Reads all certificates of a PEM file or of DER: of one, or of a PKCS#7 bundle (RFC 8551 §3.8), which authorities
    /// hand out as `.p7b`. Other blocks are passed over.
    pub fn all_from_pem_or_der(file: &[u8]) -> Result<Vec<Self>, CertificateError> {
        if cms::looks_like_cms(file) {
            return Self::all_from_bundle(file);
        }
        if !crate::pem::is_pem(file) {
            return Ok(vec![Self::from_der(file)?]);
        }
        let mut certificates = Vec::new();
        for block in crate::pem::blocks(file) {
            match block.label.as_str() {
                "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                    certificates.push(Self::from_der(&block.der)?);
                }
                "PKCS7" | "CMS" => certificates.extend(Self::all_from_bundle(&block.der)?),
                _ => {}
            }
        }
        Ok(certificates)
    }

    fn all_from_bundle(object: &[u8]) -> Result<Vec<Self>, CertificateError> {
        let der = cms::normalise(object.into()).map_err(|_| CertificateError::Malformed)?;
        let data = SignedData::parse(cms::content_info(&der)?.content)?;
        let certificates = data.certificates.into_iter();
        certificates.map(Self::from_der).collect()
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// PEM, for people and files.
    pub fn to_pem(&self) -> String {
        crate::pem::encode("CERTIFICATE", self.der())
    }

    /// SHA-256 over the DER.
    pub fn fingerprint(&self) -> Fingerprint {
        let digest = hazmat::digest::digest(Digest::Sha256, &[self.der()]);
        Fingerprint(digest.try_into().unwrap_or_default())
    }

    /// The subject as RFC 4514 prints it, `CN=Alice,O=Acme`.
    pub fn subject(&self) -> String {
        name_text(self.subject_der())
    }

    /// The issuer as RFC 4514 prints it.
    pub fn issuer(&self) -> String {
        name_text(self.issuer_der())
    }

    /// The subject's common name, if it has one.
    pub fn common_name(&self) -> Option<String> {
        const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
        name_value(self.subject_der(), COMMON_NAME)
    }

    /// The serial number in lower-case hexadecimal, without leading zeros of the encoding.
    pub fn serial_hex(&self) -> String {
        let digits = self.serial();
        let digits = digits.strip_prefix(&[0]).unwrap_or(digits);
        hex(digits)
    }

    /// Start of validity.
    pub fn not_before(&self) -> UnixTime {
        self.0.not_before
    }

    /// End of validity, inclusive.
    pub fn not_after(&self) -> UnixTime {
        self.0.not_after
    }

    /// The mail addresses: rfc822Name and `SmtpUTF8Mailbox` of the subjectAltName, emailAddress of the subject
    /// (RFC 8550 §3). Text that is no address is left out.
    pub fn addresses(&self) -> &[Address] {
        &self.0.addresses
    }

    /// The kind of its key.
    pub fn key_kind(&self) -> KeyKind {
        self.0.key_kind
    }

    /// The `SubjectPublicKeyInfo` as DER.
    pub fn spki(&self) -> &[u8] {
        self.part(&self.0.spki)
    }

    /// Whether messages may be encrypted to it: key usage, extended key usage and kind of key agree (RFC 8550 §4.4).
    pub fn may_encrypt(&self) -> bool {
        let wanted = match self.key_kind() {
            KeyKind::Rsa { .. } | KeyKind::MlKem(_) => KeyUsage::KEY_ENCIPHERMENT,
            KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::X25519 => {
                KeyUsage::KEY_AGREEMENT
            }
            KeyKind::K283
            | KeyKind::Ed25519
            | KeyKind::PostQuantum(_)
            | KeyKind::Dsa
            | KeyKind::Other => {
                return false;
            }
        };
        self.is_for_mail() && self.key_usage().is_none_or(|usage| usage.has(wanted))
    }

    /// Whether it may sign messages: key usage, extended key usage and kind of key agree (RFC 8550 §4.4).
    pub fn may_sign(&self) -> bool {
        let is_signing = |usage: KeyUsage| {
            usage.has(KeyUsage::DIGITAL_SIGNATURE) || usage.has(KeyUsage::NON_REPUDIATION)
        };
        self.key_kind().can_sign() && self.is_for_mail() && self.key_usage().is_none_or(is_signing)
    }

    /// Whether the extended key usage, if there is one, allows mail (RFC 8550 §4.4.4).
    pub fn is_for_mail(&self) -> bool {
        self.extended_key_usage().is_none_or(|usages| {
            usages.contains(&oid::EMAIL_PROTECTION) || usages.contains(&oid::ANY_EXTENDED_KEY_USAGE)
        })
    }

    /// Whether it is a certification authority's (RFC 5280 §4.2.1.9).
    pub fn is_ca(&self) -> bool {
        let extension = self.extension(oid::BASIC_CONSTRAINTS);
        extension.is_some_and(|value| BasicConstraints::read(value).is_ok_and(|it| it.is_authority))
    }

    /// Whether subject and issuer are the same name.
    pub fn is_self_issued(&self) -> bool {
        is_same_name(self.subject_der(), self.issuer_der())
    }

    /// Whether `time` lies in its validity.
    pub fn is_valid_at(&self, time: UnixTime) -> bool {
        (self.not_before()..=self.not_after()).contains(&time)
    }

    /// The extensions in order.
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        self.0.extensions.iter().map(|extension| Extension {
            id: extension.id,
            is_critical: extension.is_critical,
            value: self.part(&extension.value),
        })
    }

    /// The value of an extension.
    pub fn extension(&self, id: ObjectIdentifier) -> Option<&[u8]> {
        self.0
            .extensions
            .iter()
            .find(|extension| extension.id == id)
            .map(|extension| self.part(&extension.value))
    }

    /// The key usage; `None` if the certificate does not restrict it.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        let value = self.extension(oid::KEY_USAGE)?;
        let content = Reader::new(value).expect(tag::BIT_STRING).ok()?.content;
        let high = content.get(1).copied().unwrap_or_default();
        let low = content.get(2).copied().unwrap_or_default();
        Some(KeyUsage(u16::from_be_bytes([high, low])))
    }

    /// The extended key usages; `None` if the certificate does not restrict them.
    pub fn extended_key_usage(&self) -> Option<Vec<ObjectIdentifier>> {
        let value = self.extension(oid::EXTENDED_KEY_USAGE)?;
        let mut usages = Vec::new();
        if let Ok(mut reader) = Reader::new(value).sequence() {
            while let Ok(usage) = reader.oid() {
                usages.push(usage);
            }
        }
        Some(usages)
    }

    /// The key identifier, if the certificate states one.
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        Reader::new(self.extension(oid::SUBJECT_KEY_IDENTIFIER)?)
            .octets()
            .ok()
    }

    /// The key identifier of the issuer's key, if the certificate states one.
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        let mut reader = Reader::new(self.extension(oid::AUTHORITY_KEY_IDENTIFIER)?)
            .sequence()
            .ok()?;
        let element = reader.optional(tag::context_primitive(0)).ok()??;
        Some(element.content)
    }

    /// The signed part, tbsCertificate, as DER.
    pub fn tbs(&self) -> &[u8] {
        self.part(&self.0.tbs)
    }

    /// The `AlgorithmIdentifier` of the issuer's signature, as DER.
    pub fn signature_algorithm(&self) -> &[u8] {
        self.part(&self.0.signature_algorithm)
    }

    /// The issuer's signature.
    pub fn signature(&self) -> &[u8] {
        self.part(&self.0.signature)
    }

    /// The subject as DER.
    pub fn subject_der(&self) -> &[u8] {
        self.part(&self.0.subject)
    }

    /// The subject in comparable form, made at the first call: anchors are asked for it again and
    /// again. `None` if it is not well formed.
    pub(crate) fn subject_name(&self) -> Option<&DistinguishedName> {
        let read = || DistinguishedName::from_der(self.subject_der()).ok();
        self.0.subject_name.get_or_init(read).as_ref()
    }

    /// The issuer as DER.
    pub fn issuer_der(&self) -> &[u8] {
        self.part(&self.0.issuer)
    }

    /// The content octets of the serial number.
    pub fn serial(&self) -> &[u8] {
        self.part(&self.0.serial)
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.0.der.get(range.clone()).unwrap_or_default()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.subject(), self.serial_hex())
    }
}

/// The key usage bits (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Bit 0.
    pub const DIGITAL_SIGNATURE: Self = Self(0x8000);
    /// Bit 1, also called contentCommitment.
    pub const NON_REPUDIATION: Self = Self(0x4000);
    /// Bit 2.
    pub const KEY_ENCIPHERMENT: Self = Self(0x2000);
    /// Bit 4.
    pub const KEY_AGREEMENT: Self = Self(0x0800);

    /// Whether all bits of `wanted` are set.
    pub fn has(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }
}

/// SHA-256 over a certificate; prints as lower-case hexadecimal.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = CertificateError;

    /// Reads 64 hexadecimal digits, in any case, colons between them allowed.
    fn from_str(text: &str) -> Result<Self, CertificateError> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| *c != ':')
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()
            .ok_or(CertificateError::Malformed)?;
        let (pairs, rest) = digits.as_chunks::<2>();
        let octets: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        match (<[u8; 32]>::try_from(octets), rest) {
            (Ok(octets), []) => Ok(Self(octets)),
            _ => Err(CertificateError::Malformed),
        }
    }
}

/// Why bytes are no certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CertificateError {
    /// A PEM file without a certificate.
    #[error("the file holds no certificate")]
    NoCertificate,
    /// Not a certificate of RFC 5280 §4.1.
    #[error("the certificate is malformed")]
    Malformed,
    /// Larger than [`CERTIFICATE_OCTETS_MAX`].
    #[error("the certificate is too large")]
    TooLarge,
}

impl From<Asn1Error> for CertificateError {
    fn from(_: Asn1Error) -> Self {
        Self::Malformed
    }
}

fn parse(input: &[u8]) -> Result<Parsed, CertificateError> {
    let certificate = Reader::new(input).expect(tag::SEQUENCE)?;
    let der = certificate.raw;
    let range = |part: &[u8]| subrange(der, part);
    let mut outer = certificate.reader();
    let tbs = outer.expect(tag::SEQUENCE)?;
    let signature_algorithm = outer.expect(tag::SEQUENCE)?;
    let signature = outer.signature()?;

    let mut fields = tbs.reader();
    fields.optional(tag::context(0))?;
    let serial = fields.expect(tag::INTEGER)?;
    fields.expect(tag::SEQUENCE)?;
    let issuer = fields.expect(tag::SEQUENCE)?;
    let mut validity = fields.sequence()?;
    let not_before = asn1::read_time(validity.any()?)?;
    let not_after = asn1::read_time(validity.any()?)?;
    let subject = fields.expect(tag::SEQUENCE)?;
    let spki = fields.expect(tag::SEQUENCE)?;
    fields.optional(tag::context_primitive(1))?;
    fields.optional(tag::context_primitive(2))?;
    let mut extensions = Vec::new();
    if let Some(element) = fields.optional(tag::context(3))? {
        let mut list = element.reader().sequence()?;
        while !list.is_empty() {
            extensions.push(read_extension(&mut list, &range)?);
        }
    }
    let alternative_names = extensions
        .iter()
        .filter(|extension| extension.id == oid::SUBJECT_ALT_NAME)
        .filter_map(|extension| der.get(extension.value.clone()));
    let addresses = read_addresses(subject.content, alternative_names);
    Ok(Parsed {
        tbs: range(tbs.raw),
        serial: range(serial.content),
        issuer: range(issuer.raw),
        subject: range(subject.raw),
        spki: range(spki.raw),
        signature_algorithm: range(signature_algorithm.raw),
        signature: range(signature),
        not_before,
        not_after,
        extensions,
        addresses,
        key_kind: hazmat::keys::spki_kind(spki.raw).unwrap_or(KeyKind::Other),
        subject_name: OnceLock::new(),
        der: der.to_vec(),
    })
}

fn read_extension(
    list: &mut Reader<'_>,
    range: &impl Fn(&[u8]) -> Range<usize>,
) -> Result<StoredExtension, Asn1Error> {
    let mut reader = list.sequence()?;
    let id = reader.oid()?;
    let is_critical = reader
        .optional(tag::BOOLEAN)?
        .is_some_and(|element| element.content != [0]);
    let value = range(reader.octets()?);
    Ok(StoredExtension {
        id,
        is_critical,
        value,
    })
}

/// Where `part`, a slice of `whole`, lies in it.
pub(crate) fn subrange(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start + part.len()
}

/// The mail addresses of a subject, by the content of its Name, and of its subjectAltNames. Whoever constrains them asks
/// here as well, so that none is vouched for that was not looked at.
pub(crate) fn read_addresses<'a>(
    subject: &[u8],
    alternative_names: impl IntoIterator<Item = &'a [u8]>,
) -> Vec<Address> {
    let mut addresses = Vec::new();
    let mut add = |text: &[u8]| {
        let address = std::str::from_utf8(text)
            .ok()
            .and_then(|text| Address::parse(text).ok());
        if let Some(address) = address
            && addresses.len() < ADDRESSES_MAX
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
    };
    for names in alternative_names {
        for_each_mailbox(names, &mut add);
    }
    for_each_attribute(subject, |id, value| {
        if id == oid::EMAIL_ADDRESS {
            add(value.content);
        }
    });
    addresses
}

/// rfc822Name (RFC 5280 §4.2.1.6) and `SmtpUTF8Mailbox` (RFC 9598 §3) of a subjectAltName.
fn for_each_mailbox(general_names: &[u8], add: &mut impl FnMut(&[u8])) {
    let Ok(mut names) = Reader::new(general_names).sequence() else {
        return;
    };
    while let Ok(name) = names.any() {
        if name.tag == tag::context_primitive(1) {
            add(name.content);
        } else if name.tag == tag::context(0) {
            let mut other = name.reader();
            if other.oid() == Ok(oid::SMTP_UTF8_MAILBOX)
                && let Ok(value) = other.expect(tag::context(0))
                && let Ok(text) = value.reader().expect(tag::UTF8_STRING)
            {
                add(text.content);
            }
        }
    }
}

/// The attributes of a Name's content.
fn for_each_attribute<'a>(name: &'a [u8], mut visit: impl FnMut(ObjectIdentifier, Element<'a>)) {
    let mut relative_names = Reader::new(name);
    while let Ok(set) = relative_names.expect(tag::SET) {
        let mut attributes = set.reader();
        while let Ok(mut attribute) = attributes.sequence() {
            if let (Ok(id), Ok(value)) = (attribute.oid(), attribute.any()) {
                visit(id, value);
            }
        }
    }
}

fn name_value(name: &[u8], wanted: ObjectIdentifier) -> Option<String> {
    let content = Reader::new(name).any().ok()?.content;
    let mut found = None;
    for_each_attribute(content, |id, value| {
        if id == wanted {
            found = Some(String::from_utf8_lossy(value.content).into_owned());
        }
    });
    found
}

/// RFC 4514; a name that is not well formed prints as the hexadecimal of its DER, as RFC 4514 §2.4 does with values.
pub fn name_text(name: &[u8]) -> String {
    x509_cert::name::Name::from_der(name)
        .map_or_else(|_| format!("#{}", hex(name)), |name| name.to_string())
}

pub(crate) fn hex(octets: &[u8]) -> String {
    use fmt::Write as _;
    octets.iter().fold(String::new(), |mut text, octet| {
        let _infallible = write!(text, "{octet:02x}");
        text
    })
}
