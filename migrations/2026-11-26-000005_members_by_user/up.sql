-- While the table has no statistics yet, an index of "WHERE left_rev IS NULL" looks as if it were nearly empty, and
-- PostgreSQL walked through all of it to find the members of one conversation. Those who left are few.
DROP INDEX members_by_user;
CREATE INDEX members_by_user ON members (user_id);
-- The statement of a batch looks at both members of a direct conversation anyway.
DROP INDEX members_unlisted;
