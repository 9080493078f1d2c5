//! People as others see them.

use damso_domain::{ImageId, UserId};
use serde::{Deserialize, Serialize};

/// A picture of a person or a group, at `GET /images/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Image {
    /// New at each change, so it may be cached for ever.
    pub id: ImageId,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// A thumbhash, in base64, to show until the picture is loaded.
    pub placeholder: Option<String>,
}

/// An account as others see it. Of two copies the one with the larger `version` is the newer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Never changes.
    pub id: UserId,
    /// What the account is found by; `null` once it is deleted.
    pub handle: Option<String>,
    /// What the person is called; empty once the account is deleted.
    pub display_name: String,
    /// The line under the name; may be empty.
    pub status_message: String,
    /// `null`: draw the first letter of the name.
    pub avatar: Option<Image>,
    /// Rises with each change of the profile.
    pub version: i64,
    /// The account is gone; only its authorship is left.
    pub is_deleted: bool,
}

/// Query of `GET /users`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct UsersQuery {
    /// Up to 100 ids, separated by commas.
    #[cfg_attr(
        feature = "openapi",
        param(value_type = Vec<UserId>, style = Form, explode = false, min_items = 1, max_items = 100)
    )]
    pub ids: String,
}

/// Answer of `GET /users`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Users {
    /// Those of the asked that exist, in no particular order.
    pub items: Vec<User>,
}
