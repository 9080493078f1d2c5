DROP INDEX members_unlisted;
ALTER TABLE conversations DROP COLUMN members_rev;
