//! The provider of the edge in workerd, called from here: what `node:crypto` does, it does there; the
//! rest is the Rust that is everywhere.

use probe::primitive::{Call, Reply};
use smime::{KeyKind, PrivateKey, Provider, ProviderError, RsaPadding, Sensitive, SignatureScheme};
use tests::identity::provider;
use tests::workerd::Workerd;

pub(crate) struct Remote<'a>(pub(crate) &'a Workerd);

impl Remote<'_> {
    fn call(&self, call: &Call) -> Result<Vec<u8>, ProviderError> {
        let Reply(made) = self.0.ask("call", call).unwrap();
        made.ok_or(ProviderError::CheckFailed)
    }
}

impl Provider for Remote<'_> {
    fn fill_random(&self, out: &mut [u8]) -> Result<(), ProviderError> {
        provider().fill_random(out)
    }

    fn generate_key(&self, kind: KeyKind) -> Result<PrivateKey, ProviderError> {
        provider().generate_key(kind)
    }

    fn sign(
        &self,
        scheme: SignatureScheme,
        key: &PrivateKey,
        message: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        self.call(&Call::Sign {
            scheme,
            key: key.expose_pkcs8().to_vec(),
            message: message.to_vec(),
        })
    }

    fn rsa_encrypt(
        &self,
        padding: RsaPadding,
        spki: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        self.call(&Call::RsaEncrypt {
            padding,
            spki: spki.to_vec(),
            plaintext: plaintext.to_vec(),
        })
    }

    fn rsa_decrypt(
        &self,
        padding: RsaPadding,
        key: &PrivateKey,
        ciphertext: &[u8],
    ) -> Result<Sensitive<Vec<u8>>, ProviderError> {
        self.call(&Call::RsaDecrypt {
            padding,
            key: key.expose_pkcs8().to_vec(),
            ciphertext: ciphertext.to_vec(),
        })
        .map(Sensitive::new)
    }

    fn verify(
        &self,
        scheme: SignatureScheme,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), ProviderError> {
        self.call(&Call::Verify {
            scheme,
            spki: spki.to_vec(),
            message: message.to_vec(),
            signature: signature.to_vec(),
        })
        .map(drop)
    }

    fn cbc_encrypt(
        &self,
        key: &[u8],
        iv: &[u8; 16],
        blocks: &mut [u8],
    ) -> Result<(), ProviderError> {
        let made = self.call(&Call::CbcEncrypt {
            key: key.to_vec(),
            iv: *iv,
            blocks: blocks.to_vec(),
        })?;
        blocks.copy_from_slice(&made);
        Ok(())
    }

    fn cbc_decrypt(
        &self,
        key: &[u8],
        iv: &[u8; 16],
        blocks: &mut [u8],
    ) -> Result<(), ProviderError> {
        let made = self.call(&Call::CbcDecrypt {
            key: key.to_vec(),
            iv: *iv,
            blocks: blocks.to_vec(),
        })?;
        blocks.copy_from_slice(&made);
        Ok(())
    }

    fn gcm_encrypt(
        &self,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; 16], ProviderError> {
        let made = self.call(&Call::GcmEncrypt {
            key: key.to_vec(),
            nonce: nonce.to_vec(),
            aad: aad.to_vec(),
            buffer: buffer.to_vec(),
        })?;
        let (sealed, tag) = made.split_at(buffer.len());
        buffer.copy_from_slice(sealed);
        tag.try_into().map_err(|_| ProviderError::Unsupported)
    }

    fn gcm_decrypt(
        &self,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8],
    ) -> Result<(), ProviderError> {
        let made = self.call(&Call::GcmDecrypt {
            key: key.to_vec(),
            nonce: nonce.to_vec(),
            aad: aad.to_vec(),
            buffer: buffer.to_vec(),
            tag: tag.to_vec(),
        })?;
        buffer.copy_from_slice(&made);
        Ok(())
    }
}
