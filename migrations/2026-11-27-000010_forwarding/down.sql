ALTER TABLE messages DROP COLUMN forwarded;
