//! What can be typed after `damso admin`.

use std::time::Duration;

use clap::{Args, Subcommand};
use damso_domain::ReportId;
use damso_service::admin::AdminRequest;

/// How many items a list shows unless it is told.
const LIMIT: u16 = 50;

/// What the operator wants.
#[derive(Args)]
pub struct AdminArgs {
    /// Answer with one line of JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    topic: Topic,
}

#[derive(Subcommand)]
enum Topic {
    /// Accounts: look at them, close and open them, let their owners in again.
    #[command(subcommand)]
    User(UserCommand),
    /// What people have reported.
    #[command(subcommand)]
    Report(ReportCommand),
    /// Invitations, for a server with DAMSO_SIGN_UP=invite.
    Invite(InviteArgs),
}

#[derive(Subcommand)]
enum UserCommand {
    /// The newest accounts.
    List {
        /// Part of a handle, a name or an address.
        #[arg(long)]
        query: Option<String>,
        /// The most of them.
        #[arg(long, default_value_t = LIMIT, value_parser = clap::value_parser!(u16).range(1..=1_000))]
        limit: u16,
    },
    /// One account.
    Show {
        /// A handle or an id.
        user: String,
    },
    /// Close an account: its sessions end at once, and nothing signs in.
    Disable {
        /// A handle or an id.
        user: String,
        /// Why; for your eyes alone.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Open an account again.
    Enable {
        /// A handle or an id.
        user: String,
    },
    /// Make a link that sets a new password, once, within ten minutes.
    ResetLink {
        /// A handle or an id.
        user: String,
    },
    /// End every session of an account.
    SignOut {
        /// A handle or an id.
        user: String,
    },
}

#[derive(Subcommand)]
enum ReportCommand {
    /// The newest reports that wait for you.
    List {
        /// Those that are resolved, too.
        #[arg(long)]
        all: bool,
        /// The most of them.
        #[arg(long, default_value_t = LIMIT, value_parser = clap::value_parser!(u16).range(1..=1_000))]
        limit: u16,
    },
    /// A report, with what could be seen when it was made.
    Show {
        /// The report's id.
        id: ReportId,
    },
    /// Be done with a report.
    Resolve {
        /// The report's id.
        id: ReportId,
        /// What came of it; for your eyes alone.
        #[arg(long)]
        note: Option<String>,
    },
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
struct InviteArgs {
    #[command(subcommand)]
    command: Option<InviteCommand>,
    /// How many accounts may be made with it.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    uses: u32,
    /// How long it is good for: 30m, 12h, 7d or 2w, up to a year.
    #[arg(long, default_value = "7d", value_parser = parse_duration)]
    expires_in: Duration,
}

#[derive(Subcommand)]
enum InviteCommand {
    /// The newest invitations; their codes are shown only once, when they are made.
    List {
        /// The most of them.
        #[arg(long, default_value_t = LIMIT, value_parser = clap::value_parser!(u16).range(1..=1_000))]
        limit: u16,
    },
    /// Take an invitation back.
    Revoke {
        /// Its id, its code or its link.
        invite: String,
    },
}

impl AdminArgs {
    /// What to ask for, and whether to answer with JSON.
    pub fn split(self) -> (AdminRequest, bool) {
        let request = match self.topic {
            Topic::User(command) => command.into_request(),
            Topic::Report(command) => command.into_request(),
            Topic::Invite(args) => args.into_request(),
        };
        (request, self.json)
    }
}

impl UserCommand {
    fn into_request(self) -> AdminRequest {
        match self {
            Self::List { query, limit } => AdminRequest::ListUsers { query, limit },
            Self::Show { user } => AdminRequest::ShowUser { user },
            Self::Disable { user, reason } => AdminRequest::DisableUser { user, reason },
            Self::Enable { user } => AdminRequest::EnableUser { user },
            Self::ResetLink { user } => AdminRequest::IssueResetLink { user },
            Self::SignOut { user } => AdminRequest::SignOutUser { user },
        }
    }
}

impl ReportCommand {
    fn into_request(self) -> AdminRequest {
        match self {
            Self::List { all, limit } => AdminRequest::ListReports {
                with_resolved: all,
                limit,
            },
            Self::Show { id } => AdminRequest::ShowReport { id },
            Self::Resolve { id, note } => AdminRequest::ResolveReport { id, note },
        }
    }
}

impl InviteArgs {
    fn into_request(self) -> AdminRequest {
        match self.command {
            None => AdminRequest::CreateInvite {
                max_uses: self.uses,
                lifetime_secs: self.expires_in.as_secs(),
            },
            Some(InviteCommand::List { limit }) => AdminRequest::ListInvites { limit },
            Some(InviteCommand::Revoke { invite }) => AdminRequest::RevokeInvite { invite },
        }
    }
}

fn parse_duration(raw: &str) -> Result<Duration, String> {
    let wrong = || "it is a number and a unit: 30m, 12h, 7d or 2w".to_owned();
    let (number, unit) = raw.split_at(raw.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit_secs = match unit {
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        "w" => 7 * 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let secs = number.checked_mul(unit_secs).filter(|secs| 0 < *secs);
    secs.map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::config::{Cli, Command};

    fn request(args: &[&str]) -> Result<(AdminRequest, bool), clap::Error> {
        let cli = Cli::try_parse_from([&["damso", "admin"], args].concat())?;
        match cli.split().0 {
            Command::Admin(args) => Ok(args.split()),
            _ => unreachable!("it begins with admin"),
        }
    }

    #[test]
    fn invitations_have_defaults_and_commands() {
        let (made, is_json) = request(&["invite"]).unwrap();
        let expected = AdminRequest::CreateInvite {
            max_uses: 1,
            lifetime_secs: 7 * 86_400,
        };
        assert_eq!((made, is_json), (expected, false));
        let (made, is_json) = request(&["invite", "--uses", "5", "--expires-in", "2w", "--json"]).unwrap();
        let expected = AdminRequest::CreateInvite {
            max_uses: 5,
            lifetime_secs: 14 * 86_400,
        };
        assert_eq!((made, is_json), (expected, true));
        let (listed, _) = request(&["--json", "invite", "list"]).unwrap();
        assert_eq!(listed, AdminRequest::ListInvites { limit: LIMIT });
        for wrong in ["7", "d", "0d", "7y", "-1d", "99999999999999999999w", "7 d", ""] {
            assert!(request(&["invite", "--expires-in", wrong]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_not_asked() {
        for wrong in [
            &["user"][..],
            &["user", "list", "--limit", "0"],
            &["user", "disable"],
            &["report", "show", "first"],
            &["invite", "--uses", "0"],
            &["invite", "--uses", "2", "list"],
        ] {
            assert!(request(wrong).is_err(), "{wrong:?}");
        }
    }
}
