DELETE FROM user_changes WHERE kind = 'block';
ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check;
ALTER TABLE user_changes ADD CONSTRAINT user_changes_kind_check
    CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request', 'settings'));
DELETE FROM friend_requests WHERE hidden_for IS NOT NULL;
ALTER TABLE friend_requests DROP COLUMN hidden_for;
DELETE FROM friendships WHERE NOT is_mutual;
ALTER TABLE friendships DROP COLUMN is_mutual, DROP COLUMN last_seen_at;
ALTER TABLE members DROP COLUMN is_blocking, DROP COLUMN shown_read_seq;
ALTER TABLE users DROP COLUMN hidden_from;
DROP TABLE blocks;
