//! Catching up after a gap, from one consistent snapshot.

use damso_domain::{ConversationId, FriendRequestId, Rev, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Block, ChangedDraft, ChangedPollVote, Conversation, Folder, Friend, FriendRequest, Me, Member,
    Membership, Message, Settings, User,
};

// Tabs of one browser hand it to each other, so the client reads it too.
/// Body of `POST /sync`: what the client has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncRequest {
    /// Where the client's copy of the user's own stream stands.
    pub user_rev: Rev,
    /// `synced_at` of the last answer; profiles that changed since then come along. Absent: none do.
    pub profiles_since: Option<Timestamp>,
    /// At most 500.
    #[cfg_attr(feature = "openapi", schema(max_items = 500))]
    pub conversations: Vec<SyncPosition>,
}

impl SyncRequest {
    /// How many conversations one call takes.
    pub const MAX_CONVERSATIONS: usize = 500;
    /// With more changed messages than this a conversation is reset.
    pub const MAX_CHANGES: usize = 200;
}

/// What the client has of one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncPosition {
    /// Which.
    pub id: ConversationId,
    /// Everything up to this change.
    pub rev: Rev,
    /// Where it thinks my pointer stands.
    pub read_seq: Seq,
}

/// Answer of `POST /sync`: what the client lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncResponse {
    /// Where the user's own stream stands.
    pub user_rev: Rev,
    /// What changed in it.
    pub user_changes: UserChanges,
    /// The conversations that changed, of those that were sent.
    pub conversations: Vec<ConversationChanges>,
    /// Where my pointer stands, where the client thinks otherwise or the count changed.
    pub pointers: Vec<Pointer>,
    /// New in my list since `user_rev`.
    pub joined: Vec<Conversation>,
    /// Gone from my list since `user_rev`.
    pub left: Vec<ConversationId>,
    /// Everyone who is mentioned, and whose profile changed.
    pub users: Vec<User>,
    /// What to send as `profiles_since` the next time. A little before the time of this answer, so that nothing falls
    /// between two.
    pub synced_at: Timestamp,
}

/// What changed in the user's own stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserChanges {
    /// My own profile, when it changed.
    pub me: Option<Me>,
    /// New or changed friends.
    pub friends: Vec<Friend>,
    /// Not friends any more.
    pub removed_friend_ids: Vec<UserId>,
    /// New requests from me or to me.
    pub friend_requests: Vec<FriendRequest>,
    /// Requests that were answered or withdrawn.
    pub closed_friend_request_ids: Vec<FriendRequestId>,
    /// Conversations that I see otherwise now.
    pub memberships: Vec<ChangedMembership>,
    /// Messages that I hid from myself.
    pub hidden_messages: Vec<HiddenMessage>,
    /// My settings, when they changed.
    pub settings: Option<Settings>,
    /// All my folders, when they changed.
    pub folders: Option<Vec<Folder>>,
    /// Conversations in which I have begun to write something else since, or nothing any more.
    pub drafts: Vec<ChangedDraft>,
    /// Polls in which I have voted, otherwise than before, or not any more.
    pub poll_votes: Vec<ChangedPollVote>,
    /// Whom I block, or block otherwise.
    pub blocks: Vec<Block>,
    /// Whom I do not block any more.
    pub removed_block_ids: Vec<UserId>,
}

/// How I see one conversation now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedMembership {
    /// Which.
    pub conversation_id: ConversationId,
    /// As it is now.
    pub membership: Membership,
}

/// A message that I hid from myself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HiddenMessage {
    /// Where.
    pub conversation_id: ConversationId,
    /// Which.
    pub seq: Seq,
}

/// What changed in one conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationChanges {
    /// Which.
    pub id: ConversationId,
    /// Where it stands now.
    pub rev: Rev,
    /// Messages that were made or changed since, ascending by `seq`.
    pub messages: Vec<Message>,
    /// Numbers of messages that I may not see.
    pub withheld: Vec<Seq>,
    /// Members that joined or changed since.
    pub members: Vec<Member>,
    /// Members that left since.
    pub removed_members: Vec<UserId>,
    /// The conversation as it is now.
    pub conversation: Conversation,
    /// Too much changed: drop the copy and load the newest page.
    pub is_reset: bool,
}

/// Where my pointer stands in one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pointer {
    /// Which.
    pub conversation_id: ConversationId,
    /// I have read up to and including this message.
    pub read_seq: Seq,
    /// Messages of others after it; 1000 means "999+".
    pub unread_count: i64,
    /// Those among them that mention me; at most 1000.
    pub mention_count: i64,
}
