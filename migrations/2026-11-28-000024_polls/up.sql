-- All that is stored already is of the kinds that were allowed before, so that nothing has to be looked at.
ALTER TABLE messages DROP CONSTRAINT messages_kind_check;
ALTER TABLE messages ADD CONSTRAINT messages_kind_check CHECK (kind IN ('user', 'system', 'poll')) NOT VALID;
-- What can be voted for, and what `poll_votes` holds of it, as everyone is told. NULL: no poll, or a deleted one.
ALTER TABLE messages ADD COLUMN poll jsonb;

-- How people voted. A vote that was taken back stays as a row without options: the devices of its owner ask for it.
CREATE TABLE poll_votes (
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL,
    user_id         uuid NOT NULL,
    message_id      uuid NOT NULL,
    -- Ascending numbers from 1.
    options         bigint[] NOT NULL,
    -- The conversation's rev of the change that stored it: the order in which people voted.
    rev             bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq, user_id)
);
CREATE INDEX poll_votes_by_user ON poll_votes (user_id, message_id);

ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check;
ALTER TABLE user_changes ADD CONSTRAINT user_changes_kind_check
    CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request', 'settings', 'block',
                    'folders', 'draft', 'poll_vote'));
