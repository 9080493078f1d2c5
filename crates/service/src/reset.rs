//! A new password for whoever has forgotten the old one.

use damso_domain::{EmailAddress, Password, SecurityEventKind, Timestamp};
use damso_protocol::{ConfirmPasswordResetRequest, ErrorKind, PasswordResetRequest};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::job::Job;
use damso_repository::link::LinkPurpose;
use damso_repository::session::SessionsToEnd;

use crate::auth::Device;
use crate::factor::{Factors, Given};
use crate::password::PasswordHasher;
use crate::rate::{Limit, Subject};
use crate::security_log::{self, Told};
use crate::session::SessionService;
use crate::token::OpaqueToken;
use crate::{Context, Fields, ServiceError, ServiceResult, link};

/// Sets passwords by mailed links.
#[derive(Clone)]
pub struct ResetService {
    context: Context,
    passwords: PasswordHasher,
    factors: Factors,
    sessions: SessionService,
}

impl ResetService {
    pub(crate) fn new(
        context: Context,
        passwords: PasswordHasher,
        factors: Factors,
        sessions: SessionService,
    ) -> Self {
        Self {
            context,
            passwords,
            factors,
            sessions,
        }
    }

    /// Mails a link, if the address belongs to an account. Does the same, and takes as long, if it does not: whose it
    /// is, is looked up when the mail is written.
    pub async fn request(&self, request: &PasswordResetRequest) -> ServiceResult<()> {
        self.context.post.require()?;
        let mut fields = Fields::default();
        let Some(email) = fields.check("email", EmailAddress::parse(&request.email)) else {
            return Err(fields.into());
        };
        self.context
            .limits
            .take(Limit::PasswordReset, &Subject::mailbox(&email))?;
        let job = Job::MailResetLink {
            email: email.as_str().to_owned(),
        };
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                repository::job::insert(conn, &job, Timestamp::now()).await
            })
            .await?;
        self.context.bell.ring();
        Ok(())
    }

    /// Sets a new password and ends every session. Where the account has a second factor, a mailbox alone does not
    /// open it; the link is good until all of it is right.
    pub async fn confirm(&self, request: &ConfirmPasswordResetRequest, device: Device) -> ServiceResult<()> {
        let token = OpaqueToken::parse(&request.token).ok_or(ErrorKind::LinkInvalid)?;
        let now = Timestamp::now();
        let asked = token.clone();
        let user = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                let link = link::find(conn, &asked, LinkPurpose::ResetPassword, now).await?;
                let user = repository::user::find(conn, link.user_id).await?;
                user.ok_or_else(|| ServiceError::from(ErrorKind::LinkInvalid))
            })
            .await?;
        // Whoever reads the mails does not find the code by trying.
        self.context
            .limits
            .take(Limit::SignInOfAccount, &Subject::User(user.id))?;
        let logins = [user.handle.as_deref(), user.email.as_deref()];
        let logins: Vec<&str> = logins.into_iter().flatten().collect();
        let mut fields = Fields::default();
        let new = Password::parse_new(&request.new_password, &logins);
        let Some(new) = fields.check("new_password", new) else {
            return Err(fields.into());
        };
        let logins = logins.into_iter().map(str::to_owned).collect();
        let hash = self.passwords.hash_new(new, logins, "new_password").await?;
        let given = Given::from_code(request.code.as_deref());
        let factors = self.factors.clone();
        let ended = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let (_, user) = link::take(conn, &token, LinkPurpose::ResetPassword, now).await?;
                let address = device.address_text();
                let origin = device.origin(address.as_deref());
                factors.demand(conn, user.id, given, origin, now).await?;
                repository::user::set_password_hash(conn, user.id, &hash).await?;
                repository::link::delete_all(conn, user.id, Some(LinkPurpose::ResetPassword)).await?;
                let kind = SecurityEventKind::PasswordReset;
                security_log::record(conn, user.id, kind, origin, now, Told::Owner).await?;
                Ok::<_, ServiceError>(repository::session::end(conn, user.id, SessionsToEnd::All, now).await?)
            })
            .await?;
        self.sessions.announce_ended(user.id, &ended, now);
        self.context.bell.ring();
        Ok(())
    }
}
