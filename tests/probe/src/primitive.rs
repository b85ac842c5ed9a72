//! One call of a provider, as words that travel: test vectors run natively, each primitive in workerd.

use serde::{Deserialize, Serialize};
use smime::{
    Digest, PostQuantum, PrivateKey, Provider, ProviderError, RsaPadding, SignatureScheme,
};

/// A call of the method of the same name of [`Provider`]; keys are DER.
#[derive(Deserialize, Serialize)]
#[expect(
    missing_docs,
    reason = "the names are those of the provider's arguments"
)]
pub enum Call {
    Sign {
        #[serde(with = "Scheme")]
        scheme: SignatureScheme,
        key: Vec<u8>,
        message: Vec<u8>,
    },
    Verify {
        #[serde(with = "Scheme")]
        scheme: SignatureScheme,
        spki: Vec<u8>,
        message: Vec<u8>,
        signature: Vec<u8>,
    },
    RsaEncrypt {
        #[serde(with = "Padding")]
        padding: RsaPadding,
        spki: Vec<u8>,
        plaintext: Vec<u8>,
    },
    RsaDecrypt {
        #[serde(with = "Padding")]
        padding: RsaPadding,
        key: Vec<u8>,
        ciphertext: Vec<u8>,
    },
    CbcEncrypt {
        key: Vec<u8>,
        iv: [u8; 16],
        blocks: Vec<u8>,
    },
    CbcDecrypt {
        key: Vec<u8>,
        iv: [u8; 16],
        blocks: Vec<u8>,
    },
    GcmEncrypt {
        key: Vec<u8>,
        nonce: Vec<u8>,
        aad: Vec<u8>,
        buffer: Vec<u8>,
    },
    GcmDecrypt {
        key: Vec<u8>,
        nonce: Vec<u8>,
        aad: Vec<u8>,
        buffer: Vec<u8>,
        tag: Vec<u8>,
    },
}

/// What was made, with the tag behind it where there is one; `None` where the call failed.
#[derive(Deserialize, Serialize)]
pub struct Reply(pub Option<Vec<u8>>);

impl Call {
    /// Makes the call.
    pub fn make(self, provider: &dyn Provider) -> Reply {
        Reply(self.result(provider).ok())
    }

    fn result(self, provider: &dyn Provider) -> Result<Vec<u8>, ProviderError> {
        match self {
            Self::Sign {
                scheme,
                key,
                message,
            } => provider.sign(scheme, &private(key)?, &message),
            Self::Verify {
                scheme,
                spki,
                message,
                signature,
            } => provider
                .verify(scheme, &spki, &message, &signature)
                .map(|()| Vec::new()),
            Self::RsaEncrypt {
                padding,
                spki,
                plaintext,
            } => provider.rsa_encrypt(padding, &spki, &plaintext),
            Self::RsaDecrypt {
                padding,
                key,
                ciphertext,
            } => {
                let opened = provider.rsa_decrypt(padding, &private(key)?, &ciphertext)?;
                Ok(opened.expose().clone())
            }
            Self::CbcEncrypt {
                key,
                iv,
                mut blocks,
            } => provider
                .cbc_encrypt(&key, &iv, &mut blocks)
                .map(|()| blocks),
            Self::CbcDecrypt {
                key,
                iv,
                mut blocks,
            } => provider
                .cbc_decrypt(&key, &iv, &mut blocks)
                .map(|()| blocks),
            Self::GcmEncrypt {
                key,
                nonce,
                aad,
                mut buffer,
            } => {
                let tag = provider.gcm_encrypt(&key, &nonce, &aad, &mut buffer)?;
                Ok([buffer.as_slice(), &tag].concat())
            }
            Self::GcmDecrypt {
                key,
                nonce,
                aad,
                mut buffer,
                tag,
            } => provider
                .gcm_decrypt(&key, &nonce, &aad, &mut buffer, &tag)
                .map(|()| buffer),
        }
    }
}

fn private(pkcs8: Vec<u8>) -> Result<PrivateKey, ProviderError> {
    PrivateKey::from_pkcs8(pkcs8).map_err(|_| ProviderError::BadKey)
}

#[derive(Deserialize, Serialize)]
#[serde(remote = "SignatureScheme")]
enum Scheme {
    RsaPkcs1(#[serde(with = "Hash")] Digest),
    RsaPss {
        #[serde(with = "Hash")]
        digest: Digest,
        #[serde(with = "Hash")]
        mask: Digest,
        salt_octets: usize,
    },
    Ecdsa(#[serde(with = "Hash")] Digest),
    Ed25519,
    /// Rust everywhere, so it has no need to travel.
    #[serde(skip)]
    PostQuantum(PostQuantum),
}

#[derive(Deserialize, Serialize)]
#[serde(remote = "RsaPadding")]
enum Padding {
    Pkcs1,
    Oaep {
        #[serde(with = "Hash")]
        digest: Digest,
        #[serde(with = "Hash")]
        mask: Digest,
    },
}

#[derive(Deserialize, Serialize)]
#[serde(remote = "Digest")]
enum Hash {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}
