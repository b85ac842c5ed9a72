//! `AlgorithmIdentifiers` of digests and signatures, both ways.

use der::oid::ObjectIdentifier;

use crate::{
    asn1::{Asn1Error, Reader, Writer, oid, tag},
    post_quantum::PostQuantum,
    provider::{Digest, RSA_BITS_MAX, SignatureScheme},
};

/// A signature algorithm as found in a message or certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FoundScheme {
    Known(SignatureScheme),
    /// DSA, MD2, MD4: too weak to be worth an implementation.
    Historic(&'static str),
    Unknown(ObjectIdentifier),
}

impl FoundScheme {
    /// `rsa-pkcs1-sha256`, `ecdsa-sha384`, `ed25519`, or the OID.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Known(SignatureScheme::RsaPkcs1(digest)) => {
                format!("rsa-pkcs1-{}", digest_name(*digest))
            }
            Self::Known(SignatureScheme::RsaPss { digest, .. }) => {
                format!("rsa-pss-{}", digest_name(*digest))
            }
            Self::Known(SignatureScheme::Ecdsa(digest)) => {
                format!("ecdsa-{}", digest_name(*digest))
            }
            Self::Known(SignatureScheme::Ed25519) => "ed25519".to_owned(),
            Self::Known(SignatureScheme::PostQuantum(set)) => set.name().to_owned(),
            Self::Historic(name) => (*name).to_owned(),
            Self::Unknown(id) => id.to_string(),
        }
    }

    /// Whether it rests on a digest with known collisions, or is historic altogether.
    pub(crate) fn is_weak(&self) -> bool {
        matches!(self, Self::Historic(_)) || self.digest().is_some_and(Digest::is_weak)
    }

    /// The digest that it is made over; `None` where the scheme has its own, or is not known.
    pub(crate) fn digest(&self) -> Option<Digest> {
        match self {
            Self::Known(
                SignatureScheme::RsaPkcs1(digest)
                | SignatureScheme::RsaPss { digest, .. }
                | SignatureScheme::Ecdsa(digest),
            ) => Some(*digest),
            Self::Known(SignatureScheme::Ed25519 | SignatureScheme::PostQuantum(_))
            | Self::Historic(_)
            | Self::Unknown(_) => None,
        }
    }
}

pub(crate) fn digest_name(digest: Digest) -> &'static str {
    match digest {
        Digest::Md5 => "md5",
        Digest::Sha1 => "sha1",
        Digest::Sha224 => "sha224",
        Digest::Sha256 => "sha256",
        Digest::Sha384 => "sha384",
        Digest::Sha512 => "sha512",
    }
}

pub(crate) fn digest_from_oid(id: ObjectIdentifier) -> Option<Digest> {
    DIGESTS
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, digest)| *digest)
}

pub(crate) fn digest_oid(digest: Digest) -> ObjectIdentifier {
    match digest {
        Digest::Md5 => oid::MD5,
        Digest::Sha1 => oid::SHA1,
        Digest::Sha224 => oid::SHA224,
        Digest::Sha256 => oid::SHA256,
        Digest::Sha384 => oid::SHA384,
        Digest::Sha512 => oid::SHA512,
    }
}

const DIGESTS: [(ObjectIdentifier, Digest); 6] = [
    (oid::SHA256, Digest::Sha256),
    (oid::SHA384, Digest::Sha384),
    (oid::SHA512, Digest::Sha512),
    (oid::SHA224, Digest::Sha224),
    (oid::SHA1, Digest::Sha1),
    (oid::MD5, Digest::Md5),
];

/// `AlgorithmIdentifier` of a digest; SHA-2 without parameters (RFC 5754 §2).
pub(crate) fn digest_der(digest: Digest) -> Vec<u8> {
    Writer::new().oid(digest_oid(digest)).sequence()
}

/// `AlgorithmIdentifier` of a signature.
pub(crate) fn signature_der(scheme: SignatureScheme) -> Vec<u8> {
    match scheme {
        // RFC 3370 §3.2: receivers must know rsaEncryption here, and old ones know nothing else.
        SignatureScheme::RsaPkcs1(_) => Writer::new().oid(oid::RSA).null().sequence(),
        SignatureScheme::RsaPss {
            digest,
            mask,
            salt_octets,
        } => Writer::new()
            .oid(oid::RSA_PSS)
            .raw(&pss_parameters(digest, mask, salt_octets))
            .sequence(),
        SignatureScheme::Ecdsa(digest) => Writer::new().oid(ecdsa_oid(digest)).sequence(),
        SignatureScheme::Ed25519 => Writer::new().oid(oid::ED25519).sequence(),
        SignatureScheme::PostQuantum(set) => Writer::new().oid(set.oid()).sequence(),
    }
}

fn ecdsa_oid(digest: Digest) -> ObjectIdentifier {
    match digest {
        Digest::Md5 | Digest::Sha1 => oid::ECDSA_SHA1,
        Digest::Sha224 => oid::ECDSA_SHA224,
        Digest::Sha256 => oid::ECDSA_SHA256,
        Digest::Sha384 => oid::ECDSA_SHA384,
        Digest::Sha512 => oid::ECDSA_SHA512,
    }
}

/// RSASSA-PSS-params (RFC 8017 §A.2.3).
fn pss_parameters(digest: Digest, mask: Digest, salt_octets: usize) -> Vec<u8> {
    let salt = u64::try_from(salt_octets).unwrap_or_default();
    Writer::new()
        .element(tag::context(0), &digest_der(digest))
        .element(tag::context(1), &mgf1_der(mask))
        .element(tag::context(2), &Writer::new().integer(salt).into_bytes())
        .sequence()
}

/// `AlgorithmIdentifier` of MGF1.
pub(crate) fn mgf1_der(mask: Digest) -> Vec<u8> {
    Writer::new()
        .oid(oid::MGF1)
        .raw(&digest_der(mask))
        .sequence()
}

/// Reads an `AlgorithmIdentifier`. `digest` is the one named beside it, for identifiers that name the kind of key only.
pub(crate) fn read_signature(der: &[u8], digest: Option<Digest>) -> Result<FoundScheme, Asn1Error> {
    use SignatureScheme::{Ecdsa, Ed25519, RsaPkcs1};
    let mut reader = Reader::new(der).sequence()?;
    let id = reader.oid()?;
    let known = match id {
        oid::RSA => digest.map(RsaPkcs1),
        oid::MD5_WITH_RSA => Some(RsaPkcs1(Digest::Md5)),
        oid::SHA1_WITH_RSA | oid::SHA1_WITH_RSA_OIW => Some(RsaPkcs1(Digest::Sha1)),
        oid::SHA224_WITH_RSA => Some(RsaPkcs1(Digest::Sha224)),
        oid::SHA256_WITH_RSA => Some(RsaPkcs1(Digest::Sha256)),
        oid::SHA384_WITH_RSA => Some(RsaPkcs1(Digest::Sha384)),
        oid::SHA512_WITH_RSA => Some(RsaPkcs1(Digest::Sha512)),
        oid::RSA_PSS => Some(read_pss(&mut reader)?),
        oid::EC => digest.map(Ecdsa),
        oid::ECDSA_SHA1 => Some(Ecdsa(Digest::Sha1)),
        oid::ECDSA_SHA224 => Some(Ecdsa(Digest::Sha224)),
        oid::ECDSA_SHA256 => Some(Ecdsa(Digest::Sha256)),
        oid::ECDSA_SHA384 => Some(Ecdsa(Digest::Sha384)),
        oid::ECDSA_SHA512 => Some(Ecdsa(Digest::Sha512)),
        oid::ED25519 => Some(Ed25519),
        oid::DSA | oid::DSA_SHA1 | oid::DSA_SHA1_OIW | oid::DSA_SHA224 | oid::DSA_SHA256 => {
            return Ok(FoundScheme::Historic("dsa"));
        }
        oid::MD2_WITH_RSA => return Ok(FoundScheme::Historic("rsa-pkcs1-md2")),
        oid::MD4_WITH_RSA => return Ok(FoundScheme::Historic("rsa-pkcs1-md4")),
        id => PostQuantum::from_oid(id).map(SignatureScheme::PostQuantum),
    };
    Ok(known.map_or(FoundScheme::Unknown(id), FoundScheme::Known))
}

/// Longest salt: no signature of the largest key that is used has room for more.
const SALT_OCTETS_MAX: usize = RSA_BITS_MAX / 8;

/// RSASSA-PSS-params with the defaults of RFC 8017 §A.2.3: SHA-1, MGF1 with SHA-1, 20 octets of salt.
fn read_pss(algorithm: &mut Reader<'_>) -> Result<SignatureScheme, Asn1Error> {
    let mut digest = Digest::Sha1;
    let mut mask = Digest::Sha1;
    let mut salt_octets = 20;
    if let Some(parameters) = algorithm.optional(tag::SEQUENCE)? {
        let mut reader = parameters.reader();
        if let Some(element) = reader.optional(tag::context(0))? {
            digest = read_digest(&mut element.reader())?;
        }
        if let Some(element) = reader.optional(tag::context(1))? {
            mask = read_mgf1(&mut element.reader())?;
        }
        if let Some(element) = reader.optional(tag::context(2))? {
            salt_octets = usize::try_from(element.reader().small_integer()?)
                .ok()
                .filter(|octets| *octets <= SALT_OCTETS_MAX)
                .ok_or(Asn1Error::BadValue)?;
        }
    }
    Ok(SignatureScheme::RsaPss {
        digest,
        mask,
        salt_octets,
    })
}

/// Reads the `AlgorithmIdentifier` of a digest that is known here.
pub(crate) fn read_digest(reader: &mut Reader<'_>) -> Result<Digest, Asn1Error> {
    let id = reader.sequence()?.oid()?;
    digest_from_oid(id).ok_or(Asn1Error::BadValue)
}

/// Reads the `AlgorithmIdentifier` of MGF1 and returns its digest.
pub(crate) fn read_mgf1(reader: &mut Reader<'_>) -> Result<Digest, Asn1Error> {
    let mut algorithm = reader.sequence()?;
    if algorithm.oid()? != oid::MGF1 {
        return Err(Asn1Error::BadValue);
    }
    read_digest(&mut algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_round_trip() {
        for scheme in [
            SignatureScheme::RsaPkcs1(Digest::Sha256),
            SignatureScheme::RsaPss {
                digest: Digest::Sha384,
                mask: Digest::Sha256,
                salt_octets: 200,
            },
            SignatureScheme::Ecdsa(Digest::Sha512),
            SignatureScheme::Ed25519,
            SignatureScheme::PostQuantum(PostQuantum::MlDsa65),
            SignatureScheme::PostQuantum(PostQuantum::SlhDsaShake256f),
        ] {
            let der = signature_der(scheme);
            assert_eq!(
                read_signature(&der, Some(Digest::Sha256)),
                Ok(FoundScheme::Known(scheme))
            );
        }
    }

    #[test]
    fn a_salt_is_no_longer_than_a_signature() {
        let read = |salt_octets| {
            let (digest, mask) = (Digest::Sha256, Digest::Sha512);
            let parameters = pss_parameters(digest, mask, salt_octets);
            let der = Writer::new().oid(oid::RSA_PSS).raw(&parameters);
            read_signature(&der.sequence(), None).is_ok()
        };
        assert!(read(SALT_OCTETS_MAX));
        assert!(!read(SALT_OCTETS_MAX + 1));
        assert!(!read(usize::MAX));
    }

    #[test]
    fn weak_and_unknown_ones_are_told_apart() {
        let read = |id| read_signature(&Writer::new().oid(id).sequence(), None).unwrap();
        assert!(read(oid::DSA_SHA1).is_weak());
        assert!(read(oid::SHA1_WITH_RSA).is_weak());
        assert!(!read(oid::SHA256_WITH_RSA).is_weak());
        assert_eq!(read(oid::DATA), FoundScheme::Unknown(oid::DATA));
    }
}
