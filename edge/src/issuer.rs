//! The built-in CA of an organisation: made on first use, its key in the vault.

use api::Code;
use issuing::{
    CrlContent, Issuer, MailboxContent, OcspRequest, Revocation, RevocationReason, RootContent,
    Serial,
};
use mail::{Address, UnixTime};
use smime::{Certificate, KeyKind, PrivateKey, Provider as _};

use crate::crypto::{self, Node};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::issuers::{self, IssuerRow};
use crate::store::kv::WrappedKey;
use crate::store::organisations;
use crate::vault::Place;

/// The root holds for ten years, and partners install it by hand.
const ROOT_KEY: KeyKind = KeyKind::Rsa { bits: 3072 };

/// The CA, ready to sign.
pub(crate) struct BuiltInCa {
    organisation: String,
    pub(crate) certificate: Vec<u8>,
    key: PrivateKey,
}

/// The CA of an organisation; made now if there is none.
pub(crate) async fn open(desk: &Desk, organisation: &str) -> Result<BuiltInCa, Failure> {
    if let Some(row) = issuers::get(&desk.db, organisation).await? {
        return unlock(desk, organisation, row).await;
    }
    make(desk, organisation).await?;
    let row = issuers::get(&desk.db, organisation).await?;
    let row = row.ok_or_else(|| Failure::broken("a CA made and gone"))?;
    unlock(desk, organisation, row).await
}

async fn unlock(desk: &Desk, organisation: &str, row: IssuerRow) -> Result<BuiltInCa, Failure> {
    let place = WrappedKey {
        organisation,
        key_id: &row.key_id,
    };
    let wrapped = desk.store.get(&place).await?.ok_or(Failure::Lack(
        Code::IssuerKeyNotThereYet,
        "The key of the built-in CA is not there yet; try again in a minute.",
    ))?;
    let place = Place::IssuerKey {
        organisation,
        key_id: &row.key_id,
    };
    let mut pkcs8 = desk.master_keys()?.unwrap(&place, &wrapped)?;
    let key = PrivateKey::from_pkcs8(std::mem::take(&mut *pkcs8))
        .map_err(|_| Failure::broken("the key of a built-in CA cannot be read"))?;
    let certificate = crypto::from_base64(&row.der)
        .map_err(|_| Failure::broken("the certificate of a built-in CA cannot be read"))?;
    Ok(BuiltInCa {
        organisation: organisation.to_owned(),
        certificate,
        key,
    })
}

/// Makes the CA. The key is in KV before D1 names it; of two that are made at once D1 takes one, and
/// nothing ever names the other's key.
async fn make(desk: &Desk, organisation: &str) -> Result<(), Failure> {
    let name = organisations::name(&desk.db, organisation)
        .await?
        .ok_or_else(|| Failure::unknown("organisation"))?;
    let key = Node.generate_key(ROOT_KEY).map_err(crypto_failed)?;
    let content = RootContent {
        organisation: &name,
        serial: serial(),
        now: desk.now.unix(),
    };
    let certificate = issuing::make_root(content, &key, &Node).map_err(not_issued)?;
    let certificate = Certificate::from_der(&certificate)
        .map_err(|_| Failure::broken("the CA made a certificate that cannot be read"))?;
    let key_id = key_id(certificate.spki());
    let place = Place::IssuerKey {
        organisation,
        key_id: &key_id,
    };
    let wrapped = desk.master_keys()?.wrap(&place, key.expose_pkcs8())?;
    let place = WrappedKey {
        organisation,
        key_id: &key_id,
    };
    desk.store.put(&place, &wrapped).await?;
    issuers::add(
        &desk.db,
        organisation,
        &key_id,
        &certificate,
        desk.now.unix(),
    )
    .await?;
    Ok(())
}

impl BuiltInCa {
    /// Issues a certificate for a mailbox's public key.
    pub(crate) fn issue(
        &self,
        desk: &Desk,
        address: &Address,
        spki: &[u8],
    ) -> Result<Certificate, Failure> {
        let base = format!("{}/pki/{}", desk.bindings.public_url(), self.organisation);
        let content = MailboxContent {
            address,
            spki,
            serial: serial(),
            now: desk.now.unix(),
            crl_url: &format!("{base}/crl"),
            issuer_url: &format!("{base}/root.der"),
            ocsp_url: &format!("{base}/ocsp"),
        };
        let der = self.issuer()?.issue(content).map_err(not_issued)?;
        Certificate::from_der(&der)
            .map_err(|_| Failure::broken("the CA made a certificate that cannot be read"))
    }

    /// Signs the list of what is revoked.
    pub(crate) fn crl(
        &self,
        number: u64,
        revoked: &[issuers::RevokedRow],
        now: UnixTime,
    ) -> Result<Vec<u8>, Failure> {
        let serials: Vec<Vec<u8>> = revoked.iter().map(|row| octets(&row.serial)).collect();
        let revoked: Vec<Revocation<'_>> = revoked
            .iter()
            .zip(&serials)
            .map(|(row, serial)| Revocation {
                serial,
                at: UnixTime(row.revoked_at),
                reason: reason(row.reason),
            })
            .collect();
        let content = CrlContent {
            number,
            now,
            revoked: &revoked,
        };
        self.issuer()?.crl(content).map_err(not_issued)
    }

    /// Answers a question about the certificate of this serial number (hex); `None` where the question
    /// names another CA.
    pub(crate) fn ocsp(
        &self,
        question: &OcspRequest,
        serial: &str,
        standing: &issuers::StandingRow,
        now: UnixTime,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let issuer = self.issuer()?;
        if !issuer.is_asked(question).map_err(not_issued)? {
            return Ok(None);
        }
        let serial = octets(serial);
        let revocation = standing.revoked_at.map(|at| Revocation {
            serial: &serial,
            at: UnixTime(at),
            reason: reason(standing.reason),
        });
        let answer = issuer.ocsp(question, revocation.as_ref(), now);
        answer.map(Some).map_err(not_issued)
    }

    fn issuer(&self) -> Result<Issuer<'_>, Failure> {
        Issuer::new(&self.certificate, &self.key, &Node).map_err(not_issued)
    }
}

/// Names a key: SHA-256 of the public half, so that a CSR and its certificate name the same one.
pub(crate) fn key_id(spki: &[u8]) -> String {
    crypto::sha256_hex(spki)
}

/// Names a question, so that its answer can be found again.
pub(crate) fn question_key(question: &OcspRequest) -> Result<Vec<u8>, Failure> {
    question.key().map_err(not_issued)
}

fn serial() -> Serial {
    let mut octets = [0; 16];
    octets.copy_from_slice(&crypto::random(16));
    Serial::from_random(octets)
}

/// The contract's word as the CA writes it.
fn reason(code: u8) -> RevocationReason {
    use api::RevocationReason as Word;
    match Word::of_code(code) {
        Word::Unspecified => RevocationReason::Unspecified,
        Word::KeyCompromise => RevocationReason::KeyCompromise,
        Word::AffiliationChanged => RevocationReason::AffiliationChanged,
        Word::Superseded => RevocationReason::Superseded,
        Word::CessationOfOperation => RevocationReason::CessationOfOperation,
        Word::PrivilegeWithdrawn => RevocationReason::PrivilegeWithdrawn,
    }
}

/// The octets of hexadecimal digits.
fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .chars()
        .filter_map(|c| c.to_digit(16)?.try_into().ok())
        .collect();
    let (pairs, _) = digits.as_chunks::<2>();
    pairs.iter().map(|[high, low]| high << 4 | low).collect()
}

fn not_issued(error: issuing::IssueError) -> Failure {
    Failure::Broken(format!("issuing: {error}"))
}

fn crypto_failed(error: smime::ProviderError) -> Failure {
    Failure::Broken(format!("making a key: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_survive_their_hexadecimal_form() {
        assert_eq!(octets("00ff10"), [0, 255, 16]);
        assert_eq!(octets(&crypto::hex(&[1, 2, 254])), [1, 2, 254]);
    }
}
