//! The built-in CA: certificate profiles, issuing, CRLs, OCSP; and requests to other CAs.
//!
//! The profile is that of the S/MIME Baseline Requirements (CA/Browser Forum) where a private CA can
//! follow it: one year, one mailbox, `emailProtection` only, CRL and issuer to be fetched by HTTP.
//! Nothing here keeps a state: serial numbers, CRL numbers and the list of what is revoked are
//! arguments, random serial numbers too.

mod certificate;
mod crl;
mod mailbox;
mod ocsp;
mod request;
mod root;
mod signing;

pub use crl::{CRL_DAYS, CrlContent, Revocation, RevocationReason};
pub use mailbox::{BACKDATE_SECONDS, MAILBOX_DAYS, MailboxContent};
pub use ocsp::{OCSP_DAYS, OCSP_REQUEST_OCTETS_MAX, OcspRefusal, OcspRequest};
pub use request::request;
pub use root::{ROOT_YEARS, RootContent, make_root};
pub use signing::{IssueError, Issuer, Serial};
