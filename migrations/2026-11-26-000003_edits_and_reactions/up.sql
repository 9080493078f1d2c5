-- As with messages and members, nothing here has foreign keys: conversations are never deleted.
ALTER TABLE messages
    ADD COLUMN edited_at timestamptz,
    -- What `reactions` holds of the message, as everyone is told: kinds in the order in which they appeared, each with
    -- its count and those who reacted first. NULL: nobody has, so that a page of plain messages looks nowhere else.
    ADD COLUMN reactions jsonb;

-- What a message said before: one row for each change.
CREATE TABLE message_edits (
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL,
    -- The conversation's rev of the change that replaced it.
    rev             bigint NOT NULL,
    text            text,
    -- When it had been written.
    written_at      timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq, rev)
);

CREATE TABLE reactions (
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL,
    user_id         uuid NOT NULL,
    emoji           text NOT NULL,
    -- The conversation's rev of the change that stored it: the order in which people reacted.
    rev             bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq, user_id, emoji)
);
