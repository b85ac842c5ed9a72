//! Certificates and lists for tests, also such as no honest authority would make. Ed25519 throughout:
//! it is quick, and which algorithm signs is another file's matter.

use der::oid::ObjectIdentifier;
use mail::UnixTime;

use crate::asn1::{Reader, Writer, oid, tag, write_time};
use crate::{
    Certificate, Crl, KeyKind, KeyPair, OcspResponse, PrivateKey, Provider, ProviderError,
    RustCrypto, SignatureScheme,
};

/// The time of all tests.
pub(crate) const NOW: UnixTime = UnixTime(1_800_000_000);
const DAY: i64 = 86_400;

pub(crate) const CA_KEY_USAGE: u8 = 0b0000_0110; // keyCertSign, cRLSign
pub(crate) const SIGNING_KEY_USAGE: u8 = 0b1000_0000; // digitalSignature
pub(crate) const KEY_ENCIPHERMENT_USAGE: u8 = 0b0010_0000;
pub(crate) const KEY_AGREEMENT_USAGE: u8 = 0b0000_1000;

/// A provider that verifies; its random numbers are a counter.
pub(crate) fn provider() -> impl Provider {
    let counter = std::sync::atomic::AtomicU8::new(1);
    RustCrypto::new(move |out: &mut [u8]| {
        out.fill(counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        Ok::<(), ProviderError>(())
    })
}

/// A key pair; equal seeds are equal pairs.
#[derive(Clone)]
pub(crate) struct Key(PrivateKey);

impl Key {
    pub(crate) fn new(seed: u8) -> Self {
        let provider = RustCrypto::new(move |out: &mut [u8]| {
            out.fill(seed);
            Ok(())
        });
        Self(provider.generate_key(KeyKind::Ed25519).unwrap())
    }

    fn spki(&self) -> Vec<u8> {
        provider().public_key(&self.0).unwrap()
    }

    /// `SEQUENCE { message, Ed25519, signature }`.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = provider()
            .sign(SignatureScheme::Ed25519, &self.0, message)
            .unwrap();
        Writer::new()
            .raw(message)
            .raw(&ed25519())
            .element(tag::BIT_STRING, &[&[0], &signature[..]].concat())
            .sequence()
    }
}

fn ed25519() -> Vec<u8> {
    Writer::new().oid(oid::ED25519).sequence()
}

/// A name with a common name only.
pub(crate) fn name(common_name: &str) -> Vec<u8> {
    const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
    name_of(COMMON_NAME, tag::UTF8_STRING, common_name.as_bytes())
}

/// A name with one attribute, whose value has this tag.
pub(crate) fn name_of(id: ObjectIdentifier, tag: u8, value: &[u8]) -> Vec<u8> {
    let attribute = Writer::new().oid(id).element(tag, value).sequence();
    Writer::new()
        .raw(&Writer::new().raw(&attribute).wrap(tag::SET))
        .sequence()
}

/// An extension; `value` is its DER.
pub(crate) fn extension(id: ObjectIdentifier, is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if is_critical {
        &[tag::BOOLEAN, 1, 0xff]
    } else {
        &[]
    };
    Writer::new().oid(id).raw(critical).octets(value).sequence()
}

/// What a certificate says; [`Authority::issue`] signs it.
#[derive(Clone)]
pub(crate) struct Template {
    pub(crate) subject: Vec<u8>,
    pub(crate) spki: Vec<u8>,
    pub(crate) serial: u64,
    pub(crate) not_before: UnixTime,
    pub(crate) not_after: UnixTime,
    pub(crate) algorithm: Vec<u8>,
    extensions: Vec<(ObjectIdentifier, Vec<u8>)>,
}

impl Template {
    fn new(subject: &str, key: &Key) -> Self {
        Self {
            subject: name(subject),
            spki: key.spki(),
            serial: 1,
            not_before: UnixTime(NOW.0 - 30 * DAY),
            not_after: UnixTime(NOW.0 + 30 * DAY),
            algorithm: ed25519(),
            extensions: Vec::new(),
        }
    }

    /// A person's, for signing mail.
    pub(crate) fn user(subject: &str, key: &Key) -> Self {
        Self::new(subject, key).key_usage(SIGNING_KEY_USAGE)
    }

    /// An authority's.
    pub(crate) fn authority(subject: &str, key: &Key) -> Self {
        Self::new(subject, key)
            .key_usage(CA_KEY_USAGE)
            .basic_constraints(true, None)
    }

    /// Sets an extension, in place of the same one if it is there.
    pub(crate) fn with(mut self, id: ObjectIdentifier, is_critical: bool, value: &[u8]) -> Self {
        self.extensions.retain(|(other, _)| *other != id);
        self.extensions
            .push((id, extension(id, is_critical, value)));
        self
    }

    pub(crate) fn without(mut self, id: ObjectIdentifier) -> Self {
        self.extensions.retain(|(other, _)| *other != id);
        self
    }

    pub(crate) fn serial(mut self, serial: u64) -> Self {
        self.serial = serial;
        self
    }

    pub(crate) fn key_usage(self, bits: u8) -> Self {
        let value = Writer::new()
            .element(tag::BIT_STRING, &[0, bits])
            .into_bytes();
        self.with(oid::KEY_USAGE, true, &value)
    }

    pub(crate) fn basic_constraints(self, is_authority: bool, path_length: Option<u64>) -> Self {
        let mut value = Writer::new();
        if is_authority {
            value = value.element(tag::BOOLEAN, &[0xff]);
        }
        if let Some(length) = path_length {
            value = value.integer(length);
        }
        self.with(oid::BASIC_CONSTRAINTS, true, &value.sequence())
    }

    pub(crate) fn extended_key_usage(self, usages: &[ObjectIdentifier]) -> Self {
        let value = usages
            .iter()
            .fold(Writer::new(), |list, usage| list.oid(*usage));
        self.with(oid::EXTENDED_KEY_USAGE, false, &value.sequence())
    }

    pub(crate) fn address(self, address: &str) -> Self {
        let value = Writer::new().element(tag::context_primitive(1), address.as_bytes());
        self.with(oid::SUBJECT_ALT_NAME, false, &value.sequence())
    }

    /// Name constraints over mailboxes: permitted and excluded.
    pub(crate) fn mailboxes(self, permitted: &[&str], excluded: &[&str]) -> Self {
        let subtrees = |bases: &[&str]| {
            bases.iter().fold(Writer::new(), |list, base| {
                let base = Writer::new().element(tag::context_primitive(1), base.as_bytes());
                list.raw(&base.sequence())
            })
        };
        let mut value = Writer::new();
        for (number, bases) in [(0, permitted), (1, excluded)] {
            if !bases.is_empty() {
                value = value.raw(&subtrees(bases).wrap(tag::context(number)));
            }
        }
        self.with(oid::NAME_CONSTRAINTS, true, &value.sequence())
    }

    pub(crate) fn policies(self, policies: &[ObjectIdentifier]) -> Self {
        let value = policies.iter().fold(Writer::new(), |list, policy| {
            list.raw(&Writer::new().oid(*policy).sequence())
        });
        self.with(oid::CERTIFICATE_POLICIES, false, &value.sequence())
    }

    pub(crate) fn mappings(self, pairs: &[(ObjectIdentifier, ObjectIdentifier)]) -> Self {
        let value = pairs.iter().fold(Writer::new(), |list, (issuer, subject)| {
            list.raw(&Writer::new().oid(*issuer).oid(*subject).sequence())
        });
        self.with(oid::POLICY_MAPPINGS, true, &value.sequence())
    }

    /// The identifiers by which issuers are found.
    pub(crate) fn key_ids(self, own: &[u8], issuers: &[u8]) -> Self {
        let issuers = Writer::new()
            .element(tag::context_primitive(0), issuers)
            .sequence();
        self.with(
            oid::SUBJECT_KEY_IDENTIFIER,
            false,
            &Writer::new().octets(own).into_bytes(),
        )
        .with(oid::AUTHORITY_KEY_IDENTIFIER, false, &issuers)
    }

    fn tbs(&self, issuer: &[u8]) -> Vec<u8> {
        let validity = Writer::new()
            .raw(&write_time(self.not_before))
            .raw(&write_time(self.not_after))
            .sequence();
        let list = self
            .extensions
            .iter()
            .fold(Writer::new(), |list, (_, der)| list.raw(der));
        let extensions = if self.extensions.is_empty() {
            Vec::new()
        } else {
            Writer::new().raw(&list.sequence()).wrap(tag::context(3))
        };
        Writer::new()
            .raw(&Writer::new().integer(2).wrap(tag::context(0)))
            .integer(self.serial)
            .raw(&self.algorithm)
            .raw(issuer)
            .raw(&validity)
            .raw(&self.subject)
            .raw(&self.spki)
            .raw(&extensions)
            .sequence()
    }
}

/// A name and a key that issue.
#[derive(Clone)]
pub(crate) struct Authority {
    pub(crate) name: Vec<u8>,
    pub(crate) key: Key,
    pub(crate) certificate: Certificate,
}

impl Authority {
    /// Signed by itself.
    pub(crate) fn root(common_name: &str, seed: u8) -> Self {
        let key = Key::new(seed);
        let template = Template::authority(common_name, &key);
        let certificate = issue(&name(common_name), &key, &template);
        Self {
            name: name(common_name),
            key,
            certificate,
        }
    }

    /// An authority below this one.
    pub(crate) fn authority(&self, common_name: &str, seed: u8) -> Self {
        let key = Key::new(seed);
        self.authority_from(Template::authority(common_name, &key), key)
    }

    pub(crate) fn authority_from(&self, template: Template, key: Key) -> Self {
        Self {
            certificate: self.issue(&template),
            name: template.subject,
            key,
        }
    }

    pub(crate) fn issue(&self, template: &Template) -> Certificate {
        issue(&self.name, &self.key, template)
    }

    /// A person below this authority.
    pub(crate) fn user(&self, common_name: &str) -> Certificate {
        self.issue(&Template::user(common_name, &Key::new(200)))
    }

    /// A new key pair of alice@acme.test.
    pub(crate) fn pair(&self, kind: KeyKind, usage: u8) -> KeyPair {
        let key = provider().generate_key(kind).unwrap();
        let template = Template::user("alice", &Key::new(9)).address("alice@acme.test");
        let template = Template {
            spki: provider().public_key(&key).unwrap(),
            ..template.key_usage(usage)
        };
        KeyPair {
            certificate: Some(self.issue(&template)),
            key,
        }
    }

    /// A list that is current now.
    pub(crate) fn crl(&self, list: &ListTemplate) -> Crl {
        Crl::from_der(&self.key.sign(&list.tbs(&self.name))).unwrap()
    }
}

fn issue(issuer: &[u8], key: &Key, template: &Template) -> Certificate {
    let tbs = template.tbs(issuer);
    let der = if template.algorithm == ed25519() {
        key.sign(&tbs)
    } else {
        let signature = Writer::new()
            .element(tag::BIT_STRING, &[0; 65])
            .into_bytes();
        Writer::new()
            .raw(&tbs)
            .raw(&template.algorithm)
            .raw(&signature)
            .sequence()
    };
    Certificate::from_der(&der).unwrap()
}

/// What a list says; [`Authority::crl`] signs it.
#[derive(Clone)]
pub(crate) struct ListTemplate {
    this_update: UnixTime,
    next_update: Option<UnixTime>,
    entries: Vec<u8>,
    extensions: Vec<u8>,
}

impl ListTemplate {
    pub(crate) fn new() -> Self {
        Self {
            this_update: UnixTime(NOW.0 - DAY),
            next_update: Some(UnixTime(NOW.0 + DAY)),
            entries: Vec::new(),
            extensions: Vec::new(),
        }
    }

    pub(crate) fn updates(mut self, this: UnixTime, next: Option<UnixTime>) -> Self {
        self.this_update = this;
        self.next_update = next;
        self
    }

    pub(crate) fn revoked(self, serial: u64) -> Self {
        self.entry(serial, &[])
    }

    /// An entry with `extensions`, each from [`extension`].
    pub(crate) fn entry(mut self, serial: u64, extensions: &[Vec<u8>]) -> Self {
        let mut entry = Writer::new()
            .integer(serial)
            .raw(&write_time(UnixTime(NOW.0 - 2 * DAY)));
        if !extensions.is_empty() {
            entry = entry.raw(&Writer::new().raw(&extensions.concat()).sequence());
        }
        self.entries.extend(entry.sequence());
        self
    }

    pub(crate) fn with(mut self, id: ObjectIdentifier, is_critical: bool, value: &[u8]) -> Self {
        self.extensions.extend(extension(id, is_critical, value));
        self
    }

    pub(crate) fn number(self, number: u64) -> Self {
        self.with(
            oid::CRL_NUMBER,
            false,
            &Writer::new().integer(number).into_bytes(),
        )
    }

    pub(crate) fn delta_of(self, base: u64) -> Self {
        self.with(
            oid::DELTA_CRL_INDICATOR,
            true,
            &Writer::new().integer(base).into_bytes(),
        )
    }

    /// `issuingDistributionPoint` with this content.
    pub(crate) fn scope(self, content: Writer) -> Self {
        self.with(oid::ISSUING_DISTRIBUTION_POINT, true, &content.sequence())
    }

    fn tbs(&self, issuer: &[u8]) -> Vec<u8> {
        let mut tbs = Writer::new()
            .integer(1)
            .raw(&ed25519())
            .raw(issuer)
            .raw(&write_time(self.this_update));
        if let Some(next) = self.next_update {
            tbs = tbs.raw(&write_time(next));
        }
        if !self.entries.is_empty() {
            tbs = tbs.raw(&Writer::new().raw(&self.entries).sequence());
        }
        if !self.extensions.is_empty() {
            let list = Writer::new().raw(&self.extensions).sequence();
            tbs = tbs.raw(&Writer::new().raw(&list).wrap(tag::context(0)));
        }
        tbs.sequence()
    }
}

/// A response to the question whether `certificate` is revoked; `status` is the element that says
/// so, `responders` the certificates sent along.
pub(crate) fn ocsp_response(
    issuer: &Authority,
    certificate: &Certificate,
    status: &[u8],
    next_update: impl Into<Option<UnixTime>>,
    (signer, responders): (&Key, &[&Certificate]),
) -> OcspResponse {
    let request = crate::ocsp_request(certificate, &issuer.certificate, &provider()).unwrap();
    let mut id = Reader::new(&request);
    for _ in 0..4 {
        id = id.sequence().unwrap(); // OCSPRequest, TBSRequest, requestList, Request
    }
    let id = id.any().unwrap().raw;
    let generalized = |time: UnixTime| {
        let digits = time.to_string().replace(['-', 'T', ':'], "");
        Writer::new()
            .element(tag::GENERALIZED_TIME, digits.as_bytes())
            .into_bytes()
    };
    let now = generalized(NOW);
    let mut answer = Writer::new().raw(id).raw(status).raw(&now);
    if let Some(next_update) = next_update.into() {
        let next_update = generalized(next_update);
        answer = answer.raw(&Writer::new().raw(&next_update).wrap(tag::context(0)));
    }
    let answer = answer.sequence();
    let data = Writer::new()
        .raw(&Writer::new().raw(&issuer.name).wrap(tag::context(1)))
        .raw(&now)
        .raw(&Writer::new().raw(&answer).sequence())
        .sequence();
    let list = responders
        .iter()
        .fold(Writer::new(), |list, one| list.raw(one.der()));
    let sealed = signer.sign(&data);
    let sealed = Reader::new(&sealed).any().unwrap().content;
    let basic = Writer::new()
        .raw(sealed)
        .raw(&Writer::new().raw(&list.sequence()).wrap(tag::context(0)))
        .sequence();
    let bytes = Writer::new().oid(oid::OCSP_BASIC).octets(&basic).sequence();
    let response = Writer::new()
        .element(tag::ENUMERATED, &[0])
        .raw(&Writer::new().raw(&bytes).wrap(tag::context(0)))
        .sequence();
    OcspResponse::from_der(&response).unwrap()
}
