//! `SMIMECapabilities` (RFC 8551 §2.5.2): what a partner says it can read.

use crate::asn1::{Asn1Error, Reader, Writer, oid, tag};
use crate::cipher::ContentCipher;

/// What the attribute lists, in the sender's order of preference; what is not known here is left out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Capabilities {
    /// Content ciphers, best liked first.
    pub ciphers: Vec<ContentCipher>,
    /// Whether RSAES-OAEP is listed.
    pub reads_oaep: bool,
}

impl Capabilities {
    /// Most entries that are read; the registry has fewer.
    pub const ENTRIES_MAX: usize = 64;

    /// What this software reads, as it is announced in every signature.
    pub fn own() -> Self {
        Self {
            ciphers: vec![
                ContentCipher::Aes256Gcm,
                ContentCipher::Aes128Gcm,
                ContentCipher::ChaCha20Poly1305,
                ContentCipher::Aes256Cbc,
                ContentCipher::Aes128Cbc,
            ],
            reads_oaep: true,
        }
    }

    /// The attribute's value as DER.
    pub fn to_der(&self) -> Vec<u8> {
        let mut list = Writer::new();
        for cipher in &self.ciphers {
            list = list.raw(&Writer::new().oid(cipher.oid()).sequence());
        }
        if self.reads_oaep {
            list = list.raw(&Writer::new().oid(oid::RSA_OAEP).sequence());
        }
        list.sequence()
    }

    /// Reads the attribute's value.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        read(der).ok()
    }
}

fn read(der: &[u8]) -> Result<Capabilities, Asn1Error> {
    let mut capabilities = Capabilities::default();
    let mut list = Reader::new(der).sequence()?;
    let mut entries = 0;
    while let Some(entry) = list.optional(tag::SEQUENCE)? {
        entries += 1;
        if entries > Capabilities::ENTRIES_MAX {
            return Err(Asn1Error::TooComplex);
        }
        let id = entry.reader().oid()?;
        capabilities.reads_oaep |= id == oid::RSA_OAEP;
        if let Some(cipher) = ContentCipher::from_oid(id)
            && !capabilities.ciphers.contains(&cipher)
        {
            capabilities.ciphers.push(cipher);
        }
    }
    Ok(capabilities)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_round_trips() {
        let own = Capabilities::own();
        assert_eq!(Capabilities::from_der(&own.to_der()), Some(own));
    }

    #[test]
    fn unknown_entries_are_left_out_and_too_many_refused() {
        let rc2 = Writer::new().oid(oid::RC2_CBC).integer(40).sequence();
        let list = Writer::new().raw(&rc2).sequence();
        assert_eq!(Capabilities::from_der(&list), Some(Capabilities::default()));
        let long = Writer::new()
            .raw(&rc2.repeat(Capabilities::ENTRIES_MAX + 1))
            .sequence();
        assert_eq!(Capabilities::from_der(&long), None);
        assert_eq!(Capabilities::from_der(b"junk"), None);
    }
}
