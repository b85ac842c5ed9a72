//! Whose certificate may be used for what, out of the facts about an envelope.

use std::fmt::Display;

use mail::{Address, UnixTime};
use smime::{Capabilities, Certificate, PathBuilder, Provider, Usage};

use crate::directory::{OwnCertificate, PartnerCertificate, PartnerSource};
use crate::revocation::{Inquiry, RevocationMemory, Standing};
use crate::trace::{
    NO_RECIPIENT_KEY, NO_SENDER_CERTIFICATE, RECIPIENT_KEY_FOUND, RECIPIENT_KEY_REVOKED,
    RECIPIENT_KEY_UNUSABLE, SENDER_CERTIFICATE_UNUSABLE,
};
use crate::{Directory, RevocationChecks, Snapshot, TraceStep};

/// Why a certificate of which nobody tells is not used.
const ONLY_NOT_REVOKED: &str = "only what is known not to be revoked is used";

/// All that is known when an envelope is judged.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) directory: &'a Directory,
    pub(crate) memory: &'a RevocationMemory,
    pub(crate) now: UnixTime,
    pub(crate) provider: &'a dyn Provider,
}

/// A managed mailbox that can sign.
#[derive(Clone)]
pub(crate) struct Sender<'a> {
    pub(crate) own: &'a OwnCertificate,
    pub(crate) certificate: Certificate,
}

/// A certificate to encrypt to.
#[derive(Clone)]
pub(crate) struct RecipientKey {
    pub(crate) certificate: Certificate,
    pub(crate) capabilities: Option<Capabilities>,
    /// Whether nobody tells if it was revoked.
    pub(crate) is_revocation_unknown: bool,
}

/// Why there is no key of a recipient: the best certificate that was found and cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NoKey {
    /// There is none, or it is of no use.
    Unknown,
    /// It was revoked.
    Revoked,
    /// Nobody tells whether it was revoked, and the organisation wants to know.
    RevocationUnknown,
}

impl<'a> Facts<'a> {
    /// The sender's active certificate, or why there is none to be used.
    pub(crate) fn sender(&self, address: &Address) -> Result<Sender<'a>, TraceStep> {
        let active = self
            .directory
            .managed
            .get(address)
            .and_then(|mailbox| mailbox.active.as_ref());
        let Some(own) = active else {
            return Err(NO_SENDER_CERTIFICATE.with(&[("sender", address)]));
        };
        let unusable = |why: &str| {
            Err(SENDER_CERTIFICATE_UNUSABLE.with(&[("sender", address), ("why", &why)]))
        };
        let Ok(certificate) = Certificate::from_der(&own.certificate) else {
            return unusable("it is malformed");
        };
        if !certificate.is_valid_at(self.now) {
            return unusable("it is not valid at this time");
        }
        if !certificate.may_sign() {
            return unusable("it is not for signing mail");
        }
        Ok(Sender { own, certificate })
    }

    /// The first usable certificate of a recipient, and the steps of the search.
    ///
    /// A managed mailbox that another one writes to counts as external; its own active certificate
    /// is then its key. Whom nobody was asked about yet counts as good: the inquiry notes it.
    pub(crate) fn recipient(
        &self,
        address: &Address,
        inquiry: &mut Inquiry,
    ) -> (Result<RecipientKey, NoKey>, Vec<TraceStep>) {
        let mut steps = Vec::new();
        let mut lack = NoKey::Unknown;
        for candidate in &self.candidates(address) {
            let usable = candidate.usable(self.now).and_then(|certificate| {
                let path = self.path(address, candidate, &certificate)?;
                Ok((certificate, path))
            });
            let unusable =
                |why: &str| RECIPIENT_KEY_UNUSABLE.with(&[("recipient", address), ("why", &why)]);
            let (certificate, path) = match usable {
                Ok(usable) => usable,
                Err(why) => {
                    steps.push(unusable(why));
                    continue;
                }
            };
            let fingerprint = certificate.fingerprint();
            let standing = inquiry.standing(self, &path, &[]);
            if standing == Standing::Revoked {
                let values: [(_, &dyn Display); 2] =
                    [("fingerprint", &fingerprint), ("recipient", address)];
                steps.push(RECIPIENT_KEY_REVOKED.with(&values));
                lack = NoKey::Revoked;
                continue;
            }
            let is_revocation_unknown = standing.is_unknown();
            let told = standing.step(address);
            if is_revocation_unknown
                && self.snapshot.settings.revocation == RevocationChecks::Require
            {
                steps.extend(told);
                steps.push(unusable(ONLY_NOT_REVOKED));
                lack = NoKey::RevocationUnknown;
                continue;
            }
            steps.push(RECIPIENT_KEY_FOUND.with(&[
                ("fingerprint", &fingerprint),
                ("recipient", address),
                ("source", &candidate.source()),
            ]));
            steps.extend(told);
            let key = RecipientKey {
                certificate,
                capabilities: candidate.capabilities(),
                is_revocation_unknown,
            };
            return (Ok(key), steps);
        }
        if lack == NoKey::Unknown {
            steps.push(NO_RECIPIENT_KEY.with(&[("recipient", address)]));
        }
        (Err(lack), steps)
    }

    /// Why the sender's certificate is not to be used, as far as its CA tells. Whom nobody was asked about
    /// yet counts as good: the inquiry notes it.
    pub(crate) fn sender_lack(
        &self,
        address: &Address,
        sender: &Sender<'_>,
        inquiry: &mut Inquiry,
    ) -> Option<TraceStep> {
        let checks = self.snapshot.settings.revocation;
        if sender.own.is_built_in || checks == RevocationChecks::Off {
            return None;
        }
        let usage = Usage::EmailSigning;
        let path = self.built(address, &sender.own.chain, &sender.certificate, usage);
        let standing = inquiry.standing(self, &path.unwrap_or_default(), &[]);
        let is_required = checks == RevocationChecks::Require;
        let why = match standing {
            Standing::Revoked => "it was revoked",
            _ if standing.is_unknown() && is_required => ONLY_NOT_REVOKED,
            _ => return None,
        };
        Some(SENDER_CERTIFICATE_UNUSABLE.with(&[("sender", address), ("why", &why)]))
    }

    /// The path to an anchor that holds now: what a signature once taught is worth no more than its
    /// authority is today (RFC 8550 §4). An administrator's word needs no authority; without one there
    /// is nobody to ask about revocation, and the path is empty. Our own CA's is not asked either: the
    /// directory only has what it did not revoke.
    fn path(
        &self,
        address: &Address,
        candidate: &Candidate<'_>,
        certificate: &Certificate,
    ) -> Result<Vec<Certificate>, &'static str> {
        let (chain, is_vouched) = match candidate {
            Candidate::Own(own) if own.is_built_in => return Ok(Vec::new()),
            Candidate::Own(own) => (&own.chain, true),
            Candidate::Partner(partner) => {
                (&partner.chain, partner.source == PartnerSource::Uploaded)
            }
        };
        let is_asked = self.snapshot.settings.revocation != RevocationChecks::Off;
        if is_vouched && !is_asked {
            return Ok(Vec::new());
        }
        match self.built(address, chain, certificate, Usage::EmailEncryption) {
            Some(path) => Ok(path),
            None if is_vouched => Ok(Vec::new()),
            None => Err("no trusted authority vouches for it any more"),
        }
    }

    fn built(
        &self,
        address: &Address,
        chain: &[Vec<u8>],
        certificate: &Certificate,
        usage: Usage,
    ) -> Option<Vec<Certificate>> {
        let chain = chain.iter();
        let chain: Vec<Certificate> = chain
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect();
        let builder = PathBuilder {
            anchors: self.snapshot.anchors_for(address).collect(),
            intermediates: chain.iter().collect(),
            usage,
            ..PathBuilder::default()
        };
        let path = builder.build(certificate, self.now, self.provider);
        path.ok().map(|path| path.certificates)
    }

    fn candidates(&self, address: &Address) -> Vec<Candidate<'a>> {
        let own = self
            .directory
            .managed
            .get(address)
            .and_then(|mailbox| mailbox.active.as_ref())
            .map(Candidate::Own);
        let partner = self.directory.external.get(address);
        let partners = partner
            .into_iter()
            .flat_map(|partner| &partner.certificates)
            .map(Candidate::Partner);
        own.into_iter().chain(partners).collect()
    }
}

/// A certificate that may be the recipient's key.
enum Candidate<'a> {
    Own(&'a OwnCertificate),
    Partner(&'a PartnerCertificate),
}

impl<'a> Candidate<'a> {
    fn der(&self) -> &'a [u8] {
        match self {
            Self::Own(own) => &own.certificate,
            Self::Partner(partner) => &partner.certificate,
        }
    }

    fn source(&self) -> &'static str {
        match self {
            Self::Own(_) => "own",
            Self::Partner(partner) => match partner.source {
                PartnerSource::Harvested => "harvested",
                PartnerSource::Uploaded => "uploaded",
            },
        }
    }

    fn capabilities(&self) -> Option<Capabilities> {
        match self {
            // What the gateway itself decrypts.
            Self::Own(_) => Some(Capabilities::own()),
            Self::Partner(partner) => partner
                .capabilities
                .as_deref()
                .and_then(Capabilities::from_der),
        }
    }

    fn usable(&self, now: UnixTime) -> Result<Certificate, &'static str> {
        let certificate = Certificate::from_der(self.der()).map_err(|_| "it is malformed")?;
        if !certificate.is_valid_at(now) {
            return Err("it is not valid at this time");
        }
        if !certificate.may_encrypt() {
            return Err("it is not for encrypting mail");
        }
        if certificate.key_kind().is_weak() {
            return Err("its key is too weak");
        }
        Ok(certificate)
    }
}
