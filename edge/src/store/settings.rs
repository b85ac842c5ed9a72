//! The organisation's settings, in the words of the contract.

use api::{Cipher, HeaderProtection, RevocationChecks, Settings, Sha1Signatures};

use super::d1::{self, Database, Statement};

/// The settings that hold.
pub(crate) async fn current(db: &Database, organisation: &str) -> worker::Result<Option<Settings>> {
    let results = db.read(vec![select(db, organisation)?]).await?;
    Ok(d1::rows_of(&results, 0)?.into_iter().next())
}

/// The statement that reads them, for a batch: at most one row.
pub(crate) fn select(db: &Database, organisation: &str) -> worker::Result<Statement> {
    db.statement(
        "SELECT version, cipher, header_protection, revocation, sha1_signatures, retention_days \
         FROM settings WHERE organisation = ?1",
        [organisation.into()],
    )
}

/// The settings of a new organisation.
pub(crate) fn add(db: &Database, organisation: &str) -> worker::Result<Statement> {
    db.statement(
        "INSERT INTO settings (organisation) VALUES (?1) ON CONFLICT DO NOTHING",
        [organisation.into()],
    )
}

/// Puts settings in the place of those of the same version; `None` if others hold by now.
///
/// Both statements ask for the version they replace, in one transaction: of two writers who saw the
/// same version one finds it gone and changes nothing.
pub(crate) async fn replace(
    db: &Database,
    organisation: &str,
    settings: &Settings,
) -> worker::Result<Option<u64>> {
    let seen = i64::try_from(settings.version).unwrap_or(i64::MAX - 1);
    let outdate = db.statement(
        "UPDATE organisations SET snapshot_version = snapshot_version + 1 WHERE id = ?1 \
         AND EXISTS (SELECT 1 FROM settings WHERE organisation = ?1 AND version = ?2)",
        [organisation.into(), seen.into()],
    )?;
    let set = db.statement(
        "UPDATE settings SET version = version + 1, cipher = ?3, header_protection = ?4, \
         revocation = ?5, sha1_signatures = ?6, retention_days = ?7 WHERE organisation = ?1 AND version = ?2",
        [
            organisation.into(),
            seen.into(),
            d1::word(&settings.cipher).into(),
            d1::word(&settings.header_protection).into(),
            d1::word(&settings.revocation).into(),
            d1::word(&settings.sha1_signatures).into(),
            settings.retention_days.into(),
        ],
    )?;
    let results = db.write(vec![outdate, set]).await?;
    let replaced = results.get(1).map_or(Ok(0), d1::changes)?;
    Ok((replaced == 1).then(|| settings.version.saturating_add(1)))
}

/// What of the settings decides about mail.
pub(crate) fn of_mail(settings: &Settings) -> gateway::Settings {
    gateway::Settings {
        cipher: match settings.cipher {
            Cipher::Aes256Cbc => gateway::Cipher::Aes256Cbc,
            Cipher::Aes256Gcm => gateway::Cipher::Aes256Gcm,
        },
        header_protection: match settings.header_protection {
            HeaderProtection::Off => gateway::HeaderProtection::Off,
            HeaderProtection::Signed => gateway::HeaderProtection::Signed,
            HeaderProtection::Confidential => gateway::HeaderProtection::Confidential,
        },
        revocation: match settings.revocation {
            RevocationChecks::Require => gateway::RevocationChecks::Require,
            RevocationChecks::Warn => gateway::RevocationChecks::Warn,
            RevocationChecks::Off => gateway::RevocationChecks::Off,
        },
        sha1_signatures: match settings.sha1_signatures {
            Sha1Signatures::Refuse => gateway::Sha1Signatures::Refuse,
            Sha1Signatures::Warn => gateway::Sha1Signatures::Warn,
        },
    }
}
