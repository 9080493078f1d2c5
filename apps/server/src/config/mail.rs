//! Whether, how and from whom mails go out.

use anyhow::{Context, bail};
use damso_adapter::mail::Sender;
use damso_adapter::smtp::{SmtpConfig, SmtpLogin, SmtpServer};
use damso_controller::PublicUrl;
use secrecy::SecretString;

/// Where mails go.
pub enum MailConfig {
    /// Nowhere: there are none.
    Off,
    /// Into the folder `mail` of the data folder.
    Folder(Sender),
    /// To a server that passes them on.
    Smtp(SmtpConfig),
}

/// What is set about mail, unchecked.
pub(super) struct MailSettings {
    pub(super) mail: Option<String>,
    pub(super) from: Option<String>,
    pub(super) smtp_url: Option<String>,
    pub(super) smtp_user: Option<String>,
    pub(super) smtp_password: Option<SecretString>,
}

impl MailSettings {
    pub(super) fn check(self, public_url: Option<&PublicUrl>) -> anyhow::Result<MailConfig> {
        let server = match &self.smtp_url {
            // Not repeated: somebody may have put a password into it.
            Some(url) => Some(url.parse::<SmtpServer>().context("DAMSO_SMTP_URL")?),
            None => None,
        };
        let login = match (self.smtp_user, self.smtp_password) {
            (Some(user), Some(password)) => Some(SmtpLogin { user, password }),
            (None, None) => None,
            _ => bail!("DAMSO_SMTP_USER and DAMSO_SMTP_PASSWORD go together; set both or neither"),
        };
        if login.is_some() && server.is_none() {
            bail!("DAMSO_SMTP_USER and DAMSO_SMTP_PASSWORD are of no use without DAMSO_SMTP_URL");
        }
        let sender = sender(self.from.as_deref(), public_url)?;
        match (self.mail.as_deref(), server) {
            (Some("off"), _) | (None, None) => Ok(MailConfig::Off),
            (Some("folder"), _) => Ok(MailConfig::Folder(sender.unwrap_or_else(nobody_elsewhere))),
            (Some("smtp") | None, Some(server)) => {
                // Whoever passes mails on into the world refuses a sender who is nowhere.
                let sender = match sender {
                    Some(sender) => sender,
                    None if server.is_on_this_machine() => nobody_elsewhere(),
                    None => bail!(
                        "DAMSO_MAIL_FROM has to say whom mails are from, as in 담소 <damso@example.org>"
                    ),
                };
                Ok(MailConfig::Smtp(SmtpConfig {
                    server,
                    login,
                    sender,
                }))
            }
            (Some("smtp"), None) => {
                bail!("DAMSO_SMTP_URL has to name the server that DAMSO_MAIL=smtp sends to")
            }
            (Some(other), _) => bail!("DAMSO_MAIL is off, folder or smtp, not {other}"),
        }
    }
}

/// The sender that is set, or one at the host that people know.
fn sender(from: Option<&str>, public_url: Option<&PublicUrl>) -> anyhow::Result<Option<Sender>> {
    if let Some(from) = from {
        let sender = from
            .parse()
            .map_err(|problem| anyhow::anyhow!("DAMSO_MAIL_FROM ({from}) is no sender: {problem}"))?;
        return Ok(Some(sender));
    }
    // A host that is a number, as in a network of one's own, has no addresses.
    Ok(public_url.and_then(|url| format!("damso@{}", host_of(url.origin())).parse().ok()))
}

/// For mails that do not leave the machine.
fn nobody_elsewhere() -> Sender {
    "damso@localhost".parse().expect("the address is well-formed")
}

fn host_of(origin: &str) -> &str {
    let authority = origin
        .split_once("://")
        .map_or(origin, |(_, authority)| authority);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}
