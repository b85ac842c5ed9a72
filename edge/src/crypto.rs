//! What the edge itself does with `node:crypto`: passwords, sealed secrets, random names.

use node_crypto::platform;
use zeroize::Zeroizing;

pub(crate) use node_crypto::Node;

/// N, r and p of scrypt (RFC 7914): 16 MiB and some 100 ms a try, below the platform's limit of
/// N·r·p ≤ 2^20.
const SCRYPT: (u32, u32, u32) = (1 << 14, 8, 5);
const SALT_OCTETS: u32 = 16;
const HASH_OCTETS: u32 = 32;

/// Why an operation was not done; never says anything about keys or data.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the cryptographic operation failed")]
pub(crate) struct CryptoError;

/// Fresh random octets.
pub(crate) fn random(octets: u32) -> Vec<u8> {
    platform::random(octets)
}

/// Random text that names or proves something: 128 bits in hex.
pub(crate) fn random_id() -> String {
    hex(&random(16))
}

/// SHA-256.
pub(crate) fn sha256(data: &[u8]) -> Vec<u8> {
    platform::hash("sha256", data)
}

/// SHA-256 of the octets, in lower-case hex.
pub(crate) fn sha256_hex(data: &[u8]) -> String {
    hex(&sha256(data))
}

/// Octets as lower-case hex.
pub(crate) fn hex(octets: &[u8]) -> String {
    use std::fmt::Write as _;
    octets.iter().fold(String::new(), |mut text, octet| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// What is stored of a password: `scrypt$N$r$p$salt$hash`.
pub(crate) fn hash_password(password: &str) -> Result<String, CryptoError> {
    let (n, r, p) = SCRYPT;
    let salt = random(SALT_OCTETS);
    let hash = platform::scrypt(password.as_bytes(), &salt, HASH_OCTETS, n, r, p)
        .map_err(|_| CryptoError)?;
    Ok(format!(
        "scrypt${n}${r}${p}${}${}",
        base64(&salt),
        base64(&hash)
    ))
}

/// Whether `password` is the one of which `stored` was made; in constant time for the comparison.
pub(crate) fn password_matches(password: &str, stored: &str) -> Result<bool, CryptoError> {
    let mut parts = stored.split('$');
    let mut next = || parts.next().ok_or(CryptoError);
    if next()? != "scrypt" {
        return Err(CryptoError);
    }
    let mut number = || next()?.parse::<u32>().map_err(|_| CryptoError);
    let (n, r, p) = (number()?, number()?, number()?);
    let salt = from_base64(next()?)?;
    let expected = from_base64(next()?)?;
    let hash = platform::scrypt(password.as_bytes(), &salt, HASH_OCTETS, n, r, p)
        .map_err(|_| CryptoError)?;
    Ok(hash.len() == expected.len() && platform::equal(&hash, &expected))
}

/// AES-256-GCM: nonce, ciphertext and tag in one.
pub(crate) fn seal(key: &[u8], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
    platform::gcm_seal(key, &random(12), aad, plain).map_err(|_| CryptoError)
}

/// Opens what [`seal`] made; fails where key, associated data or text are not the same.
pub(crate) fn open(
    key: &[u8],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    platform::gcm_open(key, aad, sealed)
        .map(Zeroizing::new)
        .map_err(|_| CryptoError)
}

/// Octets as base64 (RFC 4648 §4).
pub(crate) fn base64(octets: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(octets)
}

/// The octets of base64.
pub(crate) fn from_base64(text: &str) -> Result<Vec<u8>, CryptoError> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .map_err(|_| CryptoError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_lower_case_and_padded() {
        assert_eq!(hex(&[0x00, 0x0a, 0xff]), "000aff");
    }
}
