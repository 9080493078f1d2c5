-- What an account lets others see, and what it says about being here. The defaults are what was so before.
ALTER TABLE users
    -- Whether reading is shown, both ways; kept in step with members.is_counted.
    ADD COLUMN read_receipts       boolean NOT NULL DEFAULT true,
    -- Whether typing is shown, both ways.
    ADD COLUMN typing_indicators   boolean NOT NULL DEFAULT true,
    ADD COLUMN presence_visibility text NOT NULL DEFAULT 'friends' CHECK (presence_visibility IN ('friends', 'nobody')),
    ADD COLUMN presence_status     text NOT NULL DEFAULT 'online'
        CHECK (presence_status IN ('online', 'away', 'busy', 'invisible')),
    ADD COLUMN presence_text       text,
    -- When status and text are over; NULL: they stay.
    ADD COLUMN presence_expires_at timestamptz,
    -- When others could last see them here. Written without waiting for the disk, and not while they are invisible.
    ADD COLUMN last_seen_at        timestamptz;

ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check;
ALTER TABLE user_changes ADD CONSTRAINT user_changes_kind_check
    CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request', 'settings'));

-- When the profile last changed, by the database's clock: profiles have no number that a sync could answer from.
ALTER TABLE users ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX users_by_change ON users (changed_at);
