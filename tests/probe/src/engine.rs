//! The operations that are measured. Each begins with octets as they are stored and ends with a whole
//! message, because a gateway meets another key and another certificate with every mail.

use mail::{Buffer, UnixTime};
use smime::{
    Certificate, CertificateError, ContentCipher, EncryptError, KeyError, KeyPair, OpenContext,
    PrivateKey, Provider, RsaPadding, SignError, SignOptions, Signer, TrustStore,
};

/// Why an operation was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Encrypt(#[from] EncryptError),
    #[error("{0}")]
    Open(String),
}

/// Who signs, and when.
pub(crate) struct Sender<'a> {
    key: PrivateKey,
    certificate: Certificate,
    now: UnixTime,
    provider: &'a dyn Provider,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(
        key: &[u8],
        certificate: &[u8],
        now: UnixTime,
        provider: &'a dyn Provider,
    ) -> Result<Self, Failure> {
        Ok(Self {
            key: PrivateKey::from_pem_or_der(key)?,
            certificate: Certificate::from_pem_or_der(certificate)?,
            now,
            provider,
        })
    }

    pub(crate) fn sign(&self, message: Buffer) -> Result<Buffer, Failure> {
        let signer = Signer {
            certificate: &self.certificate,
            chain: &[],
            key: &self.key,
        };
        let options = SignOptions::default();
        let sign = |entity: Buffer| smime::sign(entity, &signer, &options, self.now, self.provider);
        Ok(smime::protect(message, sign)?)
    }
}

/// RSA-OAEP, because the rival has no other, and AES-256-CBC.
pub(crate) fn encrypt(
    message: Buffer,
    recipients: &[u8],
    provider: &dyn Provider,
) -> Result<Buffer, Failure> {
    let recipients = Certificate::all_from_pem_or_der(recipients)?;
    let (cipher, padding) = (ContentCipher::Aes256Cbc, RsaPadding::OAEP_SHA256);
    let encrypt = |entity: Buffer| smime::encrypt(entity, &recipients, cipher, padding, provider);
    Ok(smime::protect(message, encrypt)?)
}

/// Who reads, whom the reader trusts, and when.
pub(crate) struct Reader {
    keys: [KeyPair; 1],
    trust: TrustStore,
    now: UnixTime,
}

impl Reader {
    pub(crate) fn new(
        key: &[u8],
        certificate: &[u8],
        authority: &[u8],
        now: UnixTime,
    ) -> Result<Self, Failure> {
        Ok(Self {
            keys: [KeyPair {
                certificate: Some(Certificate::from_pem_or_der(certificate)?),
                key: PrivateKey::from_pem_or_der(key)?,
            }],
            trust: TrustStore::from_anchors([Certificate::from_pem_or_der(authority)?]),
            now,
        })
    }

    pub(crate) fn open(&self, message: &[u8], provider: &dyn Provider) -> Result<Buffer, Failure> {
        let mut opened = smime::open(
            message,
            &OpenContext {
                keys: &self.keys,
                trust: &self.trust,
                now: self.now,
                provider,
                content: None,
                checks_address: true,
            },
        );
        match (opened.signature_verdict(), opened.decryption_verdict()) {
            (Some(Ok(())), Some(Ok(()))) => {}
            (Some(Err(problem)), _) | (_, Some(Err(problem))) => {
                return Err(Failure::Open(problem.to_string()));
            }
            _ => return Err(Failure::Open("it is not signed and encrypted".to_owned())),
        }
        opened
            .take_message()
            .ok_or_else(|| Failure::Open("there is no message".to_owned()))
    }
}
