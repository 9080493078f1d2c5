//! Mail to an SMTP server, which passes it on.

mod conversation;
mod server;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use damso_service::ports::{Mail, MailError, Mailer};
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use secrecy::SecretString;

pub use self::server::{SmtpServer, SmtpServerProblem};

use self::conversation::{Conversation, Opening};
use self::server::Security;
use crate::mail::{Sender, compose};

/// How long the server may take for each answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection is kept for the next mail. Servers commonly wait for five minutes.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// What to know of a mail server.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// Where it is.
    pub server: SmtpServer,
    /// Who we are there, where it asks.
    pub login: Option<SmtpLogin>,
    /// Whom mails are from.
    pub sender: Sender,
}

/// A user of a mail server. The password cannot be printed.
#[derive(Clone, Debug)]
pub struct SmtpLogin {
    /// The name.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// Hands mails to an SMTP server.
///
/// A connection is kept for a while, so that mails in a row share it. Only one that has ended its last mail in
/// order is used again: after an answer that is missing nobody could tell which mail the next answer is for.
#[derive(Clone)]
pub struct SmtpMailer {
    opening: Arc<Opening>,
    sender: Sender,
    kept: Arc<Mutex<Option<Kept>>>,
}

struct Kept {
    conversation: Conversation,
    since: Instant,
}

impl SmtpMailer {
    /// Prepares to send. Nothing is asked of the server yet; [`SmtpMailer::check`] tells whether it works.
    pub fn new(config: &SmtpConfig) -> Result<Self, MailError> {
        Self::with(config, None, TIMEOUT)
    }

    /// The same with another patience, and with an authority, in DER, that is trusted besides the public ones.
    pub fn with(
        config: &SmtpConfig,
        authority: Option<Vec<u8>>,
        timeout: Duration,
    ) -> Result<Self, MailError> {
        let tls = match config.server.security {
            Security::None => None,
            Security::StartTls | Security::Tls => Some(tls(&config.server.host, authority)?),
        };
        let opening = Opening {
            server: config.server.clone(),
            login: config.login.clone(),
            tls,
            timeout,
        };
        Ok(Self {
            opening: Arc::new(opening),
            sender: config.sender.clone(),
            kept: Arc::default(),
        })
    }

    /// Whether the server answers, encrypts as it should, and knows our user.
    pub async fn check(&self) -> Result<(), MailError> {
        let conversation = self.conversation().await?;
        self.keep(conversation);
        Ok(())
    }

    /// The connection that was kept, where it still answers, or a new one.
    async fn conversation(&self) -> Result<Conversation, MailError> {
        if let Some(kept) = self.take_kept() {
            let mut conversation = kept.conversation;
            if kept.since.elapsed() < KEPT_FOR && conversation.still_answers().await {
                return Ok(conversation);
            }
        }
        self.opening.open().await
    }

    fn keep(&self, conversation: Conversation) {
        let since = Instant::now();
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Kept { conversation, since });
        let kept = Arc::clone(&self.kept);
        tokio::spawn(async move {
            tokio::time::sleep(KEPT_FOR).await;
            let idle = {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.take_if(|kept| kept.since == since)
            };
            if let Some(idle) = idle {
                idle.conversation.quit().await;
            }
        });
    }

    fn take_kept(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let mail = compose(&self.sender, &mail, SystemTime::now())?;
        // Whoever stops waiting drops the connection with it: it is kept only from here on.
        let mut conversation = self.conversation().await?;
        conversation.hand_over(self.sender.address(), &mail).await?;
        self.keep(conversation);
        Ok(())
    }
}

fn tls(host: &str, authority: Option<Vec<u8>>) -> Result<TlsParameters, MailError> {
    let unusable = |error| MailError::Unavailable(format!("TLS cannot be used: {error}"));
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(der) = authority {
        parameters = parameters.add_root_certificate(Certificate::from_der(der).map_err(unusable)?);
    }
    parameters.build_rustls().map_err(unusable)
}
