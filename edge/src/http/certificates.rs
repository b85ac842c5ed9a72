//! One certificate: uploaded, looked at, fetched as a file, revoked, renewed.

use api::{CertificateDetail, CertificateSource, ChainCertificate, Code, RevocationReason};
use smime::Certificate;
use worker::{Request, Response};

use super::body;
use super::domains::require_held;
use super::exchange::{self, Call, Exchange};
use super::mailboxes::REVOKE_PENDING_DAYS;
use super::session::{self, Member};
use crate::activation;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::issuer;
use crate::store::certificates::{self, Found, ManagedRow};
use crate::store::waiting::WaitingRow;
use crate::store::{domains, licences, mailboxes};

/// Largest upload: one certificate with a chain.
pub(super) const UPLOAD_OCTETS_MAX: usize = 256 * 1024;

/// The media type of certificates without a message (RFC 8551 §3.8).
pub(crate) const CERTS_ONLY: &str = "application/pkcs7-mime; smime-type=certs-only";

/// The first certificate of a PEM or DER body.
pub(crate) async fn upload(request: &mut Request) -> Result<Certificate, Failure> {
    let octets = body::octets(request, UPLOAD_OCTETS_MAX).await?;
    Certificate::from_pem_or_der(&octets).map_err(|error| {
        let detail = format!("The body is no certificate in PEM or DER: {error}.");
        Failure::caller(422, Code::BadCertificate, detail)
    })
}

/// `GET /certificates/{fingerprint}`; with `.pem`, `.der` or `.p7c` behind it, as a file.
pub(crate) async fn get(exchange: Exchange) -> Result<Response, Failure> {
    let desk = &exchange.desk;
    let member = session::member(desk, &exchange.credential()?).await?;
    let name = exchange.params.first().ok_or_else(unknown)?;
    match name.rsplit_once('.') {
        Some((fingerprint, kind)) => {
            file(&find(desk, &member.organisation, fingerprint).await?, kind)
        }
        None => exchange::reply(&detail(desk, &member.organisation, name).await?),
    }
}

fn file(found: &Found, kind: &str) -> Result<Response, Failure> {
    let certificate = found.chain.first().ok_or_else(unknown)?;
    match kind {
        "der" => exchange::reply_as("application/pkix-cert", certificate.der().to_vec()),
        "pem" => {
            let pem: String = found.chain.iter().map(Certificate::to_pem).collect();
            exchange::reply_as("application/x-pem-file", pem.into_bytes())
        }
        "p7c" => exchange::reply_as(CERTS_ONLY, smime::certs_only(&found.chain)),
        _ => Err(unknown()),
    }
}

/// A certificate with all that is known of it.
pub(super) async fn detail(
    desk: &Desk,
    organisation: &str,
    fingerprint: &str,
) -> Result<CertificateDetail, Failure> {
    let Found { chain, managed } = find(desk, organisation, fingerprint).await?;
    let (certificate, issuers) = chain.split_first().ok_or_else(unknown)?;
    let now = desk.now.unix();
    let issuer = |issuer: &Certificate| ChainCertificate {
        fingerprint: issuer.fingerprint().to_string(),
        subject: issuer.subject(),
        not_after: issuer.not_after().to_string(),
    };
    Ok(CertificateDetail {
        fingerprint: fingerprint.to_owned(),
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        serial: certificate.serial_hex(),
        not_before: certificate.not_before().to_string(),
        not_after: certificate.not_after().to_string(),
        addresses: certificate
            .addresses()
            .iter()
            .map(ToString::to_string)
            .collect(),
        key: certificate.key_kind().to_string(),
        chain: issuers.iter().map(issuer).collect(),
        source: managed.as_ref().map(|row| row.source),
        status: managed.as_ref().map(|row| row.status(now)),
        revocation: managed.as_ref().and_then(ManagedRow::revocation),
        history: managed
            .as_ref()
            .map(|row| row.history(now))
            .unwrap_or_default(),
        mailbox: managed.map(|row| row.address),
    })
}

/// `POST /certificates/{fingerprint}/revoke`.
///
/// A mailbox that used it goes on with another one at once, unless the reason lies in the mailbox or
/// nothing may be issued to it, for lack of a licence or of a domain that is held: then it is
/// deactivated.
pub(crate) async fn revoke(
    desk: &Desk,
    member: &Member,
    call: Call<api::RevokeCertificate>,
) -> Result<CertificateDetail, Failure> {
    let (organisation, fingerprint) = (&member.organisation, call.param());
    let managed = managed(desk, organisation, fingerprint).await?;
    if managed.revoked_at.is_some() {
        let detail = "The certificate is revoked already.";
        return Err(Failure::caller(409, Code::AlreadyRevoked, detail));
    }
    let (db, now, reason) = (&desk.db, desk.now.unix(), call.body.reason);
    let addresses = vec![managed.address];
    let goes_on = !reason.ends_mailbox()
        && licences::holds(db, organisation, now).await?
        && domains::unproven(db, organisation, &addresses)
            .await?
            .is_empty();
    let mut batch = vec![certificates::revoke(
        db,
        organisation,
        fingerprint,
        reason,
        now,
    )?];
    if managed.in_use && goes_on {
        batch.push(certificates::take_back(db, organisation, fingerprint, now)?);
    } else if managed.in_use {
        let until = now.plus_days(REVOKE_PENDING_DAYS);
        // What is wrong with this certificate is not wrong with the mailbox's others.
        let of_others = if reason.ends_mailbox() {
            reason
        } else {
            RevocationReason::CessationOfOperation
        };
        let end = mailboxes::deactivate(db, organisation, &addresses, of_others, now, until)?;
        batch.extend(end);
    }
    db.write(batch).await?;
    if managed.in_use && goes_on {
        activation::begin(desk, organisation, addresses, activation::AT_ONCE_MAX).await?;
    }
    detail(desk, organisation, fingerprint).await
}

/// `POST /certificates/{fingerprint}/renew`.
pub(crate) async fn renew(
    desk: &Desk,
    member: &Member,
    call: Call<api::RenewCertificate>,
) -> Result<CertificateDetail, Failure> {
    let (organisation, fingerprint) = (&member.organisation, call.param());
    let managed = managed(desk, organisation, fingerprint).await?;
    let refuse = |code, detail: &str| Err(Failure::caller(409, code, detail));
    let not_in_use = || {
        refuse(
            Code::NotInUse,
            "Only the certificate in use can be renewed.",
        )
    };
    if !managed.in_use {
        return not_in_use();
    }
    if managed.source != CertificateSource::BuiltInCa {
        return refuse(
            Code::OtherAuthority,
            "The certificate is of another authority: order a new one there and upload it.",
        );
    }
    if !licences::holds(&desk.db, organisation, desk.now.unix()).await? {
        return refuse(Code::LicenceExpired, "There is no licence that holds now.");
    }
    require_held(desk, organisation, &managed.address).await?;
    let ca = issuer::open(desk, organisation).await?;
    let waiting = WaitingRow {
        address: managed.address,
        replaces: Some(fingerprint.to_owned()),
    };
    match activation::issue(desk, organisation, &ca, &waiting).await? {
        Some(renewed) => detail(desk, organisation, &renewed).await,
        None => not_in_use(),
    }
}

async fn find(desk: &Desk, organisation: &str, fingerprint: &str) -> Result<Found, Failure> {
    let found = certificates::find(&desk.db, organisation, fingerprint).await?;
    found.ok_or_else(unknown)
}

/// What a certificate is to its mailbox; unknown where it is nobody's here.
async fn managed(
    desk: &Desk,
    organisation: &str,
    fingerprint: &str,
) -> Result<ManagedRow, Failure> {
    let found = find(desk, organisation, fingerprint).await?;
    found.managed.ok_or_else(unknown)
}

fn unknown() -> Failure {
    Failure::unknown("certificate")
}
