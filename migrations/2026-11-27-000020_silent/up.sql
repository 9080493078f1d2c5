-- Whether a message was sent so that it calls nobody. It goes with the text when the message is deleted.
ALTER TABLE messages ADD COLUMN is_silent boolean NOT NULL DEFAULT false;
