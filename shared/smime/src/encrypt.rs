//! Encrypting a MIME entity (RFC 8551 §3.3, §3.4).

use mail::{Buffer, Entity, encode_base64_in_place, into_7bit, into_canonical};
use zeroize::Zeroizing;

use crate::{
    Certificate, ContentCipher, Digest, KeyKind, MlKem, Provider, ProviderError, RsaPadding,
    algorithm,
    asn1::{self, Writer, oid, tag},
    hazmat, malleability,
    sign::issuer_and_serial,
};

/// Encrypts a MIME entity to every certificate and returns the entity that carries it, in the same buffer.
///
/// The entity becomes canonical. Where it would look to readers as if it had been tampered with, its parts are
/// transfer-encoded; nothing else changes. All recipients see who the others are by their certificates:
/// blind copies need a call of their own. `padding` is for the recipients with RSA keys.
pub fn encrypt(
    entity: impl Into<Buffer>,
    recipients: &[Certificate],
    cipher: ContentCipher,
    padding: RsaPadding,
    provider: &dyn Provider,
) -> Result<Buffer, EncryptError> {
    if recipients.is_empty() {
        return Err(EncryptError::NoRecipients);
    }
    for (index, certificate) in recipients.iter().enumerate() {
        if certificate.key_kind().is_weak() {
            return Err(EncryptError::WeakKey(index));
        }
        if !certificate.may_encrypt() {
            return Err(EncryptError::WrongUsage(index));
        }
    }
    let mut content_key = Zeroizing::new(vec![0; cipher.key_octets()]);
    provider.fill_random(&mut content_key)?;
    let mut infos = Vec::new();
    for certificate in recipients {
        infos.extend(recipient_info(
            certificate,
            &content_key,
            padding,
            provider,
        )?);
    }
    let recipient_infos = Writer::new().raw(&infos).wrap(tag::SET);
    let sealed = seal(
        content(entity.into(), cipher),
        cipher,
        &content_key,
        provider,
    )?;
    let object = envelope(&recipient_infos, &sealed, version(recipients));
    Ok(entity_around(cipher, &object, sealed.content))
}

/// `EnvelopedData` is 3 with KEM recipients, 2 if a recipient is not named by issuer and serial number or agrees on a key (RFC 5652 §6.1).
fn version(recipients: &[Certificate]) -> u64 {
    recipients
        .iter()
        .map(|certificate| match certificate.key_kind() {
            KeyKind::Rsa { .. } => 0,
            KeyKind::MlKem(_) => 3,
            _ => 2,
        })
        .max()
        .unwrap_or_default()
}

/// The entity so that readers believe it: CBC does not show what was changed, so those who care look for octets that
/// do not belong ([`malleability`]).
fn content(entity: Buffer, cipher: ContentCipher) -> Buffer {
    let content = into_canonical(entity);
    if cipher.is_authenticated() || malleability::is_one_clean_entity(&Entity::parse(&content)) {
        return content;
    }
    into_7bit(content).unwrap_or_else(|content| content)
}

/// Encrypted content and what is needed to decrypt it, but for the key.
struct Sealed {
    /// The content-encryption `AlgorithmIdentifier`.
    algorithm: Vec<u8>,
    content: Buffer,
    /// Of an authenticated cipher.
    tag: Option<[u8; 16]>,
}

fn seal(
    mut content: Buffer,
    cipher: ContentCipher,
    key: &[u8],
    provider: &dyn Provider,
) -> Result<Sealed, ProviderError> {
    if !cipher.is_authenticated() {
        let mut iv = [0; 16];
        provider.fill_random(&mut iv)?;
        pad(&mut content);
        provider.cbc_encrypt(key, &iv, &mut content)?;
        let algorithm = Writer::new().oid(cipher.oid()).octets(&iv).sequence();
        return Ok(Sealed {
            algorithm,
            content,
            tag: None,
        });
    }
    let mut nonce = [0; 12];
    provider.fill_random(&mut nonce)?;
    let (tag, parameters) = if cipher == ContentCipher::ChaCha20Poly1305 {
        let tag = provider.chacha20_poly1305_encrypt(key, &nonce, &[], &mut content)?;
        // AEADChaCha20Poly1305Nonce (RFC 8103 §2).
        (tag, Writer::new().octets(&nonce).into_bytes())
    } else {
        let tag = provider.gcm_encrypt(key, &nonce, &[], &mut content)?;
        // GCMParameters with the length of the tag, whose default would be 12 (RFC 5084 §3.2).
        (tag, Writer::new().octets(&nonce).integer(16).sequence())
    };
    let algorithm = Writer::new().oid(cipher.oid()).raw(&parameters).sequence();
    Ok(Sealed {
        algorithm,
        content,
        tag: Some(tag),
    })
}

/// RFC 5652 §6.3: as many octets as are missing to a whole block, at least one, each with that number.
fn pad(content: &mut Buffer) {
    let missing = hazmat::cipher::BLOCK_OCTETS - content.len() % hazmat::cipher::BLOCK_OCTETS;
    content.append(&vec![u8::try_from(missing).unwrap_or(1); missing]);
}

/// What stands before and after the encrypted content.
struct Envelope {
    before: Vec<u8>,
    after: Vec<u8>,
}

/// `ContentInfo` with `EnvelopedData` (RFC 5652 §6.1) or `AuthEnvelopedData` (RFC 5083 §2.1).
fn envelope(recipient_infos: &[u8], sealed: &Sealed, version: u64) -> Envelope {
    let (id, version) = match sealed.tag {
        None => (oid::ENVELOPED_DATA, version),
        Some(_) => (oid::AUTH_ENVELOPED_DATA, 0),
    };
    let head = Writer::new()
        .integer(version)
        .raw(recipient_infos)
        .into_bytes();
    let content_octets = sealed.content.len();
    let content_head = Writer::new()
        .oid(oid::DATA)
        .raw(&sealed.algorithm)
        .raw(&asn1::header(tag::context_primitive(0), content_octets))
        .into_bytes();
    let content_header = asn1::header(tag::SEQUENCE, content_head.len() + content_octets);
    let after = match &sealed.tag {
        None => Vec::new(),
        Some(mac) => Writer::new().octets(mac).into_bytes(),
    };
    let total =
        head.len() + content_header.len() + content_head.len() + content_octets + after.len();
    let sequence = asn1::header(tag::SEQUENCE, total);
    let explicit = asn1::header(tag::context(0), sequence.len() + total);
    let id = asn1::object_identifier(id);
    let all = id.len() + explicit.len() + sequence.len() + total;
    let before = [
        asn1::header(tag::SEQUENCE, all),
        id,
        explicit,
        sequence,
        head,
        content_header,
        content_head,
    ]
    .concat();
    Envelope { before, after }
}

fn entity_around(cipher: ContentCipher, envelope: &Envelope, content: Buffer) -> Buffer {
    let kind = if cipher.is_authenticated() {
        "authEnveloped-data"
    } else {
        "enveloped-data"
    };
    let mut entity = content;
    entity.prepend(&envelope.before);
    entity.append(&envelope.after);
    encode_base64_in_place(&mut entity);
    entity.prepend(
        format!(
            "Content-Type: application/pkcs7-mime; smime-type={kind};\r\n\
             \tname=\"smime.p7m\"\r\n\
             Content-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n"
        )
        .as_bytes(),
    );
    entity
}

fn recipient_info(
    certificate: &Certificate,
    content_key: &[u8],
    padding: RsaPadding,
    provider: &dyn Provider,
) -> Result<Vec<u8>, ProviderError> {
    match certificate.key_kind() {
        KeyKind::Rsa { .. } => key_transport(certificate, content_key, padding, provider),
        KeyKind::MlKem(set) => encapsulation(certificate, set, content_key, provider),
        kind => key_agreement(certificate, kind, content_key, provider),
    }
}

/// `KeyTransRecipientInfo` (RFC 5652 §6.2.1).
fn key_transport(
    certificate: &Certificate,
    content_key: &[u8],
    padding: RsaPadding,
    provider: &dyn Provider,
) -> Result<Vec<u8>, ProviderError> {
    let encrypted = provider.rsa_encrypt(padding, certificate.spki(), content_key)?;
    let algorithm = match padding {
        RsaPadding::Pkcs1 => Writer::new().oid(oid::RSA).null().sequence(),
        RsaPadding::Oaep { digest, mask } => {
            // RSAES-OAEP-params (RFC 4055 §4.1).
            let parameters = Writer::new()
                .element(tag::context(0), &algorithm::digest_der(digest))
                .element(tag::context(1), &algorithm::mgf1_der(mask))
                .sequence();
            Writer::new().oid(oid::RSA_OAEP).raw(&parameters).sequence()
        }
    };
    Ok(Writer::new()
        .integer(0)
        .raw(&issuer_and_serial(certificate))
        .raw(&algorithm)
        .octets(&encrypted)
        .sequence())
}

/// `KeyAgreeRecipientInfo` with an ephemeral key (RFC 5753 §3.1, RFC 8418 §3.1).
fn key_agreement(
    certificate: &Certificate,
    kind: KeyKind,
    content_key: &[u8],
    provider: &dyn Provider,
) -> Result<Vec<u8>, ProviderError> {
    let ephemeral = provider.generate_key(kind)?;
    let originator = provider.public_key(&ephemeral)?;
    let secret = provider.agree(&ephemeral, certificate.spki())?;
    let wrap = match content_key.len() {
        16 => oid::AES128_WRAP,
        _ => oid::AES256_WRAP,
    };
    let wrap_algorithm = Writer::new().oid(wrap).sequence();
    let info = shared_info(&wrap_algorithm, None, content_key.len());
    let (id, wrapping_key) = match kind {
        KeyKind::X25519 => (
            oid::ECDH_HKDF_SHA256,
            hazmat::kdf::derive_hkdf(Digest::Sha256, secret.expose(), &info, content_key.len())?,
        ),
        KeyKind::P384 => (
            oid::ECDH_SHA384_KDF,
            hazmat::kdf::derive_x963(Digest::Sha384, secret.expose(), &info, content_key.len()),
        ),
        KeyKind::P521 => (
            oid::ECDH_SHA512_KDF,
            hazmat::kdf::derive_x963(Digest::Sha512, secret.expose(), &info, content_key.len()),
        ),
        _ => (
            oid::ECDH_SHA256_KDF,
            hazmat::kdf::derive_x963(Digest::Sha256, secret.expose(), &info, content_key.len()),
        ),
    };
    let wrapped = hazmat::key_wrap::wrap(wrapping_key.expose(), content_key)?;
    let recipient = Writer::new()
        .raw(&issuer_and_serial(certificate))
        .octets(&wrapped)
        .sequence();
    Ok(Writer::new()
        .integer(3)
        .raw(
            &Writer::new()
                .element(tag::context(1), originator_key(&originator))
                .wrap(tag::context(0)),
        )
        .raw(&Writer::new().oid(id).raw(&wrap_algorithm).sequence())
        .element(tag::SEQUENCE, &recipient)
        .wrap(tag::context(1)))
}

/// `KEMRecipientInfo` (RFC 9629 §3, RFC 9936 §3).
fn encapsulation(
    certificate: &Certificate,
    set: MlKem,
    content_key: &[u8],
    provider: &dyn Provider,
) -> Result<Vec<u8>, ProviderError> {
    let (ciphertext, secret) = provider.encapsulate(certificate.spki())?;
    let (wrap, key_octets) = match set {
        MlKem::MlKem512 => (oid::AES128_WRAP, 16),
        MlKem::MlKem768 | MlKem::MlKem1024 => (oid::AES256_WRAP, 32),
    };
    let wrap_algorithm = Writer::new().oid(wrap).sequence();
    let info = kem_info(&wrap_algorithm, key_octets, None);
    let wrapping_key =
        hazmat::kdf::derive_hkdf(Digest::Sha256, secret.expose(), &info, key_octets)?;
    let wrapped = hazmat::key_wrap::wrap(wrapping_key.expose(), content_key)?;
    let kem = hazmat::lattice::kem_oid(set);
    let info = Writer::new()
        .integer(0)
        .raw(&issuer_and_serial(certificate))
        .raw(&Writer::new().oid(kem).sequence())
        .octets(&ciphertext)
        .raw(&Writer::new().oid(oid::HKDF_SHA256).sequence())
        .integer(u64::try_from(key_octets).unwrap_or_default())
        .raw(&wrap_algorithm)
        .octets(&wrapped)
        .sequence();
    Ok(Writer::new()
        .oid(oid::KEM_RECIPIENT)
        .raw(&info)
        .wrap(tag::context(4)))
}

/// `CMSORIforKEMOtherInfo` (RFC 9629 §5).
pub(crate) fn kem_info(
    wrap_algorithm: &[u8],
    key_octets: usize,
    user_keying_material: Option<&[u8]>,
) -> Vec<u8> {
    let mut info = Writer::new()
        .raw(wrap_algorithm)
        .integer(u64::try_from(key_octets).unwrap_or_default());
    if let Some(material) = user_keying_material {
        info = info.raw(&Writer::new().octets(material).wrap(tag::context(0)));
    }
    info.sequence()
}

/// `OriginatorPublicKey` is `SubjectPublicKeyInfo` under an implicit tag: the same content.
fn originator_key(spki: &[u8]) -> &[u8] {
    asn1::Reader::new(spki)
        .any()
        .map_or(&[], |element| element.content)
}

/// ECC-CMS-SharedInfo (RFC 5753 §7.2), the same for X25519 (RFC 8418 §2.2).
pub(crate) fn shared_info(
    wrap_algorithm: &[u8],
    user_keying_material: Option<&[u8]>,
    key_octets: usize,
) -> Vec<u8> {
    let bits = u32::try_from(key_octets * 8).unwrap_or_default();
    let mut info = Writer::new().raw(wrap_algorithm);
    if let Some(material) = user_keying_material {
        info = info.raw(&Writer::new().octets(material).wrap(tag::context(0)));
    }
    info.raw(
        &Writer::new()
            .octets(&bits.to_be_bytes())
            .wrap(tag::context(2)),
    )
    .sequence()
}

/// Why a message was not encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EncryptError {
    /// The list of recipients is empty.
    #[error("there is no recipient to encrypt to")]
    NoRecipients,
    /// A certificate is not for encrypting mail; counted from 0.
    #[error("certificate {0} is not for encrypting mail")]
    WrongUsage(usize),
    /// A certificate's key is too weak to encrypt to; counted from 0.
    #[error("the key of certificate {0} is too weak to encrypt to")]
    WeakKey(usize),
    /// The primitive failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::forge::{Authority, Key, Template, provider};

    #[test]
    fn nothing_is_encrypted_to_a_key_that_is_too_short() {
        let modulus = [&[0][..], &[0xff; 128]].concat();
        let key = Writer::new()
            .element(tag::INTEGER, &modulus)
            .integer(65_537);
        let mut template = Template::user("Alice", &Key::new(2)).key_usage(0b0010_0000);
        template.spki = Writer::new()
            .raw(&Writer::new().oid(oid::RSA).null().sequence())
            .element(tag::BIT_STRING, &[&[0], &key.sequence()[..]].concat())
            .sequence();
        let alice = Authority::root("Root", 1).issue(&template);
        assert!(alice.may_encrypt());
        let cipher = ContentCipher::default();
        let sealed = encrypt(
            &b"\r\nhi\r\n"[..],
            &[alice],
            cipher,
            RsaPadding::Pkcs1,
            &provider(),
        );
        assert_eq!(sealed.err(), Some(EncryptError::WeakKey(0)));
    }
}
