-- Which messages hold a web address, for the drawer of a conversation. The condition is the one that it asks for; most
-- messages are not in it.
CREATE INDEX messages_links ON messages (conversation_id, seq)
    WHERE text ~ '(^|[^[:alnum:]])https?://[[:alnum:][]';
