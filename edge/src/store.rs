//! What the edge keeps: D1 is the truth, KV holds wrapped keys, snapshots and what CAs say of
//! revocation.
//!
//! One file per thing that is kept; each function is one statement or one batch, scoped by the
//! organisation.

pub(crate) mod access;
pub(crate) mod authorities;
pub(crate) mod certificates;
pub(crate) mod csrs;
pub(crate) mod d1;
pub(crate) mod domains;
pub(crate) mod facts;
pub(crate) mod issuers;
pub(crate) mod keys;
pub(crate) mod kv;
pub(crate) mod licences;
pub(crate) mod mailboxes;
pub(crate) mod messages;
pub(crate) mod organisations;
pub(crate) mod partners;
pub(crate) mod revocations;
pub(crate) mod routes;
pub(crate) mod rules;
pub(crate) mod settings;
pub(crate) mod sign_in_attempts;
pub(crate) mod snapshots;
pub(crate) mod summary;
pub(crate) mod waiting;
