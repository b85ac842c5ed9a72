//! The published policy of an organisation: immutable under its version.

use std::fmt;

use mail::{Address, Domain};
use policy::RuleSet;
use serde::{Deserialize, Serialize};
use smime::{Certificate, ContentCipher, TrustAnchor, TrustStore};

/// Version of the stored form; moves when an older reader could misread it, so always when
/// [`policy::LANGUAGE_VERSION`] does.
pub const SNAPSHOT_FORMAT: u32 = 1;

/// Everything that decides about mail and is not a fact about one address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snapshot {
    /// Whose it is.
    pub organisation: Organisation,
    /// Moves with every change.
    pub version: u64,
    /// The domains whose mailboxes are managed.
    pub domains: Vec<DomainPattern>,
    /// The rules and the defaults below them.
    pub rules: RuleSet,
    /// How mail is protected.
    pub settings: Settings,
    /// The authorities whose word counts.
    pub anchors: Vec<Anchor>,
}

impl Snapshot {
    /// Reads the stored form.
    pub fn from_json(json: &[u8]) -> Result<Self, SnapshotError> {
        let Format { format } = serde_json::from_slice(json)?;
        if format != SNAPSHOT_FORMAT {
            return Err(SnapshotError::Format(format));
        }
        let stored: Stored = serde_json::from_slice(json)?;
        Ok(Self {
            organisation: stored.organisation,
            version: stored.version,
            domains: stored.domains,
            rules: stored.rules,
            settings: stored.settings,
            anchors: stored.anchors,
        })
    }

    /// The stored form.
    pub fn to_json(&self) -> Result<Vec<u8>, SnapshotError> {
        Ok(serde_json::to_vec(&Stored {
            format: SNAPSHOT_FORMAT,
            organisation: self.organisation.clone(),
            version: self.version,
            domains: self.domains.clone(),
            rules: self.rules.clone(),
            settings: self.settings.clone(),
            anchors: self.anchors.clone(),
        })?)
    }

    /// Whether `address` lies in a domain of the organisation.
    pub fn manages(&self, address: &Address) -> bool {
        self.domains
            .iter()
            .any(|pattern| pattern.covers(address.domain()))
    }

    /// The authorities whose word counts for `address`.
    pub(crate) fn anchors_for(&self, address: &Address) -> impl Iterator<Item = &Certificate> {
        let anchors = self.anchors.iter().filter(|anchor| {
            anchor.domain.as_ref().is_none_or(|domain| {
                domain == address.domain() || address.domain().is_below(domain)
            })
        });
        anchors.map(|anchor| &anchor.certificate)
    }

    /// The anchors as path validation takes them.
    pub(crate) fn trust(&self) -> TrustStore {
        let anchors = self.anchors.iter().map(|anchor| TrustAnchor {
            certificate: anchor.certificate.clone(),
            scope: anchor.domain.clone().map(|domain| vec![domain]),
        });
        TrustStore {
            anchors: anchors.collect(),
            accepts_sha1: self.settings.sha1_signatures == Sha1Signatures::Warn,
            ..TrustStore::default()
        }
    }
}

/// Why a stored snapshot cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Not the JSON of a snapshot.
    #[error("the stored policy cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// Written by another version of the software.
    #[error("the stored policy has format {0}, this version reads {SNAPSHOT_FORMAT}")]
    Format(u32),
}

/// Read first, so that a newer format is named instead of its first new field.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: u32,
    organisation: Organisation,
    version: u64,
    domains: Vec<DomainPattern>,
    rules: RuleSet,
    settings: Settings,
    anchors: Vec<Anchor>,
}

/// Who the organisation is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// As in `/pki/{organisation}/…`.
    pub id: String,
    /// For people.
    pub name: String,
}

/// A domain of the organisation: `acme.test`, or `*.lab.acme.test` for a domain and all below it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DomainPattern {
    /// This one.
    Exact(Domain),
    /// This one and every domain below it.
    Below(Domain),
}

impl DomainPattern {
    /// Reads `acme.test` or `*.lab.acme.test`.
    pub fn parse(text: &str) -> Result<Self, mail::AddressError> {
        match text.strip_prefix("*.") {
            Some(parent) => Domain::parse(parent).map(Self::Below),
            None => Domain::parse(text).map(Self::Exact),
        }
    }

    /// Whether `domain` is meant.
    pub fn covers(&self, domain: &Domain) -> bool {
        match self {
            Self::Exact(this) => domain == this,
            Self::Below(parent) => domain == parent || domain.is_below(parent),
        }
    }
}

impl fmt::Display for DomainPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(domain) => domain.fmt(f),
            Self::Below(parent) => write!(f, "*.{parent}"),
        }
    }
}

impl Serialize for DomainPattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DomainPattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// How the organisation wants its mail protected.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// For recipients whose capabilities are not known.
    #[serde(default)]
    pub cipher: Cipher,
    /// Of the mail that the gateway signs.
    #[serde(default)]
    pub header_protection: HeaderProtection,
    /// Of other people's certificates: of who is encrypted to, and of who signed.
    #[serde(default)]
    pub revocation: RevocationChecks,
    /// Of incoming mail.
    #[serde(default)]
    pub sha1_signatures: Sha1Signatures,
}

/// What a signature over SHA-1 is worth, as old clients still make them.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sha1Signatures {
    /// Nothing.
    #[default]
    Refuse,
    /// It counts and the trace warns; it teaches nothing.
    Warn,
}

/// What it means that nobody tells whether a certificate was revoked. One that is known to be revoked
/// is never used, whatever stands here, unless nobody is asked.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RevocationChecks {
    /// It is not used for encryption, and its signature is not believed.
    Require,
    /// It counts, and the trace warns.
    #[default]
    Warn,
    /// Nobody is asked.
    Off,
}

/// How far the header fields are protected with the content (RFC 9788).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HeaderProtection {
    /// Not at all.
    #[default]
    Off,
    /// Against change.
    Signed,
    /// Against change, and in encrypted mail the Subject, Comments and Keywords against being read
    /// (`hcp_baseline`). Clients that do not know RFC 9788 show `[...]` as the Subject.
    Confidential,
}

/// Content encryption. The words are those of `sealgate encrypt --cipher`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum Cipher {
    /// `AuthEnvelopedData`, what RFC 8551 §2.7.1.2 wants for unknown recipients.
    #[serde(rename = "aes-256-gcm")]
    Aes256Gcm,
    /// `EnvelopedData`, what every client in use reads.
    #[default]
    #[serde(rename = "aes-256-cbc")]
    Aes256Cbc,
}

impl From<Cipher> for ContentCipher {
    fn from(cipher: Cipher) -> Self {
        match cipher {
            Cipher::Aes256Gcm => Self::Aes256Gcm,
            Cipher::Aes256Cbc => Self::Aes256Cbc,
        }
    }
}

/// A trust anchor.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The certificate; base64 of its DER in the stored form.
    #[serde(with = "certificate")]
    pub certificate: Certificate,
    /// Its word counts only for mailboxes of this domain and the domains below it.
    #[serde(default, with = "domain", skip_serializing_if = "Option::is_none")]
    pub domain: Option<Domain>,
}

mod certificate {
    use base64_simd::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use smime::Certificate;

    pub(super) fn serialize<S: Serializer>(c: &Certificate, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode_to_string(c.der()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Certificate, D::Error> {
        let der = STANDARD.decode_to_vec(String::deserialize(d)?);
        Certificate::from_der(&der.map_err(D::Error::custom)?).map_err(D::Error::custom)
    }
}

mod domain {
    use mail::Domain;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "the signature is serde's")]
    pub(super) fn serialize<S: Serializer>(
        domain: &Option<Domain>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        domain.as_ref().map(Domain::as_str).serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Domain>, D::Error> {
        Option::<String>::deserialize(d)?
            .map(|text| Domain::parse(&text).map_err(D::Error::custom))
            .transpose()
    }
}
