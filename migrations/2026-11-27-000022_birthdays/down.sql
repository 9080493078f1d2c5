ALTER TABLE users
    DROP COLUMN birthday_visibility,
    DROP COLUMN birthday;
