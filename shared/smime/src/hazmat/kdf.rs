//! Key derivation for key agreement.

use crate::{
    hazmat,
    provider::{Digest, ProviderError},
    sensitive::Sensitive,
};

/// The KDF of ANSI X9.63 §5.6.3 as RFC 5753 §7.2 uses it: counters from 1, `info` is ECC-CMS-SharedInfo.
pub(crate) fn derive_x963(
    digest: Digest,
    secret: &[u8],
    info: &[u8],
    octets: usize,
) -> Sensitive<Vec<u8>> {
    let mut output = Vec::with_capacity(octets + digest.output_octets());
    let mut counter = 1u32;
    while output.len() < octets {
        output.extend(hazmat::digest::digest(
            digest,
            &[secret, &counter.to_be_bytes(), info],
        ));
        counter += 1;
    }
    output.truncate(octets);
    Sensitive::new(output)
}

/// HKDF (RFC 5869) without salt, as RFC 8418 §2.2 uses it.
pub(crate) fn derive_hkdf(
    digest: Digest,
    secret: &[u8],
    info: &[u8],
    octets: usize,
) -> Result<Sensitive<Vec<u8>>, ProviderError> {
    let mut output = vec![0; octets];
    let expanded = match digest {
        Digest::Sha256 => hkdf::Hkdf::<sha2::Sha256>::new(None, secret).expand(info, &mut output),
        Digest::Sha384 => hkdf::Hkdf::<sha2::Sha384>::new(None, secret).expand(info, &mut output),
        Digest::Sha512 => hkdf::Hkdf::<sha2::Sha512>::new(None, secret).expand(info, &mut output),
        Digest::Md5 | Digest::Sha1 | Digest::Sha224 => return Err(ProviderError::Unsupported),
    };
    expanded.map_err(|_| ProviderError::Unsupported)?;
    Ok(Sensitive::new(output))
}
