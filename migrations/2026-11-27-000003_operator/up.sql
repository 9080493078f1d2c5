-- What the operator of a server needs: to close an account, to let people in by invitation, and to hear of trouble.

-- Closed by the operator: nothing signs in. Others see the account as before, and nothing of it is lost.
ALTER TABLE users ADD COLUMN disabled_at timestamptz;
-- For the operator's eyes alone.
ALTER TABLE users ADD COLUMN disabled_reason text;
ALTER TABLE users ADD CONSTRAINT users_disabled_reason CHECK (disabled_reason IS NULL OR disabled_at IS NOT NULL);

-- Invitations to make an account. What was handed out is the code; it is never stored.
CREATE TABLE invites (
    id         uuid PRIMARY KEY,
    -- SHA-256 of the code.
    hash       bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    max_uses   integer NOT NULL CHECK (max_uses > 0),
    -- Counted by the transaction that makes the account, so that the last use is one person's.
    uses       integer NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND max_uses),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX invites_by_end ON invites (expires_at);

-- What people have told the operator of each other.
CREATE TABLE reports (
    id              uuid PRIMARY KEY,
    -- NULL once the account of whoever reported is deleted: who leaves because of somebody does not take back what they
    -- have said of them.
    reporter_id     uuid REFERENCES users (id),
    -- Whom it is about; of a message its author.
    user_id         uuid NOT NULL REFERENCES users (id),
    -- The message it is about; without, it is about the person.
    conversation_id uuid,
    seq             bigint,
    reason          text NOT NULL
        CHECK (reason IN ('spam', 'harassment', 'violence', 'sexual', 'impersonation', 'other')),
    -- In the reporter's own words.
    note            text,
    -- A copy of what could be seen: the profile, the message and some before it. Deleting them does not change it.
    evidence        jsonb NOT NULL,
    created_at      timestamptz NOT NULL,
    resolved_at     timestamptz,
    -- In the operator's words.
    resolution      text,
    CHECK ((conversation_id IS NULL) = (seq IS NULL)),
    CHECK (resolution IS NULL OR resolved_at IS NOT NULL)
);
CREATE INDEX reports_open ON reports (id) WHERE resolved_at IS NULL;
CREATE INDEX reports_by_reporter ON reports (reporter_id);
CREATE INDEX reports_by_user ON reports (user_id);
CREATE INDEX reports_by_resolution ON reports (resolved_at) WHERE resolved_at IS NOT NULL;
