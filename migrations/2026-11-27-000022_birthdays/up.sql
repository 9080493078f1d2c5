-- When somebody was born, and who is told the day of it. The year, where there is one, is for themself alone.
ALTER TABLE users
    ADD COLUMN birthday            text CHECK (birthday ~ '^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$'),
    ADD COLUMN birthday_visibility text NOT NULL DEFAULT 'friends' CHECK (birthday_visibility IN ('friends', 'nobody'));
