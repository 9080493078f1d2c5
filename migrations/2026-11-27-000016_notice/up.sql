-- The message that stands on top of a conversation; NULL: none does. It goes when its message is deleted, in the same
-- transaction. Who sees it is asked of the message.
ALTER TABLE conversations ADD COLUMN notice_seq bigint;
