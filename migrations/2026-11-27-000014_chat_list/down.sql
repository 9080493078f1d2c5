ALTER TABLE members
    DROP COLUMN archived_seq,
    DROP COLUMN is_marked_unread,
    DROP COLUMN name_override;
