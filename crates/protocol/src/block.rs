//! Blocks: whom somebody wants nothing of.

use damso_domain::{Rev, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::User;

/// Somebody I block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Block {
    /// Who.
    pub user: User,
    /// Whether my picture and my status message are hidden from them, too.
    pub hide_profile: bool,
    /// Since when.
    pub since: Timestamp,
}

impl Block {
    /// How many people an account blocks at the most.
    pub const MOST: i64 = 1_000;
}

/// Body of `PUT /blocks/{user_id}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockRequest {
    /// Whether they see neither my picture nor my status message; absent: they do.
    #[serde(default)]
    pub hide_profile: bool,
}

/// I blocked somebody, or changed how much is hidden from them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct BlockAdded {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// The block as it is now.
    pub block: Block,
}

/// I do not block somebody any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct BlockRemoved {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// Who.
    pub user_id: UserId,
}
