-- Whom a message means and where its text says so: [{"user_id", "start", "end"}], in UTF-16 units; a null user_id is
-- everybody. NULL where nobody is mentioned, which is nearly every message, and when it is deleted.
ALTER TABLE messages ADD COLUMN mentions jsonb;

-- What is counted are the unread ones: few among many messages. Rows without mentions are not in it, so that storing
-- them costs nothing more.
CREATE INDEX messages_mentions ON messages (conversation_id, seq) WHERE mentions IS NOT NULL;
