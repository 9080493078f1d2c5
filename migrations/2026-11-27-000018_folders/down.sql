DELETE FROM user_changes WHERE kind = 'folders';
ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check;
ALTER TABLE user_changes ADD CONSTRAINT user_changes_kind_check
    CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request', 'settings', 'block'));
ALTER TABLE members DROP COLUMN folder_id;
DROP TABLE folders;
