//! The names by which `wrangler.toml` binds this Worker to the platform. No other file has one.

use worker::kv::KvStore;
use worker::{D1Database, Env, Queue};

use crate::vault::MasterKeys;

const DATABASE: &str = "DB";
const STORE: &str = "STORE";
const ACTIVATIONS: &str = "ACTIVATIONS";
const MASTER_KEYS: &str = "MASTER_KEYS";
const OPERATOR_TOKEN: &str = "OPERATOR_TOKEN";
const MX_HOST: &str = "MX_HOST";
const PUBLIC_URL: &str = "PUBLIC_URL";
const RESOLVER: &str = "RESOLVER";
const REVOCATION_LOOPBACK: &str = "REVOCATION_LOOPBACK";
const TEST_CLOCK: &str = "TEST_CLOCK";

/// The platform as this Worker sees it.
pub(crate) struct Bindings(Env);

impl Bindings {
    pub(crate) fn new(env: Env) -> Self {
        Self(env)
    }

    /// D1: the truth.
    pub(crate) fn database(&self) -> worker::Result<D1Database> {
        self.0.d1(DATABASE)
    }

    /// KV: wrapped keys, snapshots, and what CAs say of revocation.
    pub(crate) fn store(&self) -> worker::Result<KvStore> {
        self.0.kv(STORE)
    }

    /// The queue of mailboxes that wait for their certificate.
    pub(crate) fn activations(&self) -> worker::Result<Queue> {
        self.0.queue(ACTIVATIONS)
    }

    /// The keys that wrap keys; `None` where the secret is missing or malformed.
    pub(crate) fn master_keys(&self) -> Option<MasterKeys> {
        MasterKeys::parse(&self.0.secret(MASTER_KEYS).ok()?.to_string())
    }

    /// What the operator shows; `None` where no operator is set up.
    pub(crate) fn operator_token(&self) -> Option<String> {
        Some(self.0.secret(OPERATOR_TOKEN).ok()?.to_string()).filter(|token| !token.is_empty())
    }

    /// The host to which MX records should point, if mail comes in by SMTP.
    pub(crate) fn mx_host(&self) -> Option<String> {
        Some(self.0.var(MX_HOST).ok()?.to_string()).filter(|host| !host.is_empty())
    }

    /// The URL at which the DNS is asked over HTTPS (RFC 8484); `None` where domains are not checked.
    pub(crate) fn resolver(&self) -> Option<String> {
        Some(self.0.var(RESOLVER).ok()?.to_string()).filter(|url| !url.is_empty())
    }

    /// Where the world finds this Worker, without a final slash: stands in certificates. Plain HTTP,
    /// because a validator that checks a TLS certificate must not need TLS for it (RFC 5280 §8).
    pub(crate) fn public_url(&self) -> String {
        let url = self.0.var(PUBLIC_URL).map(|url| url.to_string());
        url.unwrap_or_default().trim_end_matches('/').to_owned()
    }

    /// The host of [`Bindings::public_url`]: our name in SMTP.
    pub(crate) fn host_name(&self) -> String {
        let url = self.public_url();
        let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        host.split(['/', ':']).next().unwrap_or_default().to_owned()
    }

    /// Whether the clock may be moved: only on a developer's machine.
    pub(crate) fn has_test_clock(&self) -> bool {
        self.is_on(TEST_CLOCK)
    }

    /// Whether certificates may send us to this machine: only on a developer's.
    pub(crate) fn reaches_loopback(&self) -> bool {
        self.is_on(REVOCATION_LOOPBACK)
    }

    fn is_on(&self, name: &str) -> bool {
        self.0.var(name).is_ok_and(|word| word.to_string() == "on")
    }
}
