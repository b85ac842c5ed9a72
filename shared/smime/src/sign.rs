//! Signing a MIME entity (RFC 8551 §3.5).

use mail::{Buffer, UnixTime, encode_base64, encode_base64_in_place, into_7bit, into_canonical};

use crate::{
    Capabilities, Certificate, Digest, KeyKind, PrivateKey, Provider, ProviderError,
    SignatureScheme, algorithm,
    asn1::{self, Writer, oid, tag},
    certificate::hex,
    chain::is_restricted_to_pss,
    hazmat,
};

/// Who signs.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The signer's certificate.
    pub certificate: &'a Certificate,
    /// Intermediate certificates to send along, so that the recipient finds the path.
    pub chain: &'a [Certificate],
    /// The key of the certificate.
    pub key: &'a PrivateKey,
}

/// How to sign.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignOptions {
    /// `application/pkcs7-mime` with the content inside, instead of `multipart/signed`.
    pub opaque: bool,
    /// The digest; by default SHA-256, or the one that fits the key's curve.
    pub digest: Option<Digest>,
    /// RSASSA-PSS instead of PKCS#1 v1.5, where the key is RSA. A key that is for PSS alone needs no word.
    pub pss: bool,
}

/// Signs a MIME entity (header fields, empty line, body) and returns the entity that carries it, in the same
/// buffer.
///
/// The entity becomes canonical. In `multipart/signed`, content that is not 7-bit is transfer-encoded first, because a
/// relay may do so and break the signature (RFC 8551 §3.1.3); where that would break a signature inside of it, the
/// whole is signed as if `opaque` were asked for.
pub fn sign(
    entity: impl Into<Buffer>,
    signer: &Signer<'_>,
    options: &SignOptions,
    now: UnixTime,
    provider: &dyn Provider,
) -> Result<Buffer, SignError> {
    let scheme = choose_scheme(signer, *options)?;
    check_key(signer, provider)?;
    let content = if options.opaque {
        Err(into_canonical(entity.into()))
    } else {
        into_7bit(entity.into())
    };
    match content {
        Ok(content) => {
            let object = signed_data(&content, Form::Detached, signer, scheme, now, provider)?;
            let object = [object.before, object.after].concat();
            multipart_entity(content, &object, scheme, provider)
        }
        Err(content) => {
            let object = signed_data(&content, Form::Opaque, signer, scheme, now, provider)?;
            Ok(opaque_entity(content, &object))
        }
    }
}

/// RSA with its padding, or the scheme of the curve.
fn choose_scheme(signer: &Signer<'_>, options: SignOptions) -> Result<SignatureScheme, SignError> {
    let kind = signer.certificate.key_kind();
    if kind.is_weak() || options.digest.is_some_and(Digest::is_weak) {
        return Err(SignError::WeakKey);
    }
    let digest_or = |default| options.digest.unwrap_or(default);
    match kind {
        KeyKind::Rsa { .. } if options.pss || is_restricted_to_pss(signer.certificate.spki()) => {
            let digest = digest_or(Digest::Sha256);
            Ok(SignatureScheme::RsaPss {
                digest,
                mask: digest,
                salt_octets: digest.output_octets(),
            })
        }
        KeyKind::Rsa { .. } => Ok(SignatureScheme::RsaPkcs1(digest_or(Digest::Sha256))),
        KeyKind::P256 => Ok(SignatureScheme::Ecdsa(digest_or(Digest::Sha256))),
        KeyKind::P384 => Ok(SignatureScheme::Ecdsa(digest_or(Digest::Sha384))),
        KeyKind::P521 => Ok(SignatureScheme::Ecdsa(digest_or(Digest::Sha512))),
        // RFC 8419 §3 leaves no choice, and so do we where RFC 9882 §3.3 gives one.
        KeyKind::Ed25519 | KeyKind::PostQuantum(_)
            if options
                .digest
                .is_some_and(|digest| digest != Digest::Sha512) =>
        {
            Err(SignError::UnsupportedKey)
        }
        KeyKind::Ed25519 => Ok(SignatureScheme::Ed25519),
        KeyKind::PostQuantum(set) if !set.is_hash_based() => Ok(SignatureScheme::PostQuantum(set)),
        KeyKind::K283
        | KeyKind::X25519
        | KeyKind::PostQuantum(_)
        | KeyKind::MlKem(_)
        | KeyKind::Dsa
        | KeyKind::Other => Err(SignError::UnsupportedKey),
    }
}

/// The digest of the content; for Ed25519 it is always SHA-512 (RFC 8419 §3).
fn content_digest(scheme: SignatureScheme) -> Digest {
    match scheme {
        SignatureScheme::RsaPkcs1(digest)
        | SignatureScheme::RsaPss { digest, .. }
        | SignatureScheme::Ecdsa(digest) => digest,
        // RFC 9882 §3.3 and RFC 9814 §4 allow it for every set.
        SignatureScheme::Ed25519 | SignatureScheme::PostQuantum(_) => Digest::Sha512,
    }
}

fn check_key(signer: &Signer<'_>, provider: &dyn Provider) -> Result<(), SignError> {
    if !signer.certificate.may_sign() {
        return Err(SignError::WrongUsage);
    }
    if signer.key.belongs_to(signer.certificate, provider)? {
        Ok(())
    } else {
        Err(SignError::WrongKey)
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Form {
    Detached,
    Opaque,
}

/// A CMS object in two halves; opaque content stands between them, so that it is never copied into DER.
struct Halves {
    before: Vec<u8>,
    after: Vec<u8>,
}

/// `ContentInfo` with `SignedData` (RFC 5652 §5.1).
fn signed_data(
    content: &[u8],
    form: Form,
    signer: &Signer<'_>,
    scheme: SignatureScheme,
    now: UnixTime,
    provider: &dyn Provider,
) -> Result<Halves, SignError> {
    let digest = content_digest(scheme);
    let message_digest = provider.digest(digest, &[content]);
    let attributes = signed_attributes(signer, scheme, &message_digest, now, provider);
    let to_sign = Writer::new().raw(&attributes).wrap(tag::SET);
    let signature = provider.sign(scheme, signer.key, &to_sign)?;
    let signer_info = Writer::new()
        .integer(1)
        .raw(&issuer_and_serial(signer.certificate))
        .raw(&algorithm::digest_der(digest))
        .element(tag::context(0), &attributes)
        .raw(&algorithm::signature_der(scheme))
        .octets(&signature)
        .sequence();
    let mut certificates = Writer::new().raw(signer.certificate.der());
    for certificate in signer.chain {
        certificates = certificates.raw(certificate.der());
    }
    let after = Writer::new()
        .raw(&certificates.wrap(tag::context(0)))
        .element(tag::SET, &signer_info)
        .into_bytes();
    let head = Writer::new()
        .integer(1)
        .element(tag::SET, &algorithm::digest_der(digest))
        .into_bytes();
    let content_header = match form {
        Form::Detached => Vec::new(),
        Form::Opaque => {
            let octets = asn1::header(tag::OCTET_STRING, content.len());
            let explicit = asn1::header(tag::context(0), octets.len() + content.len());
            [explicit, octets].concat()
        }
    };
    let content_octets = match form {
        Form::Detached => 0,
        Form::Opaque => content.len(),
    };
    let id_data = asn1::object_identifier(oid::DATA);
    let inner = id_data.len() + content_header.len() + content_octets;
    let encapsulated = [asn1::header(tag::SEQUENCE, inner), id_data, content_header].concat();
    let total = head.len() + encapsulated.len() + content_octets + after.len();
    let sequence = asn1::header(tag::SEQUENCE, total);
    let explicit = asn1::header(tag::context(0), sequence.len() + total);
    let id = asn1::object_identifier(oid::SIGNED_DATA);
    let all = id.len() + explicit.len() + sequence.len() + total;
    let before = [
        asn1::header(tag::SEQUENCE, all),
        id,
        explicit,
        sequence,
        head,
        encapsulated,
    ]
    .concat();
    Ok(Halves { before, after })
}

/// The attributes in DER order: what a SET OF is sorted by (X.690 §11.6).
fn signed_attributes(
    signer: &Signer<'_>,
    scheme: SignatureScheme,
    message_digest: &[u8],
    now: UnixTime,
    provider: &dyn Provider,
) -> Vec<u8> {
    let attribute = |id, value: &[u8]| Writer::new().oid(id).element(tag::SET, value).sequence();
    let mut attributes = vec![
        attribute(oid::CONTENT_TYPE, &asn1::object_identifier(oid::DATA)),
        attribute(oid::SIGNING_TIME, &asn1::write_time(now)),
        attribute(
            oid::MESSAGE_DIGEST,
            &Writer::new().octets(message_digest).into_bytes(),
        ),
        attribute(oid::SMIME_CAPABILITIES, &Capabilities::own().to_der()),
        attribute(
            oid::SIGNING_CERTIFICATE_V2,
            &signing_certificate(signer.certificate, provider),
        ),
        attribute(oid::CMS_ALGORITHM_PROTECTION, &algorithm_protection(scheme)),
    ];
    if signer.certificate.may_encrypt() {
        // issuerAndSerialNumber of SMIMEEncryptionKeyPreference is [0] IMPLICIT (RFC 8551 §2.5.3).
        let name = Writer::new()
            .raw(signer.certificate.issuer_der())
            .element(tag::INTEGER, signer.certificate.serial())
            .wrap(tag::context(0));
        attributes.push(attribute(oid::ENCRYPTION_KEY_PREFERENCE, &name));
    }
    attributes.sort();
    attributes.concat()
}

/// `SigningCertificateV2` with SHA-256, its default (RFC 5035 §3).
fn signing_certificate(certificate: &Certificate, provider: &dyn Provider) -> Vec<u8> {
    let hash = provider.digest(Digest::Sha256, &[certificate.der()]);
    let directory_name = Writer::new()
        .element(tag::context(4), certificate.issuer_der())
        .sequence();
    let issuer_serial = Writer::new()
        .raw(&directory_name)
        .element(tag::INTEGER, certificate.serial())
        .sequence();
    let id = Writer::new().octets(&hash).raw(&issuer_serial).sequence();
    let ids = Writer::new().raw(&id).sequence();
    Writer::new().raw(&ids).sequence()
}

/// `CMSAlgorithmProtection` (RFC 6211 §2), which RFC 8933 §4 asks for.
fn algorithm_protection(scheme: SignatureScheme) -> Vec<u8> {
    let signature = algorithm::signature_der(scheme);
    Writer::new()
        .raw(&algorithm::digest_der(content_digest(scheme)))
        .raw(&asn1::implicit(tag::context(1), signature))
        .sequence()
}

/// `IssuerAndSerialNumber` (RFC 5652 §10.2.4).
pub(crate) fn issuer_and_serial(certificate: &Certificate) -> Vec<u8> {
    Writer::new()
        .raw(certificate.issuer_der())
        .element(tag::INTEGER, certificate.serial())
        .sequence()
}

fn opaque_entity(content: Buffer, object: &Halves) -> Buffer {
    let mut entity = content;
    entity.prepend(&object.before);
    entity.append(&object.after);
    encode_base64_in_place(&mut entity);
    entity.prepend(
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n\
          \tname=\"smime.p7m\"\r\n\
          Content-Transfer-Encoding: base64\r\n\
          Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n",
    );
    entity
}

fn multipart_entity(
    content: Buffer,
    object: &[u8],
    scheme: SignatureScheme,
    provider: &dyn Provider,
) -> Result<Buffer, SignError> {
    let mut random = [0; 16];
    provider.fill_random(&mut random)?;
    // "_=" occurs in no quoted-printable or base64 line.
    let boundary = format!("=_{}", hex(&random));
    let micalg = content_digest(scheme).micalg();
    let mut entity = content;
    entity.prepend(
        format!(
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\
             \tmicalg={micalg}; boundary=\"{boundary}\"\r\n\r\n\
             This is a cryptographically signed message in MIME format.\r\n\r\n\
             --{boundary}\r\n"
        )
        .as_bytes(),
    );
    let mut signature = format!(
        "\r\n--{boundary}\r\n\
         Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n"
    )
    .into_bytes();
    encode_base64(object, &mut signature);
    signature.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    entity.append(&signature);
    Ok(entity)
}

impl PrivateKey {
    /// Whether it is the key of this certificate.
    pub fn belongs_to(
        &self,
        certificate: &Certificate,
        provider: &dyn Provider,
    ) -> Result<bool, ProviderError> {
        if self.kind() != certificate.key_kind() {
            return Ok(false);
        }
        if matches!(self.kind(), KeyKind::Rsa { .. }) {
            // The modulus stands in both; no arithmetic is needed.
            return Ok(hazmat::keys::modulus_of_pkcs1(self.inner()?)
                == hazmat::keys::modulus_of_spki(certificate.spki()));
        }
        let public = provider.public_key(self)?;
        Ok(hazmat::keys::spki_key(&public)? == hazmat::keys::spki_key(certificate.spki())?)
    }
}

/// Why a message was not signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignError {
    /// The certificate is not for signing mail.
    #[error("the certificate is not for signing mail")]
    WrongUsage,
    /// The key is not that of the certificate.
    #[error("the key is not that of the certificate")]
    WrongKey,
    /// The key, or the digest that was asked for, no longer proves anything.
    #[error("the key or the digest is too weak to sign with")]
    WeakKey,
    /// A kind of key or digest that cannot sign.
    #[error("the key or digest cannot sign")]
    UnsupportedKey,
    /// The primitive failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}
