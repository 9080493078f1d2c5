//! Codes from an app: turning them on and off.

use damso_domain::{SecurityEventKind, Timestamp, UserId};
use damso_protocol::{ErrorKind, RecoveryCodes, Totp, TotpSetup};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::security_event::Origin;
use damso_repository::totp::Salt;

use crate::account::lock_own;
use crate::factor::Factors;
use crate::proof::wrong;
use crate::rate::{Limit, Subject};
use crate::security_log::{self, Told};
use crate::{Context, CurrentUser, ServiceError, ServiceResult, proof};

/// Turns codes from an app on and off.
#[derive(Clone)]
pub struct TotpService {
    context: Context,
    factors: Factors,
}

impl TotpService {
    pub(crate) fn new(context: Context, factors: Factors) -> Self {
        Self { context, factors }
    }

    /// Whether codes are asked for, and how many recovery codes are left.
    pub async fn get(&self, user: UserId) -> ServiceResult<Totp> {
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let stored = repository::totp::find(conn, user).await?;
                Ok(Totp {
                    enabled_at: stored.and_then(|stored| stored.confirmed_at),
                    recovery_codes_left: repository::totp::count_recovery_codes(conn, user).await?,
                })
            })
            .await
    }

    /// Makes a secret for an app. It takes the place of one that was never confirmed.
    pub async fn start(&self, user: CurrentUser) -> ServiceResult<TotpSetup> {
        proof::require(&self.context, user).await?;
        let mut salt: Salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
        let now = Timestamp::now();
        let me = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let me = lock_own(conn, user.id).await?;
                let stored = repository::totp::find(conn, user.id).await?;
                if stored.is_some_and(|stored| stored.confirmed_at.is_some()) {
                    return Err(ErrorKind::TotpEnabled.into());
                }
                repository::totp::replace_unconfirmed(conn, user.id, &salt, now).await?;
                Ok::<_, ServiceError>(me)
            })
            .await?;
        let handle = me.handle.unwrap_or_default();
        let server = self.context.post.server_name();
        let app = self.factors.named_app(user.id, &salt, &handle, server)?;
        let url = app
            .to_url()
            .map_err(|error| anyhow::anyhow!("no URL for an app: {error}"))?;
        Ok(TotpSetup {
            secret: app.secret().to_base32(),
            otpauth_url: url,
        })
    }

    /// Turns codes on, once a first one has shown that the app has the secret. Answers with the recovery codes, which
    /// nobody sees again.
    pub async fn confirm(&self, user: CurrentUser, code: &str) -> ServiceResult<RecoveryCodes> {
        proof::require(&self.context, user).await?;
        self.take_attempt(user)?;
        let (codes, hashes) = self.factors.recovery_codes(user.id)?;
        let (factors, code, now) = (self.factors.clone(), code.to_owned(), Timestamp::now());
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                lock_own(conn, user.id).await?;
                let stored = repository::totp::find(conn, user.id).await?;
                let stored = stored.ok_or(ErrorKind::TotpNotEnabled)?;
                if stored.confirmed_at.is_some() {
                    return Err(ErrorKind::TotpEnabled.into());
                }
                if !factors
                    .take_app_code(conn, user.id, &stored.salt, &code, now)
                    .await?
                {
                    return Err(wrong("code", "is not the code"));
                }
                repository::totp::mark_confirmed(conn, user.id, now).await?;
                repository::totp::replace_recovery_codes(conn, user.id, &hashes).await?;
                let (kind, origin) = (SecurityEventKind::TotpEnabled, Origin::Session(user.session_id));
                security_log::record(conn, user.id, kind, origin, now, Told::Owner).await
            })
            .await?;
        self.context.bell.ring();
        Ok(RecoveryCodes {
            recovery_codes: codes,
        })
    }

    /// Makes new recovery codes in the place of the old ones.
    pub async fn renew_recovery_codes(&self, user: CurrentUser) -> ServiceResult<RecoveryCodes> {
        proof::require(&self.context, user).await?;
        let (codes, hashes) = self.factors.recovery_codes(user.id)?;
        let now = Timestamp::now();
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                lock_own(conn, user.id).await?;
                let stored = repository::totp::find(conn, user.id).await?;
                if stored.and_then(|stored| stored.confirmed_at).is_none() {
                    return Err(ErrorKind::TotpNotEnabled.into());
                }
                repository::totp::replace_recovery_codes(conn, user.id, &hashes).await?;
                let kind = SecurityEventKind::RecoveryCodesRenewed;
                let origin = Origin::Session(user.session_id);
                security_log::record(conn, user.id, kind, origin, now, Told::Owner).await
            })
            .await?;
        self.context.bell.ring();
        Ok(RecoveryCodes {
            recovery_codes: codes,
        })
    }

    /// Turns codes off, by a code from the app or a recovery code. The recovery codes go, too.
    pub async fn disable(&self, user: CurrentUser, code: &str) -> ServiceResult<()> {
        proof::require(&self.context, user).await?;
        self.take_attempt(user)?;
        let (factors, code, now) = (self.factors.clone(), code.to_owned(), Timestamp::now());
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                lock_own(conn, user.id).await?;
                let stored = repository::totp::find(conn, user.id).await?;
                if stored.and_then(|stored| stored.confirmed_at).is_none() {
                    return Err(ErrorKind::TotpNotEnabled.into());
                }
                if factors.take_code(conn, user.id, &code, now).await?.is_none() {
                    return Err(wrong("code", "is not the code"));
                }
                repository::totp::delete(conn, user.id).await?;
                repository::totp::replace_recovery_codes(conn, user.id, &[]).await?;
                let (kind, origin) = (SecurityEventKind::TotpDisabled, Origin::Session(user.session_id));
                security_log::record(conn, user.id, kind, origin, now, Told::Owner).await
            })
            .await?;
        self.context.bell.ring();
        Ok(())
    }

    /// Whoever finds a device that is signed in does not find a code by trying.
    fn take_attempt(&self, user: CurrentUser) -> ServiceResult<()> {
        self.context
            .limits
            .take(Limit::SignInOfAccount, &Subject::User(user.id))
    }
}
