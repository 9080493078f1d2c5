DELETE FROM user_changes WHERE kind = 'settings';
ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check;
ALTER TABLE user_changes ADD CONSTRAINT user_changes_kind_check
    CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request'));
UPDATE members SET is_counted = true FROM users
    WHERE users.id = members.user_id AND users.deleted_at IS NULL AND NOT users.read_receipts;
ALTER TABLE users
    DROP COLUMN read_receipts,
    DROP COLUMN typing_indicators,
    DROP COLUMN presence_visibility,
    DROP COLUMN presence_status,
    DROP COLUMN presence_text,
    DROP COLUMN presence_expires_at,
    DROP COLUMN last_seen_at,
    DROP COLUMN changed_at;
