//! Friends and the requests that lead there.

use damso_domain::{FriendRequestId, MonthDay, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{Presence, User};

/// A friend of mine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Friend {
    /// Who.
    pub user: User,
    /// What I call them; `null`: by their own name. Nobody else sees it.
    pub nickname: Option<String>,
    /// On top of my list.
    pub is_favorite: bool,
    /// Not in my list. They still are a friend.
    pub is_hidden: bool,
    /// Since when.
    pub since: Timestamp,
    /// Whether they are here.
    pub presence: Presence,
    /// When their birthday is, `MM-DD`; `null` for those who do not tell. On 29 February in common years one celebrates on
    /// the 28th.
    pub birthday: Option<MonthDay>,
}

/// Body of `PATCH /friends/{user_id}`; what is absent stays, `null` clears.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateFriendRequest {
    /// 1 to 30 characters after trimming; `null` or blank: call them by their own name.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "우리 서연"))]
    pub nickname: Option<Option<String>>,
    /// Keep them on top of my list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_favorite: Option<bool>,
    /// Leave them out of my list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_hidden: Option<bool>,
}

/// Body of `POST /friend-requests`: exactly one of `handle`, `user_id` and `invite_code`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateFriendRequest {
    /// Whom, by handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "seoyeon"))]
    pub handle: Option<String>,
    /// Whom, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Whoever made this link, at once; nobody has to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite_code: Option<String>,
    /// A line to go with it, up to 200 characters; not with a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FriendRequestState {
    /// Waits for an answer.
    #[serde(rename = "pending")]
    Pending,
    /// The other one had asked as well, or had made the link, so both are friends now.
    #[serde(rename = "accepted")]
    Accepted,
}

/// A request to become friends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FriendRequest {
    /// The request.
    pub id: FriendRequestId,
    /// Who asks.
    pub from: User,
    /// Who is asked.
    pub to: User,
    /// The line that goes with it; may be empty.
    pub message: String,
    /// `accepted` only in the answer to a request that crossed another, or was made by a link.
    pub state: FriendRequestState,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Which requests to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Direction {
    /// Those I was asked.
    Incoming,
    /// Those I asked.
    Outgoing,
}

/// Query of `GET /friend-requests`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct FriendRequestsQuery {
    /// Which requests.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub direction: Direction,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// 1 to 100; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 100))]
    pub limit: Option<u16>,
}
