//! Where mails are handed over, and how the way there is kept private.

use std::fmt::{Display, Formatter, Result as FormatResult};
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;

/// An SMTP server: `smtps://mail.example.org` (TLS from the first byte, port 465) or `smtp://mail.example.org`
/// (STARTTLS, which has to be there, port 587).
///
/// On this machine `smtp://localhost` goes without TLS, port 25. `?tls=off` asks for that anywhere else, and
/// `?tls=required` for STARTTLS on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
}

/// How the way to the server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// Not at all.
    None,
    /// A plain greeting, and TLS before anything that matters.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// Why a text is not the URL of an SMTP server. Never says what it was: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmtpServerProblem {
    /// No URL of this kind, or with a path.
    #[error("has to look like smtps://mail.example.org or smtp://mail.example.org:587")]
    Form,
    /// A user or a password is in it.
    #[error("must not hold a user or a password; they have settings of their own")]
    Credentials,
    /// Something else than `tls` is asked for, or an unknown value of it.
    #[error("takes ?tls=required or ?tls=off after smtp://, and nothing else")]
    Query,
}

impl SmtpServer {
    /// Whether it is here, and not across a network.
    pub fn is_on_this_machine(&self) -> bool {
        is_this_machine(&self.host)
    }

    /// Whether everything goes through the network as it is, the password included.
    pub fn is_open_to_read(&self) -> bool {
        self.security == Security::None && !self.is_on_this_machine()
    }
}

impl FromStr for SmtpServer {
    type Err = SmtpServerProblem;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        let uri: Uri = raw.trim().parse().map_err(|_| SmtpServerProblem::Form)?;
        let authority = uri.authority().ok_or(SmtpServerProblem::Form)?;
        if authority.as_str().contains('@') {
            return Err(SmtpServerProblem::Credentials);
        }
        if authority.host().is_empty() || !matches!(uri.path(), "" | "/") {
            return Err(SmtpServerProblem::Form);
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let security = match (uri.scheme_str(), uri.query()) {
            (Some("smtps"), None) => Security::Tls,
            (Some("smtp"), None) if is_this_machine(&host) => Security::None,
            (Some("smtp"), None | Some("tls=required")) => Security::StartTls,
            (Some("smtp"), Some("tls=off")) => Security::None,
            (Some("smtp" | "smtps"), Some(_)) => return Err(SmtpServerProblem::Query),
            _ => return Err(SmtpServerProblem::Form),
        };
        let port = match authority.as_str()[authority.host().len()..].strip_prefix(':') {
            None => security.usual_port(),
            Some(port) => match port.parse() {
                Ok(port) if port != 0 => port,
                _ => return Err(SmtpServerProblem::Form),
            },
        };
        Ok(Self { host, port, security })
    }
}

impl Display for SmtpServer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> FormatResult {
        let Self { host, port, security } = self;
        let way = match security {
            Security::None => "without TLS",
            Security::StartTls => "with STARTTLS",
            Security::Tls => "with TLS",
        };
        write!(formatter, "{host} port {port} {way}")
    }
}

impl Security {
    const fn usual_port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::StartTls => 587,
            Self::Tls => 465,
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_say_where_and_how() {
        use Security::{None, StartTls, Tls};
        for (raw, host, port, security) in [
            ("smtps://mail.example.org", "mail.example.org", 465, Tls),
            ("smtps://mail.example.org:8465/", "mail.example.org", 8465, Tls),
            ("smtp://mail.example.org", "mail.example.org", 587, StartTls),
            ("smtp://mail.example.org:25", "mail.example.org", 25, StartTls),
            (
                "smtp://mail.example.org?tls=required",
                "mail.example.org",
                587,
                StartTls,
            ),
            (
                "smtp://mail.example.org:2525?tls=off",
                "mail.example.org",
                2525,
                None,
            ),
            ("smtp://mail?tls=off", "mail", 25, None),
            ("smtp://localhost", "localhost", 25, None),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, None),
            ("smtp://[::1]:1025", "::1", 1025, None),
            ("smtp://localhost:1587?tls=required", "localhost", 1587, StartTls),
            ("smtps://localhost", "localhost", 465, Tls),
            // Only looks like this machine.
            (
                "smtp://localhost.example.org",
                "localhost.example.org",
                587,
                StartTls,
            ),
            (
                "smtp://127.0.0.1.example.org",
                "127.0.0.1.example.org",
                587,
                StartTls,
            ),
        ] {
            let expected = SmtpServer {
                host: host.to_owned(),
                port,
                security,
            };
            assert_eq!(raw.parse(), Ok(expected), "{raw}");
        }
    }

    #[test]
    fn other_urls_are_refused_without_repeating_them() {
        use SmtpServerProblem::{Credentials, Form, Query};
        for (raw, expected) in [
            ("", Form),
            ("mail.example.org", Form),
            ("mail.example.org:587", Form),
            ("https://mail.example.org", Form),
            ("smtp://", Form),
            ("smtp://mail.example.org/path", Form),
            ("smtp://mail.example.org:0", Form),
            ("smtp://mail.example.org:99999", Form),
            ("smtp://mail.example.org:", Form),
            ("smtp://mail example.org", Form),
            ("smtp://mail.example.org\r\nx", Form),
            ("smtp://damso:secret@mail.example.org", Credentials),
            ("smtps://damso@mail.example.org", Credentials),
            ("smtp://mail.example.org?tls=opportunistic", Query),
            ("smtp://mail.example.org?tls=off&tls=required", Query),
            ("smtps://mail.example.org?tls=off", Query),
        ] {
            let problem = raw.parse::<SmtpServer>().unwrap_err();
            assert_eq!(problem, expected, "{raw}");
            assert!(!problem.to_string().contains("secret"));
        }
    }

    #[test]
    fn what_can_be_read_on_the_way_is_known() {
        for (raw, expected) in [
            ("smtp://mail?tls=off", true),
            ("smtp://mail", false),
            ("smtp://localhost", false),
            ("smtps://mail", false),
        ] {
            assert_eq!(
                raw.parse::<SmtpServer>().unwrap().is_open_to_read(),
                expected,
                "{raw}"
            );
        }
    }
}
