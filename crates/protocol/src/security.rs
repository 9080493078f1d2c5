//! What makes an account safe: its address, second factors, passkeys, proofs and the list of what happened.

use damso_domain::{PasskeyId, SecurityEventId, SecurityEventKind, Timestamp};
use serde::{Deserialize, Serialize};

use crate::TokenTransport;

/// A WebAuthn structure as `toJSON()` of a browser makes it and `parse…OptionsFromJSON()` takes it (WebAuthn 3, §5.1).
pub type WebAuthnJson = serde_json::Map<String, serde_json::Value>;

/// Body of `PUT /me/email`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeEmailRequest {
    /// Takes effect once it is confirmed by the link that is mailed there; `null` takes the address away at once.
    #[cfg_attr(feature = "openapi", schema(example = "minji@example.org"))]
    pub email: Option<String>,
}

/// Body of `POST /auth/email-verification/confirm`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmEmailRequest {
    /// What the mailed link has after its `#`.
    pub token: String,
}

/// Body of `POST /auth/password-reset`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordResetRequest {
    /// The confirmed address of the account.
    #[cfg_attr(feature = "openapi", schema(example = "minji@example.org"))]
    pub email: String,
}

/// Body of `POST /auth/password-reset/confirm`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmPasswordResetRequest {
    /// What the link has after its `#`.
    pub token: String,
    /// 8 to 128 characters, not a common one.
    pub new_password: String,
    /// From the app, or a recovery code, where the account has a second factor: a mailbox alone does not open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Body of `POST /auth/password-strength`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordStrengthRequest {
    /// What somebody thinks of; of more than 128 characters the first are judged.
    pub password: String,
    /// What others know of them, such as handle, name and address; the first five count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Vec<String>>,
}

/// How hard a password is to guess.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordStrength {
    /// From 0, which is refused, to 4.
    #[cfg_attr(feature = "openapi", schema(maximum = 4))]
    pub score: u8,
    /// What makes it easy; `null` when nothing stands out.
    pub warning: Option<PasswordWarning>,
}

/// What makes a password easy to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PasswordWarning {
    /// Keys that lie beside each other.
    #[serde(rename = "keyboard")]
    Keyboard,
    /// The same again and again.
    #[serde(rename = "repeat")]
    Repeat,
    /// One that many people have, or nearly.
    #[serde(rename = "common")]
    Common,
    /// Letters or digits in a row.
    #[serde(rename = "sequence")]
    Sequence,
    /// A date or a year.
    #[serde(rename = "date")]
    Date,
    /// A word and nothing else.
    #[serde(rename = "word")]
    Word,
    /// A name and nothing else.
    #[serde(rename = "name")]
    Name,
}

/// Body of `POST /auth/reauthenticate`: one of the three.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReauthenticateRequest {
    /// The account's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// From the app, or a recovery code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// One of the account's passkeys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey_assertion: Option<PasskeyAssertion>,
}

/// Something that has happened to an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecurityEvent {
    /// Names it; later ones are larger.
    pub id: SecurityEventId,
    /// What has happened.
    pub kind: SecurityEventKind,
    /// The name that the device had then; `null` when no device of the account did it.
    pub device: Option<String>,
    /// The address it came from; `null` when it is not known.
    pub address: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// Whether codes from an app are asked for at sign-in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Totp {
    /// Since when; `null`: they are not.
    pub enabled_at: Option<Timestamp>,
    /// How many of the recovery codes have not been used.
    pub recovery_codes_left: i64,
}

/// Answer of `POST /me/totp`: what the app needs. It counts once a first code has come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpSetup {
    /// In base32, to be typed by hand: 160 bits.
    pub secret: String,
    /// For the QR code: `otpauth://totp/…` with SHA-1, six digits, 30 seconds, as every app knows them.
    pub otpauth_url: String,
}

/// Body of what a code from the app is enough for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeRequest {
    /// Six digits from the app; where it says so, a recovery code does as well.
    #[cfg_attr(feature = "openapi", schema(example = "123456"))]
    pub code: String,
}

/// For whoever has lost the app: each is good once. They are shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Ten of them, each 16 characters in groups of four.
    pub recovery_codes: Vec<String>,
}

/// A key that signs its owner in without a password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passkey {
    /// The passkey.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last signed somebody in; `null`: never.
    pub last_used_at: Option<Timestamp>,
}

/// Answer of `GET /me/passkeys`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passkeys {
    /// The oldest first; at most 20.
    pub items: Vec<Passkey>,
}

/// What a browser needs to make or to use a passkey, within five minutes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyCeremony {
    /// Goes back with what the browser makes of it; good once.
    pub ceremony_id: String,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON()` or `…RequestOptionsFromJSON()`.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub options: WebAuthnJson,
}

/// Body of `POST /me/passkeys/finish`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddPasskeyRequest {
    /// Of `POST /me/passkeys/start`.
    pub ceremony_id: String,
    /// What it is to be called, 1 to 60 characters.
    pub name: String,
    /// `toJSON()` of what `navigator.credentials.create()` gave.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: WebAuthnJson,
}

/// Body of `PATCH /me/passkeys/{passkey_id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenamePasskeyRequest {
    /// 1 to 60 characters.
    pub name: String,
}

/// What a passkey has signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyAssertion {
    /// Of `POST /auth/passkey/start`.
    pub ceremony_id: String,
    /// `toJSON()` of what `navigator.credentials.get()` gave.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: WebAuthnJson,
}

/// Body of `POST /auth/passkey/finish`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeySignInRequest {
    /// What the passkey has signed.
    pub passkey_assertion: PasskeyAssertion,
    /// Where the refresh token goes; a cookie when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_transport: Option<TokenTransport>,
}
