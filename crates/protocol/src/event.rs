//! What travels over the socket.

use damso_domain::{ConversationId, FriendRequestId, History, Rev, Seq, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    BlockAdded, BlockRemoved, Conversation, DraftUpdated, FoldersUpdated, Friend, FriendRequest, Image,
    Member, Membership, Message, PollVoteUpdated, PresenceChanged, ReadPosition, SettingsUpdated, User,
};

/// What a client may say. Nothing that must not be lost goes up the socket: writes are HTTP requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    content = "data",
    rename_all = "snake_case",
    deny_unknown_fields
)]
pub enum ClientCommand {
    /// The first frame, within five seconds.
    Authenticate(Authenticate),
    /// What is on the screen; replaces the last one.
    Watch(Watch),
    /// I am typing.
    Typing(TypingCommand),
    /// Are you there?
    Ping(Empty),
}

/// An object without fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// Signs the socket in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authenticate {
    /// The one of the `Authorization` header.
    pub access_token: String,
}

/// What is on the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// At most 32.
    pub conversation_ids: Vec<ConversationId>,
}

impl Watch {
    /// How many conversations a screen shows at the most.
    pub const MAX: usize = 32;
}

/// Where I am typing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypingCommand {
    /// Where.
    pub conversation_id: ConversationId,
}

/// Something that happened. A frame is the same bytes for everyone who gets it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "most events are messages, and few are held at once"
)]
pub enum ServerEvent {
    /// The socket is signed in; events follow.
    Ready(Ready),
    /// Yes, I am here.
    Pong(Empty),
    /// The server may have missed something: call `/sync` after a random 0 to 5 s.
    Resync(Empty),

    /// A message was stored.
    MessageCreated(MessageCreated),
    /// A message changed.
    MessageUpdated(MessageCreated),
    /// A message is gone for everyone.
    MessageDeleted(MessageDeleted),
    /// Somebody wrote what the receiver may not see; only its numbers are told, so that none is missing.
    MessageWithheld(MessageWithheld),
    /// Everything somebody wrote is gone, and so are their reactions.
    MessagesErased(MessagesErased),
    /// Somebody reacted to a message.
    ReactionAdded(ReactionChanged),
    /// Somebody took a reaction back.
    ReactionRemoved(ReactionChanged),
    /// Name, picture, history setting or notice changed.
    ConversationUpdated(ConversationUpdated),
    /// Somebody joined.
    MemberAdded(MemberChanged),
    /// Somebody's role changed.
    MemberUpdated(MemberChanged),
    /// Somebody left or was removed.
    MemberRemoved(MemberRemoved),

    /// A conversation appeared in my list.
    ConversationJoined(ConversationJoined),
    /// A conversation is gone from my list; drop its copy.
    ConversationLeft(ConversationLeft),
    /// How I see a conversation changed.
    MembershipUpdated(MembershipUpdated),
    /// I hid a message from myself.
    MessageHidden(MessageHidden),
    /// Somebody is a friend now.
    FriendAdded(FriendAdded),
    /// I keep a friend in my list otherwise than before, or they tell another birthday.
    FriendUpdated(FriendUpdated),
    /// Somebody is not a friend any more.
    FriendRemoved(FriendRemoved),
    /// Somebody asks to be a friend, or I asked on another device.
    FriendRequestReceived(FriendRequestReceived),
    /// A request was answered or withdrawn.
    FriendRequestClosed(FriendRequestClosed),
    /// My settings changed.
    SettingsUpdated(SettingsUpdated),
    /// My folders changed.
    FoldersUpdated(FoldersUpdated),
    /// What I have begun to write changed.
    DraftUpdated(DraftUpdated),
    /// I have voted, otherwise than before, or not any more.
    PollVoteUpdated(PollVoteUpdated),
    /// I blocked somebody, or changed how much is hidden from them.
    BlockAdded(BlockAdded),
    /// I do not block somebody any more.
    BlockRemoved(BlockRemoved),
    /// A session of mine ended.
    SessionEnded(SessionEnded),

    /// Members have read up to a message. The larger value wins.
    ReadsMoved(ReadsMoved),
    /// I read something, here or on another device.
    UnreadChanged(UnreadChanged),
    /// Somebody's profile changed. The larger version wins.
    ProfileUpdated(ProfileUpdated),
    /// Shown for a few seconds unless repeated.
    TypingStarted(TypingStarted),
    /// Friends came, went or say something else.
    PresenceChanged(PresenceChanged),
}

/// The socket is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct Ready {
    /// Who is signed in.
    pub user_id: UserId,
    /// With which session.
    pub session_id: SessionId,
    /// Where the user's own stream stands.
    pub user_rev: Rev,
    /// The version of this API.
    pub api_version: u32,
    /// Web clients older than this have to reload.
    pub min_client_version: String,
    /// Send a `ping` at least this often.
    pub heartbeat_interval_ms: u32,
    /// The server's clock.
    pub server_time: Timestamp,
}

/// A message was stored, or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct MessageCreated {
    /// The whole message; its `rev` is the conversation's.
    pub message: Message,
}

impl MessageCreated {
    /// Tells everyone the same: without what depends on who looks.
    pub fn new(message: Message) -> Self {
        Self {
            message: message.without_mine(),
        }
    }
}

/// A message is gone for everyone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct MessageDeleted {
    /// Where.
    pub conversation_id: ConversationId,
    /// Which.
    pub seq: Seq,
    /// The conversation's new number.
    pub rev: Rev,
    /// Whose message it was, so that a client that has not loaded it knows whether it counted as unread.
    pub author_id: UserId,
    /// When.
    pub deleted_at: Timestamp,
}

/// The numbers of a message that the receiver may not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct MessageWithheld {
    /// Where.
    pub conversation_id: ConversationId,
    /// Its number.
    pub seq: Seq,
    /// The conversation's new number.
    pub rev: Rev,
}

/// Everything somebody wrote in a conversation is gone, and what they reacted with to what others wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct MessagesErased {
    /// Where.
    pub conversation_id: ConversationId,
    /// The conversation's new number.
    pub rev: Rev,
    /// Whose messages.
    pub author_id: UserId,
    /// When.
    pub deleted_at: Timestamp,
}

/// Somebody reacted to a message, or took that back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct ReactionChanged {
    /// Where.
    pub conversation_id: ConversationId,
    /// To which message.
    pub seq: Seq,
    /// The conversation's new number, and the message's.
    pub rev: Rev,
    /// With what.
    pub emoji: String,
    /// Who.
    pub user_id: UserId,
}

/// Name, picture, history setting and notice of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct ConversationUpdated {
    /// Which.
    pub conversation_id: ConversationId,
    /// Its new number.
    pub rev: Rev,
    /// What it is called now.
    pub name: Option<String>,
    /// Its picture now.
    pub avatar: Option<Image>,
    /// Its history setting now.
    pub history: History,
    /// What stands on top of it now, for those who may see that message; `null` for the others.
    pub notice: Option<Box<Message>>,
}

/// Somebody joined, or their role changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct MemberChanged {
    /// Where.
    pub conversation_id: ConversationId,
    /// The conversation's new number.
    pub rev: Rev,
    /// Their place now.
    pub member: Member,
    /// Who they are.
    pub user: User,
}

/// Somebody left or was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct MemberRemoved {
    /// Where.
    pub conversation_id: ConversationId,
    /// The conversation's new number.
    pub rev: Rev,
    /// Who.
    pub user_id: UserId,
}

/// A conversation appeared in my list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct ConversationJoined {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// The conversation, as I see it.
    pub conversation: Box<Conversation>,
    /// Everyone who is mentioned in it.
    pub users: Vec<User>,
}

/// A conversation is gone from my list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct ConversationLeft {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// Which.
    pub conversation_id: ConversationId,
}

/// How I see a conversation changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct MembershipUpdated {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// Which.
    pub conversation_id: ConversationId,
    /// As it is now.
    pub membership: Membership,
}

/// I hid a message from myself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct MessageHidden {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// Where.
    pub conversation_id: ConversationId,
    /// Which.
    pub seq: Seq,
}

/// Somebody is a friend now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct FriendAdded {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// Who.
    pub friend: Friend,
}

/// I keep a friend in my list otherwise than before, or they tell another birthday.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct FriendUpdated {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// Who, and how I keep them now.
    pub friend: Friend,
}

/// Somebody is not a friend any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct FriendRemoved {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// Who.
    pub user_id: UserId,
}

/// There is a new request from me or to me.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct FriendRequestReceived {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// The request.
    pub request: FriendRequest,
}

/// A request was answered or withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct FriendRequestClosed {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// Which.
    pub request_id: FriendRequestId,
}

/// A session of mine ended. Its own sockets hear it right before they are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct SessionEnded {
    /// Which.
    pub session_id: SessionId,
}

/// Members have read up to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct ReadsMoved {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who, and how far.
    pub reads: Vec<MovedRead>,
}

/// How far one member has read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct MovedRead {
    /// Who.
    pub user_id: UserId,
    /// Up to and including this message; `null`: not counted any more.
    pub read_seq: Option<Seq>,
}

/// I read something, here or on another device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct UnreadChanged {
    /// Where.
    pub conversation_id: ConversationId,
    /// I have read up to and including this message.
    pub read_seq: Seq,
    /// Messages of others after it; 1000 means "999+".
    pub unread_count: i64,
    /// Those among them that mention me; at most 1000.
    pub mention_count: i64,
    /// Where the conversation stood when they were counted: facts up to it are in the count.
    pub rev: Rev,
    /// Where my own stream stood when they were counted.
    pub user_rev: Rev,
}

impl UnreadChanged {
    /// The answer to the one who read, as their other devices are told.
    pub const fn new(conversation_id: ConversationId, position: ReadPosition) -> Self {
        let ReadPosition {
            read_seq,
            unread_count,
            mention_count,
            rev,
            user_rev,
        } = position;
        Self {
            conversation_id,
            read_seq,
            unread_count,
            mention_count,
            rev,
            user_rev,
        }
    }
}

/// Somebody's profile changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct ProfileUpdated {
    /// As it is now.
    pub user: User,
}

/// Somebody is typing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct TypingStarted {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub user_id: UserId,
}

impl ServerEvent {
    /// Where a stored fact of a conversation stands: which conversation, and its number there.
    pub fn conversation_rev(&self) -> Option<(ConversationId, Rev)> {
        match self {
            Self::MessageCreated(MessageCreated { message })
            | Self::MessageUpdated(MessageCreated { message }) => {
                Some((message.conversation_id, message.rev))
            }
            Self::MessageDeleted(event) => Some((event.conversation_id, event.rev)),
            Self::MessageWithheld(event) => Some((event.conversation_id, event.rev)),
            Self::MessagesErased(event) => Some((event.conversation_id, event.rev)),
            Self::ReactionAdded(event) | Self::ReactionRemoved(event) => {
                Some((event.conversation_id, event.rev))
            }
            Self::ConversationUpdated(event) => Some((event.conversation_id, event.rev)),
            Self::MemberAdded(event) | Self::MemberUpdated(event) => Some((event.conversation_id, event.rev)),
            Self::MemberRemoved(event) => Some((event.conversation_id, event.rev)),
            _ => None,
        }
    }

    /// Where a stored fact of my own stream stands.
    pub fn user_rev(&self) -> Option<Rev> {
        match self {
            Self::ConversationJoined(event) => Some(event.user_rev),
            Self::ConversationLeft(event) => Some(event.user_rev),
            Self::MembershipUpdated(event) => Some(event.user_rev),
            Self::MessageHidden(event) => Some(event.user_rev),
            Self::FriendAdded(event) => Some(event.user_rev),
            Self::FriendUpdated(event) => Some(event.user_rev),
            Self::FriendRemoved(event) => Some(event.user_rev),
            Self::FriendRequestReceived(event) => Some(event.user_rev),
            Self::FriendRequestClosed(event) => Some(event.user_rev),
            Self::SettingsUpdated(event) => Some(event.user_rev),
            Self::FoldersUpdated(event) => Some(event.user_rev),
            Self::DraftUpdated(event) => Some(event.user_rev),
            Self::PollVoteUpdated(event) => Some(event.user_rev),
            Self::BlockAdded(event) => Some(event.user_rev),
            Self::BlockRemoved(event) => Some(event.user_rev),
            _ => None,
        }
    }
}
