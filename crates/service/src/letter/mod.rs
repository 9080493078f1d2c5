//! The mails we write: what each says, in the language of whom it goes to.
//!
//! A letter is put together from parts once, and drawn twice: as text and as HTML. What somebody has typed goes
//! through [`typed`] into it, and is escaped as everything else where the HTML is drawn.

mod en;
mod ko;
mod page;
mod typed;

#[cfg(test)]
mod tests;

use damso_domain::{Locale, SecurityEventKind, Timestamp};
use damso_protocol::DeletedCounts;

use self::typed::typed;
use crate::ports::Mail;

/// A mail to write.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Letter<'a> {
    /// Confirm that the address is yours (at sign-up, when asked again, and at a change). Names nobody: whose address
    /// it is is not known yet, and strangers would read what somebody has chosen for a name.
    VerifyAddress {
        /// Good once, for ten minutes.
        link: &'a str,
    },
    /// Somebody wanted to use your address for an account; it belongs to yours already (nothing was done). Names
    /// nobody either.
    AddressInUse,
    /// Set a new password.
    ResetPassword {
        /// Good once, for ten minutes.
        link: &'a str,
    },
    /// Something has happened to your account.
    Event {
        /// What.
        kind: SecurityEventKind,
        /// The name of the session it came from.
        device: Option<&'a str>,
        /// The address of that session.
        address: Option<&'a str>,
        /// When.
        at: Timestamp,
    },
    /// The account is gone.
    Deleted {
        /// What went with it.
        counts: &'a DeletedCounts,
        /// When.
        at: Timestamp,
    },
}

/// The server that a letter is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server<'a> {
    /// The host that people know: `chat.example.org`.
    pub(crate) name: &'a str,
    /// Where it is, without a slash at the end: `https://chat.example.org`.
    pub(crate) url: &'a str,
}

impl Letter<'_> {
    /// Writes the letter to `person` at the address `to`.
    pub(crate) fn write(&self, to: &str, person: &str, locale: Locale, server: &Server<'_>) -> Mail {
        let person = typed(person);
        let parts = match locale {
            Locale::Ko => ko::parts(self, &person, server),
            Locale::En => en::parts(self, &person, server),
        };
        Mail {
            to: to.to_owned(),
            subject: parts.subject(locale),
            text: page::text(&parts),
            html: page::html(&parts, locale),
        }
    }
}

/// What a letter consists of, in the order in which it is read.
struct Parts {
    /// Of the page and, with the product's name before it, of the mail.
    title: &'static str,
    greeting: String,
    /// What it is about, a paragraph each.
    lead: Vec<String>,
    /// When, from where, how much: names and values.
    facts: Vec<(&'static str, String)>,
    button: Option<Button>,
    /// What else to know, a paragraph each.
    rest: Vec<String>,
    /// Whom it is from.
    footer: String,
}

/// The one thing to press.
struct Button {
    label: &'static str,
    url: String,
}

impl Button {
    fn new(label: &'static str, url: &str) -> Self {
        let url = url.to_owned();
        Self { label, url }
    }
}

impl Parts {
    /// Without anything about the person: subjects are seen on locked screens.
    fn subject(&self, locale: Locale) -> String {
        let product = match locale {
            Locale::Ko => "담소",
            Locale::En => "Damso",
        };
        format!("[{product}] {}", self.title)
    }
}

/// What somebody can do to whom an event is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Advice {
    /// Change the password and end sessions.
    Secure,
    /// The same, but signing in may not work any more.
    Recover,
    /// It was the operator who did this.
    AskOperator,
    /// Nothing.
    None,
}

impl Advice {
    fn of(kind: SecurityEventKind) -> Self {
        use SecurityEventKind as Kind;
        match kind {
            Kind::SignedIn
            | Kind::SignedInWithPasskey
            | Kind::SessionEnded
            | Kind::TokenReused
            | Kind::TotpEnabled
            | Kind::TotpDisabled
            | Kind::RecoveryCodeUsed
            | Kind::RecoveryCodesRenewed
            | Kind::PasskeyAdded
            | Kind::PasskeyRemoved
            | Kind::ExportRequested
            | Kind::ExportDownloaded => Self::Secure,
            Kind::PasswordChanged | Kind::PasswordReset | Kind::EmailChanged => Self::Recover,
            Kind::ResetLinkIssued | Kind::Disabled | Kind::Enabled => Self::AskOperator,
            Kind::SignedUp => Self::None,
        }
    }

    /// Where to do it.
    fn button(self, label: &'static str, server: &Server<'_>) -> Option<Button> {
        let is_theirs = matches!(self, Self::Secure | Self::Recover);
        is_theirs.then(|| Button::new(label, &format!("{}/settings/security", server.url)))
    }
}

/// A number of bytes as people read it.
#[expect(clippy::cast_precision_loss, reason = "one digit behind the point is shown")]
fn file_size(bytes: i64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{} B", bytes.max(0));
    }
    let mut size = bytes as f64 / 1_000.0;
    let mut unit = 0;
    while 999.5 <= size && unit + 1 < UNITS.len() {
        size /= 1_000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}
