//! Certificates of other CAs for mailboxes: requested here, or uploaded with their key.

use api::{CertificateSource, Code, ImportKey, MailboxStatus};
use mail::Address;
use smime::{Certificate, PrivateKey, Provider as _};
use worker::Response;

use super::domains::require_held;
use super::exchange::{self, Call, Exchange};
use super::session::{self, Member};
use super::{body, certificates};
use crate::crypto::Node;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::own_certificate::{self, OwnCertificate};
use crate::store::certificates::{NewCertificate, Replaces};
use crate::store::kv::WrappedKey;
use crate::store::{self, csrs, licences, mailboxes};
use crate::vault::Place;
use crate::{activation, import_key, issuer};

/// `GET /import-key`.
pub(crate) async fn import_key(
    desk: &Desk,
    member: &Member,
    _: Call<api::GetImportKey>,
) -> Result<ImportKey, Failure> {
    import_key::make(desk, &member.organisation)
}

/// `POST /mailboxes/{address}/csr`.
pub(crate) async fn request(exchange: Exchange) -> Result<Response, Failure> {
    let (mailbox, desk) = (Mailbox::of(&exchange).await?, &exchange.desk);
    let failed = |error: &dyn std::fmt::Display| Failure::Broken(format!("a request: {error}"));
    let key = Node
        .generate_key(activation::MAILBOX_KEY)
        .map_err(|error| failed(&error))?;
    let request =
        issuing::request(&mailbox.address, &key, &Node).map_err(|error| failed(&error))?;
    let key_id = issuer::key_id(&Node.public_key(&key).map_err(|error| failed(&error))?);
    let address = mailbox.address.to_string();
    let wrapped = mailbox.wrap(desk, &key_id, &key)?;
    let now = desk.now.unix();
    csrs::add(
        &desk.db,
        &mailbox.organisation,
        &address,
        &key_id,
        &wrapped,
        now,
    )
    .await?;
    let pem = smime::pem::encode("CERTIFICATE REQUEST", &request);
    exchange::reply_as("application/x-pem-file", pem.into_bytes())
}

/// `POST /mailboxes/{address}/certificate`.
pub(crate) async fn upload(mut exchange: Exchange) -> Result<Response, Failure> {
    let mailbox = Mailbox::of(&exchange).await?;
    let media_type = exchange.request.headers().get("content-type")?;
    let is_sealed = media_type.is_some_and(|kind| kind.starts_with("application/json"));
    let candidate = if is_sealed {
        let body = body::json(&mut exchange.request).await?;
        let address = mailbox.address.to_string();
        let file = import_key::open(&exchange.desk, &mailbox.organisation, &address, &body)?;
        with_key(&exchange.desk, &mailbox, &file)?
    } else {
        let file = body::octets(&mut exchange.request, certificates::UPLOAD_OCTETS_MAX).await?;
        for_request(&exchange.desk, &mailbox, &file).await?
    };
    let desk = &exchange.desk;
    let fingerprint = take(desk, &mailbox, &candidate).await?;
    exchange::reply(&certificates::detail(desk, &mailbox.organisation, &fingerprint).await?)
}

/// A certificate that will do, and its key.
struct Candidate {
    own: OwnCertificate,
    key_id: String,
    /// The private key, wrapped for the mailbox.
    wrapped: String,
    source: CertificateSource,
}

/// The certificate of a file that has its key too.
fn with_key(desk: &Desk, mailbox: &Mailbox, file: &[u8]) -> Result<Candidate, Failure> {
    let keys = own_certificate::keys(file);
    if keys.is_empty() {
        let detail = "The file holds no private key that can be read.";
        return Err(Failure::caller(422, Code::NoPrivateKey, detail));
    }
    let certificates = own_certificate::certificates(file)?;
    let pairs = certificates
        .iter()
        .filter(|certificate| !certificate.is_ca());
    let fitting = pairs
        .flat_map(|certificate| keys.iter().map(move |key| (certificate, key)))
        .find(|(certificate, key)| own_certificate::fits(key, certificate, &Node));
    let Some((certificate, key)) = fitting else {
        let detail = "The file holds no certificate for its private key.";
        return Err(Failure::caller(422, Code::KeyDoesNotFit, detail));
    };
    let key_id = issuer::key_id(certificate.spki());
    Ok(Candidate {
        own: mailbox.judge(desk, certificate, &certificates)?,
        wrapped: mailbox.wrap(desk, &key_id, key)?,
        key_id,
        source: CertificateSource::Uploaded,
    })
}

/// The certificate of a file that answers a request of this mailbox.
async fn for_request(desk: &Desk, mailbox: &Mailbox, file: &[u8]) -> Result<Candidate, Failure> {
    let certificates = own_certificate::certificates(file)?;
    let address = mailbox.address.to_string();
    let requests = csrs::of(&desk.db, &mailbox.organisation, &address).await?;
    let answered = certificates.iter().find_map(|certificate| {
        let key_id = issuer::key_id(certificate.spki());
        let mut requests = requests.iter();
        let request = requests.find(|request| request.key_id == key_id)?;
        Some((certificate, request))
    });
    let Some((certificate, request)) = answered else {
        let detail = "No certificate of the file answers a request of this mailbox.";
        return Err(Failure::caller(422, Code::NoPendingRequest, detail));
    };
    Ok(Candidate {
        own: mailbox.judge(desk, certificate, &certificates)?,
        key_id: request.key_id.clone(),
        wrapped: request.key.clone(),
        source: CertificateSource::Csr,
    })
}

/// Gives the mailbox its certificate, on a seat; the fingerprint. The key is in KV before D1 names it.
async fn take(desk: &Desk, mailbox: &Mailbox, candidate: &Candidate) -> Result<String, Failure> {
    let (db, now) = (&desk.db, desk.now.unix());
    let organisation = &mailbox.organisation;
    let address = mailbox.address.to_string();
    let certificate = &candidate.own.certificate;
    refuse_known(desk, mailbox, certificate, &candidate.key_id).await?;
    require_held(desk, organisation, &address).await?;
    let conflict = |code, detail| Failure::caller(409, code, detail);
    let no_seat = || conflict(Code::NoFreeSeat, "The licence has no free seat.");
    if !licences::holds(db, organisation, now).await? {
        let detail = "There is no licence that holds now.";
        return Err(conflict(Code::LicenceExpired, detail));
    }
    let licence = licences::get(db, organisation).await?;
    if mailbox.status == MailboxStatus::Inactive && licence.is_none_or(|known| known.free == 0) {
        return Err(no_seat());
    }
    let place = WrappedKey {
        organisation,
        key_id: &candidate.key_id,
    };
    desk.store.put(&place, &candidate.wrapped).await?;
    let new = NewCertificate {
        address: &address,
        key_id: &candidate.key_id,
        certificate,
        chain: &candidate.own.chain,
        source: candidate.source,
        replaces: Replaces::Any,
    };
    let mut batch = mailboxes::take_seats(db, organisation, std::slice::from_ref(&address), now)?;
    batch.extend(store::certificates::take_into_use(
        db,
        organisation,
        &new,
        now,
    )?);
    // The last seat may have gone to another one in between.
    if !store::certificates::was_taken(&db.write(batch).await?)? {
        return Err(no_seat());
    }
    csrs::remove(db, organisation, &candidate.key_id).await?;
    Ok(certificate.fingerprint().to_string())
}

/// Refuses a certificate or key that may not come (again): one of another mailbox, since a key belongs
/// to one, and what was revoked.
async fn refuse_known(
    desk: &Desk,
    mailbox: &Mailbox,
    certificate: &Certificate,
    key_id: &str,
) -> Result<(), Failure> {
    let fingerprint = certificate.fingerprint().to_string();
    let organisation = &mailbox.organisation;
    let known = store::certificates::known(&desk.db, organisation, &fingerprint, key_id).await?;
    let address = mailbox.address.to_string();
    let conflict = |code, detail: String| Err(Failure::caller(409, code, detail));
    for row in known {
        if row.address != address {
            let detail = format!("The key belongs to {}.", row.address);
            return conflict(Code::KeyInUse, detail);
        }
        if row.is_compromised {
            let detail = "A certificate of this key is revoked because somebody else may have it.";
            return conflict(Code::KeyCompromised, detail.to_owned());
        }
        if row.is_same && row.is_revoked {
            let detail = "This certificate is revoked.";
            return conflict(Code::CertificateRevoked, detail.to_owned());
        }
    }
    Ok(())
}

/// The mailbox that a call is about, of an organisation whose member may change it.
struct Mailbox {
    organisation: String,
    address: Address,
    status: MailboxStatus,
}

impl Mailbox {
    async fn of(exchange: &Exchange) -> Result<Self, Failure> {
        let unknown = || Failure::unknown("mailbox");
        let Member { organisation, .. } = session::writer(exchange).await?;
        let text = exchange.params.first().ok_or_else(unknown)?;
        let address = Address::parse(text).map_err(|_| unknown())?;
        let asked = [address.to_string()];
        let found = mailboxes::standings(&exchange.desk.db, &organisation, Some(&asked)).await?;
        let standing = found.into_iter().next().ok_or_else(unknown)?;
        Ok(Self {
            organisation,
            address,
            status: standing.status,
        })
    }

    fn judge(
        &self,
        desk: &Desk,
        certificate: &Certificate,
        file: &[Certificate],
    ) -> Result<OwnCertificate, Failure> {
        own_certificate::judge(certificate, file, &self.address, desk.now.unix(), &Node)
    }

    fn wrap(&self, desk: &Desk, key_id: &str, key: &PrivateKey) -> Result<String, Failure> {
        let place = Place::MailboxKey {
            organisation: &self.organisation,
            address: &self.address.to_string(),
            key_id,
        };
        desk.master_keys()?.wrap(&place, key.expose_pkcs8())
    }
}
