//! Links that people hand out: to become their friend, or to come into a group. Not the operator's invitations to make
//! an account.

use damso_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Image, User};

/// A link by which one person becomes a friend of whoever made it, at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FriendInvite {
    /// 128 random bits in 22 characters.
    pub code: String,
    /// The page that shows it.
    pub url: String,
    /// When it is over; after seven days.
    pub expires_at: Timestamp,
}

impl FriendInvite {
    /// How many are good at the same time; one more takes the place of the oldest.
    pub const MOST: usize = 20;
}

/// Body of `POST /conversations/{conversation_id}/invites`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateGroupInviteRequest {
    /// How many people it brings in, 1 to 1,000; absent or `null`: as many as there is room for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000))]
    pub max_uses: Option<i64>,
    /// How long it is good, one minute to 365 days; absent or `null`: until it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 60, maximum = 31_536_000))]
    pub expires_in_secs: Option<i64>,
}

/// A link that brings people into a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupInvite {
    /// 128 random bits in 22 characters.
    pub code: String,
    /// The page that shows it.
    pub url: String,
    /// Who made it. It ends when they leave the group, or may make none any more.
    pub made_by: User,
    /// How many people it is for; `null`: as many as there is room for.
    pub max_uses: Option<i32>,
    /// How many have come by it.
    pub uses: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is over; `null`: when it is taken back.
    pub expires_at: Option<Timestamp>,
}

impl GroupInvite {
    /// How many of one group are good at the same time.
    pub const MOST: usize = 20;
}

/// The links into a group that are good, the newest first; at most 20.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupInvites {
    /// The links.
    pub items: Vec<GroupInvite>,
}

/// Where a link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum InviteKind {
    /// Into a group: `POST /invites/{code}/join`.
    #[serde(rename = "group")]
    Group,
    /// To a friendship with its maker: `POST /friend-requests`.
    #[serde(rename = "friend")]
    Friend,
}

/// What whoever has a link sees before they follow it, without a sign-in. Who is in a group is not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitePreview {
    /// Where it leads.
    pub kind: InviteKind,
    /// The group's name, `null` when it has none; or that of the person.
    pub name: Option<String>,
    /// The group's picture or the person's, to be read with `?invite_code=`. `null` also for a person who hides theirs
    /// from anybody: who looks is not known.
    pub avatar: Option<Image>,
    /// How many are in the group; `null` for a person.
    pub member_count: Option<i64>,
}
