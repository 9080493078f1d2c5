//! Accounts, sessions and everything one does with one's own.

use damso_domain::{AttachmentId, Birthday, Locale, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{Image, PasskeyAssertion};

/// How the refresh token travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TokenTransport {
    /// In a cookie that scripts cannot read: for browsers.
    #[default]
    Cookie,
    /// In the body: for programs.
    Body,
}

/// Body of `POST /auth/sign-up`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignUpRequest {
    /// 3 to 20 of `a-z 0-9 _ .`, starting with a letter.
    #[cfg_attr(feature = "openapi", schema(example = "minji"))]
    pub handle: String,
    /// 1 to 30 characters, any script.
    #[cfg_attr(feature = "openapi", schema(example = "김민지"))]
    pub display_name: String,
    /// 8 to 128 characters, not a common one.
    #[cfg_attr(feature = "openapi", schema(example = "correct horse battery"))]
    pub password: String,
    /// Optional; it belongs to the account only once it is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "minji@example.org"))]
    pub email: Option<String>,
    /// The language of this account; Korean when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// From an invitation: needed where `GET /server` says `"sign_up": "invite"`, and ignored elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite_code: Option<String>,
    /// Where the refresh token goes; a cookie when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_transport: Option<TokenTransport>,
}

/// Body of `POST /auth/sign-in`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInRequest {
    /// A handle, or a confirmed address.
    #[cfg_attr(feature = "openapi", schema(example = "minji"))]
    pub login: String,
    /// The account's password.
    #[cfg_attr(feature = "openapi", schema(example = "correct horse battery"))]
    pub password: String,
    /// From the app, or a recovery code: after `second_factor_required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Takes the place of the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey_assertion: Option<PasskeyAssertion>,
    /// Where the refresh token goes; a cookie when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_transport: Option<TokenTransport>,
}

/// Body of `POST /auth/refresh`; browsers send `{}`, their token is in the cookie.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshRequest {
    /// The newest refresh token of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// A session that has just been opened or refreshed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthResponse {
    /// Whose session it is.
    pub user: Me,
    /// The session, as in `GET /me/sessions`.
    pub session_id: SessionId,
    /// For `Authorization: Bearer …` and the socket's first frame.
    pub access_token: String,
    /// How long the access token is good for; refresh before.
    pub expires_in_secs: u32,
    /// `null` when it went into the cookie.
    pub refresh_token: Option<String>,
}

/// An account as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// Never changes.
    pub id: UserId,
    /// What the account is found by.
    pub handle: String,
    /// What the person is called.
    pub display_name: String,
    /// The line under the name; may be empty.
    pub status_message: String,
    /// `null`: draw the first letter of the name.
    pub avatar: Option<Image>,
    /// The confirmed address: mails go there, and it signs its owner in.
    pub email: Option<String>,
    /// An address that was given and waits to be confirmed.
    pub pending_email: Option<String>,
    /// The language of this account.
    pub locale: Locale,
    /// Rises with each change of the profile.
    pub version: i64,
    /// Where the user's own stream stands.
    pub user_rev: damso_domain::Rev,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When I was born: `YYYY-MM-DD`, or `MM-DD` without the year. Nobody else is told the year.
    pub birthday: Option<Birthday>,
}

impl From<&Me> for crate::User {
    fn from(me: &Me) -> Self {
        Self {
            id: me.id,
            handle: Some(me.handle.clone()),
            display_name: me.display_name.clone(),
            status_message: me.status_message.clone(),
            avatar: me.avatar.clone(),
            version: me.version,
            is_deleted: false,
        }
    }
}

/// Body of `PATCH /me`; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateMeRequest {
    /// 1 to 30 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Free, and not held by someone else within the last 90 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// Up to 60 characters; empty clears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// The language of this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// `YYYY-MM-DD` from 1900 on and not in the future, or `MM-DD`; `null` takes it away. Friends are told the day without
    /// the year, unless `birthday_visibility` says otherwise.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "1990-03-05"))]
    pub birthday: Option<Option<String>>,
}

/// Body of `PUT /me/avatar`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetAvatarRequest {
    /// A completed upload of an image by this account; it is cropped to a square.
    pub attachment_id: AttachmentId,
}

/// Body of `PUT /me/password`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePasswordRequest {
    /// Proof that it is you.
    pub current_password: String,
    /// 8 to 128 characters, not a common one.
    pub new_password: String,
}

/// What happens to the messages of a deleted account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeletedMessages {
    /// Their texts and files go; places in the conversations stay as "deleted".
    Erase,
    /// They stay, without a name.
    Keep,
}

/// Body of `POST /me/deletion`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletionRequest {
    /// Proof that it is you; or a passkey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Takes the place of the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey_assertion: Option<PasskeyAssertion>,
    /// What happens to your messages.
    pub messages: DeletedMessages,
}

/// Answer of `POST /me/deletion`: what went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletionReport {
    /// When.
    pub deleted_at: Timestamp,
    /// How much of what.
    pub removed: DeletedCounts,
}

/// How much went with an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedCounts {
    /// Messages whose text was erased.
    pub messages: i64,
    /// Files whose bytes were removed.
    pub attachments: i64,
    /// How many bytes those had.
    pub bytes: i64,
    /// Devices that were signed out.
    pub sessions: i64,
    /// Friendships that ended.
    pub friends: i64,
    /// People who were blocked.
    pub blocks: i64,
    /// Conversations that were left.
    pub conversations: i64,
}

/// A signed-in device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// Made from the browser's name, or given by its owner.
    pub name: String,
    /// Where it was last used from; `null` when unknown.
    pub address: Option<String>,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it last refreshed its token.
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// Answer of `GET /me/sessions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sessions {
    /// The last used first.
    pub items: Vec<Session>,
}

/// Body of `PATCH /me/sessions/{session_id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenameSessionRequest {
    /// 1 to 60 characters.
    pub name: String,
}
