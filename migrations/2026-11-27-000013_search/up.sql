-- What messages are searched by, written by a worker after they were sent: an index of trigrams takes several times the
-- work of storing the message. Whether somebody may see a message is asked of the message itself, always.
CREATE TABLE message_search (
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL,
    -- When it was written; where that is not in the order of seq, as far as it has to be: of two messages of a
    -- conversation the one with the larger seq is never the earlier one here. So either order leads through both.
    at              timestamptz NOT NULL,
    -- The text in lower case, each syllable spelled out in jamo.
    key             text NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX message_search_by_time ON message_search (conversation_id, at, seq);
CREATE INDEX message_search_by_key ON message_search USING gin (key gin_trgm_ops);

-- How far the worker is in each conversation: it has read every change up to this one. Changes are numbered in the order
-- of their commits, under the lock of the conversation, so that none of a smaller number can appear later. Several
-- messages may carry the same number, of which it has read those up to seq. No row: nothing has been read.
--
-- The row is also the lock that keeps a key from being written after its message was deleted.
CREATE TABLE message_search_progress (
    conversation_id uuid PRIMARY KEY,
    rev             bigint NOT NULL,
    seq             bigint NOT NULL
);
