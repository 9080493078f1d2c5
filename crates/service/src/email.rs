//! The address of an account: given, confirmed by a mailed link, changed and taken away.

use damso_domain::{EmailAddress, SecurityEventKind, Timestamp};
use damso_protocol::{ChangeEmailRequest, ErrorKind};
use damso_repository as repository;
use damso_repository::job::Job;
use damso_repository::link::LinkPurpose;
use damso_repository::security_event::Origin;
use damso_repository::{Connection, RepositoryError};

use crate::account::lock_own;
use crate::auth::Device;
use crate::rate::{Limit, Subject};
use crate::security_log::{self, Told};
use crate::token::OpaqueToken;
use crate::{Context, CurrentUser, Fields, ServiceError, ServiceResult, link, proof};

/// Gives accounts their addresses.
#[derive(Clone)]
pub struct EmailService {
    context: Context,
}

impl EmailService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Takes another address for the account once it is confirmed, or none from now on. Says the same, and does the
    /// same, whether or not the address belongs to somebody: what is mailed tells its owner.
    pub async fn change(&self, user: CurrentUser, request: &ChangeEmailRequest) -> ServiceResult<()> {
        proof::require(&self.context, user).await?;
        let mut fields = Fields::default();
        let given = request.email.as_deref();
        let email = given.and_then(|email| fields.check("email", EmailAddress::parse(email)));
        fields.refuse()?;
        match email {
            Some(email) => self.begin(user, email).await,
            None => self.remove(user).await,
        }
    }

    async fn begin(&self, user: CurrentUser, email: EmailAddress) -> ServiceResult<()> {
        self.context.post.require()?;
        self.context
            .limits
            .take(Limit::Verification, &Subject::User(user.id))?;
        let now = Timestamp::now();
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let me = lock_own(conn, user.id).await?;
                if me.email.as_deref() == Some(email.as_str()) {
                    // It is back to what it was: nothing waits any more.
                    return Ok(repository::user_email::set_pending(conn, user.id, None).await?);
                }
                repository::user_email::set_pending(conn, user.id, Some(&email)).await?;
                let job = Job::MailVerificationLink {
                    user_id: user.id,
                    email: email.as_str().to_owned(),
                };
                repository::job::insert(conn, &job, now).await?;
                Ok::<_, ServiceError>(())
            })
            .await?;
        self.context.bell.ring();
        Ok(())
    }

    async fn remove(&self, user: CurrentUser) -> ServiceResult<()> {
        let now = Timestamp::now();
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let me = lock_own(conn, user.id).await?;
                repository::user_email::remove(conn, user.id).await?;
                repository::link::delete_all(conn, user.id, None).await?;
                if let Some(before) = me.email {
                    let (kind, origin) = (SecurityEventKind::EmailChanged, Origin::Session(user.session_id));
                    security_log::record(conn, user.id, kind, origin, now, Told::At(before)).await?;
                }
                Ok::<_, ServiceError>(())
            })
            .await?;
        self.context.bell.ring();
        Ok(())
    }

    /// Mails the link once more to the address that waits to be confirmed, if there is one.
    pub async fn resend(&self, user: CurrentUser) -> ServiceResult<()> {
        self.context.post.require()?;
        self.context
            .limits
            .take(Limit::Verification, &Subject::User(user.id))?;
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let me = lock_own(conn, user.id).await?;
                if let Some(email) = me.pending_email {
                    let job = Job::MailVerificationLink {
                        user_id: user.id,
                        email,
                    };
                    repository::job::insert(conn, &job, Timestamp::now()).await?;
                }
                Ok::<_, ServiceError>(())
            })
            .await?;
        self.context.bell.ring();
        Ok(())
    }

    /// Makes the address that a link went to the account's own. Whoever has the link needs no session: it may be
    /// opened on another device than the one that asked for it.
    pub async fn confirm(&self, token: &str, device: Device) -> ServiceResult<()> {
        let token = OpaqueToken::parse(token).ok_or(ErrorKind::LinkInvalid)?;
        let now = Timestamp::now();
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let (link, before) = link::take(conn, &token, LinkPurpose::VerifyEmail, now).await?;
                let email = link.email.ok_or(ErrorKind::LinkInvalid)?;
                let is_confirmed = match repository::user_email::confirm(conn, link.user_id, &email).await {
                    // Somebody else has confirmed it first.
                    Err(RepositoryError::Conflict { .. }) => false,
                    confirmed => confirmed?,
                };
                if !is_confirmed {
                    return Err(ErrorKind::LinkInvalid.into());
                }
                // A link to the address before must not set a password any more.
                repository::link::delete_all(conn, link.user_id, None).await?;
                let told = before.email.map_or(Told::Nobody, Told::At);
                let address = device.address_text();
                let origin = device.origin(address.as_deref());
                let kind = SecurityEventKind::EmailChanged;
                security_log::record(conn, link.user_id, kind, origin, now, told).await
            })
            .await?;
        self.context.bell.ring();
        Ok(())
    }
}
