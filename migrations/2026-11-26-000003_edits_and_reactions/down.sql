DROP TABLE reactions;
DROP TABLE message_edits;
ALTER TABLE messages DROP COLUMN edited_at, DROP COLUMN reactions;
