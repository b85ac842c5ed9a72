//! Judging the signers of one `SignedData` (RFC 5652 §5.4, RFC 8551 §2, RFC 8550).

use mail::{Address, UnixTime};

use crate::{
    Budget, Certificate, Digest, KeyKind, PathBuilder, Problem, Provider, Reason, RecipientId,
    SignatureReport, SignatureScheme, TrustStore, Usage,
    algorithm::{self, FoundScheme},
    asn1::{Reader, oid, tag},
    certificate::{hex, name_text},
    chain::{is_restricted_to_pss, signature_cost},
    cms::signed::{SignedAttributes, SignedData, SignerInfo},
    content_digest::ContentDigest,
};

/// What a signature is judged against.
pub(crate) struct Judge<'a> {
    pub(crate) trust: &'a TrustStore,
    pub(crate) now: UnixTime,
    pub(crate) provider: &'a dyn Provider,
    /// The one author of the message; without one nothing can be vouched for.
    pub(crate) author: Option<&'a Address>,
    pub(crate) checks_address: bool,
    /// Whether the signed content is all that is shown.
    pub(crate) covers_all: bool,
}

/// Reports on every signer. `content` is what was signed.
pub(crate) fn signers(
    data: &SignedData<'_>,
    content: &[u8],
    layer: usize,
    judge: &Judge<'_>,
    budget: &mut Budget,
) -> Vec<SignatureReport> {
    let certificates: Vec<Certificate> = data
        .certificates
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect();
    let mut digests = Digests {
        content,
        provider: judge.provider,
        known: Vec::new(),
    };
    data.signers
        .iter()
        .map(|signer| {
            Examination {
                data,
                signer,
                certificates: &certificates,
                judge,
            }
            .report(layer, &mut digests, budget)
        })
        .collect()
}

/// Digests of the content, each made once however many signers there are.
struct Digests<'a> {
    content: &'a [u8],
    provider: &'a dyn Provider,
    known: Vec<(ContentDigest, Vec<u8>)>,
}

impl Digests<'_> {
    fn of(&mut self, digest: ContentDigest) -> &[u8] {
        let index = if let Some(index) = self.known.iter().position(|(known, _)| *known == digest) {
            index
        } else {
            let value = digest.of(self.content, self.provider);
            self.known.push((digest, value));
            self.known.len() - 1
        };
        self.known.get(index).map_or(&[], |(_, value)| value)
    }
}

struct Examination<'a> {
    data: &'a SignedData<'a>,
    signer: &'a SignerInfo<'a>,
    certificates: &'a [Certificate],
    judge: &'a Judge<'a>,
}

impl Examination<'_> {
    fn report(
        &self,
        layer: usize,
        digests: &mut Digests<'_>,
        budget: &mut Budget,
    ) -> SignatureReport {
        let scheme = self.scheme();
        let attributes = self.signer.attributes.as_ref();
        let candidates = self.candidates();
        let certificate = candidates.first().copied().cloned();
        let (issuer, serial) = match (&self.signer.id, &certificate) {
            (_, Some(certificate)) => (certificate.issuer(), certificate.serial_hex()),
            (RecipientId::IssuerSerial { issuer, serial }, None) => {
                (name_text(issuer), hex(serial))
            }
            _ => (String::new(), String::new()),
        };
        let mut report = SignatureReport {
            layer,
            address: None,
            subject: certificate
                .as_ref()
                .map(Certificate::subject)
                .unwrap_or_default(),
            issuer,
            serial,
            certificate: None,
            algorithm: scheme
                .as_ref()
                .map_or_else(|_| "unknown".to_owned(), FoundScheme::name),
            signing_time: attributes.and_then(SignedAttributes::signing_time),
            path: Vec::new(),
            capabilities: attributes.and_then(SignedAttributes::capabilities),
            encryption_path: Vec::new(),
            covers_all: self.judge.covers_all,
            rests_on_sha1: scheme
                .as_ref()
                .is_ok_and(|scheme| self.rests_on_sha1(scheme)),
            verdict: Ok(()),
        };
        // RFC 5280 does not make key identifiers unique: the certificate is the one whose key verifies.
        let judged = scheme.and_then(|scheme| self.verify(&scheme, &candidates, digests, budget));
        let certificate = match judged {
            Ok(certificate) => certificate,
            Err(problem) => {
                report.verdict = Err(problem);
                report.address = certificate
                    .as_ref()
                    .and_then(|found| self.address_of(found));
                report.certificate = certificate;
                return report;
            }
        };
        report.address = self.address_of(&certificate);
        report.verdict = self.accept(&certificate, &mut report.path, budget);
        report.encryption_path =
            self.encryption_path(&certificate, &report.path, attributes, budget);
        report.certificate = Some(certificate);
        report
    }

    fn scheme(&self) -> Result<FoundScheme, Problem> {
        let digest = self.signer.digest.and_then(ContentDigest::common);
        algorithm::read_signature(self.signer.signature_algorithm, digest).map_err(|_| {
            Problem::new(
                Reason::UnsupportedAlgorithm,
                "the parameters of the signature algorithm are not known",
            )
        })
    }

    fn is_weak(&self, scheme: &FoundScheme) -> bool {
        scheme.is_weak() || self.signer.digest.is_some_and(ContentDigest::is_weak)
    }

    /// What of it is weak: the scheme, or only the digest of the content.
    fn weak_part(&self, scheme: &FoundScheme) -> String {
        let content = self.signer.digest.and_then(ContentDigest::common);
        match content {
            Some(digest) if !scheme.is_weak() => algorithm::digest_name(digest).to_owned(),
            _ => scheme.name(),
        }
    }

    /// Whether SHA-1 is all that makes it weak.
    fn rests_on_sha1(&self, scheme: &FoundScheme) -> bool {
        let is_no_worse = |digest: Digest| !digest.is_weak() || digest == Digest::Sha1;
        let content = self.signer.digest.and_then(ContentDigest::common);
        let digests = [scheme.digest(), content];
        matches!(scheme, FoundScheme::Known(_))
            && self.is_weak(scheme)
            && digests.into_iter().flatten().all(is_no_worse)
    }

    /// The certificates that the signer may mean: from the object, then from the store.
    fn candidates(&self) -> Vec<&Certificate> {
        let trust = self.judge.trust;
        self.certificates
            .iter()
            .chain(&trust.intermediates)
            .chain(trust.anchors.iter().map(|anchor| &anchor.certificate))
            .filter(|certificate| self.signer.id.matches(certificate))
            .collect()
    }

    /// The mathematics: digest, signature, and that they are strong enough to mean something.
    fn verify(
        &self,
        scheme: &FoundScheme,
        candidates: &[&Certificate],
        digests: &mut Digests<'_>,
        budget: &mut Budget,
    ) -> Result<Certificate, Problem> {
        let signed = self.signed_octets(digests)?;
        self.check_stated_algorithms(scheme)?;
        let is_accepted = self.judge.trust.accepts_sha1 && self.rests_on_sha1(scheme);
        if self.is_weak(scheme) && !is_accepted {
            return Err(Problem::new(
                Reason::WeakAlgorithm,
                format!("{} no longer proves anything", self.weak_part(scheme)),
            ));
        }
        let FoundScheme::Known(scheme) = *scheme else {
            return Err(Problem::new(
                Reason::UnsupportedAlgorithm,
                format!("the signature algorithm {} is not known", scheme.name()),
            ));
        };
        if candidates.is_empty() {
            return Err(Problem::new(
                Reason::NoSignerCertificate,
                "the signer's certificate is neither in the message nor known",
            ));
        }
        let message = match &signed {
            Signed::Attributes(octets) => octets,
            Signed::Content => digests.content,
        };
        for certificate in candidates {
            let cost = signature_cost(certificate.spki());
            budget
                .signature(cost)
                .map_err(|spent| Problem::new(Reason::LimitExceeded, spent.to_string()))?;
            if self.is_by_key_of(certificate, scheme, message) {
                self.check_stated_certificate(certificate)?;
                return Ok((*certificate).clone());
            }
        }
        let has = |is_such: fn(KeyKind) -> bool| {
            let mut kinds = candidates.iter().map(|certificate| certificate.key_kind());
            kinds.any(is_such)
        };
        Err(if has(KeyKind::is_weak) {
            Problem::new(Reason::WeakAlgorithm, "the signer's key is too short")
        } else if has(|kind| kind == KeyKind::Other) {
            Problem::new(
                Reason::UnsupportedAlgorithm,
                "the signer's key is of a kind that is not known",
            )
        } else {
            invalid("the signature is not that of the signer's key")
        })
    }

    fn is_by_key_of(
        &self,
        certificate: &Certificate,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> bool {
        let spki = certificate.spki();
        let may_use =
            matches!(scheme, SignatureScheme::RsaPss { .. }) || !is_restricted_to_pss(spki);
        let provider = self.judge.provider;
        may_use
            && provider
                .verify(scheme, spki, message, self.signer.signature)
                .is_ok()
    }

    /// What the signature is over, after the digest in it was compared with the content's.
    fn signed_octets(&self, digests: &mut Digests<'_>) -> Result<Signed, Problem> {
        let Some(attributes) = &self.signer.attributes else {
            // Without attributes nothing says what the content is; a signature over attributes could be passed
            // off as one over content (RFC 5652 §5.3).
            return if self.data.content_type != oid::DATA || are_attributes(digests.content) {
                Err(invalid("the signature lacks the attributes that it needs"))
            } else {
                Ok(Signed::Content)
            };
        };
        if !attributes.are_unambiguous() {
            return Err(invalid("a signed attribute is repeated"));
        }
        if attributes.content_type() != Some(self.data.content_type) {
            return Err(invalid(
                "the signed content type is not that of the content",
            ));
        }
        let Some(digest) = self.signer.digest else {
            return Err(Problem::new(
                Reason::UnsupportedAlgorithm,
                "the digest of the content is not known",
            ));
        };
        match attributes.message_digest() {
            Some(signed) if signed == digests.of(digest) => {
                Ok(Signed::Attributes(attributes.signed_octets()))
            }
            Some(_) => Err(Problem::new(
                Reason::DigestMismatch,
                "the content was changed after it was signed",
            )),
            None => Err(invalid("the signature does not name the content's digest")),
        }
    }

    /// `CMSAlgorithmProtection` must name the algorithms that stand beside it, or they were exchanged (RFC 6211 §3).
    fn check_stated_algorithms(&self, scheme: &FoundScheme) -> Result<(), Problem> {
        let Some(attributes) = &self.signer.attributes else {
            return Ok(());
        };
        let are_stated = match attributes.algorithms() {
            Ok(Some(stated)) => {
                let digest = stated.digest.and_then(ContentDigest::common);
                stated.digest == self.signer.digest
                    && algorithm::read_signature(&stated.signature, digest) == Ok(*scheme)
            }
            Ok(None) => true,
            Err(_) => false,
        };
        if are_stated {
            Ok(())
        } else {
            Err(invalid("the algorithms are not those that were signed"))
        }
    }

    /// signingCertificate must name the certificate whose key verifies (RFC 5035 §5).
    fn check_stated_certificate(&self, certificate: &Certificate) -> Result<(), Problem> {
        let Some(attributes) = &self.signer.attributes else {
            return Ok(());
        };
        let stated = attributes
            .certificate_hash()
            .map_err(|_| invalid("the attribute that names the signer's certificate is broken"))?;
        match stated {
            Some((digest, hash))
                if self.judge.provider.digest(digest, &[certificate.der()]) != hash =>
            {
                Err(invalid("the signature names another certificate"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the verified signature is to be believed for this message.
    fn accept(
        &self,
        certificate: &Certificate,
        path: &mut Vec<Certificate>,
        budget: &mut Budget,
    ) -> Result<(), Problem> {
        if certificate.key_kind().is_weak() {
            return Err(Problem::new(
                Reason::WeakAlgorithm,
                format!("the signer's key, {}, is too weak", certificate.key_kind()),
            ));
        }
        *path = self.path(certificate, Usage::EmailSigning, budget)?;
        if !self.judge.covers_all {
            return Err(Problem::new(
                Reason::PartlySigned,
                "the signature covers only a part of the message",
            ));
        }
        if self.judge.checks_address {
            self.check_address(certificate)?;
        }
        Ok(())
    }

    /// A path to an anchor that may vouch for the author.
    fn path(
        &self,
        certificate: &Certificate,
        usage: Usage,
        budget: &mut Budget,
    ) -> Result<Vec<Certificate>, Problem> {
        let trust = self.judge.trust;
        let may_vouch = |scope: &crate::TrustAnchor| match self.judge.author {
            Some(author) => scope.covers(author),
            None => scope.scope.is_none() || !self.judge.checks_address,
        };
        let builder = PathBuilder {
            anchors: trust
                .anchors
                .iter()
                .filter(|anchor| may_vouch(anchor))
                .map(|anchor| &anchor.certificate)
                .collect(),
            intermediates: self
                .certificates
                .iter()
                .chain(&trust.intermediates)
                .collect(),
            crls: trust.crls.as_deref(),
            usage,
            ..PathBuilder::default()
        };
        let path = builder
            .build_within(budget, certificate, self.judge.now, self.judge.provider)
            .map_err(|error| Problem::new(error.reason, error.detail))?
            .certificates;
        let mut distrusted = trust.distrusted.iter();
        match distrusted.find(|(certificate, _)| path.contains(certificate)) {
            Some((_, problem)) => Err(problem.clone()),
            None => Ok(path),
        }
    }

    /// RFC 8550 §3: the From address must be one of the certificate's.
    fn check_address(&self, certificate: &Certificate) -> Result<(), Problem> {
        let detail = match self.judge.author {
            Some(author) if certificate.addresses().contains(author) => return Ok(()),
            Some(author) => format!("the certificate is not for {author}"),
            None => "the message has no From address that can be read, or several".to_owned(),
        };
        Err(Problem::new(Reason::AddressMismatch, detail))
    }

    /// The author's address if the certificate has it, else its first.
    fn address_of(&self, certificate: &Certificate) -> Option<Address> {
        let addresses = certificate.addresses();
        addresses
            .iter()
            .find(|address| Some(*address) == self.judge.author)
            .or_else(|| addresses.first())
            .cloned()
    }

    /// The path of the certificate to encrypt to: the one the signer prefers, else its own if that may encrypt, else
    /// another in the message for the same address.
    fn encryption_path(
        &self,
        signing: &Certificate,
        signing_path: &[Certificate],
        attributes: Option<&SignedAttributes<'_>>,
        budget: &mut Budget,
    ) -> Vec<Certificate> {
        let preferred = attributes.and_then(SignedAttributes::encryption_preference);
        let is_preferred = |certificate: &&Certificate| {
            preferred.as_ref().is_some_and(|id| id.matches(certificate))
        };
        let Some(address) = self.address_of(signing) else {
            return Vec::new();
        };
        let is_usable = |certificate: &&Certificate| {
            certificate.may_encrypt()
                && !certificate.key_kind().is_weak()
                && certificate.addresses().contains(&address)
        };
        let found = self
            .certificates
            .iter()
            .filter(is_preferred)
            .chain(std::iter::once(signing))
            .chain(self.certificates)
            .find(is_usable);
        match found {
            Some(found) if found == signing => signing_path.to_vec(),
            Some(found) => self
                .path(found, Usage::EmailEncryption, budget)
                .unwrap_or_default(),
            None => Vec::new(),
        }
    }
}

enum Signed {
    Attributes(Vec<u8>),
    Content,
}

/// Whether content is what a signature with attributes is made over: then it may be such a signature's, whose
/// attributes an attacker took for content.
fn are_attributes(content: &[u8]) -> bool {
    let first = || {
        let mut attribute = Reader::new(content).expect(tag::SET)?.reader().sequence()?;
        attribute.oid()?;
        attribute.expect(tag::SET)
    };
    first().is_ok()
}

fn invalid(detail: &str) -> Problem {
    Problem::new(Reason::SignatureInvalid, detail)
}
