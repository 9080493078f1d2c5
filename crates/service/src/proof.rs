//! Proofs besides the session: what a stolen token must not be enough for.

use std::time::Duration;

use damso_domain::{SecurityEventKind, Timestamp};
use damso_protocol::{ErrorKind, FieldErrorKind, ReauthenticateRequest};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::security_event::Origin;

use crate::account::lock_own;
use crate::auth::verify_own_password;
use crate::factor::{Factors, TakenCode};
use crate::passkey::PasskeyService;
use crate::password::PasswordHasher;
use crate::rate::{Limit, Subject};
use crate::security_log::{self, Told};
use crate::{Context, CurrentUser, Fields, ServiceError, ServiceResult};

/// How long a proof is good for.
pub const PROOF_LIFETIME: Duration = Duration::from_mins(10);

/// Refuses a session that has not shown a moment ago that it is its owner who uses it.
pub(crate) async fn require(context: &Context, user: CurrentUser) -> ServiceResult<()> {
    let now = Timestamp::now();
    let is_proved = last(context, user).await?.is_some_and(|proof| proof.covers(now));
    is_proved
        .then_some(())
        .ok_or_else(|| ErrorKind::ReauthenticationRequired.into())
}

/// The last proof of a session, if it has given one.
pub(crate) async fn last(context: &Context, user: CurrentUser) -> ServiceResult<Option<Proof>> {
    let proved_at = context
        .database
        .run(async move |conn: &mut Connection| {
            repository::session::find_proved_at(conn, user.session_id).await
        })
        .await?;
    Ok(proved_at.map(|at| Proof { at }))
}

/// That a session has shown whose it is.
#[derive(Clone, Copy)]
pub(crate) struct Proof {
    at: Timestamp,
}

impl Proof {
    /// Whether it was given after `moment` or was still good then.
    pub(crate) fn covers(self, moment: Timestamp) -> bool {
        moment < self.at.after(PROOF_LIFETIME)
    }
}

/// Takes proofs.
#[derive(Clone)]
pub struct ProofService {
    context: Context,
    passwords: PasswordHasher,
    factors: Factors,
    passkeys: PasskeyService,
}

impl ProofService {
    pub(crate) fn new(
        context: Context,
        passwords: PasswordHasher,
        factors: Factors,
        passkeys: PasskeyService,
    ) -> Self {
        Self {
            context,
            passwords,
            factors,
            passkeys,
        }
    }

    /// Takes a password, a code or a passkey: for [`PROOF_LIFETIME`] this session may do what asks for it.
    pub async fn reauthenticate(
        &self,
        user: CurrentUser,
        request: &ReauthenticateRequest,
    ) -> ServiceResult<()> {
        match (&request.password, &request.code, &request.passkey_assertion) {
            (Some(password), None, None) => {
                verify_own_password(&self.context, &self.passwords, user.id, password, "password").await?;
            }
            (None, Some(code), None) => return self.take_code(user, code).await,
            (None, None, Some(assertion)) => {
                let passkey = self.passkeys.finish_own_use(user.id, assertion).await?;
                let now = Timestamp::now();
                self.context
                    .database
                    .run(async move |conn: &mut Connection| passkey.note(conn, now).await)
                    .await?;
            }
            _ => return Err(ErrorKind::MalformedRequest.into()),
        }
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                repository::session::mark_proved(conn, user.session_id, Timestamp::now()).await
            })
            .await?;
        Ok(())
    }

    async fn take_code(&self, user: CurrentUser, code: &str) -> ServiceResult<()> {
        self.context
            .limits
            .take(Limit::SignInOfAccount, &Subject::User(user.id))?;
        let (factors, code, now) = (self.factors.clone(), code.to_owned(), Timestamp::now());
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                lock_own(conn, user.id).await?;
                match factors.take_code(conn, user.id, &code, now).await? {
                    None => return Err(wrong("code", "is not the code")),
                    Some(TakenCode::App) => (),
                    Some(TakenCode::Recovery) => {
                        let kind = SecurityEventKind::RecoveryCodeUsed;
                        let origin = Origin::Session(user.session_id);
                        security_log::record(conn, user.id, kind, origin, now, Told::Owner).await?;
                    }
                }
                repository::session::mark_proved(conn, user.session_id, now).await?;
                Ok::<_, ServiceError>(())
            })
            .await?;
        self.context.bell.ring();
        Ok(())
    }
}

/// One field that is not what only its owner knows.
pub(crate) fn wrong(field: &'static str, detail: &'static str) -> ServiceError {
    let mut fields = Fields::default();
    fields.add(field, FieldErrorKind::Wrong, detail);
    fields.into()
}
