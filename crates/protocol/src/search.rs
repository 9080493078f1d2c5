//! Finding messages by what they say.

use damso_domain::{ConversationId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{Conversation, Friend, Message, User};

/// What a message holds besides its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MessageContent {
    /// A picture.
    Image,
    /// A video.
    Video,
    /// Any other file, sounds among them.
    File,
    /// An address that begins with `http://` or `https://`.
    Link,
}

/// Query of `GET /search/messages`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct SearchMessagesQuery {
    /// One word or several, up to 100 characters: all of them have to be there, as parts of words and in any order. Whole
    /// Hangul syllables are equal, the last one may be half typed: `번여` finds 번역을. What the same keys are on the other
    /// keyboard layout is found too: `dkssud` finds 안녕. With `conversation_id` initial consonants stand for syllables
    /// (`ㅎㅇㄹ` finds 회의록), and one letter is enough; without it one word needs three letters or jamo in a row.
    #[cfg_attr(feature = "openapi", param(example = "회의록"))]
    pub query: String,
    /// In this conversation alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// By this person alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_id: Option<UserId>,
    /// Which hold this besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub has: Option<MessageContent>,
    /// Written before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Timestamp>,
    /// Written at this moment or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Timestamp>,
    /// `next_cursor` of the page before; absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// 1 to 50; 20 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 50))]
    pub limit: Option<u16>,
}

impl SearchMessagesQuery {
    /// What a page holds when nothing else was asked for.
    pub const DEFAULT_LIMIT: u16 = 20;
    /// The most a page holds.
    pub const MAX_LIMIT: u16 = 50;
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundMessage {
    /// The message.
    pub message: Message,
    /// Where its text has what was looked for: start and end in UTF-16 units, in order and apart from each other; at most
    /// 100.
    pub highlights: Vec<Vec<u32>>,
}

/// A page of messages that were found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundMessages {
    /// The newest first.
    pub items: Vec<FoundMessage>,
    /// Everyone who is mentioned in them.
    pub users: Vec<User>,
    /// Opaque; `null` on the last page. A page may hold fewer messages than asked for, and even none, before that: a
    /// search ends after a while and goes on here.
    pub next_cursor: Option<String>,
}

/// Query of `GET /search/people`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct SearchPeopleQuery {
    /// A part of a name or of a handle, 1 to 100 characters, without regard to case and spaces. Initial consonants stand
    /// for syllables (`ㅁㅈ` finds 민지), the last syllable may be half typed, and from three keys on the other keyboard
    /// layout is meant too (`alswl`).
    #[cfg_attr(feature = "openapi", param(example = "ㅁㅈ"))]
    pub query: String,
}

impl SearchPeopleQuery {
    /// The most characters of a query.
    pub const MAX_CHARS: usize = 100;
}

/// Answer of `GET /search/people`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundPeople {
    /// Friends, hidden ones too, by what I call them; at most 50.
    pub friends: Vec<Friend>,
    /// Conversations of my list, by what I call them, by their own name or, where they have none, by the names of whom
    /// they are with; those with the latest messages first, at most 50.
    pub conversations: Vec<Conversation>,
    /// Everybody whom the conversations name.
    pub users: Vec<User>,
}
