//! Messages.

use damso_domain::{
    AttachmentId, AttachmentKind, ClientKey, ConversationId, Mention, MessageId, MessageKind, Rev, Seq,
    Timestamp, UserId,
};
use miniserde::de::{Map, Visitor};
use serde::{Deserialize, Serialize};

use crate::{Attachment, Poll, Reactions, User};

/// A message. Of two copies the one with the larger `rev` is the newer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// The message.
    pub id: MessageId,
    /// Where it is.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
    /// The conversation's number of its last change.
    pub rev: Rev,
    /// Made by the client that sent it.
    pub client_key: ClientKey,
    /// Who wrote it, or caused it.
    pub author_id: UserId,
    /// By a person, by the conversation itself, or a poll.
    pub kind: MessageKind,
    /// `null` when there is none, or when it was deleted.
    pub text: Option<String>,
    /// In the order they were sent in.
    pub attachments: Vec<Attachment>,
    /// What happened, when the conversation itself speaks.
    pub system: Option<SystemNotice>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it was deleted; its text, attachments and reactions are gone then.
    pub deleted_at: Option<Timestamp>,
    /// When its text was last changed.
    pub edited_at: Option<Timestamp>,
    /// How people reacted: at most twenty kinds, in the order in which they appeared.
    pub reactions: Vec<Reactions>,
    /// The kinds among them that are mine, in the same order. `null` in events, which are the same for everyone.
    pub my_reactions: Option<Vec<String>>,
    /// What it answers; `null` also where I may not see that message.
    pub reply_to: Option<ReplyTo>,
    /// Whether its author has taken it from another message. From where, and whose that was, is not told.
    pub forwarded: bool,
    /// Whom it mentions, each once, in the order of the text; nobody when it was deleted.
    pub mentions: Vec<UserId>,
    /// Whether it mentions everybody who was in the group.
    pub mentions_all: bool,
    /// Where in the text it mentions whom, in the order of the text and none over another. The text says there what they
    /// were called when it was written.
    pub mention_spans: Vec<Mention>,
    /// Whether its author wants it to call nobody: it counts as unread, and no device makes a sound or a notification of it.
    pub is_silent: bool,
    /// What can be voted for, when its kind is `poll`; `null` otherwise, when it was deleted, and on top of its conversation.
    pub poll: Option<Poll>,
}

impl Message {
    /// As everybody is told it who sees it: without what is mine.
    #[must_use]
    pub fn without_mine(mut self) -> Self {
        self.my_reactions = None;
        if let Some(poll) = &mut self.poll {
            poll.my_options = None;
        }
        self
    }

    /// Whether it means somebody, by name or with everybody. Of one's own messages that is nothing to be told of.
    pub fn mentions_user(&self, user: UserId) -> bool {
        self.author_id != user && (self.mentions_all || self.mentions.contains(&user))
    }
}

impl Message {
    /// The message as it stands on top of its conversation: without how people reacted to it, what it answers and how they
    /// voted, so that it is the same for everybody who sees it. Its `rev` may be that of a reaction or a vote.
    #[must_use]
    pub fn into_notice(self) -> Self {
        Self {
            reactions: Vec::new(),
            my_reactions: Some(Vec::new()),
            reply_to: None,
            poll: None,
            ..self
        }
    }
}

/// The message that another one answers, as it was when this was told: whoever hears of a change of that message changes
/// this as well. Of two copies the one with the larger `rev` is the newer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplyTo {
    /// Its number in the same conversation.
    pub seq: Seq,
    /// The conversation's number of its last change.
    pub rev: Rev,
    /// Who wrote it.
    pub author_id: UserId,
    /// The beginning of what it says, without marks and with spoilers covered, in one line of at most 100 characters;
    /// `null` when it has no text, or was deleted.
    pub excerpt: Option<String>,
    /// What its first attachment is; `null` when it has none, or was deleted.
    pub attachment: Option<AttachmentKind>,
}

/// What a conversation says of itself; the message's author did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SystemNotice {
    /// The group was made.
    GroupCreated,
    /// People were brought in.
    MembersAdded {
        /// Who.
        user_ids: Vec<UserId>,
    },
    /// The author came by a link.
    MemberJoined,
    /// Somebody was removed.
    MemberRemoved {
        /// Who.
        user_id: UserId,
    },
    /// The author left.
    MemberLeft,
    /// The group is called something else.
    NameChanged {
        /// The new name; `null`: named after its members.
        name: Option<String>,
    },
    /// The group was handed over.
    OwnerChanged {
        /// To whom.
        user_id: UserId,
    },
    /// A message was put on top.
    NoticeSet,
    /// What stood on top was taken away.
    NoticeRemoved,
}

/// All that a notice may hold, while it is read.
struct NoticeParts<'a> {
    kind: Option<String>,
    user_ids: Option<Vec<UserId>>,
    user_id: Option<UserId>,
    name: Option<Option<String>>,
    out: &'a mut Option<SystemNotice>,
}

miniserde::make_place!(Place);

impl miniserde::Deserialize for SystemNotice {
    fn begin(out: &mut Option<Self>) -> &mut dyn Visitor {
        Place::new(out)
    }
}

impl Visitor for Place<SystemNotice> {
    fn map(&mut self) -> miniserde::Result<Box<dyn Map + '_>> {
        Ok(Box::new(NoticeParts {
            kind: None,
            user_ids: None,
            user_id: None,
            name: None,
            out: &mut self.out,
        }))
    }
}

impl Map for NoticeParts<'_> {
    fn key(&mut self, key: &str) -> miniserde::Result<&mut dyn Visitor> {
        use miniserde::Deserialize as _;
        Ok(match key {
            "type" => String::begin(&mut self.kind),
            "user_ids" => Vec::begin(&mut self.user_ids),
            "user_id" => UserId::begin(&mut self.user_id),
            "name" => Option::begin(&mut self.name),
            _ => <dyn Visitor>::ignore(),
        })
    }

    fn finish(&mut self) -> miniserde::Result<()> {
        let user_id = self.user_id.ok_or(miniserde::Error);
        *self.out = Some(match self.kind.as_deref().ok_or(miniserde::Error)? {
            "group_created" => SystemNotice::GroupCreated,
            "members_added" => SystemNotice::MembersAdded {
                user_ids: self.user_ids.take().ok_or(miniserde::Error)?,
            },
            "member_removed" => SystemNotice::MemberRemoved { user_id: user_id? },
            "member_joined" => SystemNotice::MemberJoined,
            "member_left" => SystemNotice::MemberLeft,
            "name_changed" => SystemNotice::NameChanged {
                name: self.name.take().flatten(),
            },
            "owner_changed" => SystemNotice::OwnerChanged { user_id: user_id? },
            "notice_set" => SystemNotice::NoticeSet,
            "notice_removed" => SystemNotice::NoticeRemoved,
            _ => return Err(miniserde::Error),
        });
        Ok(())
    }
}

/// Body of `POST /conversations/{conversation_id}/messages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendMessageRequest {
    /// Made by the client, a UUID. Sending it twice stores one message.
    pub client_key: ClientKey,
    /// 1 to 4000 characters after trimming. May be absent when there are attachments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "여섯 시에 볼까?"))]
    pub text: Option<String>,
    /// Up to ten uploads of this account that are in no message yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachment_ids: Vec<AttachmentId>,
    /// Which message of the conversation it answers; one that I see, by a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_seq: Option<Seq>,
    /// The message to forward: one that I see, by a person. Text and attachments are taken from it, so nothing else
    /// may be said beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_of: Option<ForwardOf>,
    /// Where the text mentions members of the group, in the order of the text, none over another; at most 50. Each is a
    /// stretch of one line that begins with `@`, in UTF-16 units of the text after trimming.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_items = 50))]
    pub mention_spans: Vec<Mention>,
    /// Whether everybody in the group is among them, which has to be said apart: a body that forgets whom it means must not
    /// call everybody. For its owner and admins.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mentions_all: bool,
    /// Whether it is to call nobody. What is copied of it elsewhere later calls as messages do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_silent: bool,
}

/// A message that is forwarded, of the same conversation or of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForwardOf {
    /// Where it is.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
}

impl SendMessageRequest {
    /// The most attachments a message holds.
    pub const MAX_ATTACHMENTS: usize = 10;
}

/// Query of `GET /conversations/{conversation_id}/messages`: at most one of the three positions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct MessagesQuery {
    /// Messages before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
    /// Messages after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
    /// Messages on both sides of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<i64>,
    /// 1 to 100; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 100))]
    pub limit: Option<u16>,
}

/// A stretch of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Messages {
    /// Ascending by `seq`.
    pub items: Vec<Message>,
    /// Everyone who is mentioned in them.
    pub users: Vec<User>,
    /// Whether there are older ones that I may see.
    pub has_more_before: bool,
    /// Whether there are newer ones that I may see.
    pub has_more_after: bool,
}

/// Who a deletion is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeleteFor {
    /// Its text and files go, for everyone: by its author, or by an admin of the group.
    Everyone,
    /// I do not see it any more.
    Me,
}

/// Query of `DELETE /conversations/{conversation_id}/messages/{seq}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct DeleteMessageQuery {
    /// Who it is gone for.
    #[serde(rename = "for")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub audience: DeleteFor,
}

/// The unread messages of a conversation that mention me.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnreadMentions {
    /// Their numbers, ascending: the first 100 after my pointer.
    pub seqs: Vec<Seq>,
}

/// Who has read a message, and who has not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Readers {
    /// Counted members whose pointer is at or after the message.
    pub read: Vec<User>,
    /// Counted members whose pointer is before it.
    pub unread: Vec<User>,
}
