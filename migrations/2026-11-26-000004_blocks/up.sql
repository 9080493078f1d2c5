-- Who wants nothing of whom. What the blocked one sees must not change by it, so everything that a block freezes is
-- written down at the moment of the block, beside what others are shown anyway.
CREATE TABLE blocks (
    user_id      uuid NOT NULL REFERENCES users (id),
    blocked_id   uuid NOT NULL REFERENCES users (id),
    -- Whether picture and status message are hidden from them, too.
    hide_profile boolean NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, blocked_id),
    CHECK (user_id <> blocked_id)
);
CREATE INDEX blocks_by_blocked ON blocks (blocked_id);

-- From whom picture and status message are hidden: those of blocks.hide_profile, in the row that every answer about
-- somebody is made of. NULL: from nobody.
ALTER TABLE users ADD COLUMN hidden_from uuid[];

ALTER TABLE members
    -- In a direct conversation: whether this member blocks the other one. Changes under the conversation's lock, and
    -- decides there what is withheld.
    ADD COLUMN is_blocking    boolean NOT NULL DEFAULT false,
    -- How far others are shown that this member has read, while that is not how far they have: from a block on, until
    -- they read on after it is over.
    ADD COLUMN shown_read_seq bigint;
-- Read at each start, when those conversations are noted where nobody hears of typing.
CREATE INDEX members_blocking ON members (conversation_id) WHERE is_blocking;

ALTER TABLE friendships
    -- Whether the friend keeps the user as a friend, too. Only then is the user shown whether the friend is here.
    ADD COLUMN is_mutual    boolean NOT NULL DEFAULT true,
    -- Of a friend who does not: when the user could last see them here.
    ADD COLUMN last_seen_at timestamptz;

-- The one of the two who does not see the request: because of a block at some time since it was made.
ALTER TABLE friend_requests ADD COLUMN hidden_for uuid;

ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check;
ALTER TABLE user_changes ADD CONSTRAINT user_changes_kind_check
    CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request', 'settings', 'block'));
