//! The parts of the JSON where a derive does not say everything: absent and `null`, unknown fields, tags.

mod requests;

use damso_domain::{PollOptionText, PollOptions, PollQuestion, UserId};
use damso_protocol::{
    Attachment, AuthResponse, Block, Conversation, Conversations, CreateFolderRequest, CreatePollRequest,
    CreatedAttachment, CreatedReport, DeletionReport, DraftUpdated, ErrorKind, Exports, Folder, Folders,
    FoundMessages, FoundPeople, Friend, FriendInvite, FriendRequest, GroupInvite, GroupInvites,
    InvitePreview, Me, Members, Message, MessageEdit, Messages, Mutual, Page, Poll, PollVotePage,
    PollVoteRequest, PollVoteUpdated, Problem, ReactionPage, ReadPosition, Readers, Reads, ServerInfo,
    Sessions, SetDraftRequest, Settings, SharedMediaPage, SyncResponse, SystemNotice, UnreadMentions,
    UpdateFolderRequest, UpdateMembershipRequest, User, Users,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const ID: &str = "01a207bd-a9c0-7b01-9c4e-3f6a52d81c01";
const TIME: &str = "2026-11-23T09:30:00.000Z";

fn read<T: DeserializeOwned>(json: &Value) -> T {
    serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn write(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn user() -> Value {
    json!({
        "id": ID, "handle": null, "display_name": "", "status_message": "", "avatar": null, "version": 1,
        "is_deleted": true,
    })
}

fn me() -> Value {
    json!({
        "id": ID, "handle": "minji", "display_name": "김민지", "status_message": "", "avatar": null, "email": null,
        "pending_email": null, "locale": "ko", "version": 1, "user_rev": 0, "created_at": TIME,
        "birthday": "1990-03-05",
    })
}

fn message() -> Value {
    json!({
        "id": ID, "conversation_id": ID, "seq": 1, "rev": 1, "client_key": ID, "author_id": ID, "kind": "system",
        "text": null, "attachments": [], "system": { "type": "member_left" }, "created_at": TIME, "deleted_at": null,
        "edited_at": TIME, "reactions": [{ "emoji": "👍🏽", "count": 11, "user_ids": [ID] }], "my_reactions": ["👍🏽"],
        "reply_to": { "seq": 1, "rev": 3, "author_id": ID, "excerpt": "여섯 시에", "attachment": "image" },
        "forwarded": true, "mentions": [ID], "mentions_all": true,
        "mention_spans": [{ "user_id": ID, "start": 0, "end": 3 }, { "user_id": null, "start": 4, "end": 7 }],
        "is_silent": true, "poll": poll(),
    })
}

fn poll() -> Value {
    json!({
        "options": [{ "number": 1, "text": "김밥", "votes": 11, "user_ids": [ID] }], "is_multiple": true,
        "is_anonymous": false, "closes_at": TIME, "voter_count": 11, "my_options": [1],
    })
}

/// Reads what is right, and refuses the same with one field more.
fn assert_strict<T: DeserializeOwned>(json: Value) {
    read::<T>(&json);
    let mut more = json;
    more["surprise"] = json!(null);
    assert!(
        serde_json::from_value::<T>(more).is_err(),
        "{} takes an unknown field",
        std::any::type_name::<T>()
    );
}

/// Takes a field that a newer server may add, and writes back what it knows.
fn assert_lenient<T: DeserializeOwned + Serialize + miniserde::Deserialize>(json: &Value) {
    let mut more = json.clone();
    more["surprise"] = json!({ "from": "the future" });
    assert_eq!(write(&read::<T>(&more)), *json);
    assert_both_read::<T>(json);
    assert_both_read::<T>(&more);
}

/// The web client reads with other code than everybody else.
fn assert_both_read<T: DeserializeOwned + Serialize + miniserde::Deserialize>(json: &Value) {
    let lean: T = miniserde::json::from_str(&json.to_string()).unwrap_or_else(|_| panic!("{json}"));
    assert_eq!(write(&lean), write(&read::<T>(json)));
}

/// The same without one of its fields: what is optional for one is so for the other.
fn assert_both_miss<T: DeserializeOwned + Serialize + miniserde::Deserialize>(json: &Value) {
    for name in json.as_object().unwrap().keys() {
        let mut less = json.clone();
        less.as_object_mut().unwrap().remove(name);
        let lean = miniserde::json::from_str::<T>(&less.to_string());
        assert_eq!(lean.is_ok(), serde_json::from_value::<T>(less).is_ok(), "{name}");
    }
}

#[test]
fn answers_take_unknown_fields_and_write_what_is_absent_as_null() {
    assert_lenient::<User>(&user());
    assert_lenient::<Message>(&message());
    assert_lenient::<Me>(&me());
    assert_lenient::<ServerInfo>(&json!({
        "api_version": 1, "min_client_version": "0.1.0", "version": "0.1.0", "features": [], "sign_up": "open",
        "limits": {
            "message_chars": 4000, "message_attachments": 10, "upload_bytes": 1, "image_pixels": 1,
            "group_members": 1000,
        },
    }));
}

#[test]
fn both_readers_read_every_answer() {
    let attachment = json!({
        "id": ID, "file_name": "산.jpg", "media_type": "image/jpeg", "size_bytes": 9_007_199_254_740_991_i64,
        "state": "ready", "kind": "image", "width": 4000, "height": 3000, "placeholder": "3OcRJYB4d3h",
    });
    let membership = json!({
        "role": "owner", "read_seq": 3, "joined_seq": 0, "is_pinned": true, "muted_until": TIME,
        "archived_seq": 3, "is_archived": true, "is_marked_unread": true, "name_override": "산 친구들", "folder_id": ID,
    });
    let member = json!({ "user_id": ID, "role": "member", "joined_seq": 0, "read_seq": null });
    let conversation = json!({
        "id": ID, "kind": "group", "name": "주말 \"산행\" \u{1f3d4}", "avatar": null, "history": "all", "rev": 9,
        "last_seq": 4, "member_count": 2, "members": [member], "last_message": message(),
        "notice": message(), "membership": membership, "unread_count": 1000, "mention_count": 2,
        "draft": { "text": "여섯 시에 ", "reply_to_seq": 3, "updated_at": TIME }, "created_at": TIME,
    });
    let presence = json!({ "status": "away", "text": "점심", "last_seen_at": null });
    let friend = json!({
        "user": user(), "nickname": "우리 서연", "is_favorite": true, "is_hidden": false, "since": TIME,
        "presence": presence, "birthday": "02-29",
    });
    let block = json!({ "user": user(), "hide_profile": true, "since": TIME });
    assert_lenient::<Page<Block>>(&json!({ "items": [block], "next_cursor": null }));
    let settings = json!({
        "read_receipts": true, "typing_indicators": false, "presence_visibility": "nobody",
        "presence": { "status": "invisible", "text": null, "expires_at": TIME },
        "discoverable_by_handle": false, "friend_requests_from": "friends_of_friends", "group_adds_from": "nobody",
        "messages_from": "everyone", "birthday_visibility": "nobody",
    });
    assert_lenient::<Settings>(&settings);
    assert_lenient::<FoundPeople>(&json!({ "friends": [], "conversations": [], "users": [user()] }));
    let group = json!({ "id": ID, "name": null, "avatar": null, "member_count": 3 });
    assert_lenient::<Mutual>(
        &json!({ "friends": [user()], "friend_count": 101, "groups": [group], "group_count": 1 }),
    );
    let found = json!({ "message": message(), "highlights": [[0, 2], [5, 7]] });
    assert_lenient::<FoundMessages>(&json!({ "items": [found], "users": [user()], "next_cursor": "e30" }));
    assert_lenient::<SharedMediaPage>(
        &json!({ "items": [message()], "users": [user()], "next_cursor": "NQ" }),
    );
    let request = json!({
        "id": ID, "from": user(), "to": user(), "message": "", "state": "pending", "created_at": TIME,
    });
    let pointer = json!({ "conversation_id": ID, "read_seq": 1, "unread_count": 2, "mention_count": 1 });
    assert_lenient::<UnreadMentions>(&json!({ "seqs": [3, 7] }));
    assert_lenient::<Attachment>(&attachment);
    assert_lenient::<Conversation>(&conversation);
    assert_lenient::<Conversations>(
        &json!({ "items": [conversation], "users": [user()], "next_cursor": "c" }),
    );
    assert_lenient::<Members>(&json!({ "items": [member], "users": [user()], "next_cursor": null }));
    assert_lenient::<Reads>(&json!({ "items": [{ "user_id": ID, "joined_seq": 0, "read_seq": 4 }] }));
    assert_lenient::<ReadPosition>(&json!({
        "read_seq": 4, "unread_count": 2, "mention_count": 1, "rev": 9, "user_rev": 3,
    }));
    assert_lenient::<Messages>(&json!({
        "items": [message()], "users": [user()], "has_more_before": true, "has_more_after": false,
    }));
    assert_lenient::<Page<MessageEdit>>(
        &json!({ "items": [{ "text": null, "written_at": TIME }], "next_cursor": "c" }),
    );
    assert_lenient::<ReactionPage>(&json!({
        "items": [{ "emoji": "🇰🇷", "user_id": ID, "created_at": TIME }], "users": [user()], "next_cursor": null,
    }));
    assert_lenient::<Readers>(&json!({ "read": [user()], "unread": [] }));
    assert_lenient::<Page<Friend>>(&json!({ "items": [friend], "next_cursor": null }));
    assert_lenient::<Page<FriendRequest>>(&json!({ "items": [request], "next_cursor": null }));
    assert_lenient::<Users>(&json!({ "items": [user()] }));
    assert_lenient::<CreatedAttachment>(&json!({
        "attachment": attachment,
        "upload": {
            "part_size_bytes": 100_000_000, "expires_at": TIME,
            "parts": [{ "number": 1, "url": "/storage/x", "headers": [{ "name": "a", "value": "b" }] }],
        },
    }));
    assert_lenient::<SyncResponse>(&json!({
        "user_rev": 7,
        "user_changes": {
            "me": me(), "friends": [friend], "removed_friend_ids": [ID], "friend_requests": [request],
            "closed_friend_request_ids": [ID],
            "memberships": [{ "conversation_id": ID, "membership": membership }],
            "hidden_messages": [{ "conversation_id": ID, "seq": 2 }], "settings": settings,
            "folders": [{ "id": ID, "name": "가족" }],
            "drafts": [{ "conversation_id": ID, "draft": null }],
            "poll_votes": [{ "conversation_id": ID, "seq": 2, "rev": 9, "options": [1, 3] }], "blocks": [block], "removed_block_ids": [ID],
        },
        "conversations": [{
            "id": ID, "rev": 9, "messages": [message()], "withheld": [1, 2], "members": [member],
            "removed_members": [ID], "conversation": conversation, "is_reset": false,
        }],
        "pointers": [pointer], "joined": [conversation], "left": [ID], "users": [user()], "synced_at": TIME,
    }));
    assert_both_miss::<Conversation>(&conversation);
    assert_both_miss::<Attachment>(&attachment);
    assert_both_miss::<Message>(&message());
}

#[test]
fn both_readers_read_what_an_account_is_told() {
    assert_lenient::<CreatedReport>(&json!({ "id": ID }));
    let session = json!({
        "id": ID, "name": "노트북", "address": null, "created_at": TIME, "last_used_at": TIME, "is_current": true,
    });
    let export = json!({
        "id": ID, "state": "running", "progress": { "done": 3, "total": 9 }, "size_bytes": null, "created_at": TIME,
        "expires_at": TIME, "needs_proof": true,
    });
    assert_lenient::<Exports>(&json!({ "items": [export] }));
    assert_lenient::<Sessions>(&json!({ "items": [session] }));
    assert_lenient::<AuthResponse>(&json!({
        "user": me(), "session_id": ID, "access_token": "t", "expires_in_secs": 900, "refresh_token": null,
    }));
    assert_lenient::<DeletionReport>(&json!({
        "deleted_at": TIME,
        "removed": {
            "messages": 1, "attachments": 2, "bytes": 3, "sessions": 4, "friends": 5, "blocks": 7,
            "conversations": 6,
        },
    }));
}

#[test]
fn folders_are_read_as_they_are_written() {
    assert_strict::<CreateFolderRequest>(json!({ "name": "가족" }));
    assert_strict::<UpdateFolderRequest>(json!({ "position": 0 }));
    let folder = json!({ "id": ID, "name": "가족" });
    assert_lenient::<Folder>(&folder);
    assert_lenient::<Folders>(&json!({ "items": [folder] }));
    let view: UpdateMembershipRequest = read(&json!({ "folder_id": null }));
    assert_eq!(view.folder_id, Some(None));
}

#[test]
fn drafts_are_read_as_they_are_written() {
    assert_strict::<SetDraftRequest>(json!({ "text": "여섯 시에 ", "reply_to_seq": 3 }));
    let draft = json!({ "text": "여섯 시에 ", "reply_to_seq": null, "updated_at": TIME });
    assert_lenient::<DraftUpdated>(&json!({ "user_rev": 3, "conversation_id": ID, "draft": draft }));
    assert_lenient::<DraftUpdated>(&json!({ "user_rev": 3, "conversation_id": ID, "draft": null }));
}

#[test]
fn polls_are_read_as_they_are_written() {
    let options = json!(["김밥", "국수"]);
    assert_strict::<CreatePollRequest>(json!({ "client_key": ID, "question": "점심?", "options": options }));
    assert_strict::<CreatePollRequest>(json!({
        "client_key": ID, "question": "점심?", "options": options, "is_multiple": true, "is_anonymous": true,
        "closes_at": TIME,
    }));
    assert_strict::<PollVoteRequest>(json!({ "options": [1, 2] }));
    assert_lenient::<Poll>(&poll());
    assert_both_miss::<Poll>(&poll());
    assert_lenient::<PollVoteUpdated>(
        &json!({ "user_rev": 3, "conversation_id": ID, "seq": 2, "rev": 9, "options": [] }),
    );
    assert_lenient::<PollVotePage>(&json!({
        "items": [{ "user_id": ID, "options": [1], "created_at": TIME }], "users": [user()], "next_cursor": "x",
    }));
    // What is mine is in no event.
    let told = damso_protocol::MessageCreated::new(read(&message()));
    let told = write(&told)["message"].clone();
    assert_eq!(
        (&told["my_reactions"], &told["poll"]["my_options"]),
        (&Value::Null, &Value::Null)
    );
}

/// Each vote tells the whole message to everybody.
#[test]
fn the_largest_poll_has_less_than_twelve_kilobytes() {
    let text = |chars: usize| "가".repeat(chars);
    let option = |number: usize| {
        json!({
            "number": number, "text": text(PollOptionText::MAX_CHARS), "votes": 1_000,
            "user_ids": vec![ID.parse::<UserId>().unwrap(); Poll::NAMED],
        })
    };
    let mut largest = message();
    largest["text"] = text(PollQuestion::MAX_CHARS).into();
    largest["poll"]["options"] = (1..=PollOptions::MAX_COUNT).map(option).collect();
    let bytes = write(&read::<Message>(&largest)).to_string().len();
    assert!((9_000..12_000).contains(&bytes), "{bytes}");
}

#[test]
fn both_readers_read_every_link() {
    let code = "uJ3mKf2Q0mE6wY1vT8aZrA";
    let url = format!("https://talk.example.org/invite/{code}");
    assert_lenient::<FriendInvite>(&json!({ "code": code, "url": url, "expires_at": TIME }));
    let invite = json!({
        "code": code, "url": url, "made_by": user(), "max_uses": 10, "uses": 3, "created_at": TIME,
        "expires_at": null,
    });
    assert_lenient::<GroupInvite>(&invite);
    assert_lenient::<GroupInvites>(&json!({ "items": [invite] }));
    let avatar = json!({ "id": ID, "width": 512, "height": 512, "placeholder": "3OcRJYB4d3h" });
    assert_lenient::<InvitePreview>(
        &json!({ "kind": "group", "name": "산행", "avatar": avatar, "member_count": 12 }),
    );
    assert_lenient::<InvitePreview>(
        &json!({ "kind": "friend", "name": "민지", "avatar": null, "member_count": null }),
    );
}

#[test]
fn both_readers_read_every_notice() {
    for notice in [
        json!({ "type": "group_created" }),
        json!({ "type": "members_added", "user_ids": [ID] }),
        json!({ "type": "member_removed", "user_id": ID }),
        json!({ "type": "member_left" }),
        json!({ "type": "name_changed", "name": null }),
        json!({ "type": "name_changed", "name": "산행" }),
        json!({ "type": "owner_changed", "user_id": ID }),
        json!({ "type": "notice_set" }),
        json!({ "type": "notice_removed" }),
    ] {
        assert_lenient::<SystemNotice>(&notice);
    }
    for broken in [
        json!({}),
        json!({ "type": "came_later" }),
        json!({ "type": "members_added" }),
        json!({ "type": "member_removed", "user_id": "x" }),
        json!({ "type": "owner_changed", "user_ids": [ID] }),
    ] {
        assert!(
            miniserde::json::from_str::<SystemNotice>(&broken.to_string()).is_err(),
            "{broken}"
        );
        assert!(serde_json::from_value::<SystemNotice>(broken).is_err());
    }
}

#[test]
fn parts_of_an_answer_take_unknown_fields() {
    let mut notice = message();
    notice["system"]["surprise"] = json!(1);
    assert_eq!(write(&read::<Message>(&notice)), message());
    let mut picture = user();
    picture["avatar"] = json!({ "id": ID, "width": 1, "height": 1, "placeholder": null, "surprise": 1 });
    assert!(read::<User>(&picture).avatar.is_some());
}

#[test]
fn a_problem_spells_its_type_and_may_leave_out_its_fields() {
    let problem: Problem = read(&json!({
        "type": "/errors/conversation_not_found", "title": "No such conversation", "status": 404, "detail": null,
        "kind": "conversation_not_found", "request_id": "r", "surprise": 1,
    }));
    assert_eq!(
        (problem.kind, problem.fields.len()),
        (ErrorKind::ConversationNotFound, 0)
    );
    assert_eq!(write(&problem)["type"], "/errors/conversation_not_found");
}
