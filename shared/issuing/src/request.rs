//! Certification requests (PKCS#10, RFC 2986) for other CAs: for a key that stays here.

use der::Decode as _;
use mail::Address;
use smime::{PrivateKey, Provider};
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::request::{CertReqInfo, ExtensionReq, Version};

use crate::certificate::extension;
use crate::mailbox::{alternative_name, extended_key_usage, key_usage, subject};
use crate::signing::{IssueError, Signer};

/// Asks for a certificate for a mailbox and this key; DER. It names what a mailbox certificate says of
/// itself, of which a CA takes what its own profile allows.
pub fn request(
    address: &Address,
    key: &PrivateKey,
    provider: &dyn Provider,
) -> Result<Vec<u8>, IssueError> {
    let spki = provider.public_key(key)?;
    let extensions = ExtensionReq(vec![
        extension(false, &alternative_name(address)?)?,
        extension(true, &key_usage(&spki)?)?,
        extension(false, &extended_key_usage())?,
    ]);
    let mut attributes = Attributes::new();
    attributes.insert(Attribute::try_from(extensions)?)?;
    Signer { key, provider }.sign(&CertReqInfo {
        version: Version::V1,
        subject: subject(address)?,
        public_key: SubjectPublicKeyInfoOwned::from_der(&spki)
            .map_err(|_| IssueError::UnsupportedKey)?,
        attributes,
    })
}
