//! What makes an account safe.

use damso_domain::PasskeyId;
use damso_protocol::{
    AddPasskeyRequest, ChangeEmailRequest, CodeRequest, Page, Passkey, Passkeys, ReauthenticateRequest,
    RecoveryCodes, RenamePasskeyRequest, SecurityEvent, Totp, TotpSetup,
};

use super::http;
use super::urls::parameter;
use super::{ApiClient, ApiError};
use crate::webauthn::Ceremony;

/// As much as one looks at before asking for more.
const EVENTS_LIMIT: u16 = 20;

/// Proofs and second factors.
impl ApiClient {
    /// Shows that it is me: for some minutes this session may do what asks for it.
    pub async fn reauthenticate(self, request: &ReauthenticateRequest) -> Result<(), ApiError> {
        self.run("POST", "/auth/reauthenticate", Some(http::encode(request)?))
            .await
    }

    /// Whether codes from an app are asked for.
    pub async fn totp(self) -> Result<Totp, ApiError> {
        self.get("/me/totp").await
    }

    /// Makes a secret for an app.
    pub async fn start_totp(self) -> Result<TotpSetup, ApiError> {
        self.signed("POST", "/me/totp", None).await?.read()
    }

    /// Turns codes on, by a first one.
    pub async fn confirm_totp(self, code: String) -> Result<RecoveryCodes, ApiError> {
        self.post("/me/totp/confirm", &CodeRequest { code }).await
    }

    /// Makes new recovery codes.
    pub async fn renew_recovery_codes(self) -> Result<RecoveryCodes, ApiError> {
        self.signed("POST", "/me/totp/recovery-codes", None).await?.read()
    }

    /// Turns codes off.
    pub async fn disable_totp(self, code: String) -> Result<(), ApiError> {
        let request = http::encode(&CodeRequest { code })?;
        self.run("POST", "/me/totp/disable", Some(request)).await
    }

    /// Begins to make a passkey.
    pub async fn start_adding_passkey(self) -> Result<Ceremony, ApiError> {
        let answer = self.signed("POST", "/me/passkeys/start", None).await?;
        Ceremony::read(&answer.into_text()).ok_or(ApiError::Unreadable)
    }

    /// Keeps the passkey that the browser has made.
    pub async fn add_passkey(self, request: &AddPasskeyRequest) -> Result<Passkey, ApiError> {
        self.post("/me/passkeys/finish", request).await
    }

    /// My passkeys.
    pub async fn passkeys(self) -> Result<Passkeys, ApiError> {
        self.get("/me/passkeys").await
    }

    /// Names a passkey.
    pub async fn rename_passkey(self, id: PasskeyId, name: String) -> Result<(), ApiError> {
        let request = http::encode(&RenamePasskeyRequest { name })?;
        self.run("PATCH", &format!("/me/passkeys/{id}"), Some(request))
            .await
    }

    /// Removes a passkey.
    pub async fn remove_passkey(self, id: PasskeyId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/me/passkeys/{id}"), None).await
    }

    /// A page of what has happened to my account, the newest first.
    pub async fn security_events(self, cursor: Option<&str>) -> Result<Page<SecurityEvent>, ApiError> {
        self.get(&format!(
            "/me/audit?limit={EVENTS_LIMIT}{}",
            parameter("cursor", cursor)
        ))
        .await
    }

    /// Asks for another address, or takes it away.
    pub async fn change_email(self, email: Option<String>) -> Result<(), ApiError> {
        let request = http::encode(&ChangeEmailRequest { email })?;
        self.run("PUT", "/me/email", Some(request)).await
    }

    /// Mails the link once more.
    pub async fn resend_verification(self) -> Result<(), ApiError> {
        self.run("POST", "/auth/email-verification", None).await
    }
}
