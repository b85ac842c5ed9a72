//! The rules of an organisation: one version holds, earlier ones are kept for a while.

use mail::UnixTime;
use policy::{LANGUAGE_VERSION, RuleSet};
use serde::Deserialize;

use super::d1::{self, Database};

/// The rules that hold.
pub(crate) struct Rules {
    pub(crate) version: u64,
    pub(crate) set: RuleSet,
}

#[derive(Deserialize)]
struct Row {
    version: u64,
    rules: String,
}

/// How long a version is kept after another one took its place: at least as long as the overview may
/// keep the mail that it decided about ([`api::RETENTION_DAYS`]), and long enough to look a year back.
const REPLACED_KEPT_SECONDS: i64 = 400 * 24 * 60 * 60;

/// Removes versions that were replaced long ago.
pub(crate) async fn remove_old(db: &Database, now: UnixTime) -> worker::Result<usize> {
    db.execute(
        "DELETE FROM rule_sets WHERE EXISTS (SELECT 1 FROM rule_sets later \
         WHERE later.organisation = rule_sets.organisation \
         AND later.version = rule_sets.version + 1 AND later.at <= ?1)",
        [now.0.saturating_sub(REPLACED_KEPT_SECONDS).into()],
    )
    .await
}

/// The rules that hold, and their version.
pub(crate) async fn current(db: &Database, organisation: &str) -> worker::Result<Option<Rules>> {
    let row: Option<Row> = db
        .row(
            "SELECT r.version, r.rules FROM organisations o \
             JOIN rule_sets r ON r.organisation = o.id AND r.version = o.rules_version \
             WHERE o.id = ?1",
            [organisation.into()],
        )
        .await?;
    row.map(|row| {
        Ok(Rules {
            version: row.version,
            set: serde_json::from_str(&row.rules)?,
        })
    })
    .transpose()
}

/// Puts a new rule set in the place of `version`; `None` if another one holds by now.
///
/// Both statements ask for the version they replace, in one transaction: of two writers who saw the
/// same version one finds it gone and changes nothing.
pub(crate) async fn replace(
    db: &Database,
    organisation: &str,
    version: u64,
    set: &RuleSet,
    author: &str,
    now: UnixTime,
) -> worker::Result<Option<u64>> {
    let seen = i64::try_from(version).unwrap_or(i64::MAX - 1);
    let insert = db.statement(
        "INSERT INTO rule_sets (organisation, version, language, rules, author, at) \
         SELECT id, rules_version + 1, ?3, ?4, ?5, ?6 FROM organisations \
         WHERE id = ?1 AND rules_version = ?2",
        [
            organisation.into(),
            seen.into(),
            LANGUAGE_VERSION.into(),
            d1::json(set).into(),
            author.into(),
            now.0.into(),
        ],
    )?;
    let point = db.statement(
        "UPDATE organisations \
         SET rules_version = rules_version + 1, snapshot_version = snapshot_version + 1 \
         WHERE id = ?1 AND rules_version = ?2",
        [organisation.into(), seen.into()],
    )?;
    let results = db.write(vec![insert, point]).await?;
    let pointed = results.get(1).map_or(Ok(0), d1::changes)?;
    Ok((pointed == 1).then(|| version.saturating_add(1)))
}
