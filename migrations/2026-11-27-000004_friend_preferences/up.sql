-- How somebody keeps a friend in their own list. Nobody else is told, so it stands in the row of that one direction.
ALTER TABLE friendships
    -- What the user calls the friend; NULL: by the name that they have given themselves.
    ADD COLUMN nickname    text,
    -- On top of the user's list.
    ADD COLUMN is_favorite boolean NOT NULL DEFAULT false,
    -- Not in the user's list.
    ADD COLUMN is_hidden   boolean NOT NULL DEFAULT false;
