//! The provider in Rust: for the command line, the browser and the tests.

use pkcs8::EncodePrivateKey as _;
use rand_core::{TryCryptoRng, TryRng};
use zeroize::Zeroizing;

use crate::{
    asn1::{Writer, oid, tag},
    hazmat,
    key::{self, PrivateKey},
    provider::{KeyKind, Provider, ProviderError, RsaPadding, SignatureScheme},
    sensitive::Sensitive,
};

/// The `RustCrypto` primitives over a source of randomness that is handed in.
///
/// `Entropy` fills a buffer from a cryptographically secure generator; it is a function, because the
/// core asks neither an operating system nor a browser by itself.
pub struct RustCrypto<Entropy>(Entropy);

impl<Entropy> RustCrypto<Entropy>
where
    Entropy: Fn(&mut [u8]) -> Result<(), ProviderError>,
{
    /// A provider over this source of randomness.
    pub fn new(entropy: Entropy) -> Self {
        Self(entropy)
    }
}

impl<Entropy> Provider for RustCrypto<Entropy>
where
    Entropy: Fn(&mut [u8]) -> Result<(), ProviderError>,
{
    fn fill_random(&self, out: &mut [u8]) -> Result<(), ProviderError> {
        (self.0)(out)
    }

    fn generate_key(&self, kind: KeyKind) -> Result<PrivateKey, ProviderError> {
        let pkcs8 = match kind {
            KeyKind::Rsa { bits } => rsa::PrivateKey::new(&mut Generator(&self.0), bits)
                .ok()
                .and_then(|key| key.to_pkcs8_der().ok())
                .map(|document| document.as_bytes().to_vec()),
            KeyKind::P256 => self.ec_key::<32>(oid::P256, |secret| {
                p256::SecretKey::from_slice(secret).is_ok()
            })?,
            KeyKind::P384 => self.ec_key::<48>(oid::P384, |secret| {
                p384::SecretKey::from_slice(secret).is_ok()
            })?,
            KeyKind::P521 => self.ec_key::<66>(oid::P521, |secret| {
                p521::SecretKey::from_slice(secret).is_ok()
            })?,
            KeyKind::Ed25519 => Some(self.curve25519_key(oid::ED25519)?),
            KeyKind::X25519 => Some(self.curve25519_key(oid::X25519)?),
            KeyKind::PostQuantum(_) | KeyKind::MlKem(_) => self.lattice_key(kind)?,
            KeyKind::K283 | KeyKind::Dsa | KeyKind::Other => {
                return Err(ProviderError::Unsupported);
            }
        };
        pkcs8
            .and_then(|der| PrivateKey::from_pkcs8(der).ok())
            .ok_or(ProviderError::Unsupported)
    }

    fn sign(
        &self,
        scheme: SignatureScheme,
        key: &PrivateKey,
        message: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        match scheme {
            SignatureScheme::RsaPkcs1(_) | SignatureScheme::RsaPss { .. } => {
                hazmat::rsa::sign(&mut Generator(&self.0), scheme, key, message)
            }
            SignatureScheme::Ecdsa(digest) => hazmat::signature::sign_ecdsa(digest, key, message),
            SignatureScheme::Ed25519 => hazmat::signature::sign_ed25519(key, message),
            SignatureScheme::PostQuantum(set) => hazmat::lattice::sign(set, key, message),
        }
    }

    fn rsa_encrypt(
        &self,
        padding: RsaPadding,
        spki: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        hazmat::rsa::encrypt(&mut Generator(&self.0), padding, spki, plaintext)
    }

    fn rsa_decrypt(
        &self,
        padding: RsaPadding,
        key: &PrivateKey,
        ciphertext: &[u8],
    ) -> Result<Sensitive<Vec<u8>>, ProviderError> {
        hazmat::rsa::decrypt(&mut Generator(&self.0), padding, &[], key, ciphertext)
    }
}

impl<Entropy> RustCrypto<Entropy>
where
    Entropy: Fn(&mut [u8]) -> Result<(), ProviderError>,
{
    /// A scalar by rejection sampling, as `ECPrivateKey` inside PKCS#8 (RFC 5915).
    fn ec_key<const N: usize>(
        &self,
        curve: der::oid::ObjectIdentifier,
        is_scalar: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, ProviderError> {
        // Only P-521 has spare bits above its order: seven of its first octet.
        const DRAWS_MAX: usize = 64;
        let mut secret = Zeroizing::new([0; N]);
        for _ in 0..DRAWS_MAX {
            self.fill_random(secret.as_mut())?;
            if N == 66
                && let Some(first) = secret.first_mut()
            {
                *first &= 1;
            }
            if is_scalar(secret.as_ref()) {
                let inner =
                    Zeroizing::new(Writer::new().integer(1).octets(secret.as_ref()).sequence());
                let algorithm = Writer::new().oid(oid::EC).oid(curve).sequence();
                return Ok(Some(key::pkcs8(&algorithm, &inner)));
            }
        }
        Ok(None)
    }

    fn lattice_key(&self, kind: KeyKind) -> Result<Option<Vec<u8>>, ProviderError> {
        let octets = hazmat::lattice::seed_octets(kind).ok_or(ProviderError::Unsupported)?;
        let mut seed = Zeroizing::new(vec![0; octets]);
        self.fill_random(&mut seed)?;
        Ok(hazmat::lattice::pkcs8(kind, &seed))
    }

    fn curve25519_key(&self, id: der::oid::ObjectIdentifier) -> Result<Vec<u8>, ProviderError> {
        let mut secret = Zeroizing::new([0; 32]);
        self.fill_random(secret.as_mut())?;
        let inner = Zeroizing::new(
            Writer::new()
                .element(tag::OCTET_STRING, secret.as_ref())
                .into_bytes(),
        );
        Ok(key::pkcs8(&Writer::new().oid(id).sequence(), &inner))
    }
}

/// The source of randomness in the form that the RSA crate asks for.
pub(crate) struct Generator<'a, Entropy>(pub(crate) &'a Entropy);

impl<Entropy> TryRng for Generator<'_, Entropy>
where
    Entropy: Fn(&mut [u8]) -> Result<(), ProviderError>,
{
    type Error = ProviderError;

    fn try_next_u32(&mut self) -> Result<u32, ProviderError> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_le_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, ProviderError> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_le_bytes(octets))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), ProviderError> {
        (self.0)(out)
    }
}

impl<Entropy> TryCryptoRng for Generator<'_, Entropy> where
    Entropy: Fn(&mut [u8]) -> Result<(), ProviderError>
{
}
