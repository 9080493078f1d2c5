//! Accounts, as the operator handles them.

use damso_domain::{Handle, SecurityEventKind, SessionId, Timestamp, UserId};
use damso_repository::link::{Link, LinkPurpose};
use damso_repository::security_event::Origin;
use damso_repository::user::User;

use super::shape::{AdminError, AdminErrorKind, AdminResult, ChangedAccount, Person, ResetLink};
use super::{Account, AdminService, Connection, MOST_ITEMS, SessionsToEnd, remark, repository};
use crate::link::{self, LINK_LIFETIME};
use crate::security_log::{self, Told};

/// Whom the operator means.
#[derive(Clone)]
enum Who {
    Id(UserId),
    Handle(Handle),
}

impl Who {
    fn parse(raw: &str) -> AdminResult<Self> {
        if let Ok(id) = raw.trim().parse() {
            return Ok(Self::Id(id));
        }
        let handle = Handle::parse(raw).map_err(|_| AdminError::not_found("account", raw))?;
        Ok(Self::Handle(handle))
    }

    fn name(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Handle(handle) => handle.as_str().to_owned(),
        }
    }

    async fn find(&self, conn: &mut Connection) -> AdminResult<UserId> {
        match self {
            Self::Id(id) => Ok(*id),
            Self::Handle(handle) => {
                let user = repository::user::find_by_handle(conn, handle).await?;
                Ok(user
                    .ok_or_else(|| AdminError::not_found("account", handle.as_str()))?
                    .id)
            }
        }
    }

    /// The account, locked. One that is deleted cannot be changed any more.
    async fn lock(&self, conn: &mut Connection) -> AdminResult<User> {
        let id = self.find(conn).await?;
        let user = repository::user::lock(conn, &[id]).await?.pop();
        user.ok_or_else(|| AdminError::not_found("account", &self.name()))
    }
}

async fn get(conn: &mut Connection, id: UserId) -> AdminResult<Account> {
    let account = repository::account::find(conn, id).await?;
    account.ok_or_else(|| AdminError::not_found("account", &id.to_string()))
}

impl AdminService {
    pub(super) async fn list_users(&self, query: Option<String>, limit: u16) -> AdminResult<Vec<Account>> {
        let limit = limit.clamp(1, MOST_ITEMS).into();
        let query = query.filter(|query| !query.trim().is_empty());
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let query = query.as_deref().map(str::trim);
                Ok(repository::account::list(conn, query, limit).await?)
            })
            .await
    }

    pub(super) async fn show_user(&self, user: &str) -> AdminResult<Account> {
        let who = Who::parse(user)?;
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let id = who.find(conn).await?;
                get(conn, id).await
            })
            .await
    }

    /// Closes an account: its sessions end, its links are worthless, and nothing signs in. Closing it again changes at
    /// most the reason.
    pub(super) async fn disable(&self, user: &str, reason: Option<&str>) -> AdminResult<ChangedAccount> {
        let (who, reason, now) = (Who::parse(user)?, remark(reason, "reason")?, Timestamp::now());
        let changed = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                // Whoever signs in at this moment has done so before, and is signed out; or waits, and is refused.
                let user = who.lock(conn).await?;
                let before = get(conn, user.id).await?;
                let reason = reason.or(before.disabled_reason);
                let at = user.disabled_at.unwrap_or(now);
                repository::account::set_disabled(conn, user.id, Some((at, reason.as_deref()))).await?;
                repository::link::delete_all(conn, user.id, None).await?;
                let ended = repository::session::end(conn, user.id, SessionsToEnd::All, now).await?;
                if user.disabled_at.is_none() {
                    record(conn, user.id, SecurityEventKind::Disabled, now).await?;
                }
                changed(conn, user.id, ended).await
            })
            .await?;
        tracing::info!(user.id = %changed.user.id, "The operator has disabled an account");
        self.told_all(changed, now).await
    }

    /// Opens an account again.
    pub(super) async fn enable(&self, user: &str) -> AdminResult<ChangedAccount> {
        let (who, now) = (Who::parse(user)?, Timestamp::now());
        let changed = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let user = who.lock(conn).await?;
                if user.disabled_at.is_some() {
                    repository::account::set_disabled(conn, user.id, None).await?;
                    record(conn, user.id, SecurityEventKind::Enabled, now).await?;
                }
                changed(conn, user.id, Vec::new()).await
            })
            .await?;
        tracing::info!(user.id = %changed.user.id, "The operator has enabled an account");
        Ok(self.told(changed, now))
    }

    /// Ends every session of an account, which can sign in again.
    pub(super) async fn sign_out(&self, user: &str) -> AdminResult<ChangedAccount> {
        let (who, now) = (Who::parse(user)?, Timestamp::now());
        let changed = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let user = who.lock(conn).await?;
                let ended = repository::session::end(conn, user.id, SessionsToEnd::All, now).await?;
                if !ended.is_empty() {
                    let (kind, origin) = (SecurityEventKind::SessionEnded, Origin::Operator);
                    security_log::record(conn, user.id, kind, origin, now, Told::Nobody).await?;
                }
                changed(conn, user.id, ended).await
            })
            .await?;
        tracing::info!(user.id = %changed.user.id, "The operator has signed an account out");
        self.told_all(changed, now).await
    }

    /// Makes a link that sets a new password once, for the operator to hand over.
    pub(super) async fn issue_reset_link(&self, user: &str) -> AdminResult<ResetLink> {
        let (who, now) = (Who::parse(user)?, Timestamp::now());
        let server_url = self.context.post.server_url().to_owned();
        let link = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let user = who.lock(conn).await?;
                if user.disabled_at.is_some() {
                    let message = format!("the account {} is disabled; enable it first", who.name());
                    return Err(AdminError::new(AdminErrorKind::Refused, message));
                }
                let target = Link {
                    user_id: user.id,
                    email: None,
                };
                let link = link::make(conn, LinkPurpose::ResetPassword, &target, &server_url, now).await?;
                record(conn, user.id, SecurityEventKind::ResetLinkIssued, now).await?;
                Ok(ResetLink {
                    user: Person::of(&user),
                    link,
                    expires_at: now.after(LINK_LIFETIME),
                })
            })
            .await?;
        self.context.bell.ring();
        tracing::info!(user.id = %link.user.id, "The operator has made a link that sets a new password");
        Ok(link)
    }

    /// After the commit: refuses the sessions and closes their sockets.
    fn told(&self, changed: ChangedAccount, now: Timestamp) -> ChangedAccount {
        self.sessions
            .announce_ended(changed.user.id, &changed.ended_sessions, now);
        self.context.bell.ring();
        changed
    }

    /// The same. Where nothing was left to end, an earlier attempt may have been committed without an answer: what ended
    /// by it is looked up.
    async fn told_all(&self, changed: ChangedAccount, now: Timestamp) -> AdminResult<ChangedAccount> {
        let changed = self.told(changed, now);
        if changed.ended_sessions.is_empty() {
            self.sessions.load_ended().await?;
            self.sessions.close_ended().await?;
        }
        Ok(changed)
    }
}

impl Person {
    pub(super) fn of(user: &User) -> Self {
        Self {
            id: user.id,
            handle: user.handle.clone(),
            display_name: user.display_name.clone(),
        }
    }
}

/// The owner hears of it by mail, if the account has an address.
async fn record(
    conn: &mut Connection,
    user: UserId,
    kind: SecurityEventKind,
    now: Timestamp,
) -> AdminResult<()> {
    Ok(security_log::record(conn, user, kind, Origin::Operator, now, Told::Owner).await?)
}

async fn changed(
    conn: &mut Connection,
    user: UserId,
    ended_sessions: Vec<SessionId>,
) -> AdminResult<ChangedAccount> {
    Ok(ChangedAccount {
        user: get(conn, user).await?,
        ended_sessions,
    })
}
