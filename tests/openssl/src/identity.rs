//! One signer, who is the recipient too, as each of the two engines wants it.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName, SubjectKeyIdentifier,
};
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder};
use smime::{Certificate, KeyPair, PrivateKey, TrustStore};

pub(crate) const ADDRESS: &str = "alice@acme.test";

/// A key of RSA-2048, its certificate, and the authority that both engines trust.
pub(crate) struct Identity {
    pub(crate) key: PKey<Private>,
    pub(crate) certificate: X509,
    pub(crate) store: X509Store,
    pub(crate) pair: KeyPair,
    pub(crate) ours: Certificate,
    pub(crate) trust: TrustStore,
}

impl Identity {
    pub(crate) fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let authority_key = PKey::from_rsa(Rsa::generate(2048)?)?;
        let name = name("Authority")?;
        let mut builder = builder(1, &name, &name, &authority_key)?;
        builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().build()?)?;
        let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
        builder.append_extension(identifier)?;
        builder.sign(&authority_key, MessageDigest::sha256())?;
        let authority = builder.build();

        let key = PKey::from_rsa(Rsa::generate(2048)?)?;
        let mut builder = self::builder(2, &self::name("Alice")?, &name, &key)?;
        let usage = KeyUsage::new()
            .critical()
            .digital_signature()
            .key_encipherment()
            .build()?;
        builder.append_extension(usage)?;
        builder.append_extension(ExtendedKeyUsage::new().email_protection().build()?)?;
        let context = builder.x509v3_context(Some(&authority), None);
        let address = SubjectAlternativeName::new()
            .email(ADDRESS)
            .build(&context)?;
        builder.append_extension(address)?;
        builder.sign(&authority_key, MessageDigest::sha256())?;
        let certificate = builder.build();

        let mut store = X509StoreBuilder::new()?;
        store.add_cert(authority.clone())?;
        let ours = Certificate::from_der(&certificate.to_der()?)?;
        Ok(Self {
            pair: KeyPair {
                certificate: Some(ours.clone()),
                key: PrivateKey::from_pkcs8(key.private_key_to_pkcs8()?)?,
            },
            trust: TrustStore::from_anchors([Certificate::from_der(&authority.to_der()?)?]),
            key,
            certificate,
            store: store.build(),
            ours,
        })
    }
}

fn builder(
    serial: u32,
    subject: &X509Name,
    issuer: &X509Name,
    key: &PKey<Private>,
) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*BigNum::from_u32(serial)?.to_asn1_integer()?)?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(issuer)?;
    builder.set_pubkey(key)?;
    builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(1)?)?;
    Ok(builder)
}

fn name(text: &str) -> Result<X509Name, ErrorStack> {
    let mut builder = X509NameBuilder::new()?;
    builder.append_entry_by_nid(Nid::COMMONNAME, text)?;
    Ok(builder.build())
}
