-- Domains are claimed by their organisations and looked up in the DNS.

-- Whose word makes it the organisation's: until now always the operator's, which no look at the DNS
-- takes away.
ALTER TABLE domains ADD COLUMN proof TEXT NOT NULL DEFAULT 'operator'
    CHECK (proof IN ('dns', 'operator'));
-- In grace: when the proof was first seen to be gone.
ALTER TABLE domains ADD COLUMN grace_since INTEGER
    CHECK ((state = 'grace') = (grace_since IS NOT NULL));
-- JSON array, newest first: what the latest looks found, as the contract has it.
ALTER TABLE domains ADD COLUMN checks TEXT NOT NULL DEFAULT '[]';
-- When the scheduled work looks again.
ALTER TABLE domains ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX domains_by_due ON domains (due_at);
