CREATE INDEX members_unlisted ON members (conversation_id) WHERE left_rev IS NULL AND NOT is_listed;
DROP INDEX members_by_user;
CREATE INDEX members_by_user ON members (user_id) WHERE left_rev IS NULL;
