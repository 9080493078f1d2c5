-- A picture made of a small upload is not blown up, so its side has to be known.
ALTER TABLE users ADD COLUMN avatar_side integer;
ALTER TABLE conversations ADD COLUMN avatar_side integer;
-- What earlier pictures were said to be; a version from before this column goes on without it.
UPDATE users SET avatar_side = 512 WHERE avatar_id IS NOT NULL;
UPDATE conversations SET avatar_side = 512 WHERE avatar_id IS NOT NULL;
