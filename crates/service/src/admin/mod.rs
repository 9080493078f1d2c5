//! What the operator of a server does: closing accounts, inviting people, reading reports.
//!
//! One request in, one answer out, and both are plain data: they come over a socket from a command of the same
//! machine, or from the command itself where no server runs. Nobody is asked who they are here: whoever can reach this
//! is the operator.

mod accounts;
mod invites;
mod reports;
mod shape;

pub use shape::{
    AdminAnswer, AdminError, AdminErrorKind, AdminRequest, AdminResult, ChangedAccount, InviteState,
    ListedInvite, ListedReport, NewInvite, Person, ResetLink, ShownReport,
};

use damso_domain::Remark;
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::session::SessionsToEnd;

pub use damso_repository::account::Account;
pub use damso_repository::report::{Evidence, Profile, Said, SentFile};

use crate::Context;
use crate::session::SessionService;

/// The most items of a list.
pub const MOST_ITEMS: u16 = 1_000;

/// Does what the operator asks for.
#[derive(Clone)]
pub struct AdminService {
    context: Context,
    sessions: SessionService,
}

impl AdminService {
    pub(crate) const fn new(context: Context, sessions: SessionService) -> Self {
        Self { context, sessions }
    }

    /// Does one thing, and says what came of it.
    pub async fn answer(&self, request: AdminRequest) -> AdminResult<AdminAnswer> {
        match request {
            AdminRequest::ListUsers { query, limit } => {
                self.list_users(query, limit).await.map(AdminAnswer::Users)
            }
            AdminRequest::ShowUser { user } => self.show_user(&user).await.map(AdminAnswer::User),
            AdminRequest::DisableUser { user, reason } => self
                .disable(&user, reason.as_deref())
                .await
                .map(AdminAnswer::Changed),
            AdminRequest::EnableUser { user } => self.enable(&user).await.map(AdminAnswer::Changed),
            AdminRequest::IssueResetLink { user } => {
                self.issue_reset_link(&user).await.map(AdminAnswer::ResetLink)
            }
            AdminRequest::SignOutUser { user } => self.sign_out(&user).await.map(AdminAnswer::Changed),
            AdminRequest::ListReports { with_resolved, limit } => self
                .list_reports(with_resolved, limit)
                .await
                .map(AdminAnswer::Reports),
            AdminRequest::ShowReport { id } => {
                let report = self.show_report(id).await?;
                Ok(AdminAnswer::Report(Box::new(report)))
            }
            AdminRequest::ResolveReport { id, note } => {
                let report = self.resolve_report(id, note.as_deref()).await?;
                Ok(AdminAnswer::Report(Box::new(report)))
            }
            AdminRequest::CreateInvite {
                max_uses,
                lifetime_secs,
            } => self
                .create_invite(max_uses, lifetime_secs)
                .await
                .map(AdminAnswer::NewInvite),
            AdminRequest::ListInvites { limit } => self.list_invites(limit).await.map(AdminAnswer::Invites),
            AdminRequest::RevokeInvite { invite } => {
                self.revoke_invite(&invite).await.map(AdminAnswer::Invite)
            }
        }
    }
}

/// What the operator notes, in order; `None` when it is nothing.
fn remark(raw: Option<&str>, field: &str) -> AdminResult<Option<String>> {
    let parsed = Remark::parse(raw.unwrap_or_default());
    let parsed =
        parsed.map_err(|error| AdminError::new(AdminErrorKind::Invalid, format!("the {field} {error}")))?;
    Ok(parsed.map(|remark| remark.as_str().to_owned()))
}
