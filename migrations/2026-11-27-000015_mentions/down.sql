DROP INDEX messages_mentions;
ALTER TABLE messages DROP COLUMN mentions;
