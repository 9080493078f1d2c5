DROP TABLE jobs, message_attachments, attachments, hidden_messages, messages, members, conversations,
    friend_requests, friendships, user_changes, refresh_tokens, sessions, held_handles, users, server_facts;
