//! Keys that wrap keys. Whatever secret is stored, private keys and passwords of next hops, is
//! AES-256-GCM under a master key from the Worker's secret `MASTER_KEYS`.
//!
//! The secret is a list, `id:key[,id:key…]`, each key 32 octets in base64. The first wraps; all
//! open. To rotate, put a new one in front; what is written from then on is under it, and the old
//! one may go when nothing names it any more.
//!
//! The stored form is `1:id:base64`. Associated data ties it to its place, so that a wrapped key
//! that is moved to another mailbox or organisation does not open.

use zeroize::Zeroizing;

use crate::crypto;
use crate::failure::Failure;

/// Version of the stored form.
const FORMAT: &str = "1";
const MASTER_KEY_OCTETS: usize = 32;

/// What a secret belongs to.
pub(crate) enum Place<'a> {
    /// The private key of a managed mailbox.
    MailboxKey {
        organisation: &'a str,
        address: &'a str,
        key_id: &'a str,
    },
    /// The private key of a built-in CA.
    IssuerKey {
        organisation: &'a str,
        key_id: &'a str,
    },
    /// The secret half of a key to which uploads are sealed.
    ImportKey {
        organisation: &'a str,
        expires_at: i64,
    },
    /// The password for a route's next hop.
    RoutePassword {
        organisation: &'a str,
        route: &'a str,
    },
}

impl Place<'_> {
    fn associated_data(&self) -> String {
        match self {
            Self::MailboxKey {
                organisation,
                address,
                key_id,
            } => format!("mailbox-key|{organisation}|{address}|{key_id}"),
            Self::IssuerKey {
                organisation,
                key_id,
            } => format!("issuer-key|{organisation}|{key_id}"),
            Self::ImportKey {
                organisation,
                expires_at,
            } => format!("import-key|{organisation}|{expires_at}"),
            Self::RoutePassword {
                organisation,
                route,
            } => format!("route-password|{organisation}|{route}"),
        }
    }
}

/// The master keys, the one that wraps first. Never printed.
pub(crate) struct MasterKeys(Vec<MasterKey>);

struct MasterKey {
    id: String,
    key: Zeroizing<Vec<u8>>,
}

impl MasterKeys {
    /// Reads the secret; `None` if it is malformed.
    pub(crate) fn parse(secret: &str) -> Option<Self> {
        let keys: Option<Vec<MasterKey>> = secret.split(',').map(MasterKey::parse).collect();
        keys.filter(|keys| !keys.is_empty()).map(Self)
    }

    /// Wraps a secret for its place.
    pub(crate) fn wrap(&self, place: &Place<'_>, secret: &[u8]) -> Result<String, Failure> {
        let master = self
            .0
            .first()
            .ok_or_else(|| Failure::broken("no master key"))?;
        let sealed = crypto::seal(&master.key, place.associated_data().as_bytes(), secret)
            .map_err(|_| Failure::broken("wrapping failed"))?;
        Ok(format!(
            "{FORMAT}:{}:{}",
            master.id,
            crypto::base64(&sealed)
        ))
    }

    /// Opens what was wrapped for this place.
    pub(crate) fn unwrap(
        &self,
        place: &Place<'_>,
        wrapped: &str,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let Wrapped { id, sealed } = Wrapped::parse(wrapped)
            .ok_or_else(|| Failure::broken("a wrapped secret is malformed"))?;
        let master = self
            .0
            .iter()
            .find(|master| master.id == id)
            .ok_or_else(|| Failure::broken("the master key of a wrapped secret is not there"))?;
        crypto::open(&master.key, place.associated_data().as_bytes(), &sealed)
            .map_err(|_| Failure::broken("a wrapped secret does not open at its place"))
    }
}

impl MasterKey {
    fn parse(text: &str) -> Option<Self> {
        let (id, key) = text.trim().split_once(':')?;
        let key = Zeroizing::new(crypto::from_base64(key).ok()?);
        let named = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        (named && key.len() == MASTER_KEY_OCTETS).then(|| Self {
            id: id.to_owned(),
            key,
        })
    }
}

struct Wrapped<'a> {
    id: &'a str,
    sealed: Vec<u8>,
}

impl<'a> Wrapped<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        if parts.next()? != FORMAT {
            return None;
        }
        Some(Self {
            id: parts.next()?,
            sealed: crypto::from_base64(parts.next()?).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_a_list_and_the_first_key_wraps() {
        let key = crypto::base64(&[7; 32]);
        let keys = MasterKeys::parse(&format!("2026-11:{key},2025:{key}")).unwrap();
        assert_eq!(keys.0.len(), 2);
        assert_eq!(keys.0[0].id, "2026-11");
    }

    #[test]
    fn a_malformed_secret_is_no_secret() {
        let short = crypto::base64(&[7; 16]);
        for text in ["", "a", "a:", ":", &format!("a:{short}"), "a b:AAAA"] {
            assert!(MasterKeys::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn every_place_is_another_place() {
        let data = [
            Place::MailboxKey {
                organisation: "o",
                address: "a",
                key_id: "k",
            },
            Place::IssuerKey {
                organisation: "o",
                key_id: "k",
            },
            Place::ImportKey {
                organisation: "o",
                expires_at: 1,
            },
            Place::RoutePassword {
                organisation: "o",
                route: "k",
            },
        ]
        .map(|place| place.associated_data());
        let distinct: std::collections::BTreeSet<_> = data.iter().collect();
        assert_eq!(distinct.len(), data.len());
    }
}
