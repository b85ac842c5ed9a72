//! Private keys of ML-DSA (FIPS 204), and ML-KEM (FIPS 203). A private key is its seed (RFC 9881 §6, RFC 9935 §6).

use ml_dsa::signature::Signer as _;
use ml_kem::Decapsulate as _;

use crate::{
    asn1::{Reader, Writer, oid, tag},
    hazmat,
    key::PrivateKey,
    post_quantum::PostQuantum,
    provider::{KeyKind, MlKem, ProviderError},
    sensitive::Sensitive,
};

/// Octets of the randomness that one encapsulation consumes.
pub(crate) const ENCAPSULATION_OCTETS: usize = 32;

/// Octets of the seed of a key of this kind; `None` if it is no lattice key.
pub(crate) fn seed_octets(kind: KeyKind) -> Option<usize> {
    match kind {
        KeyKind::PostQuantum(set) if !set.is_hash_based() => Some(32),
        KeyKind::MlKem(_) => Some(64),
        _ => None,
    }
}

/// PKCS#8 around a seed, in the form that holds nothing else.
pub(crate) fn pkcs8(kind: KeyKind, seed: &[u8]) -> Option<Vec<u8>> {
    let inner = Writer::new()
        .element(tag::context_primitive(0), seed)
        .into_bytes();
    let algorithm = Writer::new().oid(oid_of(kind)?).sequence();
    Some(crate::key::pkcs8(&algorithm, &inner))
}

fn oid_of(kind: KeyKind) -> Option<der::oid::ObjectIdentifier> {
    match kind {
        KeyKind::PostQuantum(set) => Some(set.oid()),
        KeyKind::MlKem(set) => Some(kem_oid(set)),
        _ => None,
    }
}

pub(crate) fn kem_oid(set: MlKem) -> der::oid::ObjectIdentifier {
    match set {
        MlKem::MlKem512 => oid::ML_KEM_512,
        MlKem::MlKem768 => oid::ML_KEM_768,
        MlKem::MlKem1024 => oid::ML_KEM_1024,
    }
}

pub(crate) fn kem_from_oid(id: der::oid::ObjectIdentifier) -> Option<MlKem> {
    [MlKem::MlKem512, MlKem::MlKem768, MlKem::MlKem1024]
        .into_iter()
        .find(|set| kem_oid(*set) == id)
}

/// The seed: alone under `[0]`, or first in a SEQUENCE with the expanded key.
fn seed(key: &PrivateKey) -> Result<&[u8], ProviderError> {
    let mut inner = Reader::new(key.inner()?);
    let found = match inner.peek() {
        Some(tag::SEQUENCE) => inner.sequence().and_then(|mut both| both.octets()),
        _ => inner
            .expect(tag::context_primitive(0))
            .map(|element| element.content),
    };
    found.map_err(|_| ProviderError::BadKey)
}

/// Calls `$run` with `$type` bound to the parameter set's type.
macro_rules! with_dsa {
    ($set:expr, $type:ident, $run:expr) => {
        match $set {
            PostQuantum::MlDsa44 => {
                type $type = ml_dsa::MlDsa44;
                $run
            }
            PostQuantum::MlDsa65 => {
                type $type = ml_dsa::MlDsa65;
                $run
            }
            PostQuantum::MlDsa87 => {
                type $type = ml_dsa::MlDsa87;
                $run
            }
            _ => return Err(ProviderError::Unsupported),
        }
    };
}

/// Calls `$run` with `$type` bound to the parameter set's type.
macro_rules! with_kem {
    ($set:expr, $type:ident, $run:expr) => {
        match $set {
            MlKem::MlKem512 => {
                type $type = ml_kem::MlKem512;
                $run
            }
            MlKem::MlKem768 => {
                type $type = ml_kem::MlKem768;
                $run
            }
            MlKem::MlKem1024 => {
                type $type = ml_kem::MlKem1024;
                $run
            }
        }
    };
}

/// The public key as `SubjectPublicKeyInfo`.
pub(crate) fn public_key(key: &PrivateKey) -> Result<Vec<u8>, ProviderError> {
    let seed = seed(key)?;
    let public = match key.kind() {
        KeyKind::PostQuantum(set) => with_dsa!(set, Set, {
            let seed = seed.try_into().map_err(|_| ProviderError::BadKey)?;
            let signing = ml_dsa::SigningKey::<Set>::from_seed(&seed);
            signing.expanded_key().verifying_key().encode().to_vec()
        }),
        KeyKind::MlKem(set) => with_kem!(set, Set, {
            let seed = seed.try_into().map_err(|_| ProviderError::BadKey)?;
            let key = ml_kem::DecapsulationKey::<Set>::from_seed(seed);
            ml_kem::KeyExport::to_bytes(key.encapsulation_key()).to_vec()
        }),
        _ => return Err(ProviderError::BadKey),
    };
    let id = oid_of(key.kind()).ok_or(ProviderError::BadKey)?;
    Ok(Writer::new()
        .raw(&Writer::new().oid(id).sequence())
        .element(tag::BIT_STRING, &[&[0], public.as_slice()].concat())
        .sequence())
}

/// Pure ML-DSA with an empty context (RFC 9882 §3), deterministic.
pub(crate) fn sign(
    set: PostQuantum,
    key: &PrivateKey,
    message: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    if key.kind() != KeyKind::PostQuantum(set) {
        return Err(ProviderError::BadKey);
    }
    let seed = seed(key)?;
    with_dsa!(set, Set, {
        let seed = seed.try_into().map_err(|_| ProviderError::BadKey)?;
        ml_dsa::SigningKey::<Set>::from_seed(&seed)
            .try_sign(message)
            .map(|signature| signature.encode().to_vec())
            .map_err(|_| ProviderError::BadKey)
    })
}

/// The ciphertext and the shared secret, from fresh randomness.
pub(crate) fn encapsulate(
    spki: &[u8],
    random: &[u8; ENCAPSULATION_OCTETS],
) -> Result<(Vec<u8>, Sensitive<Vec<u8>>), ProviderError> {
    let Some(KeyKind::MlKem(set)) = hazmat::keys::spki_kind(spki) else {
        return Err(ProviderError::BadKey);
    };
    let public = hazmat::keys::spki_key(spki)?;
    with_kem!(set, Set, {
        let public = public.try_into().map_err(|_| ProviderError::BadKey)?;
        let key =
            ml_kem::EncapsulationKey::<Set>::new(&public).map_err(|_| ProviderError::BadKey)?;
        let (ciphertext, secret) = key.encapsulate_deterministic(&(*random).into());
        Ok((ciphertext.to_vec(), Sensitive::new(secret.to_vec())))
    })
}

/// The shared secret; for a ciphertext that is not right, another one (FIPS 203 §6.3).
pub(crate) fn decapsulate(
    key: &PrivateKey,
    ciphertext: &[u8],
) -> Result<Sensitive<Vec<u8>>, ProviderError> {
    let KeyKind::MlKem(set) = key.kind() else {
        return Err(ProviderError::BadKey);
    };
    let seed = seed(key)?;
    with_kem!(set, Set, {
        let seed = seed.try_into().map_err(|_| ProviderError::BadKey)?;
        ml_kem::DecapsulationKey::<Set>::from_seed(seed)
            .decapsulate_slice(ciphertext)
            .map(|secret| Sensitive::new(secret.to_vec()))
            .map_err(|_| ProviderError::CheckFailed)
    })
}
