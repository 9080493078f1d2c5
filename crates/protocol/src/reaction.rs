//! Changing messages, and reacting to them.

use damso_domain::{Mention, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::User;

/// Body of `PATCH /conversations/{conversation_id}/messages/{seq}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditMessageRequest {
    /// 1 to 4000 characters after trimming. `null` or empty leaves the attachments alone, where there are any.
    // Named, it has to be there: a body without it must not take the words away.
    #[serde(deserialize_with = "Option::deserialize")]
    #[cfg_attr(feature = "openapi", schema(required = true, example = "일곱 시에 볼까?"))]
    pub text: Option<String>,
    /// Where the new text mentions whom, as in a new message. Those that are left out are not mentioned any more; whoever
    /// was mentioned before may stay, also if they have left the group since. Nobody is notified by an edit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_items = 50))]
    pub mention_spans: Vec<Mention>,
    /// Whether everybody in the group is among them, as in a new message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mentions_all: bool,
}

/// What a message said before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageEdit {
    /// `null`: files stood there without words.
    pub text: Option<String>,
    /// When that had been written.
    pub written_at: Timestamp,
}

/// One kind of reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reactions {
    /// With what.
    pub emoji: String,
    /// By how many.
    pub count: i64,
    /// Those who reacted first, at most ten, in that order.
    pub user_ids: Vec<UserId>,
}

impl Reactions {
    /// The most kinds of reactions to one message.
    pub const MAX_KINDS: usize = 20;
    /// How many of those who reacted a message names.
    pub const NAMED: usize = 10;
}

/// One person's reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reaction {
    /// With what.
    pub emoji: String,
    /// Who.
    pub user_id: UserId,
    /// When.
    pub created_at: Timestamp,
}

/// A page of the reactions to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReactionPage {
    /// In the order in which people reacted.
    pub items: Vec<Reaction>,
    /// Everyone who is mentioned in them.
    pub users: Vec<User>,
    /// Opaque; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// Query of `GET /conversations/{conversation_id}/messages/{seq}/reactions`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct ReactionsQuery {
    /// Only with this one; all kinds when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// `next_cursor` of the page before; absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// 1 to 100; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 100))]
    pub limit: Option<u16>,
}
