ALTER TABLE members DROP COLUMN is_removed;
DROP TABLE invite_links;
