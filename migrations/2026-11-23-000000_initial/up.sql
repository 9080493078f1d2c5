-- Ids are made by the server (UUIDv7) and times are written by it (milliseconds), so nothing has a default
-- that a client could not have seen in the answer.
--
-- messages and members carry no foreign keys: conversations are never deleted and accounts are emptied, not
-- deleted, so a reference cannot dangle, and the hottest inserts take no extra row locks.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE server_facts (
    name  text PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE users (
    id                 uuid PRIMARY KEY,
    -- In lower case; NULL once the account is deleted.
    handle             text UNIQUE,
    display_name       text NOT NULL,
    status_message     text NOT NULL,
    -- PHC string; NULL once the account is deleted.
    password_hash      text,
    email              text,
    locale             text NOT NULL CHECK (locale IN ('ko', 'en')),
    avatar_id          uuid,
    avatar_placeholder text,
    -- Rises with each change of the profile; of two copies the larger one is the newer.
    version            bigint NOT NULL,
    -- The number of the last change of the user's own stream.
    rev                bigint NOT NULL,
    created_at         timestamptz NOT NULL,
    deleted_at         timestamptz,
    CHECK ((handle IS NULL) = (deleted_at IS NOT NULL))
);

-- Handles nobody else can take for a while: given up by a change or a deletion.
CREATE TABLE held_handles (
    handle     text PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users (id),
    held_until timestamptz NOT NULL
);

CREATE TABLE sessions (
    id              uuid PRIMARY KEY,
    user_id         uuid NOT NULL REFERENCES users (id),
    name            text NOT NULL,
    address         text,
    -- The refresh token that is the newest; each refresh makes one more.
    generation      bigint NOT NULL,
    -- The newest generation that was seen in use, and when it was first seen.
    seen_generation bigint NOT NULL,
    seen_at         timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    last_used_at    timestamptz NOT NULL,
    ended_at        timestamptz
);
CREATE INDEX sessions_by_user ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    -- SHA-256 of the token, which itself is never stored.
    hash       bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    -- The session is the token's family.
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    generation bigint NOT NULL,
    UNIQUE (session_id, generation)
);

-- What changed for a user since a rev of their own stream; the newest change of each thing is enough.
CREATE TABLE user_changes (
    user_id    uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request')),
    subject_id uuid NOT NULL,
    rev        bigint NOT NULL,
    PRIMARY KEY (user_id, kind, subject_id)
);
CREATE INDEX user_changes_by_rev ON user_changes (user_id, rev);

-- Directed: two rows for a friendship.
CREATE TABLE friendships (
    user_id   uuid NOT NULL REFERENCES users (id),
    friend_id uuid NOT NULL REFERENCES users (id),
    since     timestamptz NOT NULL,
    PRIMARY KEY (user_id, friend_id),
    CHECK (user_id <> friend_id)
);
CREATE INDEX friendships_by_friend ON friendships (friend_id);

CREATE TABLE friend_requests (
    id         uuid PRIMARY KEY,
    from_id    uuid NOT NULL REFERENCES users (id),
    to_id      uuid NOT NULL REFERENCES users (id),
    message    text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (from_id, to_id),
    CHECK (from_id <> to_id)
);
CREATE INDEX friend_requests_by_receiver ON friend_requests (to_id);

CREATE TABLE conversations (
    id                 uuid PRIMARY KEY,
    kind               text NOT NULL CHECK (kind IN ('self', 'direct', 'group')),
    name               text,
    avatar_id          uuid,
    avatar_placeholder text,
    history            text NOT NULL CHECK (history IN ('from_join', 'all')),
    -- The smaller user id, a colon, the larger one: one direct conversation for each pair.
    direct_key         text UNIQUE,
    last_seq           bigint NOT NULL,
    rev                bigint NOT NULL,
    created_at         timestamptz NOT NULL,
    CHECK ((kind = 'direct') = (direct_key IS NOT NULL))
);

CREATE TABLE members (
    conversation_id uuid NOT NULL,
    user_id         uuid NOT NULL,
    role            text NOT NULL CHECK (role IN ('member', 'admin', 'owner')),
    joined_seq      bigint NOT NULL,
    joined_rev      bigint NOT NULL,
    joined_at       timestamptz NOT NULL,
    read_seq        bigint NOT NULL,
    -- Whether this member's reading is shown to others.
    is_counted      boolean NOT NULL,
    -- A direct conversation is in nobody's list but its maker's until somebody writes.
    is_listed       boolean NOT NULL,
    is_pinned       boolean NOT NULL,
    muted_until     timestamptz,
    -- The conversation's rev of the last change of this row that others see.
    rev             bigint NOT NULL,
    -- The conversation's rev at which they left; who left stays as a row.
    left_rev        bigint,
    PRIMARY KEY (conversation_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id) WHERE left_rev IS NULL;
CREATE INDEX members_by_rev ON members (conversation_id, rev);

CREATE TABLE messages (
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL,
    id              uuid NOT NULL,
    rev             bigint NOT NULL,
    author_id       uuid NOT NULL,
    client_key      uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('user', 'system')),
    text            text,
    system          jsonb,
    -- Who must never see it, stamped at commit.
    withheld_for    uuid[],
    created_at      timestamptz NOT NULL,
    deleted_at      timestamptz,
    PRIMARY KEY (conversation_id, seq),
    UNIQUE (conversation_id, author_id, client_key)
);
CREATE INDEX messages_by_rev ON messages (conversation_id, rev);

CREATE TABLE hidden_messages (
    user_id         uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL,
    message_id      uuid NOT NULL,
    PRIMARY KEY (user_id, conversation_id, seq)
);
CREATE INDEX hidden_messages_by_message ON hidden_messages (user_id, message_id);

CREATE TABLE attachments (
    id          uuid PRIMARY KEY,
    owner_id    uuid NOT NULL REFERENCES users (id),
    file_name   text NOT NULL,
    media_type  text NOT NULL,
    size_bytes  bigint NOT NULL CHECK (size_bytes > 0),
    state       text NOT NULL CHECK (state IN ('uploading', 'processing', 'ready', 'rejected')),
    kind        text NOT NULL CHECK (kind IN ('image', 'video', 'audio', 'file')),
    width       integer,
    height      integer,
    -- thumbhash, base64
    placeholder text,
    -- Where the client put the bytes; gone once they were checked.
    upload_key  text,
    -- Where the checked bytes are: random, and never the upload's key.
    object_key  text,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX attachments_by_owner ON attachments (owner_id);
CREATE INDEX attachments_uploading ON attachments (expires_at) WHERE state = 'uploading';

CREATE TABLE message_attachments (
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL,
    position        smallint NOT NULL,
    attachment_id   uuid NOT NULL REFERENCES attachments (id),
    PRIMARY KEY (conversation_id, seq, position)
);
CREATE INDEX message_attachments_by_attachment ON message_attachments (attachment_id);

-- Follow-ups that may be slow or fail, written in the transaction that causes them.
CREATE TABLE jobs (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL,
    payload    jsonb NOT NULL,
    run_at     timestamptz NOT NULL,
    attempts   integer NOT NULL,
    last_error text
);
CREATE INDEX jobs_by_time ON jobs (run_at);
