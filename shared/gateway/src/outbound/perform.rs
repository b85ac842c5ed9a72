//! Doing what was planned: signing once, encrypting once for each group of recipients.

use std::collections::BTreeSet;

use mail::{Address, Buffer, Entity, base64_octets, parse_mailboxes};
use smime::{
    Certificate, ContentCipher, EncryptError, HIDDEN_SUBJECT, PrivateKey, Reason, RsaPadding,
    SignOptions, Signer, protect_with_header,
};

use super::choice::{cipher, padding};
use super::{Plan, Planned};
use crate::decision::{Decision, Protection};
use crate::keys::{RecipientKey, Sender};
use crate::refusal::{COPIES_OCTETS_MAX, COPY_OCTETS_MAX, Refusal};
use crate::trace::{
    BCC_APART, ENCRYPTED, ENCRYPTION_FAILED, HEADER_HIDDEN, KEY_NOT_YET, KEY_UNUSABLE,
    NOT_TO_SENDER, SIGNED,
};
use crate::verdict::{Case, Copies, Fate, Lack, Lessons, Version};
use crate::{HeaderProtection, TraceStep};

impl Planned<'_> {
    /// Goes on with the answer to the need of the sender's key.
    pub(crate) fn with_key(self, key: Option<&PrivateKey>) -> Decision {
        if key.is_some() {
            return self.perform(key);
        }
        let step = KEY_NOT_YET.with(&[("mailbox", &sender_text(&self.case))]);
        self.defer(Lack::KeyNotYet, &step)
    }

    /// Signs and encrypts, and decides.
    pub(super) fn perform(mut self, key: Option<&PrivateKey>) -> Decision {
        let groups = self.groups();
        if self.is_too_much(&groups, self.case.octets) {
            return self.divide(&groups);
        }
        let key = key.filter(|_| self.plans.iter().any(Plan::signs));
        let mut versions = match self.versions(key, groups.len()) {
            Ok(versions) => versions,
            Err(why) => {
                let mailbox = sender_text(&self.case);
                let step = KEY_UNUSABLE.with(&[("mailbox", &mailbox), ("why", &why)]);
                return self.defer(Lack::KeyUnusable, &step);
            }
        };
        // Signed, it may be much longer than it was: 8-bit text is encoded for transport.
        if self.is_too_much(&groups, versions.octets()) {
            return self.divide(&groups);
        }
        let mut copies = Copies::new();
        for group in &groups {
            match self.encrypt(group, versions.for_encryption().take()) {
                Ok(encrypted) => self.give(group, copies.add(encrypted), versions.hides_subject),
                Err(error) => {
                    let step = ENCRYPTION_FAILED.with(&[("why", &error)]);
                    return self.defer(Lack::EncryptionFailed, &step);
                }
            }
        }
        if self.plans.iter().any(Plan::leaves_signed) {
            let copy = copies.add(versions.signed.take());
            let plans = self.plans.iter_mut();
            for plan in plans.filter(|plan| plan.leaves_signed()) {
                plan.sentence.fate = Fate::Deliver(copy);
            }
        }
        if self.plans.iter().any(Plan::leaves_as_it_came) {
            copies.set_as_it_came(versions.as_it_came.take());
        }
        let sentences = self.plans.into_iter().map(|plan| plan.sentence).collect();
        self.case.decide(sentences, copies, Lessons::default())
    }

    /// Signs each version of the message that somebody gets, and writes it down. `encrypted` counts the
    /// copies that are to be encrypted.
    fn versions(&mut self, key: Option<&PrivateKey>, encrypted: usize) -> Result<Versions, String> {
        use smime::HeaderProtection::{Cipher, Clear};
        let raw = std::mem::take(&mut self.raw);
        let left = usize::from(self.plans.iter().any(Plan::leaves_as_it_came));
        let Some(key) = key else {
            return Ok(Versions {
                as_it_came: Version::new(raw, left + encrypted),
                ..Versions::default()
            });
        };
        let sender = self.sender.as_ref().ok_or("there is no certificate")?;
        let protection = self.case.facts.snapshot.settings.header_protection;
        let hides = encrypted > 0 && protection == HeaderProtection::Confidential;
        let left_signed = usize::from(self.plans.iter().any(Plan::leaves_signed));
        let (signed, hidden) = if hides {
            (left_signed, encrypted)
        } else {
            (left_signed + encrypted, 0)
        };
        let uses = left + usize::from(signed > 0) + usize::from(hidden > 0);
        let mut versions = Versions {
            as_it_came: Version::new(raw, uses),
            ..Versions::default()
        };
        if signed > 0 {
            let protection = (protection != HeaderProtection::Off).then_some(Clear);
            let message = self.sign(versions.as_it_came.take(), sender, key, protection)?;
            versions.signed = Version::new(message, signed);
        }
        if hidden > 0 {
            let message = self.sign(versions.as_it_came.take(), sender, key, Some(Cipher))?;
            versions.hides_subject = hides_subject(&message);
            versions.hidden = Some(Version::new(message, hidden));
        }
        versions.is_signed = true;
        let step = SIGNED.with(&[
            ("fingerprint", &sender.certificate.fingerprint()),
            ("sender", &sender_text(&self.case)),
        ]);
        for plan in self.plans.iter_mut().filter(|plan| plan.signs()) {
            plan.sentence.trace.push(step.clone());
            plan.sentence.protection.push(Protection::Signed);
        }
        Ok(versions)
    }

    fn sign(
        &self,
        message: Buffer,
        sender: &Sender<'_>,
        key: &PrivateKey,
        protection: Option<smime::HeaderProtection>,
    ) -> Result<Buffer, String> {
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
        let sign =
            |entity: Buffer| smime::sign(entity, &signer, &SignOptions::default(), now, provider);
        match protection {
            None => smime::protect(message, sign),
            Some(protection) => protect_with_header(message, protection, sign),
        }
        .map_err(|error| error.to_string())
    }

    /// Encrypts to the members of a group and to the sender; what is encrypted is the signed message
    /// where there is one, else what the sender's client signed.
    fn encrypt(&self, group: &Group, message: Buffer) -> Result<Buffer, EncryptError> {
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
        smime::protect(message, |entity| {
            smime::encrypt(entity, &certificates, cipher, padding, provider)
        })
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
    fn groups(&self) -> Vec<Group> {
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
        let mut groups: Vec<Group> = apart.into_iter().map(Group::hidden).collect();
        if !together.members.is_empty() {
            groups.insert(0, together);
        }
        groups
    }

    /// Who gets which copy, encrypted ones first.
    fn takers(&self, groups: &[Group]) -> Vec<Vec<Address>> {
        let members = |group: &Group| -> Vec<Address> {
            let places = group.members.iter();
            recipients(places.filter_map(|&place| self.plans.get(place)))
        };
        let mut takers: Vec<Vec<Address>> = groups.iter().map(members).collect();
        let plans = || self.plans.iter();
        takers.push(recipients(plans().filter(|plan| plan.leaves_signed())));
        takers.push(recipients(plans().filter(|plan| plan.leaves_as_it_came())));
        takers.retain(|takers| !takers.is_empty());
        takers
    }

    /// Whether the copies pass their limit, made of a message of so many octets.
    fn is_too_much(&self, groups: &[Group], octets: usize) -> bool {
        let is_signed = self.plans.iter().any(Plan::leaves_signed);
        let is_left = self.plans.iter().any(Plan::leaves_as_it_came);
        let others = usize::from(is_signed) + usize::from(is_left);
        let encrypted = base64_octets(octets).saturating_mul(groups.len());
        let most = if groups.len() + others > 1 {
            COPIES_OCTETS_MAX
        } else {
            COPY_OCTETS_MAX
        };
        encrypted.saturating_add(octets.saturating_mul(others)) > most
    }

    /// Has the copies made one after the other; a single one that is too large is refused.
    fn divide(mut self, groups: &[Group]) -> Decision {
        let takers = self.takers(groups);
        if takers.len() > 1 {
            return self.case.divide(takers);
        }
        for plan in self.plans.iter_mut().filter(|plan| plan.is_served()) {
            plan.sentence.fate = Fate::Refuse(Refusal::GrowsTooLarge);
        }
        let sentences = self.plans.into_iter().map(|plan| plan.sentence).collect();
        self.case
            .decide(sentences, Copies::new(), Lessons::default())
    }

    /// Defers the message for those who would have got it signed or encrypted; the others are
    /// deferred with them.
    fn defer(mut self, lack: Lack, step: &TraceStep) -> Decision {
        for plan in &mut self.plans {
            if plan.signs() || plan.encrypts() {
                plan.sentence.trace.push(step.clone());
                plan.sentence.fate = Fate::Defer(lack);
            }
        }
        let sentences = self.plans.into_iter().map(|plan| plan.sentence).collect();
        self.case
            .decide(sentences, Copies::new(), Lessons::default())
    }
}

fn recipients<'p, 'a: 'p>(plans: impl Iterator<Item = &'p Plan<'a>>) -> Vec<Address> {
    plans.map(|plan| plan.sentence.recipient.clone()).collect()
}

/// The versions of the message that copies are made of.
#[derive(Default)]
struct Versions {
    as_it_came: Version,
    is_signed: bool,
    /// For those who get it as it is, and to be encrypted where the header is not hidden.
    signed: Version,
    /// With the header hidden, only to be encrypted.
    hidden: Option<Version>,
    hides_subject: bool,
}

impl Versions {
    /// Of the longest.
    fn octets(&self) -> usize {
        let hidden = self.hidden.as_ref().map_or(0, Version::octets);
        let shown = self.as_it_came.octets().max(self.signed.octets());
        shown.max(hidden)
    }

    fn for_encryption(&mut self) -> &mut Version {
        match &mut self.hidden {
            Some(hidden) => hidden,
            None if self.is_signed => &mut self.signed,
            None => &mut self.as_it_came,
        }
    }
}

fn hides_subject(message: &[u8]) -> bool {
    let message = Entity::parse(message);
    let subject = message.field("Subject");
    subject.is_some_and(|subject| subject.text() == HIDDEN_SUBJECT)
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
    let header = case.header();
    let fields = header.fields().iter();
    fields
        .filter(|field| field.is("To") || field.is("Cc"))
        .flat_map(|field| parse_mailboxes(&field.text()))
        .collect()
}

fn sender_text(case: &Case<'_>) -> String {
    let sender = case.envelope.from.as_ref();
    sender.map(ToString::to_string).unwrap_or_default()
}
