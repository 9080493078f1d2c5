-- In which people keep their conversations, each for themself. A conversation is in one of them or in none.
CREATE TABLE folders (
    id       uuid PRIMARY KEY,
    user_id  uuid NOT NULL REFERENCES users (id),
    name     text NOT NULL,
    -- Where it stands among the others; after a change 0 and on, without gaps.
    position integer NOT NULL
);
CREATE INDEX folders_by_user ON folders (user_id);

ALTER TABLE members ADD COLUMN folder_id uuid REFERENCES folders (id) ON DELETE SET NULL;
-- What is in one that is deleted.
CREATE INDEX members_by_folder ON members (folder_id) WHERE folder_id IS NOT NULL;

ALTER TABLE user_changes DROP CONSTRAINT user_changes_kind_check;
ALTER TABLE user_changes ADD CONSTRAINT user_changes_kind_check
    CHECK (kind IN ('conversation', 'membership', 'hidden_message', 'friend', 'friend_request', 'settings', 'block',
                    'folders'));
