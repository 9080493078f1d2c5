DELETE FROM user_changes WHERE kind = 'poll_vote';
ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check;
ALTER TABLE user_changes ADD CONSTRAINT user_changes_kind_check
    CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request', 'settings', 'block',
                    'folders', 'draft'));
DROP TABLE poll_votes;
ALTER TABLE messages DROP COLUMN poll;
-- What was asked stays as what somebody said.
UPDATE messages SET kind = 'user' WHERE kind = 'poll';
ALTER TABLE messages DROP CONSTRAINT messages_kind_check;
ALTER TABLE messages ADD CONSTRAINT messages_kind_check CHECK (kind IN ('user', 'system'));
