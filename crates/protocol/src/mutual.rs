//! What somebody and I have in common.

use damso_domain::ConversationId;
use serde::{Deserialize, Serialize};

use crate::{Image, User};

/// Answer of `GET /users/{user_id}/mutual`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mutual {
    /// Friends of mine who are theirs as well; at most 100. Told only of friends of mine, of those who have asked me to be
    /// one, and of those who are in a group with me.
    pub friends: Vec<User>,
    /// How many there are.
    pub friend_count: i64,
    /// Groups in which both of us are now; at most 100.
    pub groups: Vec<MutualGroup>,
    /// How many there are.
    pub group_count: i64,
}

/// A group in which both of us are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MutualGroup {
    /// The group.
    pub id: ConversationId,
    /// What I call it, or else its own name; `null`: name its members.
    pub name: Option<String>,
    /// Its picture.
    pub avatar: Option<Image>,
    /// How many people are in it.
    pub member_count: i64,
}
