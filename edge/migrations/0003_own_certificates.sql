-- The certificates between one of another CA and its authority: a JSON array, nearest first.
ALTER TABLE certificates ADD COLUMN chain TEXT NOT NULL DEFAULT '[]';
CREATE INDEX certificates_by_key ON certificates (organisation, key_id);

-- Requests to other CAs that wait for their certificate.
CREATE TABLE csrs (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    key_id TEXT NOT NULL,
    address TEXT NOT NULL,
    -- The private key, wrapped by the vault; with the certificate it goes to where all keys lie.
    key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organisation, key_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX csrs_by_address ON csrs (organisation, address, created_at);
