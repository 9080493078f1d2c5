//! What somebody lets others see, who can reach them, and whether they are here.

use damso_domain::{
    BirthdayVisibility, FriendRequestsFrom, GroupAddsFrom, MessagesFrom, PresenceStatus, PresenceVisibility,
    Rev, ShownStatus, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

/// What I let others see, and who can reach me; the same on all my devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Whether others see how far I have read. Off works both ways: I am not shown it of others.
    pub read_receipts: bool,
    /// Whether others see that I am typing. Off works both ways, too.
    pub typing_indicators: bool,
    /// Who sees whether I am here, and when I last was.
    pub presence_visibility: PresenceVisibility,
    /// What I say about being here.
    pub presence: OwnPresence,
    /// Whether those find me who know my handle. My friends, those whom I have asked, and whoever has a link of mine do
    /// in any case.
    pub discoverable_by_handle: bool,
    /// Who may ask me to be a friend. Whom I have asked, and whoever has a link of mine, becomes one in any case.
    pub friend_requests_from: FriendRequestsFrom,
    /// Who may bring me into a group. I can come by a link in any case.
    pub group_adds_from: GroupAddsFrom,
    /// Who may begin a direct conversation with me. Those that there are go on.
    pub messages_from: MessagesFrom,
    /// Who is told my birthday, without its year.
    pub birthday_visibility: BirthdayVisibility,
}

/// What I say about being here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnPresence {
    /// What others see while I am connected.
    pub status: PresenceStatus,
    /// What goes with it.
    pub text: Option<String>,
    /// When both are over; `null`: they stay.
    pub expires_at: Option<Timestamp>,
}

/// Body of `PATCH /me/settings`; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateSettingsRequest {
    /// Whether others see how far I have read, and I how far they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_receipts: Option<bool>,
    /// Whether others see that I am typing, and I that they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typing_indicators: Option<bool>,
    /// Who sees whether I am here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence_visibility: Option<PresenceVisibility>,
    /// Whether those find me who know my handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discoverable_by_handle: Option<bool>,
    /// Who may ask me to be a friend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friend_requests_from: Option<FriendRequestsFrom>,
    /// Who may bring me into a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_adds_from: Option<GroupAddsFrom>,
    /// Who may begin a direct conversation with me.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages_from: Option<MessagesFrom>,
    /// Who is told my birthday, without its year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birthday_visibility: Option<BirthdayVisibility>,
}

/// Body of `PUT /me/presence`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetPresenceRequest {
    /// What others are to see while I am connected.
    pub status: PresenceStatus,
    /// Up to 60 characters; absent or empty: nothing goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "회의 중"))]
    pub text: Option<String>,
    /// When both are over; absent: they stay. In the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Whether somebody is here, as far as those may know who keep them as a friend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Presence {
    /// `offline` also for somebody who does not want to be seen.
    pub status: ShownStatus,
    /// What they say about it; only while they are here.
    pub text: Option<String>,
    /// When they were last seen here; `null` while they are, and for those who do not tell.
    pub last_seen_at: Option<Timestamp>,
}

impl Presence {
    /// Somebody who is not there and of whom nothing is told.
    pub const NOT_TOLD: Self = Self {
        status: ShownStatus::Offline,
        text: None,
        last_seen_at: None,
    };
}

/// Some friends came, went or say something else. Replaces what was known of them. After each `ready` it comes once
/// with every friend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct PresenceChanged {
    /// Each of them once.
    pub items: Vec<ChangedPresence>,
}

/// Whether one friend is here now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct ChangedPresence {
    /// Who.
    pub user_id: UserId,
    /// As in [`Presence`].
    pub status: ShownStatus,
    /// As in [`Presence`].
    pub text: Option<String>,
    /// As in [`Presence`].
    pub last_seen_at: Option<Timestamp>,
}

/// My settings changed, here or on another device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct SettingsUpdated {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// As they are now.
    pub settings: Settings,
}
