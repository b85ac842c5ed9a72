-- What holds for all mail of an organisation: one row each, made with it.
CREATE TABLE settings (
    organisation TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    -- Moves with every change; a writer names the one it saw.
    version INTEGER NOT NULL DEFAULT 1,
    cipher TEXT NOT NULL DEFAULT 'aes-256-cbc' CHECK (cipher IN ('aes-256-cbc', 'aes-256-gcm')),
    header_protection TEXT NOT NULL DEFAULT 'off'
        CHECK (header_protection IN ('off', 'signed', 'confidential')),
    revocation TEXT NOT NULL DEFAULT 'warn' CHECK (revocation IN ('require', 'warn', 'off')),
    sha1_signatures TEXT NOT NULL DEFAULT 'refuse' CHECK (sha1_signatures IN ('refuse', 'warn')),
    -- How long the overview keeps a message.
    retention_days INTEGER NOT NULL DEFAULT 90
) STRICT, WITHOUT ROWID;

INSERT INTO settings (organisation) SELECT id FROM organisations;

-- Fingerprint of the authority at which the path of a learnt certificate ended, when mail last
-- taught it; NULL for one that was learnt before this column was there.
ALTER TABLE partners ADD COLUMN authority TEXT;
