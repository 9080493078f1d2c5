//! What the messages of a conversation hold besides their words.

use serde::{Deserialize, Serialize};

use crate::{Message, MessageContent, User};

/// Query of `GET /conversations/{conversation_id}/media`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct SharedMediaQuery {
    /// What they hold.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub content: MessageContent,
    /// `next_cursor` of the page before; absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// 1 to 100; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 100))]
    pub limit: Option<u16>,
}

/// A page of the messages of a conversation that hold something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedMediaPage {
    /// The newest first.
    pub items: Vec<Message>,
    /// Everyone who is mentioned in them.
    pub users: Vec<User>,
    /// Opaque; `null` on the last page.
    pub next_cursor: Option<String>,
}
