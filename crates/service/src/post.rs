//! Mail: what is written to whom, by jobs that are tried again until it is handed over.

use std::sync::Arc;

use damso_domain::{EmailAddress, Locale, SecurityEventId, Timestamp, UserId};
use damso_protocol::{DeletedCounts, ErrorKind};
use damso_repository as repository;
use damso_repository::job::Farewell;
use damso_repository::link::{Link, LinkPurpose};
use damso_repository::user::User;
use damso_repository::{Connection, Database};

use crate::letter::{Letter, Server};
use crate::link;
use crate::ports::{MailError, Mailer};
use crate::rate::{Limit, RateLimits, Subject};
use crate::{ServiceError, ServiceResult};

/// Hands letters over, if this server sends any, and knows by which address people know it.
#[derive(Clone)]
pub(crate) struct Post {
    mailer: Option<Arc<dyn Mailer>>,
    /// Scheme, host and port, without a slash at the end.
    server_url: Arc<str>,
}

impl Post {
    pub(crate) fn new(mailer: Option<Arc<dyn Mailer>>, server_url: &str) -> Self {
        Self {
            mailer,
            server_url: server_url.trim_end_matches('/').into(),
        }
    }

    /// Whether this server sends mail.
    pub(crate) const fn is_available(&self) -> bool {
        self.mailer.is_some()
    }

    /// Refuses what cannot be done without mail.
    pub(crate) fn require(&self) -> ServiceResult<()> {
        if self.is_available() {
            Ok(())
        } else {
            Err(ErrorKind::MailUnavailable.into())
        }
    }

    /// Scheme, host and port.
    pub(crate) fn server_url(&self) -> &str {
        &self.server_url
    }

    /// The host, as people say it.
    pub(crate) fn server_name(&self) -> &str {
        let authority = self.server_url.split_once("://").map_or("", |(_, rest)| rest);
        let without_port = authority.rsplit_once(':').map_or(authority, |(host, port)| {
            // Within brackets the colon is one of an address.
            if port.ends_with(']') { authority } else { host }
        });
        without_port.trim_matches(['[', ']'])
    }

    async fn send(&self, letter: &Letter<'_>, to: &str, person: &str, locale: Locale) -> ServiceResult<()> {
        let Some(mailer) = &self.mailer else { return Ok(()) };
        let server = Server {
            name: self.server_name(),
            url: self.server_url(),
        };
        let mail = letter.write(to, person, locale, &server);
        match mailer.send(mail).await {
            Ok(()) => Ok(()),
            // Nobody waits for the answer, and the same mail would be refused again.
            Err(MailError::Refused(cause)) => {
                tracing::warn!(cause, "A mail was refused and is not tried again");
                Ok(())
            }
            Err(error @ MailError::Unavailable(_)) => Err(ServiceError::Unavailable(error.to_string())),
        }
    }
}

/// Writes the letters that jobs ask for.
#[derive(Clone)]
pub(crate) struct Clerk {
    database: Database,
    limits: RateLimits,
    post: Post,
}

impl Clerk {
    pub(crate) const fn new(database: Database, limits: RateLimits, post: Post) -> Self {
        Self {
            database,
            limits,
            post,
        }
    }

    /// Mails a link that sets a new password to whomever the address belongs to, if it belongs to anybody.
    pub(crate) async fn mail_reset_link(&self, email: &str) -> ServiceResult<()> {
        let Ok(address) = EmailAddress::parse(email) else {
            return Ok(());
        };
        let Some(user) = self.find_owner(address).await? else {
            return Ok(());
        };
        self.mail_link(LinkPurpose::ResetPassword, &user, user.email.clone())
            .await
    }

    /// Mails a link that confirms the address that waits for it. If it belongs to somebody else already, they are told,
    /// and whoever gave it hears nothing.
    pub(crate) async fn mail_verification_link(&self, user_id: UserId, email: &str) -> ServiceResult<()> {
        let user = self
            .database
            .run(async move |conn: &mut Connection| repository::user::find(conn, user_id).await)
            .await?;
        // Only the newest wish counts.
        let Some(user) = user.filter(|user| user.pending_email.as_deref() == Some(email)) else {
            return Ok(());
        };
        let Ok(address) = EmailAddress::parse(email) else {
            return Ok(());
        };
        match self.find_owner(address).await? {
            Some(owner) if owner.id != user.id => {
                let Some(to) = &owner.email else { return Ok(()) };
                self.take_letter(to)?;
                let letter = Letter::AddressInUse;
                self.post
                    .send(&letter, to, &owner.display_name, owner.locale)
                    .await
            }
            _ => {
                self.mail_link(LinkPurpose::VerifyEmail, &user, Some(email.to_owned()))
                    .await
            }
        }
    }

    async fn find_owner(&self, address: EmailAddress) -> ServiceResult<Option<User>> {
        let owner = self
            .database
            .run(async move |conn: &mut Connection| {
                match repository::user_email::find_owner(conn, &address).await? {
                    Some(owner) => repository::user::find(conn, owner).await,
                    None => Ok(None),
                }
            })
            .await?;
        Ok(owner)
    }

    /// Makes a link and mails it. It is committed before the mail is handed over: whoever follows it at once finds it.
    async fn mail_link(&self, purpose: LinkPurpose, user: &User, to: Option<String>) -> ServiceResult<()> {
        // An account that the operator has closed is opened by no link.
        let is_wanted = self.post.is_available() && user.disabled_at.is_none();
        let Some(to) = to.filter(|_| is_wanted) else {
            return Ok(());
        };
        self.take_letter(&to)?;
        let link = Link {
            user_id: user.id,
            email: Some(to.clone()),
        };
        let server_url = self.post.server_url().to_owned();
        let link = self
            .database
            .run(async move |conn: &mut Connection| {
                link::make(conn, purpose, &link, &server_url, Timestamp::now()).await
            })
            .await?;
        let letter = match purpose {
            LinkPurpose::VerifyEmail => Letter::VerifyAddress { link: &link },
            LinkPurpose::ResetPassword => Letter::ResetPassword { link: &link },
        };
        self.post
            .send(&letter, &to, &user.display_name, user.locale)
            .await
    }

    /// Nobody's mailbox is flooded by whoever asks for links in their name; beyond the allowance a link waits.
    fn take_letter(&self, to: &str) -> ServiceResult<()> {
        let Ok(address) = EmailAddress::parse(to) else {
            return Ok(());
        };
        self.limits.take(Limit::Mailbox, &Subject::mailbox(&address))
    }

    /// Tells an account's owner what has happened to it. An account that is gone hears nothing more.
    pub(crate) async fn mail_notice(&self, event_id: SecurityEventId, to: Option<&str>) -> ServiceResult<()> {
        let found = self
            .database
            .run(async move |conn: &mut Connection| {
                let Some(event) = repository::security_event::find(conn, event_id).await? else {
                    return Ok(None);
                };
                let user = repository::user::find(conn, event.user_id).await?;
                Ok::<_, ServiceError>(user.map(|user| (event, user)))
            })
            .await?;
        let Some((event, user)) = found else { return Ok(()) };
        let Some(to) = to.or(user.email.as_deref()) else {
            return Ok(());
        };
        let letter = Letter::Event {
            kind: event.kind,
            device: event.device.as_deref(),
            address: event.address.as_deref(),
            at: event.created_at,
        };
        self.post.send(&letter, to, &user.display_name, user.locale).await
    }

    /// Tells who has deleted an account what went.
    pub(crate) async fn mail_farewell(&self, farewell: &Farewell) -> ServiceResult<()> {
        let Farewell {
            to,
            name,
            locale,
            at,
            counts,
        } = farewell;
        let counts: DeletedCounts = serde_json::from_value(counts.clone()).map_err(anyhow::Error::from)?;
        let letter = Letter::Deleted {
            counts: &counts,
            at: *at,
        };
        self.post.send(&letter, to, name, *locale).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_called_by_its_host() {
        for (url, name) in [
            ("https://chat.example.org", "chat.example.org"),
            ("http://localhost:8080/", "localhost"),
            ("http://[2001:db8::1]:8080", "2001:db8::1"),
            ("http://[2001:db8::1]", "2001:db8::1"),
        ] {
            assert_eq!(Post::new(None, url).server_name(), name, "{url}");
        }
    }
}
