//! What the operator asks for and is answered, as data.

use damso_domain::{ConversationId, InviteId, ReportId, ReportReason, Seq, SessionId, Timestamp, UserId};
use damso_protocol::ErrorKind;
use damso_repository::RepositoryError;
use damso_repository::account::Account;
use damso_repository::report::Evidence;
use serde::{Deserialize, Serialize};

use crate::ServiceError;

/// What the operator asks for. `user` is a handle or an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AdminRequest {
    /// The newest accounts.
    ListUsers {
        /// Part of a handle, a name or an address.
        query: Option<String>,
        /// The most of them.
        limit: u16,
    },
    /// One account.
    ShowUser {
        /// Whose.
        user: String,
    },
    /// Closes an account, and ends its sessions.
    DisableUser {
        /// Whose.
        user: String,
        /// Why, for the operator's eyes.
        reason: Option<String>,
    },
    /// Opens it again.
    EnableUser {
        /// Whose.
        user: String,
    },
    /// Makes a link that sets a new password, once.
    IssueResetLink {
        /// Whose.
        user: String,
    },
    /// Ends every session of an account.
    SignOutUser {
        /// Whose.
        user: String,
    },
    /// The newest reports.
    ListReports {
        /// Those that are resolved, too.
        with_resolved: bool,
        /// The most of them.
        limit: u16,
    },
    /// One report, with what could be seen at that time.
    ShowReport {
        /// Which.
        id: ReportId,
    },
    /// The operator is done with a report.
    ResolveReport {
        /// Which.
        id: ReportId,
        /// What came of it, for the operator's eyes.
        note: Option<String>,
    },
    /// Makes an invitation.
    CreateInvite {
        /// How many accounts may be made with it.
        max_uses: u32,
        /// How long it is good for.
        lifetime_secs: u64,
    },
    /// The newest invitations.
    ListInvites {
        /// The most of them.
        limit: u16,
    },
    /// Takes an invitation back.
    RevokeInvite {
        /// Its id, or its code.
        invite: String,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminAnswer {
    /// Accounts.
    Users(Vec<Account>),
    /// One account.
    User(Account),
    /// An account that is different now.
    Changed(ChangedAccount),
    /// A link that sets a new password.
    ResetLink(ResetLink),
    /// Reports.
    Reports(Vec<ListedReport>),
    /// One report.
    Report(Box<ShownReport>),
    /// A new invitation, with its code.
    NewInvite(NewInvite),
    /// Invitations.
    Invites(Vec<ListedInvite>),
    /// One invitation.
    Invite(ListedInvite),
}

/// An account that is different now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedAccount {
    /// As it is now.
    pub user: Account,
    /// The sessions that were ended by it.
    pub ended_sessions: Vec<SessionId>,
}

/// A link that sets a new password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetLink {
    /// Whose.
    pub user: Person,
    /// Shown this once.
    pub link: String,
    /// How long it is good, if nobody uses it.
    pub expires_at: Timestamp,
}

/// Somebody, as they are called now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// `None`: the account is deleted.
    pub handle: Option<String>,
    /// What they are called.
    pub display_name: String,
}

/// A report in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedReport {
    /// The report.
    pub id: ReportId,
    /// Why.
    pub reason: ReportReason,
    /// Whom it is about.
    pub user: Person,
    /// Who made it; `None` once their account is deleted.
    pub reporter: Option<Person>,
    /// The conversation of the message that it is about; `None`: it is about the person.
    pub conversation_id: Option<ConversationId>,
    /// The message's number there.
    pub seq: Option<Seq>,
    /// In the reporter's words.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the operator was done with it.
    pub resolved_at: Option<Timestamp>,
    /// What came of it, in the operator's words.
    pub resolution: Option<String>,
}

/// A report with what could be seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownReport {
    /// The report.
    pub report: ListedReport,
    /// What could be seen when it was made.
    pub evidence: Evidence,
}

/// A new invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewInvite {
    /// The invitation.
    pub invite: ListedInvite,
    /// Shown this once: only its hash is stored.
    pub code: String,
    /// The page that takes it.
    pub link: String,
}

/// Whether an invitation lets anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InviteState {
    /// It does.
    Good,
    /// As many as may have made an account with it.
    UsedUp,
    /// Its time is over.
    Expired,
    /// The operator took it back.
    Revoked,
}

impl InviteState {
    /// As it is spelled.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::UsedUp => "used_up",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// An invitation in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedInvite {
    /// The invitation.
    pub id: InviteId,
    /// Whether it lets anybody in.
    pub state: InviteState,
    /// How many accounts were made with it.
    pub uses: i32,
    /// How many may be.
    pub max_uses: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// The answer of everything that the operator asks for.
pub type AdminResult<T> = Result<T, AdminError>;

/// Why it was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct AdminError {
    /// For programs.
    pub kind: AdminErrorKind,
    /// For the operator.
    pub message: String,
}

/// Why it was not done, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminErrorKind {
    /// There is no such account, report or invitation.
    NotFound,
    /// Things are not so that it could be done.
    Refused,
    /// What was asked for makes no sense.
    Invalid,
    /// A part of the server does not answer.
    Unavailable,
    /// Something is wrong with the server.
    Internal,
}

impl AdminError {
    /// For this reason.
    pub fn new(kind: AdminErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    pub(super) fn not_found(what: &str, name: &str) -> Self {
        Self::new(AdminErrorKind::NotFound, format!("there is no {what} {name}"))
    }
}

impl From<ServiceError> for AdminError {
    fn from(error: ServiceError) -> Self {
        let kind = match &error {
            ServiceError::Refused(refusal) => match refusal.kind {
                ErrorKind::InvalidFields => AdminErrorKind::Invalid,
                _ => AdminErrorKind::Refused,
            },
            ServiceError::Overloaded | ServiceError::TooFast(_) | ServiceError::Unavailable(_) => {
                AdminErrorKind::Unavailable
            }
            ServiceError::Internal(_) => AdminErrorKind::Internal,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<RepositoryError> for AdminError {
    fn from(error: RepositoryError) -> Self {
        ServiceError::from(error).into()
    }
}
