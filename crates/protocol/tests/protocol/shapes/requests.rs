//! What is asked: bodies and queries.

use std::fmt::Debug;

use damso_domain::{AttachmentId, History, Timestamp, UserId};
use damso_protocol::{
    AddMembersRequest, BlockRequest, ChangePasswordRequest, CompleteAttachmentRequest, ContentQuery,
    CreateAttachmentRequest, CreateConversationRequest, CreateFriendRequest, CreateReportRequest, DeleteFor,
    DeleteMessageQuery, DeletionRequest, EditMessageRequest, FriendRequestsQuery, ImageQuery,
    MarkReadRequest, MessagesQuery, PageQuery, ReactionsQuery, RefreshRequest, RenameSessionRequest,
    SearchMessagesQuery, SearchPeopleQuery, SendMessageRequest, SetAvatarRequest, SetPresenceRequest,
    SignInRequest, SignUpRequest, SyncRequest, UpdateConversationRequest, UpdateFriendRequest,
    UpdateMeRequest, UpdateMemberRequest, UpdateMembershipRequest, UpdateSettingsRequest, UploadPartsRequest,
    UsersQuery,
};
use serde_json::json;

use super::{ID, TIME, assert_strict, read, write};

fn id<T: std::str::FromStr<Err: Debug>>() -> T {
    ID.parse().unwrap()
}

fn time() -> Timestamp {
    read(&json!(TIME))
}

#[test]
fn patch_of_a_conversation_tells_absent_from_null_and_from_a_value() {
    let untouched: UpdateConversationRequest = read(&json!({}));
    assert_eq!(
        (untouched.name, untouched.avatar_attachment_id, untouched.history),
        (None, None, None)
    );

    let cleared: UpdateConversationRequest = read(&json!({ "name": null, "avatar_attachment_id": null }));
    assert_eq!(
        (cleared.name, cleared.avatar_attachment_id),
        (Some(None), Some(None))
    );

    let set: UpdateConversationRequest =
        read(&json!({ "name": "주말 산행", "avatar_attachment_id": ID, "history": "all" }));
    assert_eq!(set.name, Some(Some("주말 산행".to_owned())));
    assert_eq!(set.avatar_attachment_id, Some(Some(id::<AttachmentId>())));
    assert_eq!(set.history, Some(History::All));
}

#[test]
fn patch_of_a_membership_tells_absent_from_null_and_from_a_value() {
    let untouched: UpdateMembershipRequest = read(&json!({}));
    assert_eq!((untouched.is_pinned, untouched.muted_until), (None, None));

    let cleared: UpdateMembershipRequest = read(&json!({ "muted_until": null }));
    assert_eq!((cleared.is_pinned, cleared.muted_until), (None, Some(None)));

    let set: UpdateMembershipRequest = read(&json!({ "is_pinned": false, "muted_until": TIME }));
    assert_eq!(
        (set.is_pinned, set.muted_until),
        (Some(false), Some(Some(time())))
    );
}

#[test]
fn a_patch_is_written_as_it_is_read() {
    for json in [
        json!({}),
        json!({ "name": null }),
        json!({ "name": "산행", "avatar_attachment_id": null }),
    ] {
        assert_eq!(write(&read::<UpdateConversationRequest>(&json)), json);
    }
    for json in [
        json!({}),
        json!({ "muted_until": null }),
        json!({ "is_pinned": true, "muted_until": TIME }),
    ] {
        assert_eq!(write(&read::<UpdateMembershipRequest>(&json)), json);
    }
}

#[test]
fn a_patch_refuses_a_wrong_type() {
    assert!(serde_json::from_value::<UpdateConversationRequest>(json!({ "name": 1 })).is_err());
    assert!(serde_json::from_value::<UpdateMembershipRequest>(json!({ "muted_until": "tomorrow" })).is_err());
}

#[test]
fn an_edit_without_its_text_is_not_taken_for_one_that_removes_it() {
    assert!(serde_json::from_value::<EditMessageRequest>(json!({})).is_err());
    assert_eq!(read::<EditMessageRequest>(&json!({ "text": null })).text, None);
}

#[test]
fn bodies_refuse_unknown_fields() {
    assert_strict::<SignUpRequest>(json!({ "handle": "minji", "display_name": "김민지", "password": "p" }));
    assert_strict::<SignInRequest>(json!({ "login": "minji", "password": "p" }));
    assert_strict::<RefreshRequest>(json!({}));
    assert_strict::<UpdateMeRequest>(json!({}));
    assert_strict::<UpdateSettingsRequest>(json!({ "read_receipts": false }));
    assert_strict::<SetPresenceRequest>(json!({ "status": "away", "text": "점심", "expires_at": TIME }));
    assert_strict::<SetAvatarRequest>(json!({ "attachment_id": ID }));
    assert_strict::<ChangePasswordRequest>(json!({ "current_password": "a", "new_password": "b" }));
    assert_strict::<DeletionRequest>(json!({ "password": "p", "messages": "erase" }));
    assert_strict::<RenameSessionRequest>(json!({ "name": "노트북" }));
    assert_strict::<CreateFriendRequest>(json!({ "handle": "seoyeon" }));
    assert_strict::<UpdateFriendRequest>(json!({ "nickname": null, "is_favorite": true }));
    assert_strict::<BlockRequest>(json!({ "hide_profile": true }));
    assert_strict::<UpdateConversationRequest>(json!({}));
    assert_strict::<UpdateMembershipRequest>(json!({}));
    assert_strict::<AddMembersRequest>(json!({ "user_ids": [ID] }));
    assert_strict::<UpdateMemberRequest>(json!({ "role": "admin" }));
    assert_strict::<MarkReadRequest>(json!({ "seq": 1 }));
    assert_strict::<SendMessageRequest>(json!({ "client_key": ID, "text": "안녕" }));
    assert_strict::<CreateReportRequest>(json!({ "user_id": ID, "reason": "spam" }));
    assert_strict::<EditMessageRequest>(json!({ "text": null }));
    assert_strict::<CreateAttachmentRequest>(
        json!({ "file_name": "a", "media_type": "b/c", "size_bytes": 1 }),
    );
    assert_strict::<UploadPartsRequest>(json!({ "numbers": [1] }));
    assert_strict::<CompleteAttachmentRequest>(json!({ "parts": [{ "number": 1, "etag": "e" }] }));
    assert_strict::<SyncRequest>(json!({ "user_rev": 0, "conversations": [] }));
}

#[test]
fn queries_refuse_unknown_fields() {
    assert_strict::<PageQuery>(json!({}));
    assert_strict::<UsersQuery>(json!({ "ids": ID }));
    assert_strict::<FriendRequestsQuery>(json!({ "direction": "incoming" }));
    assert_strict::<MessagesQuery>(json!({ "before": 1 }));
    assert_strict::<DeleteMessageQuery>(json!({ "for": "me" }));
    assert_strict::<ReactionsQuery>(json!({ "emoji": "❤️" }));
    assert_strict::<SearchMessagesQuery>(json!({ "query": "회의록" }));
    assert_strict::<SearchPeopleQuery>(json!({ "query": "ㅁㅈ" }));
    assert_strict::<ContentQuery>(json!({}));
    assert_strict::<ImageQuery>(json!({}));
}

#[test]
fn parts_of_a_body_refuse_unknown_fields() {
    let sync =
        json!({ "user_rev": 0, "conversations": [{ "id": ID, "rev": 1, "read_seq": 0, "surprise": 1 }] });
    assert!(serde_json::from_value::<SyncRequest>(sync).is_err());
    let complete = json!({ "parts": [{ "number": 1, "etag": "e", "surprise": 1 }] });
    assert!(serde_json::from_value::<CompleteAttachmentRequest>(complete).is_err());
}

#[test]
fn a_new_conversation_is_told_by_its_kind() {
    let direct = json!({ "kind": "direct", "user_id": ID });
    assert!(
        matches!(read(&direct), CreateConversationRequest::Direct { user_id } if user_id == id::<UserId>())
    );
    assert_strict::<CreateConversationRequest>(direct);

    let group = json!({ "kind": "group", "member_ids": [ID] });
    assert!(matches!(
        read(&group),
        CreateConversationRequest::Group { name: None, member_ids } if member_ids == [id::<UserId>()]
    ));
    assert_eq!(write(&read::<CreateConversationRequest>(&group)), group);
    assert_strict::<CreateConversationRequest>(group);
    assert_strict::<CreateConversationRequest>(json!({ "kind": "group", "name": "산행", "member_ids": [] }));
}

#[test]
fn a_new_conversation_takes_only_the_fields_of_its_kind() {
    for refused in [
        json!({ "kind": "direct", "user_id": ID, "name": "산행" }),
        json!({ "kind": "direct", "user_id": ID, "member_ids": [] }),
        json!({ "kind": "group", "member_ids": [], "user_id": ID }),
        json!({ "kind": "direct" }),
        json!({ "kind": "group", "name": "산행" }),
        json!({ "kind": "self" }),
        json!({ "user_id": ID }),
    ] {
        assert!(
            serde_json::from_value::<CreateConversationRequest>(refused.clone()).is_err(),
            "{refused}"
        );
    }
}

#[test]
fn a_request_leaves_out_what_it_does_not_say() {
    let request = SendMessageRequest {
        client_key: id(),
        text: None,
        attachment_ids: Vec::new(),
        reply_to_seq: None,
        forward_of: None,
        mention_spans: Vec::new(),
        mentions_all: false,
        is_silent: false,
    };
    assert_eq!(write(&request), json!({ "client_key": ID }));
    assert_eq!(write(&UpdateMeRequest::default()), json!({}));
    assert_eq!(write(&RefreshRequest::default()), json!({}));
    assert_eq!(
        write(&DeleteMessageQuery {
            audience: DeleteFor::Everyone
        }),
        json!({ "for": "everyone" })
    );
}
