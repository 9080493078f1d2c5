ALTER TABLE conversations DROP COLUMN avatar_side;
ALTER TABLE users DROP COLUMN avatar_side;
