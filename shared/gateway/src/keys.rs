//! Whose certificate may be used for what, out of the facts about an envelope.

use mail::{Address, UnixTime};
use smime::{Capabilities, Certificate, PathBuilder, Provider, Usage};

use crate::directory::{OwnCertificate, PartnerCertificate, PartnerSource};
use crate::trace::{
    NO_RECIPIENT_KEY, NO_SENDER_CERTIFICATE, RECIPIENT_KEY_FOUND, RECIPIENT_KEY_UNUSABLE,
    SENDER_CERTIFICATE_UNUSABLE,
};
use crate::{Directory, Snapshot, TraceStep};

/// All that is known when an envelope is judged.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) directory: &'a Directory,
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
    /// is then its key.
    pub(crate) fn recipient(&self, address: &Address) -> (Option<RecipientKey>, Vec<TraceStep>) {
        let mut steps = Vec::new();
        for candidate in &self.candidates(address) {
            let usable = candidate.usable(self.now).and_then(|certificate| {
                self.is_still_vouched_for(address, candidate, &certificate)
                    .then_some(certificate)
                    .ok_or("no trusted authority vouches for it any more")
            });
            match usable {
                Ok(certificate) => {
                    steps.push(RECIPIENT_KEY_FOUND.with(&[
                        ("fingerprint", &certificate.fingerprint()),
                        ("recipient", address),
                        ("source", &candidate.source()),
                    ]));
                    let capabilities = candidate.capabilities();
                    let key = RecipientKey {
                        certificate,
                        capabilities,
                    };
                    return (Some(key), steps);
                }
                Err(why) => steps
                    .push(RECIPIENT_KEY_UNUSABLE.with(&[("recipient", address), ("why", &why)])),
            }
        }
        steps.push(NO_RECIPIENT_KEY.with(&[("recipient", address)]));
        (None, steps)
    }

    /// Whether a path leads to an anchor that holds now: what a signature once taught is worth no more
    /// than its authority is today (RFC 8550 §4). An administrator's word needs no authority.
    fn is_still_vouched_for(
        &self,
        address: &Address,
        candidate: &Candidate<'_>,
        certificate: &Certificate,
    ) -> bool {
        let Candidate::Partner(partner) = candidate else {
            return true;
        };
        if partner.source == PartnerSource::Uploaded {
            return true;
        }
        let chain = partner.chain.iter();
        let chain: Vec<Certificate> = chain
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect();
        let builder = PathBuilder {
            anchors: self.snapshot.anchors_for(address).collect(),
            intermediates: chain.iter().collect(),
            usage: Usage::EmailEncryption,
            ..PathBuilder::default()
        };
        builder.build(certificate, self.now, self.provider).is_ok()
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
