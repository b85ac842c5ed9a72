//! A partner's certification authority and the people whom it knows.

use std::time::SystemTime;

use anyhow::{Context, Result, anyhow};
use issuing::{Issuer, MailboxContent, RootContent, Serial, make_root};
use mail::{Address, UnixTime};
use smime::{Certificate, KeyKind, PrivateKey, Provider, ProviderError, RustCrypto};

/// The time, read at the one place of this crate that has a clock.
pub fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    UnixTime(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// The primitives over the operating system's randomness.
pub fn provider() -> impl Provider {
    RustCrypto::new(|octets: &mut [u8]| {
        getrandom::fill(octets).map_err(|_| ProviderError::NoRandomness)
    })
}

/// A certification authority that is not ours.
pub struct Authority {
    certificate: Vec<u8>,
    key: PrivateKey,
}

/// Somebody with a certificate and its key.
pub struct Person {
    /// The mailbox.
    pub address: Address,
    /// The certificate.
    pub certificate: Certificate,
    /// The key of the certificate.
    pub key: PrivateKey,
}

impl Authority {
    /// Makes one.
    pub fn new(organisation: &str) -> Result<Self> {
        let provider = provider();
        let key = provider.generate_key(KeyKind::P256)?;
        let content = RootContent {
            organisation,
            serial: serial(&provider)?,
            now: now(),
        };
        let certificate = make_root(content, &key, &provider)?;
        Ok(Self { certificate, key })
    }

    /// The root certificate.
    pub fn pem(&self) -> String {
        smime::pem::encode("CERTIFICATE", &self.certificate)
    }

    /// The root certificate, read.
    pub fn certificate(&self) -> Result<Certificate> {
        Certificate::from_der(&self.certificate).context("own certificate")
    }

    /// Gives somebody a key of this kind and a certificate.
    pub fn enrol(&self, address: &str, kind: KeyKind) -> Result<Person> {
        let key = provider().generate_key(kind)?;
        self.certify(address, key)
    }

    /// Gives somebody who has a key a certificate.
    pub fn certify(&self, address: &str, key: PrivateKey) -> Result<Person> {
        let provider = provider();
        let address = Address::parse(address).map_err(|error| anyhow!("{address}: {error}"))?;
        let spki = provider.public_key(&key)?;
        let issuer = Issuer::new(&self.certificate, &self.key, &provider)?;
        let certificate = issuer.issue(MailboxContent {
            address: &address,
            spki: &spki,
            serial: serial(&provider)?,
            now: now(),
            crl_url: "http://pki.partner.test/crl",
            issuer_url: "http://pki.partner.test/root.der",
            ocsp_url: "http://pki.partner.test/ocsp",
        })?;
        let certificate = Certificate::from_der(&certificate).context("own certificate")?;
        Ok(Person {
            address,
            certificate,
            key,
        })
    }
}

fn serial(provider: &dyn Provider) -> Result<Serial> {
    let mut octets = [0; 16];
    provider.fill_random(&mut octets)?;
    Ok(Serial::from_random(octets))
}
