-- Whether a message was forwarded from elsewhere; where it came from is kept nowhere. It goes with the text when the
-- message is deleted. Its attachments are those of the original: rows of message_attachments, one for each message.
ALTER TABLE messages ADD COLUMN forwarded boolean NOT NULL DEFAULT false;
