//! PKCS#12 files (RFC 7292): private keys and certificates under a password, as every mail client exports them.
//!
//! Mozilla writes BER, Windows and old OpenSSL the ciphers of the nineties: all are read, none is written.

use zeroize::Zeroizing;

use crate::{
    Certificate, PrivateKey,
    asn1::{Reader, ber, oid, tag},
    password::{Password, PasswordError},
};

/// Most keys and encrypted parts of a file: each costs a key derivation, and files have one or two.
const DERIVATIONS_MAX: usize = 32;
/// Deepest nesting of bags in bags; nobody writes any.
const NESTING_MAX: usize = 4;

/// What a PKCS#12 file holds.
#[derive(Default)]
pub struct Pkcs12 {
    /// The private keys.
    pub keys: Vec<PrivateKey>,
    /// The certificates, of the keys and of authorities.
    pub certificates: Vec<Certificate>,
}

impl Pkcs12 {
    /// Opens a file. Its integrity is checked where it is protected by the password.
    pub fn open(file: &[u8], password: &str) -> Result<Self, PasswordError> {
        let file = ber::to_der(file)?;
        let pfx = Pfx::read(&file)?;
        match pfx.open(&Password::new(password)) {
            // Windows and NSS do not agree on what an empty password is.
            Err(PasswordError::WrongPassword) if password.is_empty() => {
                pfx.open(&Password::absent())
            }
            opened => opened,
        }
    }
}

/// The outer structure.
struct Pfx<'a> {
    authenticated_safe: &'a [u8],
    mac_data: Option<Reader<'a>>,
}

impl<'a> Pfx<'a> {
    fn read(der: &'a [u8]) -> Result<Self, PasswordError> {
        let mut pfx = Reader::new(der).sequence()?;
        if pfx.small_integer()? != 3 {
            return Err(PasswordError::Malformed);
        }
        let mut content = pfx.sequence()?;
        if content.oid()? != oid::DATA {
            // Signed by a key instead of the password: nobody's mail client writes that.
            return Err(PasswordError::Unsupported);
        }
        let mut octets = content.expect(tag::context(0))?.reader();
        let mac_data = pfx.optional(tag::SEQUENCE)?;
        Ok(Self {
            authenticated_safe: octets.octets()?,
            mac_data: mac_data.map(|element| element.reader()),
        })
    }

    fn open(&self, password: &Password) -> Result<Pkcs12, PasswordError> {
        if let Some(mac_data) = self.mac_data {
            password.check_mac(mac_data, self.authenticated_safe)?;
        }
        let mut found = Pkcs12::default();
        let safe = ber::to_der(self.authenticated_safe)?;
        for content in Reader::new(&safe)
            .sequence()?
            .elements()
            .take(DERIVATIONS_MAX)
        {
            let safe_contents = read_content(content?.reader(), password)?;
            found.add_safe_contents(&safe_contents, password)?;
        }
        Ok(found)
    }
}

/// The `SafeContents` inside a `ContentInfo`, decrypted.
fn read_content(
    mut content: Reader<'_>,
    password: &Password,
) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
    let kind = content.oid()?;
    let mut content = content.expect(tag::context(0))?.reader();
    if kind == oid::DATA {
        return Ok(Zeroizing::new(content.octets()?.to_vec()));
    }
    if kind != oid::ENCRYPTED_DATA {
        return Err(PasswordError::Unsupported);
    }
    let mut encrypted = content.sequence()?;
    encrypted.small_integer()?;
    let mut info = encrypted.sequence()?;
    info.oid()?;
    let algorithm = info.sequence()?;
    let ciphertext = ber::implicit_octets(&info.any()?)?;
    password.decrypt(algorithm, &ciphertext)
}

impl Pkcs12 {
    fn add_safe_contents(&mut self, ber: &[u8], password: &Password) -> Result<(), PasswordError> {
        let contents = Zeroizing::new(ber::to_der(ber)?.into_owned());
        self.add_bags(Reader::new(&contents).sequence()?, password, 0)
    }

    fn add_bags(
        &mut self,
        mut bags: Reader<'_>,
        password: &Password,
        depth: usize,
    ) -> Result<(), PasswordError> {
        while !bags.is_empty() {
            let mut bag = bags.sequence()?;
            let kind = bag.oid()?;
            let value = bag.expect(tag::context(0))?;
            match kind {
                id if id == oid::KEY_BAG => self.add_key(value.content)?,
                id if id == oid::SHROUDED_KEY_BAG => {
                    self.add_key(&decrypt_key(value.content, password)?)?;
                }
                id if id == oid::CERTIFICATE_BAG => self.add_certificate(value.reader())?,
                id if id == oid::SAFE_CONTENTS_BAG && depth < NESTING_MAX => {
                    self.add_bags(value.reader().sequence()?, password, depth + 1)?;
                }
                // Revocation lists and secrets are of no use here.
                _ => {}
            }
        }
        Ok(())
    }

    fn add_key(&mut self, pkcs8: &[u8]) -> Result<(), PasswordError> {
        if self.keys.len() == DERIVATIONS_MAX {
            return Err(PasswordError::TooExpensive);
        }
        let key = PrivateKey::from_pkcs8(pkcs8.to_vec()).map_err(|_| PasswordError::Malformed)?;
        self.keys.push(key);
        Ok(())
    }

    /// SDSI certificates, the other kind, are long extinct.
    fn add_certificate(&mut self, mut value: Reader<'_>) -> Result<(), PasswordError> {
        let mut bag = value.sequence()?;
        if bag.oid()? == oid::X509_CERTIFICATE {
            let der = bag.expect(tag::context(0))?.reader().octets()?;
            // One that cannot be read belongs to no key that can be used.
            self.certificates.extend(Certificate::from_der(der));
        }
        Ok(())
    }
}

/// Opens an `EncryptedPrivateKeyInfo` (RFC 5958 §3); the result is PKCS#8.
pub(crate) fn decrypt_key(
    der: &[u8],
    password: &Password,
) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
    let mut info = Reader::new(der).sequence()?;
    let algorithm = info.sequence()?;
    password.decrypt(algorithm, info.octets()?)
}
