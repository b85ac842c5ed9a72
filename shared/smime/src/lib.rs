//! S/MIME (RFC 8551) over CMS (RFC 5652): sign, verify, encrypt, decrypt.

mod algorithm;
mod asn1;
mod capability;
mod certificate;
mod certs_only;
mod chain;
mod cipher;
mod cms;
mod content_digest;
mod decrypt;
mod detect;
mod encrypt;
mod hazmat;
mod header_protection;
mod key;
mod malleability;
mod open;
mod password;
pub mod pem;
mod pkcs12;
mod post_quantum;
mod protect;
mod provider;
mod reason;
mod revocation;
mod roots;
mod rust_crypto;
mod sensitive;
mod sign;
mod trust;
mod verify;

pub use capability::Capabilities;
pub use certificate::{
    CERTIFICATE_OCTETS_MAX, Certificate, CertificateError, Extension, Fingerprint, KeyUsage,
    name_text,
};
pub use certs_only::certs_only;
pub use chain::{
    Budget, PathBuilder, PathError, PolicyInputs, Usage, ValidPath, topmost_authorities,
};
pub use cipher::ContentCipher;
pub use cms::carried::{CARRIED_INFOS_MAX, CARRIED_OCTETS_MAX};
pub use detect::{has_detached_signature, is_bare_cms};
pub use encrypt::{EncryptError, encrypt};
pub use header_protection::{HIDDEN_SUBJECT, HeaderProtection, protect_with_header};
pub use key::{KeyError, PrivateKey};
pub use open::{
    Harvest, KeyPair, Layer, LayerKind, OpenContext, Opened, Recipient, RecipientId,
    RestoredHeader, SignatureReport, open, open_with_password, recipients,
};
pub use password::PasswordError;
pub use pkcs12::Pkcs12;
pub use post_quantum::PostQuantum;
pub use protect::protect;
pub use provider::{
    Digest, KeyKind, MlKem, Provider, ProviderError, RSA_BITS_MAX, RSA_BITS_MIN, RsaPadding,
    SignatureScheme,
};
pub use reason::{Problem, Reason};
pub use revocation::{
    ADDRESSES_MAX, CLOCKS_APART_SECONDS_MAX, Crl, CrlError, ENDLESS_ANSWER_SECONDS, OcspError,
    OcspResponse, REVOCATION_INFO_OCTETS_MAX, RevocationInfo, RevocationSource, RevocationStatus,
    SourceId, ocsp_request, revocation_of,
};
pub use roots::{PublicList, public_list, public_roots};
pub use rust_crypto::RustCrypto;
pub use sensitive::Sensitive;
pub use sign::{SignError, SignOptions, Signer, sign};
pub use trust::{TrustAnchor, TrustStore};
