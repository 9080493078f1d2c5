-- Who can reach an account. The defaults are what was so before.
ALTER TABLE users
    -- Whether whoever knows the handle finds it.
    ADD COLUMN discoverable_by_handle boolean NOT NULL DEFAULT true,
    ADD COLUMN friend_requests_from   text NOT NULL DEFAULT 'everyone'
        CHECK (friend_requests_from IN ('everyone', 'friends_of_friends', 'nobody')),
    ADD COLUMN group_adds_from        text NOT NULL DEFAULT 'friends' CHECK (group_adds_from IN ('friends', 'nobody')),
    -- Who may begin a direct conversation.
    ADD COLUMN messages_from          text NOT NULL DEFAULT 'friends' CHECK (messages_from IN ('everyone', 'friends'));
