//! Certificates by their fingerprint, whoever they are of.

use serde::Deserialize;
use smime::Certificate;

use super::d1::Database;
use crate::crypto;
use crate::failure::Failure;

/// A certificate of a managed mailbox, of a partner or of an authority, and its issuers as far as
/// they are ours; the certificate first.
pub(crate) async fn find(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
) -> Result<Option<Vec<Certificate>>, Failure> {
    #[derive(Deserialize)]
    struct Row {
        der: String,
        issuer: Option<String>,
    }
    let row: Option<Row> = db
        .row(
            "SELECT c.der, i.der AS issuer FROM certificates c LEFT JOIN issuers i \
             ON i.organisation = c.organisation AND c.source = 'built_in_ca' \
             WHERE c.organisation = ?1 AND c.fingerprint = ?2 \
             UNION ALL SELECT der, NULL FROM partners \
             WHERE organisation = ?1 AND fingerprint = ?2 \
             UNION ALL SELECT der, NULL FROM authorities \
             WHERE organisation = ?1 AND fingerprint = ?2 LIMIT 1",
            [organisation.into(), fingerprint.into()],
        )
        .await?;
    row.map(|row| {
        let chain = std::iter::once(row.der).chain(row.issuer);
        chain.map(|base64| read(&base64)).collect()
    })
    .transpose()
}

fn read(base64: &str) -> Result<Certificate, Failure> {
    let der = crypto::from_base64(base64).ok();
    der.and_then(|der| Certificate::from_der(&der).ok())
        .ok_or_else(|| Failure::broken("a stored certificate cannot be read"))
}
