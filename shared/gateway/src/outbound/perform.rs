//! Doing what was planned: signing once, encrypting once for each group of recipients.

use std::borrow::Cow;
use std::collections::BTreeSet;

use mail::{Address, Entity, parse_mailboxes};
use smime::{
    Certificate, ContentCipher, EncryptError, HIDDEN_SUBJECT, PrivateKey, Reason, RsaPadding,
    SignOptions, Signer, protect_with_header,
};

use super::choice::{cipher, padding};
use super::{Plan, Planned};
use crate::decision::{Decision, Protection};
use crate::keys::{RecipientKey, Sender};
use crate::refusal::{HIDDEN_COPIES_OCTETS_MAX, Refusal};
use crate::trace::{
    BCC_APART, ENCRYPTED, ENCRYPTION_FAILED, HEADER_HIDDEN, KEY_NOT_YET, KEY_UNUSABLE,
    NOT_TO_SENDER, SIGNED,
};
use crate::verdict::{Case, Copies, Fate, Lack, Lessons};
use crate::{HeaderProtection, TraceStep};

impl<'a> Planned<'a> {
    /// Goes on with the answer to the need of the sender's key.
    pub(crate) fn with_key(self, key: Option<&PrivateKey>) -> Decision<'a> {
        if key.is_some() {
            return self.perform(key);
        }
        let step = KEY_NOT_YET.with(&[("mailbox", &sender_text(&self.case))]);
        self.defer(Lack::KeyNotYet, &step)
    }

    /// Signs and encrypts, and decides.
    pub(super) fn perform(mut self, key: Option<&PrivateKey>) -> Decision<'a> {
        let groups = self.groups();
        let key = key.filter(|_| self.plans.iter().any(Plan::signs));
        let mut signed = match key.map(|key| self.sign(key)).transpose() {
            Ok(signed) => signed.unwrap_or_default(),
            Err(why) => {
                let mailbox = sender_text(&self.case);
                let step = KEY_UNUSABLE.with(&[("mailbox", &mailbox), ("why", &why)]);
                return self.defer(Lack::KeyUnusable, &step);
            }
        };
        let hides_subject = signed.hides_subject();
        let leaves_signed = |plan: &Plan<'_>| plan.signs() && !plan.encrypts();
        let is_needed_after = signed.hidden.is_none() && self.plans.iter().any(leaves_signed);
        let mut copies = Copies::new(Cow::Borrowed(self.case.raw));
        for (number, group) in groups.iter().enumerate() {
            let is_last = number + 1 == groups.len() && !is_needed_after;
            let message = signed.for_encryption(is_last);
            match self.encrypt(group, message.unwrap_or(Cow::Borrowed(self.case.raw))) {
                Ok(encrypted) => self.give(group, copies.add(encrypted), hides_subject),
                Err(error) => {
                    let step = ENCRYPTION_FAILED.with(&[("why", &error)]);
                    return self.defer(Lack::EncryptionFailed, &step);
                }
            }
        }
        if let Some(signed) = signed.plain {
            let copy = copies.add(signed);
            let plans = self.plans.iter_mut();
            for plan in plans.filter(|plan| leaves_signed(plan)) {
                plan.sentence.fate = Fate::Deliver(copy);
            }
        }
        let sentences = self.plans.into_iter().map(|plan| plan.sentence).collect();
        self.case.decide(sentences, copies, Lessons::default())
    }

    /// Signs each version of the message that somebody gets, and writes it down.
    fn sign(&mut self, key: &PrivateKey) -> Result<Signed, String> {
        use smime::HeaderProtection::{Cipher, Clear};
        let sender = self.sender.as_ref().ok_or("there is no certificate")?;
        let header = self.case.facts.snapshot.settings.header_protection;
        let hides = header == HeaderProtection::Confidential;
        let signing = || self.plans.iter().filter(|plan| plan.signs());
        let mut signed = Signed::default();
        if signing().any(|plan| !(plan.encrypts() && hides)) {
            let protection = (header != HeaderProtection::Off).then_some(Clear);
            signed.plain = Some(self.signed(sender, key, protection)?);
        }
        if signing().any(|plan| plan.encrypts() && hides) {
            signed.hidden = Some(self.signed(sender, key, Some(Cipher))?);
        }
        let step = SIGNED.with(&[
            ("fingerprint", &sender.certificate.fingerprint()),
            ("sender", &sender_text(&self.case)),
        ]);
        for plan in self.plans.iter_mut().filter(|plan| plan.signs()) {
            plan.sentence.trace.push(step.clone());
            plan.sentence.protection.push(Protection::Signed);
        }
        Ok(signed)
    }

    fn signed(
        &self,
        sender: &Sender<'_>,
        key: &PrivateKey,
        protection: Option<smime::HeaderProtection>,
    ) -> Result<Vec<u8>, String> {
        let chain = sender.own.chain.iter();
        let chain: Vec<Certificate> = chain
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect();
        let signer = Signer {
            certificate: &sender.certificate,
            chain: &chain,
            key,
        };
        let (now, provider) = (self.case.facts.now, self.case.facts.provider);
        let sign = |entity| smime::sign(entity, &signer, &SignOptions::default(), now, provider);
        match protection {
            None => smime::protect(self.case.raw, sign),
            Some(protection) => protect_with_header(self.case.raw, protection, sign),
        }
        .map_err(|error| error.to_string())
    }

    /// Encrypts to the members of a group and to the sender; what is encrypted is the signed message
    /// where there is one, else what the sender's client signed.
    fn encrypt(&self, group: &Group, message: Cow<'_, [u8]>) -> Result<Vec<u8>, EncryptError> {
        let keys = self.keys(group);
        let mut certificates: Vec<Certificate> = Vec::new();
        let theirs = keys.iter().map(|key| &key.certificate);
        for certificate in theirs.chain(self.own_certificate()) {
            if !certificates.contains(certificate) {
                certificates.push(certificate.clone());
            }
        }
        let (cipher, padding) = self.algorithms(&keys);
        let provider = self.case.facts.provider;
        let encrypt =
            |entity: Vec<u8>| smime::encrypt(entity, &certificates, cipher, padding, provider);
        match message {
            Cow::Borrowed(message) => smime::protect(message, encrypt),
            Cow::Owned(message) => smime::protect_owned(message, encrypt),
        }
    }

    /// Writes down that the members of a group get this copy.
    fn give(&mut self, group: &Group, copy: usize, hides_subject: bool) {
        let (cipher, _) = self.algorithms(&self.keys(group));
        let is_readable_by_sender = self.own_certificate().is_some();
        for &place in &group.members {
            let Some(Plan { sentence, key, .. }) = self.plans.get_mut(place) else {
                continue;
            };
            let recipient = sentence.recipient;
            if group.is_hidden {
                sentence
                    .trace
                    .push(BCC_APART.with(&[("recipient", recipient)]));
            }
            sentence
                .trace
                .push(ENCRYPTED.with(&[("cipher", &cipher), ("recipient", recipient)]));
            if hides_subject {
                sentence.trace.push(HEADER_HIDDEN.bare());
            }
            if !is_readable_by_sender {
                sentence.trace.push(NOT_TO_SENDER.bare());
            }
            if key.as_ref().is_some_and(|key| key.is_revocation_unknown) {
                sentence.remark = Some(Reason::RevocationUnknown.code());
            }
            sentence.protection.push(Protection::Encrypted);
            sentence.fate = Fate::Deliver(copy);
        }
    }

    fn keys(&self, group: &Group) -> Vec<&RecipientKey> {
        let members = group.members.iter();
        members
            .filter_map(|&place| self.plans.get(place)?.key.as_ref())
            .collect()
    }

    fn algorithms(&self, keys: &[&RecipientKey]) -> (ContentCipher, RsaPadding) {
        let preferred = self.case.facts.snapshot.settings.cipher.into();
        (cipher(preferred, keys), padding(keys))
    }

    /// The sender's certificate, so that the sender can read what was sent.
    fn own_certificate(&self) -> Option<&Certificate> {
        let certificate = &self.sender.as_ref()?.certificate;
        certificate.may_encrypt().then_some(certificate)
    }

    /// Who shares an encrypted copy. All whom the header names share one; whoever it does not name
    /// gets one apart, because the list of recipients inside it can be read by all of them.
    ///
    /// Hidden recipients whose copies would pass [`HIDDEN_COPIES_OCTETS_MAX`] are refused.
    fn groups(&mut self) -> Vec<Group> {
        let named = named_recipients(&self.case);
        let mut together = Group::default();
        let mut apart = Vec::new();
        for (place, plan) in self.plans.iter().enumerate() {
            if !plan.encrypts() {
                continue;
            }
            if named.contains(plan.sentence.recipient) {
                together.members.push(place);
            } else {
                apart.push(place);
            }
        }
        let octets = apart.len().saturating_mul(self.case.raw.len());
        if apart.len() > 1 && octets > HIDDEN_COPIES_OCTETS_MAX {
            for place in apart.drain(..) {
                if let Some(plan) = self.plans.get_mut(place) {
                    plan.sentence.fate = Fate::Refuse(Refusal::TooManyHidden);
                }
            }
        }
        let mut groups: Vec<Group> = apart.into_iter().map(Group::hidden).collect();
        if !together.members.is_empty() {
            groups.insert(0, together);
        }
        groups
    }

    /// Defers the message for those who would have got it signed or encrypted; the others are
    /// deferred with them.
    fn defer(mut self, lack: Lack, step: &TraceStep) -> Decision<'a> {
        for plan in &mut self.plans {
            if plan.signs() || plan.encrypts() {
                plan.sentence.trace.push(step.clone());
                plan.sentence.fate = Fate::Defer(lack);
            }
        }
        let sentences = self.plans.into_iter().map(|plan| plan.sentence).collect();
        let unchanged = Copies::new(Cow::Borrowed(self.case.raw));
        self.case.decide(sentences, unchanged, Lessons::default())
    }
}

/// The message as the gateway has signed it.
#[derive(Default)]
struct Signed {
    /// For those who get it as it is, and to be encrypted where the header is not hidden.
    plain: Option<Vec<u8>>,
    /// With the header hidden, only to be encrypted.
    hidden: Option<Vec<u8>>,
}

impl Signed {
    /// What is to be encrypted. The last to ask gets it for good, so that a large message is held
    /// once less.
    fn for_encryption(&mut self, is_last: bool) -> Option<Cow<'_, [u8]>> {
        let version = if self.hidden.is_some() {
            &mut self.hidden
        } else {
            &mut self.plain
        };
        if is_last {
            version.take().map(Cow::Owned)
        } else {
            version.as_deref().map(Cow::Borrowed)
        }
    }

    fn hides_subject(&self) -> bool {
        let hidden = self.hidden.as_deref().map(Entity::parse);
        let subject = hidden.as_ref().and_then(|hidden| hidden.field("Subject"));
        subject.is_some_and(|subject| subject.text() == HIDDEN_SUBJECT)
    }
}

/// Places of plans that share one encrypted copy.
#[derive(Default)]
struct Group {
    members: Vec<usize>,
    is_hidden: bool,
}

impl Group {
    fn hidden(place: usize) -> Self {
        Self {
            members: vec![place],
            is_hidden: true,
        }
    }
}

/// The addresses that every reader of the header sees.
fn named_recipients(case: &Case<'_>) -> BTreeSet<Address> {
    let fields = case.message.fields().iter();
    fields
        .filter(|field| field.is("To") || field.is("Cc"))
        .flat_map(|field| parse_mailboxes(&field.text()))
        .collect()
}

fn sender_text(case: &Case<'_>) -> String {
    let sender = case.envelope.from.as_ref();
    sender.map(ToString::to_string).unwrap_or_default()
}
