//! Exchanging a refresh token for its successor.

use damso_domain::{SecurityEventKind, SessionId, Timestamp, UserId};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::security_event::Origin;
use damso_repository::session::{Session, SessionsToEnd};

use crate::ServiceResult;
use crate::auth::{ABSOLUTE_LIFETIME, Device, IDLE_LIFETIME, PREDECESSOR_GRACE};
use crate::keys::Key;
use crate::security_log::{self, Told};
use crate::token::OpaqueToken;

/// What became of a refresh token.
pub(crate) enum Refreshed {
    /// It is good; this one follows it.
    Successor {
        session: Session,
        token: OpaqueToken,
        generation: i64,
    },
    /// It is older than the predecessor: somebody else has used the family. All of it has ended.
    FamilyEnded { user: UserId, ended: Vec<SessionId> },
    /// Nothing is known of it.
    Unknown,
}

/// Finds what a token is good for, in the transaction that makes its successor.
pub(crate) async fn rotate(
    conn: &mut Connection,
    key: &Key,
    given: &OpaqueToken,
    device: &Device,
    now: Timestamp,
) -> ServiceResult<Refreshed> {
    let Some((session, generation)) =
        repository::session::find_by_token_and_lock(conn, &given.hash()).await?
    else {
        return Ok(Refreshed::Unknown);
    };
    let is_over = session.ended_at.is_some()
        || session.last_used_at.after(IDLE_LIFETIME) < now
        || session.created_at.after(ABSOLUTE_LIFETIME) < now;
    if is_over {
        return Ok(Refreshed::Unknown);
    }
    let is_newest = generation == session.generation;
    let newest_is_settled =
        session.seen_generation == session.generation && session.seen_at.after(PREDECESSOR_GRACE) < now;
    let is_good_predecessor = generation + 1 == session.generation && !newest_is_settled;
    if !is_newest && !is_good_predecessor {
        let ended =
            repository::session::end(conn, session.user_id, SessionsToEnd::These(vec![session.id]), now)
                .await?;
        let (kind, origin) = (SecurityEventKind::TokenReused, Origin::Session(session.id));
        security_log::record(conn, session.user_id, kind, origin, now, Told::Owner).await?;
        return Ok(Refreshed::FamilyEnded {
            user: session.user_id,
            ended,
        });
    }
    if is_newest {
        repository::session::mark_generation_seen(conn, session.id, generation, now).await?;
    }
    let next = generation + 1;
    let token = given.successor(key, session.id, next);
    repository::session::insert_token(conn, &token.hash(), session.id, next).await?;
    let address = device.address_text();
    repository::session::update_generation(conn, &session, next, address.as_deref(), now).await?;
    Ok(Refreshed::Successor {
        session,
        token,
        generation: next,
    })
}
