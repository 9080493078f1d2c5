DROP TABLE passkeys;
DROP TABLE recovery_codes;
DROP TABLE totps;
DROP TABLE security_events;
DROP TABLE links;
ALTER TABLE sessions DROP COLUMN proved_at;
DROP INDEX users_by_verified_email;
ALTER TABLE users DROP COLUMN verified_email;
