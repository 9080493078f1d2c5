-- How somebody keeps a conversation in their own list. Nobody else is told, so it stands in their row of it.
ALTER TABLE members
    -- The last message when they put it away; NULL: it is in the list. Whether it is still away is told from what others
    -- have written since, so that sending writes nothing here.
    ADD COLUMN archived_seq     bigint,
    -- Shown as unread until they read it, whatever their pointer says.
    ADD COLUMN is_marked_unread boolean NOT NULL DEFAULT false,
    -- What they call it; NULL: as everybody does.
    ADD COLUMN name_override    text;
