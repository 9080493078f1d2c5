ALTER TABLE friendships
    DROP COLUMN nickname,
    DROP COLUMN is_favorite,
    DROP COLUMN is_hidden;
