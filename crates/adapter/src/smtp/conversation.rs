//! One connection to a mail server: what is said, what has to be answered, and how long that may take.

use std::fmt::{Display, Formatter, Result as FormatResult};
use std::time::Duration;

use damso_service::ports::MailError;
use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Quit, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use secrecy::ExposeSecret;

use super::SmtpLogin;
use super::server::{Security, SmtpServer};
use crate::mail::Composed;

/// A server may look at a whole mail before it takes it. Whoever gives up on that too early sends it twice.
const PATIENCE_FOR_CONTENT: u32 = 3;

/// What is said, for the words of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Connect,
    StartTls,
    SignIn,
    Sender,
    Recipient,
    Content,
}

/// How to begin.
pub(super) struct Opening {
    pub(super) server: SmtpServer,
    pub(super) login: Option<SmtpLogin>,
    pub(super) tls: Option<TlsParameters>,
    pub(super) timeout: Duration,
}

/// A connection on which the next mail can be handed over.
pub(super) struct Conversation {
    connection: AsyncSmtpConnection,
    timeout: Duration,
}

impl Opening {
    /// Connects, encrypts and signs in, whatever of that is wanted. There is no falling back to less.
    pub(super) async fn open(&self) -> Result<Conversation, MailError> {
        let SmtpServer { host, port, security } = &self.server;
        let name = own_name();
        let at_once = self.tls.clone().filter(|_| *security == Security::Tls);
        let connecting = AsyncSmtpConnection::connect_tokio1(
            (host.as_str(), *port),
            Some(self.timeout),
            &name,
            at_once,
            None,
        );
        let mut connection = within(self.timeout, Step::Connect, connecting).await?;
        if let (Security::StartTls, Some(tls)) = (security, &self.tls) {
            within(
                self.timeout,
                Step::StartTls,
                connection.starttls(tls.clone(), &name),
            )
            .await?;
        }
        if let Some(login) = &self.login {
            let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
            let signing_in = connection.auth(DEFAULT_MECHANISMS, &credentials);
            let answer = within(self.timeout, Step::SignIn, signing_in).await?;
            expect(Step::SignIn, &answer, 235)?;
        }
        Ok(Conversation {
            connection,
            timeout: self.timeout,
        })
    }
}

impl Conversation {
    /// Hands one mail over. After an error the connection is of no further use.
    pub(super) async fn hand_over(&mut self, from: &Address, mail: &Composed) -> Result<(), MailError> {
        let Self { connection, timeout } = self;
        let sender = connection.command(Mail::new(Some(from.clone()), Vec::new()));
        expect(Step::Sender, &within(*timeout, Step::Sender, sender).await?, 250)?;

        let recipient = connection.command(Rcpt::new(mail.to.clone(), Vec::new()));
        let answer = within(*timeout, Step::Recipient, recipient).await?;
        // 251: it will be forwarded.
        expect(Step::Recipient, &answer, 250).or_else(|_| expect(Step::Recipient, &answer, 251))?;

        let content = connection.command(Data);
        expect(
            Step::Content,
            &within(*timeout, Step::Content, content).await?,
            354,
        )?;

        let patience = *timeout * PATIENCE_FOR_CONTENT;
        let content = connection.message(&mail.bytes);
        expect(
            Step::Content,
            &within(patience, Step::Content, content).await?,
            250,
        )
    }

    /// Whether the server is still there.
    pub(super) async fn still_answers(&mut self) -> bool {
        let asked = within(self.timeout, Step::Connect, self.connection.command(Noop)).await;
        asked.is_ok_and(|answer| answer.has_code(250))
    }

    /// Says good-bye; whether that is heard does not matter.
    pub(super) async fn quit(mut self) {
        let _ = within(self.timeout, Step::Connect, self.connection.command(Quit)).await;
    }
}

/// The library waits for an answer without end.
async fn within<T>(
    timeout: Duration,
    step: Step,
    asked: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, MailError> {
    match tokio::time::timeout(timeout, asked).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(step.failed(&error)),
        Err(_) => Err(MailError::Unavailable(format!(
            "the mail server has not answered for {} ms while {step}",
            timeout.as_millis()
        ))),
    }
}

/// Takes the one answer that belongs here. Somebody on the way can put a line before the encryption begins; each
/// answer then comes one question late, and a mail would count as taken before the server has said so.
fn expect(step: Step, answer: &Response, code: u16) -> Result<(), MailError> {
    if answer.has_code(code) {
        return Ok(());
    }
    let given = answer.code();
    Err(MailError::Unavailable(format!(
        "the mail server has answered {given} instead of {code} while {step}"
    )))
}

impl Step {
    /// Says what went wrong, without a word of what the server wrote: that may hold the address, or a link.
    fn failed(self, error: &SmtpError) -> MailError {
        if let Some(code) = error.status() {
            let enhanced = enhanced_code(error).map_or(String::new(), |enhanced| format!(" {enhanced}"));
            let text = format!("the mail server has answered {code}{enhanced} while {self}");
            // What is wrong with us is not wrong with the mail: it can go once the operator has set us right.
            let is_about_mail = matches!(self, Self::Recipient | Self::Content);
            return if error.is_permanent() && is_about_mail {
                MailError::Refused(text)
            } else {
                MailError::Unavailable(text)
            };
        }
        MailError::Unavailable(if error.is_client() {
            format!("the mail server does not offer {}", self.wanted())
        } else if error.is_response() {
            format!("the mail server has answered something that is no SMTP while {self}")
        } else {
            // Of the network or of TLS: our own words.
            format!("the mail server cannot be reached while {self}: {error}")
        })
    }

    const fn wanted(self) -> &'static str {
        match self {
            Self::StartTls => "STARTTLS",
            Self::SignIn => "a way to sign in that we know (PLAIN or LOGIN)",
            Self::Connect | Self::Sender | Self::Recipient | Self::Content => "what this needs",
        }
    }
}

impl Display for Step {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> FormatResult {
        formatter.write_str(match self {
            Self::Connect => "connecting",
            Self::StartTls => "turning encryption on",
            Self::SignIn => "signing in",
            Self::Sender => "naming the sender",
            Self::Recipient => "naming the recipient",
            Self::Content => "handing over the content",
        })
    }
}

/// The code of RFC 3463 that an answer begins with: `5.1.1`.
fn enhanced_code(error: &SmtpError) -> Option<String> {
    let text = std::error::Error::source(error)?.to_string();
    let first = text.split_whitespace().next()?;
    let numbers: Vec<_> = first.split('.').collect();
    let is_number =
        |number: &&str| (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    (numbers.len() == 3 && numbers.iter().all(is_number)).then(|| first.to_owned())
}

/// What to greet with: the name of this machine where it is one that others can look up.
fn own_name() -> ClientId {
    match ClientId::default() {
        ClientId::Domain(name) if !name.contains('.') => ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST),
        name => name,
    }
}
