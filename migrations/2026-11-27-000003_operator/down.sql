DROP TABLE reports;
DROP TABLE invites;
ALTER TABLE users DROP CONSTRAINT users_disabled_reason;
ALTER TABLE users DROP COLUMN disabled_reason;
ALTER TABLE users DROP COLUMN disabled_at;
