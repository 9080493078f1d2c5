-- Which message of the same conversation a message answers. It goes with the text when the message is deleted. What is
-- quoted of the other one is read from it each time, for whoever may see it.
ALTER TABLE messages ADD COLUMN reply_to_seq bigint CHECK (reply_to_seq < seq);
