DELETE FROM user_changes WHERE kind = 'draft';
ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check;
ALTER TABLE user_changes ADD CONSTRAINT user_changes_kind_check
    CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request', 'settings', 'block',
                    'folders'));
DROP TABLE drafts;
