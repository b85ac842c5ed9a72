//! Verifying ML-DSA and SLH-DSA.

use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams};
use slh_dsa::signature::Verifier as _;

use crate::{hazmat::keys::spki_key, post_quantum::PostQuantum, provider::ProviderError};

/// Whether `signature` over `message` is that of the key in `spki`, which is of the set.
pub(crate) fn verify(
    set: PostQuantum,
    spki: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), ProviderError> {
    let verify = match set {
        PostQuantum::MlDsa44 => ml_dsa::<MlDsa44>,
        PostQuantum::MlDsa65 => ml_dsa::<MlDsa65>,
        PostQuantum::MlDsa87 => ml_dsa::<MlDsa87>,
        PostQuantum::SlhDsaSha2_128s => slh_dsa::<slh_dsa::Sha2_128s>,
        PostQuantum::SlhDsaSha2_128f => slh_dsa::<slh_dsa::Sha2_128f>,
        PostQuantum::SlhDsaSha2_192s => slh_dsa::<slh_dsa::Sha2_192s>,
        PostQuantum::SlhDsaSha2_192f => slh_dsa::<slh_dsa::Sha2_192f>,
        PostQuantum::SlhDsaSha2_256s => slh_dsa::<slh_dsa::Sha2_256s>,
        PostQuantum::SlhDsaSha2_256f => slh_dsa::<slh_dsa::Sha2_256f>,
        PostQuantum::SlhDsaShake128s => slh_dsa::<slh_dsa::Shake128s>,
        PostQuantum::SlhDsaShake128f => slh_dsa::<slh_dsa::Shake128f>,
        PostQuantum::SlhDsaShake192s => slh_dsa::<slh_dsa::Shake192s>,
        PostQuantum::SlhDsaShake192f => slh_dsa::<slh_dsa::Shake192f>,
        PostQuantum::SlhDsaShake256s => slh_dsa::<slh_dsa::Shake256s>,
        PostQuantum::SlhDsaShake256f => slh_dsa::<slh_dsa::Shake256f>,
    };
    verify(spki_key(spki)?, message, signature)
}

fn ml_dsa<P: MlDsaParams>(
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), ProviderError> {
    let key = key.try_into().map_err(|_| ProviderError::BadKey)?;
    let signature =
        ml_dsa::Signature::<P>::try_from(signature).map_err(|_| ProviderError::CheckFailed)?;
    let key = ml_dsa::VerifyingKey::<P>::decode(&key);
    if key.verify_with_context(message, &[], &signature) {
        Ok(())
    } else {
        Err(ProviderError::CheckFailed)
    }
}

fn slh_dsa<P: slh_dsa::ParameterSet>(
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), ProviderError> {
    let key = slh_dsa::VerifyingKey::<P>::try_from(key).map_err(|_| ProviderError::BadKey)?;
    let signature =
        slh_dsa::Signature::<P>::try_from(signature).map_err(|_| ProviderError::CheckFailed)?;
    key.verify(message, &signature)
        .map_err(|_| ProviderError::CheckFailed)
}

#[cfg(test)]
mod tests {
    use ml_dsa::signature::{Keypair as _, SignatureEncoding as _, Signer as _};

    use super::*;
    use crate::asn1::{Writer, tag};

    fn spki(set: PostQuantum, key: &[u8]) -> Vec<u8> {
        Writer::new()
            .raw(&Writer::new().oid(set.oid()).sequence())
            .element(tag::BIT_STRING, &[&[0], key].concat())
            .sequence()
    }

    fn signed<P: MlDsaParams>() -> (Vec<u8>, Vec<u8>) {
        let key = ml_dsa::SigningKey::<P>::from_seed(&[7; 32].into());
        let signature = key.sign(b"message").to_bytes().to_vec();
        (key.verifying_key().encode().to_vec(), signature)
    }

    #[test]
    fn ml_dsa_verifies_what_was_signed_and_nothing_else() {
        let cases = [
            (PostQuantum::MlDsa44, signed::<MlDsa44>()),
            (PostQuantum::MlDsa65, signed::<MlDsa65>()),
            (PostQuantum::MlDsa87, signed::<MlDsa87>()),
        ];
        for (set, (key, mut signature)) in cases {
            let spki = spki(set, &key);
            assert_eq!(verify(set, &spki, b"message", &signature), Ok(()));
            let other = verify(set, &spki, b"massage", &signature);
            assert_eq!(other, Err(ProviderError::CheckFailed));
            signature[40] ^= 1;
            let altered = verify(set, &spki, b"message", &signature);
            assert_eq!(altered, Err(ProviderError::CheckFailed));
            let short = verify(set, &spki, b"message", &signature[1..]);
            assert_eq!(short, Err(ProviderError::CheckFailed));
        }
    }

    #[test]
    fn keys_of_another_set_are_refused() {
        let (key, signature) = signed::<MlDsa44>();
        for set in [PostQuantum::MlDsa65, PostQuantum::SlhDsaSha2_128s] {
            let refused = verify(set, &spki(set, &key), b"message", &signature);
            assert_eq!(refused, Err(ProviderError::BadKey), "{set:?}");
        }
    }

    #[test]
    fn slh_dsa_refuses_a_forged_signature() {
        let set = PostQuantum::SlhDsaSha2_128s;
        let spki = spki(set, &[1; 32]);
        for octets in [7856, 7855] {
            let forged = verify(set, &spki, b"message", &vec![1; octets]);
            assert_eq!(forged, Err(ProviderError::CheckFailed));
        }
    }
}
