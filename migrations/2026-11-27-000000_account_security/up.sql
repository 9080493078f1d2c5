-- What makes an account safe to have: an address that is its own, proofs besides the password, and a list of what
-- happened to it.

-- users.email is what somebody has given and not confirmed. An address belongs to an account once it stands here;
-- of those who confirm the same one the first gets it. Mailboxes do not tell upper from lower case.
ALTER TABLE users ADD COLUMN verified_email text;
CREATE UNIQUE INDEX users_by_verified_email ON users (lower(verified_email));

-- When this session has last shown that it is its owner who uses it.
ALTER TABLE sessions ADD COLUMN proved_at timestamptz;

-- Links that were mailed, or handed out by the operator: each is good once, for a short while, for one thing.
CREATE TABLE links (
    -- SHA-256 of the token in the link, which itself is never stored.
    hash       bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    user_id    uuid NOT NULL REFERENCES users (id),
    purpose    text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    -- The address that it went to, and that it speaks for; NULL when the operator handed it out.
    email      text,
    expires_at timestamptz NOT NULL
);
CREATE INDEX links_by_user ON links (user_id);
CREATE INDEX links_by_end ON links (expires_at);

-- What an account's owner should know of: kept for 90 days.
CREATE TABLE security_events (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users (id),
    kind       text NOT NULL,
    -- Of whom it came: the name and the address that the session had then.
    device     text,
    address    text,
    created_at timestamptz NOT NULL
);
CREATE INDEX security_events_by_user ON security_events (user_id, id);
CREATE INDEX security_events_by_time ON security_events (created_at);

-- Codes from an app, one secret for each account.
CREATE TABLE totps (
    user_id      uuid PRIMARY KEY REFERENCES users (id),
    -- The secret is derived from this, from whose it is, and from the server's key: what is stored here does not make
    -- a code.
    salt         bytea NOT NULL CHECK (octet_length(salt) = 16),
    -- NULL until a first code has shown that the app has it.
    confirmed_at timestamptz,
    -- The step of the last code that was taken: neither it nor an older one is taken again.
    last_step    bigint NOT NULL,
    created_at   timestamptz NOT NULL
);

-- For whoever has lost the app or the passkey: each is good once.
CREATE TABLE recovery_codes (
    user_id uuid NOT NULL REFERENCES users (id),
    -- HMAC-SHA-256 with the server's key.
    hash    bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE passkeys (
    id            uuid PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users (id),
    credential_id bytea NOT NULL UNIQUE,
    -- Public key and counter, as the library keeps them.
    credential    jsonb NOT NULL,
    name          text NOT NULL,
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz
);
CREATE INDEX passkeys_by_user ON passkeys (user_id);
