//! The key derivation of PKCS#12 (RFC 7292 §B.2).

use zeroize::Zeroizing;

use crate::{hazmat, provider::Digest};

/// What the derived octets are for (RFC 7292 §B.3).
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Key,
    Iv,
    Mac,
}

impl Purpose {
    fn id(self) -> u8 {
        match self {
            Self::Key => 1,
            Self::Iv => 2,
            Self::Mac => 3,
        }
    }
}

/// Derives `octets`; `password` is in the form of RFC 7292 §B.1.
pub(super) fn derive(
    digest: Digest,
    password: &[u8],
    salt: &[u8],
    rounds: u32,
    purpose: Purpose,
    octets: usize,
) -> Zeroizing<Vec<u8>> {
    let block_octets = match digest {
        Digest::Sha384 | Digest::Sha512 => 128,
        _ => 64,
    };
    let diversifier = vec![purpose.id(); block_octets];
    let mut input = Zeroizing::new(repeated(salt, block_octets));
    input.extend(repeated(password, block_octets));
    let mut output = Zeroizing::new(Vec::with_capacity(octets + digest.output_octets()));
    while output.len() < octets {
        let mut hash = hazmat::digest::digest(digest, &[&diversifier, &input]);
        for _ in 1..rounds {
            hash = hazmat::digest::digest(digest, &[&hash]);
        }
        let addend: Vec<u8> = hash.iter().copied().cycle().take(block_octets).collect();
        for block in input.chunks_mut(block_octets) {
            add_and_one(block, &addend);
        }
        output.extend_from_slice(&hash);
    }
    output.truncate(octets);
    output
}

/// Copies of `text` up to the next whole number of blocks.
fn repeated(text: &[u8], block_octets: usize) -> Vec<u8> {
    let octets = text.len().next_multiple_of(block_octets);
    text.iter().copied().cycle().take(octets).collect()
}

/// `block + addend + 1`, big-endian, modulo its size.
fn add_and_one(block: &mut [u8], addend: &[u8]) {
    let mut carry = 1;
    for (octet, added) in block.iter_mut().zip(addend).rev() {
        let [low, high] = (u16::from(*octet) + u16::from(*added) + carry).to_le_bytes();
        *octet = low;
        carry = u16::from(high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(password: &str, salt: &str, rounds: u32, purpose: Purpose, octets: usize) -> String {
        let units = password.encode_utf16().chain([0]);
        let password: Vec<u8> = units.flat_map(u16::to_be_bytes).collect();
        let salt: Vec<u8> = salt
            .split(' ')
            .map(|o| u8::from_str_radix(o, 16).unwrap())
            .collect();
        let key = derive(Digest::Sha1, &password, &salt, rounds, purpose, octets);
        crate::certificate::hex(&key)
    }

    /// The well-known vectors of OpenSSL's and BouncyCastle's tests.
    #[test]
    fn vectors() {
        let salt = "0a 58 cf 64 53 0d 82 3f";
        assert_eq!(
            derived("smeg", salt, 1, Purpose::Key, 24),
            "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"
        );
        assert_eq!(derived("smeg", salt, 1, Purpose::Iv, 8), "79993dfe048d3b76");
        let salt = "05 de c9 59 ac ff 72 f7";
        assert_eq!(
            derived("queeg", salt, 1000, Purpose::Key, 24),
            "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"
        );
        let salt = "26 32 16 fc c2 fa b3 1c";
        assert_eq!(
            derived("queeg", salt, 1000, Purpose::Mac, 20),
            "5ec4c7a80df652294c3925b6489a7ab857c83476"
        );
    }
}
