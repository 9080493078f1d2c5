//! Conversations and who is in them.

use damso_domain::{
    AttachmentId, ConversationId, ConversationKind, FolderId, History, Rev, Role, Seq, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

use crate::{Draft, Image, Message, User};

/// A conversation as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conversation {
    /// The conversation.
    pub id: ConversationId,
    /// Notes to oneself, between two, or a group.
    pub kind: ConversationKind,
    /// Of a group; `null`: name it after its members.
    pub name: Option<String>,
    /// Of a group; `null`: draw its members.
    pub avatar: Option<Image>,
    /// What somebody who joins later can read.
    pub history: History,
    /// The number of its last stored change.
    pub rev: Rev,
    /// The number of its last message.
    pub last_seq: Seq,
    /// How many people are in it.
    pub member_count: i64,
    /// The first eight, by when they joined.
    pub members: Vec<Member>,
    /// The newest message that I may see.
    pub last_message: Option<Message>,
    /// The message that stands on top, if I may see it: as [`Message::into_notice`] has it.
    pub notice: Option<Box<Message>>,
    /// My own place in it.
    pub membership: Membership,
    /// Messages of others that I may see and have not read; 1000 means "999+".
    pub unread_count: i64,
    /// Those among them that mention me, or everybody, and are not by somebody whom I block; at most 1000.
    pub mention_count: i64,
    /// What I have begun to write in it.
    pub draft: Option<Draft>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One person in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// What they may do.
    pub role: Role,
    /// They joined after this message.
    pub joined_seq: Seq,
    /// They have read up to and including this message; `null`: not counted.
    pub read_seq: Option<Seq>,
}

/// My own place in a conversation, and how I see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    /// What I may do.
    pub role: Role,
    /// I joined after this message.
    pub joined_seq: Seq,
    /// I have read up to and including this message.
    pub read_seq: Seq,
    /// Kept on top of my list.
    pub is_pinned: bool,
    /// No notifications until then; `null`: not muted.
    pub muted_until: Option<Timestamp>,
    /// I have put it away when this was the last message; `null`: it is in my list.
    pub archived_seq: Option<Seq>,
    /// It is put away, and nobody else has written since. Our client keeps it away while it is muted, whatever is written.
    pub is_archived: bool,
    /// Shown as unread until I read it, on any device.
    pub is_marked_unread: bool,
    /// What I call it; `null`: by its own name. Nobody else sees it.
    pub name_override: Option<String>,
    /// The folder of mine it is in; `null`: in none.
    pub folder_id: Option<FolderId>,
}

/// What to make. Sent as `{"kind":"direct","user_id":…}` or `{"kind":"group","member_ids":[…]}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CreateConversationRequest {
    /// With one friend; there is one for each pair.
    Direct {
        /// The other one.
        user_id: UserId,
    },
    /// With several friends.
    Group {
        /// 1 to 50 characters; named after its members when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// 1 to 999 friends of mine.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 999))]
        member_ids: Vec<UserId>,
    },
}

/// Body of `PATCH /conversations/{conversation_id}`; what is absent stays, `null` clears.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateConversationRequest {
    /// 1 to 50 characters; `null`: name it after its members.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub name: Option<Option<String>>,
    /// A completed upload of an image by this account; `null`: draw its members.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<AttachmentId>))]
    pub avatar_attachment_id: Option<Option<AttachmentId>>,
    /// What somebody who joins later can read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
}

/// Body of `PUT /conversations/{conversation_id}/notice`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetNoticeRequest {
    /// The message to put on top: one that I see, by a person.
    pub seq: Seq,
}

/// Body of `PATCH /conversations/{conversation_id}/membership`; what is absent stays, `null` clears.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateMembershipRequest {
    /// Keep it on top of my list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_pinned: Option<bool>,
    /// No notifications until then; `null` ends it.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Timestamp>))]
    pub muted_until: Option<Option<Timestamp>>,
    /// Put it away, which unpins it, until somebody else writes; `false`, and pinning it, bring it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_archived: Option<bool>,
    /// Show it as unread until I read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_marked_unread: Option<bool>,
    /// What I call it, 1 to 50 characters; `null`, and what shows nothing, is by its own name.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub name_override: Option<Option<String>>,
    /// Put it into this folder of mine; `null` takes it out.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<FolderId>))]
    pub folder_id: Option<Option<FolderId>>,
}

/// Body of `POST /conversations/{conversation_id}/members`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddMembersRequest {
    /// 1 to 100 friends of mine.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub user_ids: Vec<UserId>,
}

/// Body of `PATCH /conversations/{conversation_id}/members/{user_id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateMemberRequest {
    /// `owner` hands the group over.
    pub role: Role,
}

/// A page of conversations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conversations {
    /// Pinned ones first, then by their last message.
    pub items: Vec<Conversation>,
    /// Everyone who is mentioned in them.
    pub users: Vec<User>,
    /// Opaque; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// One conversation, with everyone who is mentioned in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Members {
    /// By when they joined.
    pub items: Vec<Member>,
    /// The same people.
    pub users: Vec<User>,
    /// Opaque; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// How far everyone in a conversation has read, for the numbers beside the messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reads {
    /// Everyone who is counted.
    pub items: Vec<MemberRead>,
}

/// How far one member has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberRead {
    /// Who.
    pub user_id: UserId,
    /// They joined after this message, so earlier ones do not wait for them.
    pub joined_seq: Seq,
    /// They have read up to and including this message.
    pub read_seq: Seq,
}

/// Body of `PUT /conversations/{conversation_id}/read`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkReadRequest {
    /// The last message that was shown. The pointer only moves forward.
    pub seq: Seq,
}

/// Where my pointer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadPosition {
    /// I have read up to and including this message.
    pub read_seq: Seq,
    /// Messages of others after it that I may see; 1000 means "999+".
    pub unread_count: i64,
    /// Those among them that mention me; at most 1000.
    pub mention_count: i64,
    /// Where the conversation stood when they were counted.
    pub rev: Rev,
    /// Where my own stream stood when they were counted.
    pub user_rev: Rev,
}
