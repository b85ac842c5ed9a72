-- Every row belongs to an organisation and every key begins with it, so that a query without the
-- organisation finds no index to run on. Times are seconds since 1970 in UTC, certificates base64
-- of the DER, addresses and domains in the normal form of the crate `mail`.

CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- Moves with every change of rules or defaults; names a row of rule_sets.
    rules_version INTEGER NOT NULL DEFAULT 1,
    -- Moves with every change of whatever a snapshot is built from.
    snapshot_version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rule_sets (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    version INTEGER NOT NULL,
    -- Version of the policy language in which `rules` is written.
    language INTEGER NOT NULL,
    rules TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (organisation, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE licences (
    organisation TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    number TEXT NOT NULL,
    mail_seats INTEGER NOT NULL,
    smime_seats INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- People and tokens. Signing in names no organisation, so an e-mail address is unique over all.
CREATE TABLE users (
    email TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    -- `scrypt$N$r$p$salt$hash`, salt and hash in base64.
    password TEXT NOT NULL,
    may_write INTEGER NOT NULL CHECK (may_write IN (0, 1))
) STRICT, WITHOUT ROWID;

-- `hash` is SHA-256 in hex: what is stored cannot be used to sign in.
CREATE TABLE sessions (
    hash TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL REFERENCES users (email) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Attempts to sign in that failed: `hash` is SHA-256 in hex of the account, or of the address they
-- came from. They count from `since` on, until the window is over.
CREATE TABLE sign_in_attempts (
    hash TEXT NOT NULL PRIMARY KEY,
    since INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    hash TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    may_write INTEGER NOT NULL CHECK (may_write IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE domains (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    domain TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unverified', 'verified', 'grace', 'lost')),
    txt_value TEXT NOT NULL,
    PRIMARY KEY (organisation, domain)
) STRICT, WITHOUT ROWID;
-- Anyone may claim a domain, one organisation holds it.
CREATE UNIQUE INDEX domains_held ON domains (domain) WHERE state IN ('verified', 'grace');

CREATE TABLE routes (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    pattern TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    tls TEXT NOT NULL CHECK (tls IN ('implicit', 'starttls', 'none')),
    username TEXT,
    -- Wrapped by the vault.
    password TEXT,
    PRIMARY KEY (organisation, id),
    UNIQUE (organisation, pattern)
) STRICT, WITHOUT ROWID;

CREATE TABLE mailboxes (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    address TEXT NOT NULL,
    domain TEXT NOT NULL,
    route TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('inactive', 'activating', 'active', 'revoke_pending')),
    -- Fingerprint of the certificate in use.
    certificate TEXT,
    pending_until INTEGER,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (organisation, address),
    CHECK ((status = 'active') <= (certificate IS NOT NULL)),
    CHECK ((status = 'revoke_pending') = (pending_until IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX mailboxes_by_status ON mailboxes (organisation, status, address);
CREATE INDEX mailboxes_by_domain ON mailboxes (organisation, domain, address);

-- All certificates that managed mailboxes ever had; the keys lie in KV under `key_id`.
CREATE TABLE certificates (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    fingerprint TEXT NOT NULL,
    address TEXT NOT NULL,
    key_id TEXT NOT NULL,
    der TEXT NOT NULL,
    subject TEXT NOT NULL,
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('built_in_ca', 'acme', 'csr', 'uploaded')),
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    revoked_at INTEGER,
    -- CRLReason of RFC 5280 section 5.3.1.
    revocation_reason INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organisation, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE INDEX certificates_by_address ON certificates (organisation, address, created_at);
CREATE INDEX certificates_revoked ON certificates (organisation, revoked_at)
    WHERE revoked_at IS NOT NULL;

-- The built-in CA of an organisation: one.
CREATE TABLE issuers (
    organisation TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    key_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    der TEXT NOT NULL,
    crl_number INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE authorities (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    fingerprint TEXT NOT NULL,
    subject TEXT NOT NULL,
    not_after INTEGER NOT NULL,
    der TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('own', 'public', 'seen')),
    trust TEXT NOT NULL CHECK (trust IN ('trusted', 'undecided', 'blocked')),
    -- Limits its word to mailboxes of this domain.
    domain TEXT,
    -- When mail last came from it, of those that were `seen`.
    seen_at INTEGER,
    PRIMARY KEY (organisation, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE partners (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    fingerprint TEXT NOT NULL,
    subject TEXT NOT NULL,
    issuer TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    der TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('harvested', 'uploaded')),
    trust TEXT NOT NULL CHECK (trust IN ('trusted', 'pending', 'blocked')),
    created_at INTEGER NOT NULL,
    -- JSON array: the certificates between a harvested one and its authority, nearest first. Its path
    -- is validated again whenever it is used.
    chain TEXT NOT NULL,
    PRIMARY KEY (organisation, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE partner_addresses (
    organisation TEXT NOT NULL,
    address TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    -- Of the newest verified signature: `SMIMECapabilities` as base64 of the DER, and its time.
    capabilities TEXT,
    signed_at INTEGER,
    PRIMARY KEY (organisation, address, fingerprint),
    FOREIGN KEY (organisation, fingerprint)
        REFERENCES partners (organisation, fingerprint) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX partner_addresses_by_certificate ON partner_addresses (organisation, fingerprint);

-- The e-mail overview: one row per recipient. `id` begins with the time and so sorts by it; the
-- rows of one message share its first 32 characters, the message's own id.
CREATE TABLE messages (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_id TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'refused', 'failed', 'pending')),
    -- JSON array of words.
    protection TEXT NOT NULL,
    rule_id TEXT,
    rule_name TEXT,
    reason TEXT,
    size INTEGER NOT NULL,
    policy_version INTEGER NOT NULL,
    -- JSON array of steps; no content of the message.
    trace TEXT NOT NULL,
    PRIMARY KEY (organisation, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_by_outcome ON messages (organisation, outcome, id);

-- The clock of `cargo xtask dev --test-clock`: how far the edge's time is ahead.
CREATE TABLE test_clock (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    ahead_ms INTEGER NOT NULL
) STRICT;
