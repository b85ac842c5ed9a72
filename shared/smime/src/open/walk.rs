//! The walk through a message: into parts, embedded messages and S/MIME layers, within a budget.

use std::borrow::Cow;

use mail::{Address, Buffer, Defect, Entity, Multipart, limits, sole_author, to_crlf};

use super::{Layer, LayerKind, OpenContext, Opened, Recipient, RestoredHeader};
use crate::{
    Budget, Certificate, Problem, Reason,
    asn1::oid,
    cms::{self, carried, compressed, enveloped::Envelope, signed::SignedData},
    decrypt::{self, Decrypted, ReadCipher},
    detect::{self, Smime},
    header_protection::{ProtectedHeader, Restored},
    malleability,
    password::Password,
    verify::{self, Judge},
};

/// Most S/MIME layers of a message; triple wrapping has three, mailing lists add one or two.
pub(crate) const LAYERS_MAX: usize = 16;

/// Most octets of the objects inside of each other that are held at once. Base64 loses a quarter with each: the three of
/// a triple wrapping take 1.7 times their message, 42 MiB of the largest. An isolate has room for that beside its mail.
pub(crate) const HELD_OCTETS_MAX: usize = 48 * 1024 * 1024;

/// Opens a message as far as the keys reach.
pub(super) fn open(
    message: &[u8],
    context: &OpenContext<'_>,
    password: Option<&Password>,
) -> Opened {
    let mut walk = Walk {
        context,
        password,
        is_bare: detect::is_bare_cms(message),
        opened: Opened::default(),
        message_id: None,
        protected: None,
        parts: 0,
        inflatable: compressed::INFLATED_OCTETS_MAX,
        budget: Budget::of_a_message(),
    };
    if walk.is_bare {
        let place = Place {
            depth: 0,
            covers_all: true,
            is_disputed: false,
            is_read_alike: true,
            author: None,
            held: message.len(),
        };
        walk.object(message.into(), &place, context.content);
    } else {
        let outer = Entity::parse(message);
        let author = sole_author(&outer);
        let message_id = outer.field("Message-ID");
        walk.message_id = message_id.map(|field| field.text().into_owned());
        let place = Place {
            depth: 0,
            covers_all: true,
            is_disputed: false,
            is_read_alike: true,
            author: author.as_ref(),
            held: 0,
        };
        walk.entity(&outer, &place);
        walk.put_together(&outer);
    }
    walk.opened.defects.sort_unstable();
    walk.opened.defects.dedup();
    walk.opened
}

/// Where in the message the walk is.
#[derive(Clone, Copy)]
struct Place<'a> {
    depth: usize,
    /// Whether nothing else is shown beside what is here.
    covers_all: bool,
    /// Whether that is so for some readers only.
    is_disputed: bool,
    /// Whether no header around it has a line that to some readers begins the body.
    is_read_alike: bool,
    /// The one author of the enclosing message.
    author: Option<&'a Address>,
    /// Octets of the objects around it.
    held: usize,
}

impl Place<'_> {
    fn inside(&self) -> Self {
        Self {
            depth: self.depth + 1,
            ..*self
        }
    }

    /// The same, if nothing else is shown that readers may find.
    fn covering(&self, is_sure: bool) -> Self {
        Self {
            covers_all: self.covers_all && is_sure,
            is_disputed: self.is_disputed || (self.covers_all && !is_sure),
            ..*self
        }
    }

    /// In an object of so many octets.
    fn holding(&self, octets: usize) -> Self {
        Self {
            held: self.held.saturating_add(octets),
            ..*self
        }
    }

    /// Octets that an object further in may have.
    fn room(&self) -> usize {
        HELD_OCTETS_MAX.saturating_sub(self.held)
    }

    /// In a part of something larger.
    fn in_part(&self) -> Self {
        Self {
            depth: self.depth + 1,
            covers_all: false,
            ..*self
        }
    }
}

struct Walk<'c> {
    context: &'c OpenContext<'c>,
    password: Option<&'c Password>,
    /// Whether it is a CMS object without a message around it.
    is_bare: bool,
    opened: Opened,
    /// Of the whole message.
    message_id: Option<String>,
    /// The header fields that the payload protects, once it is found.
    protected: Option<ProtectedHeader>,
    /// Parts seen so far, in all.
    parts: usize,
    /// Octets that compressed layers may still become.
    inflatable: usize,
    /// What judging signatures may still cost.
    budget: Budget,
}

impl Walk<'_> {
    /// Walks into it, and tells whether it is no S/MIME itself, as far as limits let that be seen.
    fn entity(&mut self, entity: &Entity<'_>, place: &Place<'_>) -> bool {
        self.parts += 1;
        self.opened.defects.extend_from_slice(entity.defects());
        if place.depth > limits::DEPTH_MAX || self.parts > limits::TREE_PARTS_MAX {
            self.opened.defects.push(Defect::LimitExceeded);
            return false;
        }
        let smime = detect::smime_of(entity, place.room());
        let is_payload = smime.is_none();
        // Some readers show something else than what is opened and judged here.
        let is_ambiguous = place.covers_all && entity.is_ambiguous();
        let place = place.covering(is_payload || !is_ambiguous);
        let place = &Place {
            is_disputed: place.is_disputed || is_ambiguous,
            is_read_alike: place.is_read_alike && !entity.has_disputed_line(),
            ..place
        };
        match smime {
            Some(Smime::Detached(multipart)) => self.detached(&multipart, place),
            Some(Smime::Object(octets)) => {
                let place = place.covering(detect::is_sole_content(entity, &octets));
                let place = &place.holding(octets.len());
                self.object(octets, place, None);
            }
            Some(Smime::TooLarge) => {
                let problem = Problem::new(
                    Reason::LimitExceeded,
                    "the objects inside of each other are too large together",
                );
                self.push_layer(place, LayerKind::Unreadable, Some(problem));
            }
            None => self.plain(entity, place),
        }
        is_payload
    }

    /// Keeps content without its encryption, unless a layer further in has left its own.
    fn keep(&mut self, content: Buffer, is_payload: bool) {
        if self.opened.entity.is_none() {
            self.opened.entity = Some(content);
            self.opened.is_payload = is_payload;
        }
    }

    /// Not S/MIME itself, but there may be some inside.
    fn plain(&mut self, entity: &Entity<'_>, place: &Place<'_>) {
        if place.covers_all && !self.opened.layers.is_empty() {
            self.protected = ProtectedHeader::of(entity, self.message_id.as_deref());
        }
        if let Some(multipart) = entity.multipart() {
            self.opened.defects.extend_from_slice(&multipart.defects);
            // Inside of a layer the payload begins with the multipart.
            let is_sole = place.covers_all
                && self.opened.layers.is_empty()
                && detect::sole_part(entity, &multipart).is_some();
            let place = &if is_sole {
                place.inside()
            } else {
                place.in_part()
            };
            for part in &multipart.parts {
                let part = Entity::parse(part);
                // A signature that lost its place in multipart/signed is an attachment like any other.
                if !detect::is_signature_part(&part) {
                    self.entity(&part, place);
                }
            }
            return;
        }
        let content_type = entity.content_type();
        if content_type.is("message", "rfc822") || content_type.is("message", "global") {
            let (body, _) = entity.decoded_body();
            let embedded = Entity::parse(&body);
            let author = sole_author(&embedded);
            let place = Place {
                author: author.as_ref(),
                ..place.in_part()
            };
            self.entity(&embedded, &place);
        }
    }

    /// multipart/signed (RFC 8551 §3.5.3): the content is the first part, byte for byte.
    fn detached(&mut self, multipart: &Multipart<'_>, place: &Place<'_>) {
        self.opened.defects.extend_from_slice(&multipart.defects);
        let [content, signature] = multipart.parts.as_slice() else {
            // A third part would be shown and not be signed.
            self.push_layer(
                place,
                LayerKind::DetachedSignature,
                Some(Problem::new(
                    Reason::Malformed,
                    "multipart/signed does not have exactly two parts",
                )),
            );
            for part in &multipart.parts {
                self.entity(&Entity::parse(part), &place.in_part());
            }
            return;
        };
        let signature = Entity::parse(signature);
        let object = signature.decoded_object();
        let place = &Place {
            is_read_alike: place.is_read_alike && detect::is_quiet(multipart),
            ..place.covering(detect::is_mere_signature(&signature, &object))
        };
        // Hashed is the canonical form (RFC 8551 §3.1.1); what stands between the parts is not shown by readers.
        let canonical = to_crlf(content);
        let place = &place.holding(match &canonical {
            Cow::Borrowed(_) => 0,
            Cow::Owned(octets) => octets.len(),
        });
        self.signature(object, &canonical, place);
        self.entity(&Entity::parse(&canonical), &place.inside());
    }

    /// A signature whose content is elsewhere.
    fn signature(&mut self, object: Buffer, content: &[u8], place: &Place<'_>) {
        if !self.has_room() {
            return;
        }
        let layer = self.opened.layers.len();
        self.push_layer(place, LayerKind::DetachedSignature, None);
        let result = self.judge_detached(object, content, layer, place);
        self.set_problem(layer, result);
    }

    fn judge_detached(
        &mut self,
        object: Buffer,
        content: &[u8],
        layer: usize,
        place: &Place<'_>,
    ) -> Result<(), Problem> {
        let der = cms::normalise(object)?;
        let info = cms::content_info(&der).map_err(cms::malformed)?;
        if info.content_type != oid::SIGNED_DATA {
            return Err(Problem::new(
                Reason::Malformed,
                "the second part of multipart/signed is no signature",
            ));
        }
        let data = SignedData::parse(info.content).map_err(cms::malformed)?;
        check_own_content(&data, content)?;
        self.judge(&data, content, layer, place)
    }

    fn judge(
        &mut self,
        data: &SignedData<'_>,
        content: &[u8],
        layer: usize,
        place: &Place<'_>,
    ) -> Result<(), Problem> {
        self.keep_certificates(data);
        if data.signers.is_empty() {
            return Err(Problem::new(
                Reason::SignatureInvalid,
                "the signature has no signer",
            ));
        }
        // A signature speaks for the From that it protects; that one is shown (RFC 9788 §4.4).
        let payload = Entity::parse(content);
        let protected = ProtectedHeader::of(&payload, self.message_id.as_deref())
            .filter(|_| place.covers_all)
            .and_then(|header| header.author());
        let judge = Judge {
            trust: self.context.trust,
            now: self.context.now,
            provider: self.context.provider,
            author: place
                .author
                .map(|shown| protected.as_ref().unwrap_or(shown)),
            checks_address: self.context.checks_address,
            covers_all: place.covers_all && place.is_read_alike,
        };
        let reports = verify::signers(data, content, layer, &judge, &mut self.budget);
        self.opened.signatures.extend(reports);
        Ok(())
    }

    fn keep_certificates(&mut self, data: &SignedData<'_>) {
        for der in &data.certificates {
            if let Ok(certificate) = Certificate::from_der(der)
                && !self.opened.certificates.contains(&certificate)
            {
                self.opened.certificates.push(certificate);
            }
        }
        if let Some(set) = &data.revocation {
            carried::take(set, &mut self.opened.revocation);
        }
    }

    /// A CMS object that is the content of an entity, or stands alone.
    fn object(&mut self, object: Buffer, place: &Place<'_>, detached: Option<&[u8]>) {
        if !self.has_room() {
            return;
        }
        let der = match cms::normalise(object) {
            Ok(der) => der,
            Err(problem) => return self.push_layer(place, LayerKind::Unreadable, Some(problem)),
        };
        let content_type = match cms::content_info(&der) {
            Ok(info) => info.content_type,
            Err(error) => {
                return self.push_layer(place, LayerKind::Unreadable, Some(cms::malformed(error)));
            }
        };
        match content_type {
            oid::SIGNED_DATA => self.signed_object(&der, place, detached),
            oid::ENVELOPED_DATA => self.encrypted(der, false, place),
            oid::AUTH_ENVELOPED_DATA => self.encrypted(der, true, place),
            oid::COMPRESSED_DATA => self.compressed(&der, place),
            oid::DATA => {}
            other => self.push_layer(
                place,
                LayerKind::Unreadable,
                Some(Problem::new(
                    Reason::UnsupportedAlgorithm,
                    format!("the CMS content type {other} is not known"),
                )),
            ),
        }
    }

    fn signed_object(&mut self, der: &[u8], place: &Place<'_>, detached: Option<&[u8]>) {
        let layer = self.opened.layers.len();
        let parsed = cms::content_info(der)
            .and_then(|info| SignedData::parse(info.content))
            .map_err(cms::malformed);
        let data = match parsed {
            Ok(data) => data,
            Err(problem) => {
                return self.push_layer(place, LayerKind::OpaqueSignature, Some(problem));
            }
        };
        if let Some(content) = &data.content {
            self.push_layer(place, LayerKind::OpaqueSignature, None);
            let is_same = detached.map_or(Ok(()), |other| check_own_content(&data, other));
            let result = is_same.and_then(|()| self.judge(&data, content, layer, place));
            self.set_problem(layer, result);
            self.entity(&Entity::parse(content), &place.inside());
        } else if data.signers.is_empty() {
            self.keep_certificates(&data);
            self.push_layer(place, LayerKind::CertificatesOnly, None);
        } else {
            self.push_layer(place, LayerKind::DetachedSignature, None);
            let result = if let Some(content) = detached {
                self.judge(&data, content, layer, place)
            } else {
                self.keep_certificates(&data);
                Err(Problem::new(
                    Reason::Malformed,
                    "the signature's content is not here",
                ))
            };
            self.set_problem(layer, result);
        }
    }

    fn encrypted(&mut self, der: Buffer, is_authenticated: bool, place: &Place<'_>) {
        let parsed = cms::content_info(&der)
            .and_then(|info| Envelope::parse(&der, info.content, is_authenticated))
            .map_err(cms::malformed);
        let envelope = match parsed {
            Ok(envelope) => envelope,
            Err(problem) => return self.push_layer(place, LayerKind::Unreadable, Some(problem)),
        };
        let cipher = ReadCipher::from_oid(envelope.cipher)
            .map_or_else(|| envelope.cipher.to_string(), ReadCipher::name);
        let recipients = envelope
            .recipients
            .iter()
            .map(|recipient| Recipient {
                id: recipient.id.clone(),
                algorithm: recipient.algorithm_name(),
            })
            .collect();
        let layer = |opened_by| LayerKind::Encrypted {
            cipher,
            recipients,
            opened_by,
        };
        let decrypted = if place.covers_all {
            let OpenContext { keys, provider, .. } = self.context;
            decrypt::decrypt(der, envelope, keys, self.password, *provider)
        } else {
            Err(Problem::new(
                Reason::PartlyEncrypted,
                "the encrypted content is not the message itself, but a part of it, and stays closed",
            ))
        };
        let Decrypted { content, opened_by } = match decrypted {
            Ok(decrypted) => decrypted,
            Err(problem) => return self.push_layer(place, layer(None), Some(problem)),
        };
        let entity = Entity::parse(&content);
        // An object by itself may hold a file, which nobody shows as mail.
        let is_believed = is_authenticated || (self.is_bare && !begins_with_field(&entity));
        if !is_believed && !malleability::is_one_clean_entity(&entity) {
            return self.push_layer(place, layer(None), Some(decrypt::integrity_failure()));
        }
        self.push_layer(place, layer(Some(opened_by)), None);
        let is_payload = self.entity(&entity, &place.inside());
        self.keep(content, is_payload);
    }

    fn compressed(&mut self, der: &[u8], place: &Place<'_>) {
        let inflated = cms::content_info(der)
            .map_err(cms::malformed)
            .and_then(|info| compressed::inflate(info.content, place.room().min(self.inflatable)));
        // What no signature holds is delivered as everybody can read it.
        let is_bare =
            place.covers_all && self.opened.layers.last().is_some_and(Layer::is_encrypted);
        match inflated {
            Ok(content) => {
                self.inflatable = self.inflatable.saturating_sub(content.len());
                self.push_layer(place, LayerKind::Compressed, None);
                let place = place.inside().holding(content.len());
                let is_payload = self.entity(&Entity::parse(&content), &place);
                if is_bare {
                    self.keep(content.into(), is_payload);
                }
            }
            Err(problem) => self.push_layer(place, LayerKind::Compressed, Some(problem)),
        }
    }

    /// Makes the header to deliver under of what was found.
    fn put_together(&mut self, visible: &Entity<'_>) {
        let is_signature_good = matches!(self.opened.signature_verdict(), Some(Ok(())));
        let restored = match &self.protected {
            Some(protected) if is_signature_good || self.opened.entity.is_some() => {
                protected.restored(visible, is_signature_good && self.is_vouched(protected))
            }
            _ => Restored::default(),
        };
        if restored.keeps_visible_from {
            self.opened.defects.push(Defect::ProtectedFromDiffers);
        }
        let author = self.protected.as_ref().filter(|_| is_signature_good);
        let author = author.and_then(ProtectedHeader::author);
        self.opened.protected_author =
            author.filter(|one| Some(one) != sole_author(visible).as_ref());
        let header = restored.header.as_deref().map(Entity::parse);
        if self.opened.entity.is_none() {
            let header = header.as_ref().map(mail::outer_header);
            self.opened.restored = header.map(RestoredHeader);
            return;
        }
        let header = header.as_ref().unwrap_or(visible);
        self.opened.header = Some(mail::outer_header(header));
        self.opened.message_id = self.message_id.take();
        let confidential = self
            .protected
            .iter()
            .flat_map(ProtectedHeader::confidential);
        self.opened.confidential = confidential.copied().collect();
    }

    /// Whether a good signature over the whole message is that of the mailbox in the protected From.
    fn is_vouched(&self, protected: &ProtectedHeader) -> bool {
        let Some(author) = protected.author() else {
            return false;
        };
        self.opened
            .signatures
            .iter()
            .filter(|signature| signature.covers_all && signature.verdict.is_ok())
            .filter_map(|signature| signature.certificate.as_ref())
            .any(|certificate| certificate.addresses().contains(&author))
    }

    /// Whether another layer may be opened; says so once if not.
    fn has_room(&mut self) -> bool {
        if self.opened.layers.len() < LAYERS_MAX {
            return true;
        }
        let problem = Problem::new(Reason::LimitExceeded, "the message has too many layers");
        self.set_problem(LAYERS_MAX - 1, Err(problem));
        false
    }

    fn push_layer(&mut self, place: &Place<'_>, kind: LayerKind, problem: Option<Problem>) {
        self.opened.layers.push(Layer {
            kind,
            problem,
            covers_all: place.covers_all,
            is_disputed: place.is_disputed,
        });
    }

    fn set_problem(&mut self, layer: usize, result: Result<(), Problem>) {
        if let (Err(problem), Some(layer)) = (result, self.opened.layers.get_mut(layer)) {
            layer.problem = Some(problem);
        }
    }
}

fn begins_with_field(entity: &Entity<'_>) -> bool {
    let first = entity.fields().first();
    first.is_some_and(|field| entity.raw().starts_with(field.raw))
}

/// A signature over `content` may carry it as well. Readers differ in which of two contents they show.
fn check_own_content(data: &SignedData<'_>, content: &[u8]) -> Result<(), Problem> {
    match &data.content {
        Some(own) if own.as_ref() != content => Err(Problem::new(
            Reason::DigestMismatch,
            "the signature carries a content of its own, another than the one shown",
        )),
        _ => Ok(()),
    }
}
