DROP FUNCTION store_batch;
DROP INDEX messages_by_key;
ALTER TABLE messages ADD UNIQUE (conversation_id, author_id, client_key);
