//! What happens to accounts, written down in the transaction that makes it happen, and told to their owners.

use damso_domain::{SecurityEventKind, Timestamp, UserId};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::security_event::Origin;

use crate::ServiceResult;

/// Writes down what has happened.
pub(crate) async fn record(
    conn: &mut Connection,
    user: UserId,
    kind: SecurityEventKind,
    origin: Origin<'_>,
    now: Timestamp,
) -> ServiceResult<()> {
    repository::security_event::insert(conn, user, kind, origin, now).await?;
    Ok(())
}
