//! Snapshots: what decides about mail, built from D1, published in KV, kept in the isolate.
//!
//! A snapshot is built from one transaction that also reads its version, so everyone who builds a
//! version builds the same one. KV and the isolate only save the building: where they have none (KV
//! shows new keys late) it is built again, and never an older one is used.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use gateway::{Anchor, DomainPattern, Organisation, Snapshot};
use mail::Domain;
use serde::Deserialize;
use smime::Certificate;

use super::d1::{self, Database};
use super::domains;
use super::kv::PublishedSnapshot;
use super::settings;
use crate::crypto;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::observe;

/// Organisations whose snapshot an isolate keeps; at some 100 KiB each this is a few MiB.
const KEPT_MAX: usize = 32;

/// How long KV keeps a snapshot; one that still holds then is published anew by the next mail.
const PUBLISHED_SECONDS: u64 = 90 * 24 * 60 * 60;

thread_local! {
    static KEPT: RefCell<BTreeMap<String, Rc<Snapshot>>> = const { RefCell::new(BTreeMap::new()) };
}

/// The snapshot of a version that D1 just named.
pub(crate) async fn get(
    desk: &Desk,
    organisation: &str,
    version: u64,
) -> Result<Rc<Snapshot>, Failure> {
    if let Some(snapshot) = kept(organisation, version) {
        return Ok(snapshot);
    }
    let place = PublishedSnapshot {
        organisation,
        version,
    };
    let published = desk.store.get(&place).await?;
    // One that an older release wrote in another form is built again.
    let readable = published.and_then(|json| Snapshot::from_json(json.as_bytes()).ok());
    match readable {
        Some(snapshot) => Ok(keep(snapshot)),
        None => publish_anew(desk, organisation).await,
    }
}

/// Builds the snapshot that holds now and publishes it. A failure to publish costs the next mail
/// some time and nothing else.
pub(crate) async fn publish(desk: &Desk, organisation: &str) -> Result<(), Failure> {
    publish_anew(desk, organisation).await.map(drop)
}

async fn publish_anew(desk: &Desk, organisation: &str) -> Result<Rc<Snapshot>, Failure> {
    let snapshot = build(&desk.db, organisation).await?;
    let json = snapshot
        .to_json()
        .map_err(|error| Failure::Broken(error.to_string()))?;
    let place = PublishedSnapshot {
        organisation,
        version: snapshot.version,
    };
    if let Err(error) = desk
        .store
        .put_for(&place, &String::from_utf8_lossy(&json), PUBLISHED_SECONDS)
        .await
    {
        observe::failure("publish-snapshot", organisation, &error.into());
    }
    Ok(keep(snapshot))
}

/// The statement that makes all earlier snapshots old; goes into the batch of the change itself.
pub(crate) fn outdate(db: &Database, organisation: &str) -> worker::Result<d1::Statement> {
    db.statement(
        "UPDATE organisations SET snapshot_version = snapshot_version + 1 WHERE id = ?1",
        [organisation.into()],
    )
}

fn kept(organisation: &str, version: u64) -> Option<Rc<Snapshot>> {
    KEPT.with_borrow(|kept| {
        let snapshot = kept.get(organisation)?;
        (snapshot.version == version).then(|| Rc::clone(snapshot))
    })
}

fn keep(snapshot: Snapshot) -> Rc<Snapshot> {
    let snapshot = Rc::new(snapshot);
    KEPT.with_borrow_mut(|kept| {
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(snapshot.organisation.id.clone(), Rc::clone(&snapshot));
    });
    snapshot
}

async fn build(db: &Database, organisation: &str) -> Result<Snapshot, Failure> {
    #[derive(Deserialize)]
    struct Head {
        name: String,
        version: u64,
        rules: String,
    }
    #[derive(Deserialize)]
    struct Pattern {
        pattern: String,
    }
    #[derive(Deserialize)]
    struct Authority {
        der: String,
        domain: Option<String>,
    }
    let results = db
        .read(vec![
            db.statement(
                "SELECT o.name, o.snapshot_version AS version, r.rules FROM organisations o \
                 JOIN rule_sets r ON r.organisation = o.id AND r.version = o.rules_version \
                 WHERE o.id = ?1",
                [organisation.into()],
            )?,
            // A route counts where its domain is the organisation's, or lies below one that is.
            db.statement(
                &format!(
                    "WITH own AS (SELECT d.domain FROM domains d \
                                  WHERE d.organisation = ?1 AND {}) \
                     SELECT domain AS pattern FROM own \
                     UNION SELECT r.pattern FROM routes r JOIN own o ON {} \
                     WHERE r.organisation = ?1 ORDER BY pattern",
                    domains::carries_mail(),
                    domains::covers("o.domain", "replace(r.pattern, '*.', '')")
                ),
                [organisation.into()],
            )?,
            db.statement(
                "SELECT der, domain FROM authorities \
                 WHERE organisation = ?1 AND trust = 'trusted' ORDER BY fingerprint",
                [organisation.into()],
            )?,
            settings::select(db, organisation)?,
        ])
        .await?;
    let head: Head = d1::rows_of(&results, 0)?
        .into_iter()
        .next()
        .ok_or_else(|| Failure::broken("an organisation without rules"))?;
    let settings: Option<api::Settings> = d1::rows_of(&results, 3)?.into_iter().next();
    let settings = settings.ok_or_else(|| Failure::broken("an organisation without settings"))?;
    let patterns: Vec<Pattern> = d1::rows_of(&results, 1)?;
    let authorities: Vec<Authority> = d1::rows_of(&results, 2)?;
    Ok(Snapshot {
        organisation: Organisation {
            id: organisation.to_owned(),
            name: head.name,
        },
        version: head.version,
        domains: patterns
            .iter()
            .filter_map(|row| DomainPattern::parse(&row.pattern).ok())
            .collect(),
        rules: serde_json::from_str(&head.rules)?,
        settings: settings::of_mail(&settings),
        anchors: authorities
            .iter()
            .filter_map(|row| {
                Some(Anchor {
                    certificate: Certificate::from_der(&crypto::from_base64(&row.der).ok()?)
                        .ok()?,
                    domain: row.domain.as_deref().and_then(|d| Domain::parse(d).ok()),
                })
            })
            .collect(),
    })
}
