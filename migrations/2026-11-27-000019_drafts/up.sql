-- What people have begun to write, each for themself. It goes when they leave the conversation or clear it.
CREATE TABLE drafts (
    user_id         uuid NOT NULL,
    conversation_id uuid NOT NULL,
    text            text NOT NULL,
    -- What it answers, as it was said: whoever shows it looks whether they may see that message.
    reply_to_seq    bigint,
    updated_at      timestamptz NOT NULL,
    PRIMARY KEY (user_id, conversation_id),
    FOREIGN KEY (conversation_id, user_id) REFERENCES members (conversation_id, user_id)
);

ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check;
ALTER TABLE user_changes ADD CONSTRAINT user_changes_kind_check
    CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request', 'settings', 'block',
                    'folders', 'draft'));
