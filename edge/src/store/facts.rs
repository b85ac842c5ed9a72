//! Facts about the addresses of one envelope: one batch, one round trip, whatever they are.

use std::collections::BTreeMap;

use gateway::{
    Directory, Envelope, KeyId, Mailbox, OwnCertificate, Partner, PartnerCertificate, PartnerSource,
};
use mail::{Address, Domain, UnixTime};
use serde::Deserialize;

use super::d1::{self, Database};
use super::{domains, licences};
use crate::crypto;
use crate::failure::Failure;

/// Certificates of one mailbox that are considered, newest first: with one a year, a working life.
const CERTIFICATES_PER_MAILBOX_MAX: u32 = 50;
/// Certificates of one partner's address that are considered, the newest first.
const CERTIFICATES_PER_PARTNER_MAX: u32 = 10;

/// How the organisation is known: each way is a subquery of the one batch.
pub(crate) enum Scope<'a> {
    /// By the SHA-256 of an API token.
    Token(&'a str),
    /// By a domain that is its own, or that lies below one.
    Domain(&'a Domain),
}

/// What one batch tells.
pub(crate) struct Facts {
    pub(crate) organisation: String,
    /// Whether the token may process mail; always so for a domain.
    pub(crate) may_write: bool,
    pub(crate) snapshot_version: u64,
    pub(crate) rules_version: u64,
    pub(crate) directory: Directory,
    /// Whose key is whose: the vault ties a key to its mailbox.
    pub(crate) key_owners: BTreeMap<KeyId, Address>,
}

#[derive(Deserialize)]
struct Head {
    organisation: String,
    #[serde(deserialize_with = "d1::flag")]
    may_write: bool,
    snapshot_version: u64,
    rules_version: u64,
    valid_until: Option<i64>,
}

#[derive(Deserialize)]
struct Own {
    address: String,
    #[serde(deserialize_with = "d1::flag")]
    in_use: bool,
    der: Option<String>,
    key_id: Option<String>,
    /// JSON.
    chain: Option<String>,
    issuer: Option<String>,
}

#[derive(Deserialize)]
struct External {
    address: String,
    der: String,
    #[serde(deserialize_with = "d1::flag")]
    uploaded: bool,
    /// JSON.
    chain: String,
    capabilities: Option<String>,
}

impl Scope<'_> {
    /// Its statement finds one row: `organisation` and `may_write`. `?1` is [`Scope::value`].
    fn sql(&self) -> String {
        match self {
            Self::Token(_) => {
                "SELECT organisation, may_write FROM tokens WHERE hash = ?1".to_owned()
            }
            Self::Domain(_) => format!(
                "SELECT organisation, 1 AS may_write FROM domains d \
                 WHERE d.domain IN (SELECT value FROM json_each(?1)) AND {} \
                 ORDER BY d.state = 'lost', length(d.domain) DESC LIMIT 1",
                domains::carries_mail()
            ),
        }
    }

    fn value(&self) -> String {
        match self {
            Self::Token(hash) => (*hash).to_owned(),
            Self::Domain(domain) => d1::json(&d1::with_parents(domain.as_str())),
        }
    }
}

/// Reads the facts; `None` where the scope names no organisation.
pub(crate) async fn read(
    db: &Database,
    scope: &Scope<'_>,
    envelope: &Envelope,
    now: UnixTime,
) -> Result<Option<Facts>, Failure> {
    let lookup = gateway::lookup(envelope);
    let (managed, external) = (list(&lookup.managed), list(&lookup.external));
    let (of, value) = (scope.sql(), scope.value());
    let results = db
        .read(vec![
            db.statement(
                &format!(
                    "SELECT s.organisation, s.may_write, o.snapshot_version, o.rules_version, \
                     l.valid_until FROM ({of}) s JOIN organisations o ON o.id = s.organisation \
                     LEFT JOIN licences l ON l.organisation = s.organisation"
                ),
                [(&value).into()],
            )?,
            db.statement(
                &format!(
                    "SELECT m.address, coalesce(m.certificate = c.fingerprint, 0) AS in_use, \
                     c.der, c.key_id, c.chain, i.der AS issuer FROM ({of}) s \
                     JOIN json_each(?2) asked JOIN mailboxes m \
                     ON m.organisation = s.organisation AND m.address = asked.value \
                     LEFT JOIN certificates c ON c.organisation = m.organisation \
                     AND c.address = m.address \
                     LEFT JOIN issuers i ON i.organisation = m.organisation \
                     AND c.source = 'built_in_ca' ORDER BY c.created_at DESC"
                ),
                [(&value).into(), managed.into()],
            )?,
            db.statement(
                &format!(
                    "SELECT a.address, p.der, p.source = 'uploaded' AS uploaded, p.chain, a.capabilities \
                     FROM ({of}) s JOIN json_each(?2) asked JOIN partner_addresses a \
                     ON a.organisation = s.organisation AND a.address = asked.value \
                     JOIN partners p ON p.organisation = a.organisation \
                     AND p.fingerprint = a.fingerprint WHERE p.trust = 'trusted' \
                     ORDER BY p.not_after > ?3 DESC, coalesce(a.signed_at, p.created_at) DESC"
                ),
                [(&value).into(), external.into(), now.0.into()],
            )?,
        ])
        .await?;
    let head: Option<Head> = d1::rows_of(&results, 0)?.into_iter().next();
    let Some(head) = head else { return Ok(None) };
    let may_sign = head
        .valid_until
        .is_some_and(|until| now < licences::signing_until(UnixTime(until)));
    let (managed, key_owners) = mailboxes(d1::rows_of(&results, 1)?, may_sign);
    let external = partners(d1::rows_of(&results, 2)?);
    Ok(Some(Facts {
        organisation: head.organisation,
        may_write: head.may_write,
        snapshot_version: head.snapshot_version,
        rules_version: head.rules_version,
        directory: Directory { managed, external },
        key_owners,
    }))
}

/// A certificate in use counts as an earlier one where the licence has ended: it opens mail, it
/// signs none.
fn mailboxes(
    rows: Vec<Own>,
    may_sign: bool,
) -> (BTreeMap<Address, Mailbox>, BTreeMap<KeyId, Address>) {
    let mut mailboxes: BTreeMap<Address, Mailbox> = BTreeMap::new();
    let mut owners = BTreeMap::new();
    for row in rows {
        let Ok(address) = Address::parse(&row.address) else {
            continue;
        };
        let mailbox = mailboxes.entry(address.clone()).or_default();
        let Some((certificate, key)) = row.der.as_deref().and_then(octets).zip(row.key_id) else {
            continue;
        };
        let is_built_in = row.issuer.is_some();
        let mut issuers = row.chain.as_deref().map(chain).unwrap_or_default();
        issuers.extend(row.issuer.as_deref().and_then(octets));
        let own = OwnCertificate {
            certificate,
            chain: issuers,
            key: KeyId(key),
            is_built_in,
        };
        owners.insert(own.key.clone(), address);
        if row.in_use && may_sign {
            mailbox.active = Some(own);
        } else if has_room(mailbox.earlier.len(), CERTIFICATES_PER_MAILBOX_MAX) {
            mailbox.earlier.push(own);
        }
    }
    (mailboxes, owners)
}

fn partners(rows: Vec<External>) -> BTreeMap<Address, Partner> {
    let mut partners: BTreeMap<Address, Partner> = BTreeMap::new();
    for row in rows {
        let (Ok(address), Some(certificate)) = (Address::parse(&row.address), octets(&row.der))
        else {
            continue;
        };
        let partner = partners.entry(address).or_default();
        if has_room(partner.certificates.len(), CERTIFICATES_PER_PARTNER_MAX) {
            partner.certificates.push(PartnerCertificate {
                certificate,
                chain: chain(&row.chain),
                source: if row.uploaded {
                    PartnerSource::Uploaded
                } else {
                    PartnerSource::Harvested
                },
                capabilities: row.capabilities.as_deref().and_then(octets),
            });
        }
    }
    partners
}

fn chain(json: &str) -> Vec<Vec<u8>> {
    let chain: Vec<String> = serde_json::from_str(json).unwrap_or_default();
    chain.iter().filter_map(|der| octets(der)).collect()
}

fn has_room(len: usize, max: u32) -> bool {
    u32::try_from(len).is_ok_and(|len| len < max)
}

fn octets(base64: &str) -> Option<Vec<u8>> {
    crypto::from_base64(base64).ok()
}

fn list(addresses: &[Address]) -> String {
    d1::json(
        &addresses
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_licence_the_certificate_in_use_only_opens_mail() {
        let row = || Own {
            address: "alice@acme.test".to_owned(),
            in_use: true,
            der: Some(crypto::base64(&[1])),
            key_id: Some("k".to_owned()),
            chain: None,
            issuer: None,
        };
        let alice = Address::parse("alice@acme.test").unwrap();
        let (with, owners) = mailboxes(vec![row()], true);
        assert!(with[&alice].active.is_some());
        assert_eq!(owners[&KeyId("k".to_owned())], alice);
        let (without, _) = mailboxes(vec![row()], false);
        assert!(without[&alice].active.is_none());
        assert_eq!(without[&alice].earlier.len(), 1);
    }

    #[test]
    fn only_the_built_in_ca_is_not_asked_about_its_certificates() {
        let alice = Address::parse("alice@acme.test").unwrap();
        for issuer in [None, Some(crypto::base64(&[2]))] {
            let row = Own {
                address: alice.to_string(),
                in_use: true,
                der: Some(crypto::base64(&[1])),
                key_id: Some("k".to_owned()),
                chain: None,
                issuer: issuer.clone(),
            };
            let (mailboxes, _) = mailboxes(vec![row], true);
            let active = mailboxes[&alice].active.as_ref().unwrap();
            assert_eq!(active.is_built_in, issuer.is_some());
        }
    }

    #[test]
    fn statements_name_the_organisation_by_the_scope_only() {
        let domain = Domain::parse("acme.test").unwrap();
        for scope in [Scope::Token("hash"), Scope::Domain(&domain)] {
            assert!(scope.sql().contains("SELECT organisation,"));
        }
    }
}
