//! The counts that the portal's first screen needs, in one call.

use serde::{Deserialize, Serialize};

/// A certificate with fewer days left than this counts as expiring.
pub const EXPIRING_DAYS: i64 = 30;

/// When a certificate that no CA renews by itself is warned of, in days before its end, each time
/// more urgently: time to order one, to ask for it, to act.
pub const EXPIRY_WARNING_DAYS: [i64; 3] = [60, EXPIRING_DAYS, 7];

/// How far back [`Summary::hours`] reaches.
pub const SUMMARY_HOURS: usize = 24;

/// What the organisation has, what waits for a person, and what its mail did.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// Known mailboxes by status.
    pub mailboxes: MailboxCounts,
    /// Rules, disabled ones too.
    pub rules: u64,
    /// Partners' certificates.
    pub partners: u64,
    /// Partners' certificates that wait for a decision.
    pub partners_pending: u64,
    /// Trusted partners' certificates with fewer than [`EXPIRING_DAYS`] days left, not yet expired.
    pub partners_expiring: u64,
    /// Authorities that wait for a decision: the trust inbox.
    pub authorities_undecided: u64,
    /// Active mailboxes whose certificate needs a person: one of another CA that ends within the first
    /// of [`EXPIRY_WARNING_DAYS`] days, one of the built-in CA that ends within [`EXPIRING_DAYS`] days,
    /// since that should have been renewed by then.
    pub mailboxes_expiring: u64,
    /// When the first of these ends (RFC 3339).
    pub mailboxes_expire_at: Option<String>,
    /// Messages per hour, oldest first: of the last [`SUMMARY_HOURS`] hours, of which one is running;
    /// hours without mail are left out.
    pub hours: Vec<HourCount>,
}

/// Known mailboxes by status.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MailboxCounts {
    /// Without a seat.
    pub inactive: u64,
    /// Whose certificate is being made.
    pub activating: u64,
    /// That sign and decrypt.
    pub active: u64,
    /// Whose seat is still held.
    pub revoke_pending: u64,
}

impl MailboxCounts {
    /// All known mailboxes.
    pub const fn total(self) -> u64 {
        self.inactive + self.activating + self.active + self.revoke_pending
    }
}

/// The messages of one hour, one per recipient as in the overview.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HourCount {
    /// When the hour begins (RFC 3339, UTC).
    pub hour: String,
    /// All.
    pub messages: u64,
    /// Signed by us, or found well signed.
    pub signed: u64,
    /// Encrypted or decrypted by us.
    pub encrypted: u64,
    /// At least one of the two.
    pub protected: u64,
    /// Refused by rule.
    pub refused: u64,
    /// Failed for now.
    pub failed: u64,
}
