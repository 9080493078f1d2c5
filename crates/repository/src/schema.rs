//! The tables as Diesel sees them. Kept by hand; a test compares it with the live catalogue.
#![expect(missing_docs, reason = "the migrations say what the columns mean")]

diesel::table! {
    server_facts (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        handle -> Nullable<Text>,
        display_name -> Text,
        status_message -> Text,
        password_hash -> Nullable<Text>,
        email -> Nullable<Text>,
        locale -> Text,
        avatar_id -> Nullable<Uuid>,
        avatar_placeholder -> Nullable<Text>,
        version -> BigInt,
        rev -> BigInt,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        avatar_side -> Nullable<Integer>,
        read_receipts -> Bool,
        typing_indicators -> Bool,
        presence_visibility -> Text,
        presence_status -> Text,
        presence_text -> Nullable<Text>,
        presence_expires_at -> Nullable<Timestamptz>,
        last_seen_at -> Nullable<Timestamptz>,
        changed_at -> Timestamptz,
        hidden_from -> Nullable<Array<Uuid>>,
        verified_email -> Nullable<Text>,
        disabled_at -> Nullable<Timestamptz>,
        disabled_reason -> Nullable<Text>,
        discoverable_by_handle -> Bool,
        friend_requests_from -> Text,
        group_adds_from -> Text,
        messages_from -> Text,
        birthday -> Nullable<Text>,
        birthday_visibility -> Text,
    }
}

diesel::table! {
    held_handles (handle) {
        handle -> Text,
        user_id -> Uuid,
        held_until -> Timestamptz,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        name -> Text,
        address -> Nullable<Text>,
        generation -> BigInt,
        seen_generation -> BigInt,
        seen_at -> Timestamptz,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        proved_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    refresh_tokens (hash) {
        hash -> Bytea,
        session_id -> Uuid,
        generation -> BigInt,
    }
}

diesel::table! {
    user_changes (user_id, kind, subject_id) {
        user_id -> Uuid,
        kind -> Text,
        subject_id -> Uuid,
        rev -> BigInt,
    }
}

diesel::table! {
    friendships (user_id, friend_id) {
        user_id -> Uuid,
        friend_id -> Uuid,
        since -> Timestamptz,
        is_mutual -> Bool,
        last_seen_at -> Nullable<Timestamptz>,
        nickname -> Nullable<Text>,
        is_favorite -> Bool,
        is_hidden -> Bool,
    }
}

diesel::table! {
    folders (id) {
        id -> Uuid,
        user_id -> Uuid,
        name -> Text,
        position -> Integer,
    }
}

diesel::table! {
    drafts (user_id, conversation_id) {
        user_id -> Uuid,
        conversation_id -> Uuid,
        text -> Text,
        reply_to_seq -> Nullable<BigInt>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    friend_requests (id) {
        id -> Uuid,
        from_id -> Uuid,
        to_id -> Uuid,
        message -> Text,
        created_at -> Timestamptz,
        hidden_for -> Nullable<Uuid>,
    }
}

diesel::table! {
    blocks (user_id, blocked_id) {
        user_id -> Uuid,
        blocked_id -> Uuid,
        hide_profile -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    conversations (id) {
        id -> Uuid,
        kind -> Text,
        name -> Nullable<Text>,
        avatar_id -> Nullable<Uuid>,
        avatar_placeholder -> Nullable<Text>,
        history -> Text,
        direct_key -> Nullable<Text>,
        last_seq -> BigInt,
        rev -> BigInt,
        created_at -> Timestamptz,
        avatar_side -> Nullable<Integer>,
        members_rev -> BigInt,
        members_version -> BigInt,
        notice_seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    members (conversation_id, user_id) {
        conversation_id -> Uuid,
        user_id -> Uuid,
        role -> Text,
        joined_seq -> BigInt,
        joined_rev -> BigInt,
        joined_at -> Timestamptz,
        read_seq -> BigInt,
        is_counted -> Bool,
        is_listed -> Bool,
        is_pinned -> Bool,
        muted_until -> Nullable<Timestamptz>,
        rev -> BigInt,
        left_rev -> Nullable<BigInt>,
        is_blocking -> Bool,
        shown_read_seq -> Nullable<BigInt>,
        is_removed -> Bool,
        archived_seq -> Nullable<BigInt>,
        is_marked_unread -> Bool,
        name_override -> Nullable<Text>,
        folder_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    messages (conversation_id, seq) {
        conversation_id -> Uuid,
        seq -> BigInt,
        id -> Uuid,
        rev -> BigInt,
        author_id -> Uuid,
        client_key -> Uuid,
        kind -> Text,
        text -> Nullable<Text>,
        system -> Nullable<Jsonb>,
        withheld_for -> Nullable<Array<Uuid>>,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        edited_at -> Nullable<Timestamptz>,
        reactions -> Nullable<Jsonb>,
        reply_to_seq -> Nullable<BigInt>,
        forwarded -> Bool,
        mentions -> Nullable<Jsonb>,
        is_silent -> Bool,
        poll -> Nullable<Jsonb>,
    }
}

diesel::table! {
    hidden_messages (user_id, conversation_id, seq) {
        user_id -> Uuid,
        conversation_id -> Uuid,
        seq -> BigInt,
        message_id -> Uuid,
    }
}

diesel::table! {
    attachments (id) {
        id -> Uuid,
        owner_id -> Uuid,
        file_name -> Text,
        media_type -> Text,
        size_bytes -> BigInt,
        state -> Text,
        kind -> Text,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        placeholder -> Nullable<Text>,
        upload_key -> Nullable<Text>,
        object_key -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    message_attachments (conversation_id, seq, position) {
        conversation_id -> Uuid,
        seq -> BigInt,
        position -> SmallInt,
        attachment_id -> Uuid,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        payload -> Jsonb,
        run_at -> Timestamptz,
        attempts -> Integer,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    message_edits (conversation_id, seq, rev) {
        conversation_id -> Uuid,
        seq -> BigInt,
        rev -> BigInt,
        text -> Nullable<Text>,
        written_at -> Timestamptz,
    }
}

diesel::table! {
    reactions (conversation_id, seq, user_id, emoji) {
        conversation_id -> Uuid,
        seq -> BigInt,
        user_id -> Uuid,
        emoji -> Text,
        rev -> BigInt,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    poll_votes (conversation_id, seq, user_id) {
        conversation_id -> Uuid,
        seq -> BigInt,
        user_id -> Uuid,
        message_id -> Uuid,
        options -> Array<BigInt>,
        rev -> BigInt,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    links (hash) {
        hash -> Bytea,
        user_id -> Uuid,
        purpose -> Text,
        email -> Nullable<Text>,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    security_events (id) {
        id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        device -> Nullable<Text>,
        address -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    totps (user_id) {
        user_id -> Uuid,
        salt -> Bytea,
        confirmed_at -> Nullable<Timestamptz>,
        last_step -> BigInt,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    recovery_codes (user_id, hash) {
        user_id -> Uuid,
        hash -> Bytea,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Uuid,
        user_id -> Uuid,
        credential_id -> Bytea,
        credential -> Jsonb,
        name -> Text,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    exports (id) {
        id -> Uuid,
        user_id -> Uuid,
        state -> Text,
        done -> BigInt,
        total -> BigInt,
        size_bytes -> Nullable<BigInt>,
        object_key -> Nullable<Text>,
        claim -> Nullable<Uuid>,
        due_at -> Timestamptz,
        attempts -> Integer,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    invites (id) {
        id -> Uuid,
        hash -> Bytea,
        max_uses -> Integer,
        uses -> Integer,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    reports (id) {
        id -> Uuid,
        reporter_id -> Nullable<Uuid>,
        user_id -> Uuid,
        conversation_id -> Nullable<Uuid>,
        seq -> Nullable<BigInt>,
        reason -> Text,
        note -> Nullable<Text>,
        evidence -> Jsonb,
        created_at -> Timestamptz,
        resolved_at -> Nullable<Timestamptz>,
        resolution -> Nullable<Text>,
    }
}

diesel::table! {
    invite_links (id) {
        id -> Uuid,
        hash -> Bytea,
        maker_id -> Uuid,
        conversation_id -> Nullable<Uuid>,
        max_uses -> Nullable<Integer>,
        uses -> Integer,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    message_search (conversation_id, seq) {
        conversation_id -> Uuid,
        seq -> BigInt,
        at -> Timestamptz,
        key -> Text,
    }
}

diesel::table! {
    message_search_progress (conversation_id) {
        conversation_id -> Uuid,
        rev -> BigInt,
        seq -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(attachments, message_attachments);
diesel::allow_tables_to_appear_in_same_query!(users, friendships, friend_requests, blocks, members);
