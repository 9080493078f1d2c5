//! Answers for people, in plain tables, and for programs, in JSON.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use damso_domain::Timestamp;
use damso_service::admin::{
    Account, AdminAnswer, AdminError, AdminErrorKind, AdminResult, ChangedAccount, ListedInvite,
    ListedReport, NewInvite, Person, ResetLink, Said, ShownReport,
};
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::escape::{SafeJson, plain};

/// What stands where there is nothing.
const NOTHING: &str = "-";

/// Says what came of it, and by the exit code whether it was done.
pub(super) fn outcome(outcome: &AdminResult<AdminAnswer>, is_json: bool) -> anyhow::Result<ExitCode> {
    let said = match (outcome, is_json) {
        (Ok(answer), true) => json(answer)?,
        (Ok(answer), false) => for_people(answer),
        (Err(error), true) => json(&Failed { error })?,
        (Err(error), false) => {
            eprintln!("damso: {}", plain(&error.message));
            String::new()
        }
    };
    io::stdout().write_all(said.as_bytes())?;
    Ok(match outcome {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => exit_code(error.kind),
    })
}

/// docs/operator.md lists them.
fn exit_code(kind: AdminErrorKind) -> ExitCode {
    match kind {
        AdminErrorKind::Unavailable | AdminErrorKind::Internal => ExitCode::FAILURE,
        AdminErrorKind::Invalid => ExitCode::from(2),
        AdminErrorKind::NotFound => ExitCode::from(3),
        AdminErrorKind::Refused => ExitCode::from(4),
    }
}

#[derive(Serialize)]
struct Failed<'a> {
    error: &'a AdminError,
}

fn json(value: &impl Serialize) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, SafeJson))?;
    bytes.push(b'\n');
    Ok(String::from_utf8(bytes)?)
}

fn for_people(answer: &AdminAnswer) -> String {
    match answer {
        AdminAnswer::Users(users) => accounts(users),
        AdminAnswer::User(user) => account(user),
        AdminAnswer::Changed(ChangedAccount { user, ended_sessions }) => {
            let ended = ended_sessions.len();
            format!("{}sessions ended  {ended}\n", account(user))
        }
        AdminAnswer::ResetLink(ResetLink {
            user,
            link,
            expires_at,
        }) => format!(
            "{link}\n\nSets a new password for {}, once, until {}. Hand it to nobody else.\n",
            name(user),
            time(*expires_at)
        ),
        AdminAnswer::Reports(listed) => reports(listed),
        AdminAnswer::Report(shown) => report(shown),
        AdminAnswer::NewInvite(NewInvite { invite, link, .. }) => format!(
            "{link}\n\nLets {} in until {}. It is shown this once; to take it back: damso admin invite revoke {}\n",
            people(invite.max_uses),
            time(invite.expires_at),
            invite.id
        ),
        AdminAnswer::Invites(listed) => invites(listed),
        AdminAnswer::Invite(invite) => invites(std::slice::from_ref(invite)),
    }
}

fn people(number: i32) -> String {
    if number == 1 {
        "one person".to_owned()
    } else {
        format!("{number} people")
    }
}

fn time(time: Timestamp) -> String {
    time.to_string()
}

fn maybe<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| NOTHING.to_owned(), text)
}

fn text(value: Option<&String>) -> String {
    maybe(value, |value| plain(value))
}

fn name(person: &Person) -> String {
    called(person.handle.as_ref(), &person.display_name)
}

fn called(handle: Option<&String>, display_name: &str) -> String {
    match handle {
        Some(handle) => format!("@{} {}", plain(handle), plain(display_name)),
        None => "(deleted)".to_owned(),
    }
}

const fn state(user: &Account) -> &'static str {
    match user {
        Account {
            deleted_at: Some(_), ..
        } => "deleted",
        Account {
            disabled_at: Some(_), ..
        } => "disabled",
        _ => "open",
    }
}

fn accounts(users: &[Account]) -> String {
    let head = [
        "HANDLE",
        "NAME",
        "STATE",
        "DEVICES",
        "REPORTS",
        "MADE",
        "LAST USED",
        "ID",
    ];
    let rows = users.iter().map(|user| {
        [
            text(user.handle.as_ref()),
            plain(&user.display_name),
            state(user).to_owned(),
            user.sessions.to_string(),
            user.open_reports.to_string(),
            time(user.created_at),
            maybe(user.last_used_at, time),
            user.id.to_string(),
        ]
    });
    table(&head, rows)
}

fn account(user: &Account) -> String {
    fields(&[
        ("id", user.id.to_string()),
        ("handle", text(user.handle.as_ref())),
        ("name", plain(&user.display_name)),
        ("state", state(user).to_owned()),
        ("disabled", maybe(user.disabled_at, time)),
        ("reason", text(user.disabled_reason.as_ref())),
        ("deleted", maybe(user.deleted_at, time)),
        ("address", text(user.email.as_ref())),
        ("unconfirmed", text(user.pending_email.as_ref())),
        ("made", time(user.created_at)),
        ("last used", maybe(user.last_used_at, time)),
        ("devices", user.sessions.to_string()),
        ("open reports", user.open_reports.to_string()),
    ])
}

fn about(report: &ListedReport) -> String {
    match (report.conversation_id, report.seq) {
        (Some(_), Some(seq)) => format!("message {seq}"),
        _ => "person".to_owned(),
    }
}

fn reports(listed: &[ListedReport]) -> String {
    let head = [
        "ID", "MADE", "REASON", "ABOUT", "WHO", "REPORTER", "RESOLVED", "NOTE",
    ];
    let rows = listed.iter().map(|report| {
        [
            report.id.to_string(),
            time(report.created_at),
            report.reason.as_str().to_owned(),
            about(report),
            name(&report.user),
            maybe(report.reporter.as_ref(), name),
            maybe(report.resolved_at, time),
            text(report.note.as_ref()),
        ]
    });
    table(&head, rows)
}

fn report(shown: &ShownReport) -> String {
    let ShownReport { report, evidence } = shown;
    let profile = &evidence.profile;
    let mut said = fields(&[
        ("id", report.id.to_string()),
        ("made", time(report.created_at)),
        ("reason", report.reason.as_str().to_owned()),
        ("about", about(report)),
        ("who", format!("{} ({})", name(&report.user), report.user.id)),
        ("then", called(profile.handle.as_ref(), &profile.display_name)),
        ("status", plain(&profile.status_message)),
        (
            "reporter",
            maybe(report.reporter.as_ref(), |by| format!("{} ({})", name(by), by.id)),
        ),
        ("note", text(report.note.as_ref())),
        ("conversation", maybe(report.conversation_id, |id| id.to_string())),
        ("resolved", maybe(report.resolved_at, time)),
        ("resolution", text(report.resolution.as_ref())),
    ]);
    if evidence.message.is_some() {
        said.push('\n');
        let before = evidence.before.iter().map(|message| ("", message));
        let message = evidence.message.iter().map(|message| (">", message));
        let rows = before.chain(message).map(|(mark, message)| spoken(mark, message));
        said.push_str(&table(&["", "SEQ", "WRITTEN", "WHO", "WHAT"], rows));
    }
    said
}

fn spoken(mark: &str, message: &Said) -> [String; 5] {
    let mut what = match (&message.text, &message.system, message.deleted_at) {
        (Some(text), ..) => plain(text),
        (None, Some(system), _) => plain(&system.to_string()),
        (None, None, Some(_)) => "(deleted)".to_owned(),
        (None, None, None) => String::new(),
    };
    for file in &message.attachments {
        let space = if what.is_empty() { "" } else { " " };
        // Writing into a string does not fail.
        let _ = write!(
            what,
            "{space}[{} {} {} bytes]",
            plain(&file.file_name),
            plain(&file.media_type),
            file.size_bytes
        );
    }
    if message.edited_at.is_some() {
        what.push_str(" (edited)");
    }
    [
        mark.to_owned(),
        message.seq.to_string(),
        time(message.created_at),
        called(message.handle.as_ref(), &message.display_name),
        what,
    ]
}

fn invites(listed: &[ListedInvite]) -> String {
    let rows = listed.iter().map(|invite| {
        [
            invite.id.to_string(),
            invite.state.as_str().to_owned(),
            format!("{}/{}", invite.uses, invite.max_uses),
            time(invite.created_at),
            time(invite.expires_at),
        ]
    });
    table(&["ID", "STATE", "USES", "MADE", "GOOD UNTIL"], rows)
}

/// A line for each field.
fn fields(fields: &[(&str, String)]) -> String {
    let width = fields
        .iter()
        .map(|(field, _)| field.len())
        .max()
        .unwrap_or_default();
    let lines = fields.iter().map(|(field, value)| {
        let value = if value.is_empty() { NOTHING } else { value };
        format!("{field:width$}  {value}\n")
    });
    lines.collect()
}

/// Columns as wide as what stands in them: of Hangul each letter is two wide.
fn table<const N: usize>(head: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| {
            let room = width.saturating_sub(cell.width());
            format!("{cell}{}", " ".repeat(room))
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_in_korean_too() {
        let rows = [
            ["minji".to_owned(), "김민지".to_owned(), "1".to_owned()],
            ["a".to_owned(), "b".to_owned(), "2".to_owned()],
        ];
        assert_eq!(
            table(&["HANDLE", "NAME", "N"], rows.into_iter()),
            "HANDLE  NAME    N\nminji   김민지  1\na       b       2\n"
        );
    }
}
