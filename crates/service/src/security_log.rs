//! What happens to accounts: written down in the transaction that makes it happen, told to their owners by mail, and
//! shown to them.

use damso_domain::{SecurityEventId, SecurityEventKind, Timestamp, UserId};
use damso_protocol::{Page, PageQuery, SecurityEvent};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::job::Job;
use damso_repository::security_event::Origin;

use crate::cursor::Paging;
use crate::{Context, ServiceResult};

/// Who is told by mail that something has happened.
pub(crate) enum Told {
    /// Whoever reads the account's address, if it has one, and if it is a thing to be told of.
    Owner,
    /// Whoever reads this address: the account's own until now.
    At(String),
    /// Nobody.
    Nobody,
}

/// Writes down what has happened. Whoever calls it rings for the jobs after the commit.
pub(crate) async fn record(
    conn: &mut Connection,
    user: UserId,
    kind: SecurityEventKind,
    origin: Origin<'_>,
    now: Timestamp,
    told: Told,
) -> ServiceResult<()> {
    let event_id = repository::security_event::insert(conn, user, kind, origin, now).await?;
    let to = match told {
        Told::Owner if kind.is_mailed() => None,
        Told::Owner | Told::Nobody => return Ok(()),
        Told::At(before) => Some(before),
    };
    repository::job::insert(conn, &Job::MailNotice { event_id, to }, now).await?;
    Ok(())
}

/// Shows people what has happened to their accounts.
#[derive(Clone)]
pub struct SecurityLog {
    context: Context,
}

impl SecurityLog {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// What has happened to an account within the last 90 days, the newest first.
    pub async fn list(&self, user: UserId, query: &PageQuery) -> ServiceResult<Page<SecurityEvent>> {
        let paging = Paging::<SecurityEventId>::parse(query.cursor.as_deref(), query.limit)?;
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let before = paging.after;
                let fetched = repository::security_event::list(conn, user, before, paging.fetch()).await?;
                let page = paging.page(fetched, |event| event.id);
                let items = page.items.into_iter().map(|event| SecurityEvent {
                    id: event.id,
                    kind: event.kind,
                    device: event.device,
                    address: event.address,
                    created_at: event.created_at,
                });
                Ok(Page {
                    items: items.collect(),
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }
}
