//! What somebody has begun to write, the same on all of their devices.

use damso_domain::{ConversationId, Rev, Seq, Timestamp};
use serde::{Deserialize, Serialize};

/// What I have begun to write in a conversation. Nobody else is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Draft {
    /// As it was written, spaces included; empty only when it answers something.
    pub text: String,
    /// The number of the message that it is to answer, as it was given: whether I may see that one was not asked.
    pub reply_to_seq: Option<Seq>,
    /// When it was kept.
    pub updated_at: Timestamp,
}

/// Body of `PUT /conversations/{conversation_id}/draft`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetDraftRequest {
    /// At most 4,000 characters. One that shows nothing removes the draft, unless it answers something.
    pub text: String,
    /// The number of the message that it is to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_seq: Option<Seq>,
}

/// What I have begun to write in a conversation changed, here or on another device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftUpdated {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// Where.
    pub conversation_id: ConversationId,
    /// As it is now; `null`: nothing.
    pub draft: Option<Draft>,
}

/// What I have begun to write in one conversation now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedDraft {
    /// Where.
    pub conversation_id: ConversationId,
    /// As it is now; `null`: nothing.
    pub draft: Option<Draft>,
}
