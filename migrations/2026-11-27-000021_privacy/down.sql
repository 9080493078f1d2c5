ALTER TABLE users
    DROP COLUMN messages_from,
    DROP COLUMN group_adds_from,
    DROP COLUMN friend_requests_from,
    DROP COLUMN discoverable_by_handle;
