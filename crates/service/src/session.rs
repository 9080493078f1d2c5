//! One's own devices: listing them and ending their sessions.

use std::collections::HashSet;
use std::time::Duration;

use damso_domain::{SecurityEventKind, SessionId, SessionName, Timestamp, UserId};
use damso_protocol::{ErrorKind, ServerEvent, Session, SessionEnded, Sessions};
use damso_repository as repository;
use damso_repository::security_event::Origin;
use damso_repository::session::SessionsToEnd;
use damso_repository::{Connection, Database};

use crate::realtime::{Hub, REMEMBER_ENDED};
use crate::security_log::{self, Told};
use crate::{CurrentUser, Fields, ServiceError, ServiceResult};

/// The most sessions that one account has at once; with one more, that which has not been used for longest ends.
pub const MOST_SESSIONS: usize = 20;
/// How often the sessions of open sockets are looked up.
const RECHECK: Duration = Duration::from_mins(1);
/// How many are looked up with one query.
const SESSIONS_AT_ONCE: usize = 5_000;

/// Lists and ends sessions.
#[derive(Clone)]
pub struct SessionService {
    database: Database,
    hub: Hub,
}

impl SessionService {
    pub(crate) fn new(database: Database, hub: Hub) -> Self {
        Self { database, hub }
    }

    /// Remembers which sessions ended shortly before this server started. Called once, before it serves.
    pub async fn load_ended(&self) -> ServiceResult<()> {
        let now = Timestamp::now();
        let ended = self
            .database
            .run(async move |conn: &mut Connection| {
                repository::session::list_ended_since(conn, now.before(REMEMBER_ENDED)).await
            })
            .await?;
        self.hub.remember_ended(&ended, now);
        Ok(())
    }

    /// Looks every minute for sessions that have ended without this server hearing of it, and closes their
    /// sockets. Runs until its task is aborted.
    pub async fn watch_over(self) {
        loop {
            tokio::time::sleep(RECHECK).await;
            if let Err(error) = self.close_ended().await {
                tracing::warn!(%error, "The sessions of open sockets cannot be looked up at the moment");
            }
        }
    }

    /// Closes the sockets of sessions that have ended, by the database. A few queries for all of them.
    pub async fn close_ended(&self) -> ServiceResult<()> {
        let now = Timestamp::now();
        for sessions in self.hub.connected_sessions().chunks(SESSIONS_AT_ONCE) {
            let asked = sessions.to_vec();
            let live: HashSet<SessionId> = self
                .database
                .run(async move |conn: &mut Connection| repository::session::retain_live(conn, &asked).await)
                .await?
                .into_iter()
                .collect();
            let ended: Vec<SessionId> = sessions.iter().copied().filter(|id| !live.contains(id)).collect();
            self.hub.remember_ended(&ended, now);
            self.hub.close_sessions(&ended.into_iter().collect());
        }
        Ok(())
    }

    /// The devices of `user`, the last used first.
    pub async fn list(&self, user: CurrentUser) -> ServiceResult<Sessions> {
        let sessions = self
            .database
            .run(async move |conn: &mut Connection| repository::session::list(conn, user.id).await)
            .await?;
        let items = sessions.into_iter().map(|session| Session {
            id: session.id,
            name: session.name,
            address: session.address,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            is_current: session.id == user.session_id,
        });
        Ok(Sessions {
            items: items.collect(),
        })
    }

    /// Gives one of the user's devices a name.
    pub async fn rename(&self, user: CurrentUser, id: SessionId, name: &str) -> ServiceResult<()> {
        let mut fields = Fields::default();
        let Some(name) = fields.check("name", SessionName::parse(name)) else {
            return Err(fields.into());
        };
        let is_there = self
            .database
            .run(async move |conn: &mut Connection| {
                repository::session::rename(conn, user.id, id, &name).await
            })
            .await?;
        if is_there {
            Ok(())
        } else {
            Err(ErrorKind::SessionNotFound.into())
        }
    }

    /// Ends one of the user's sessions.
    pub async fn end(&self, user: CurrentUser, id: SessionId) -> ServiceResult<()> {
        let ended = self.end_matching(user, SessionsToEnd::These(vec![id])).await?;
        if ended.is_empty() {
            Err(ErrorKind::SessionNotFound.into())
        } else {
            Ok(())
        }
    }

    /// Ends every session of the user but the one that asks.
    pub async fn end_others(&self, user: CurrentUser) -> ServiceResult<()> {
        self.end_matching(user, SessionsToEnd::AllBut(user.session_id))
            .await
            .map(|_| ())
    }

    async fn end_matching(&self, user: CurrentUser, which: SessionsToEnd) -> ServiceResult<Vec<SessionId>> {
        let now = Timestamp::now();
        let ended = self
            .database
            .transaction(async move |conn: &mut Connection| {
                let ended = repository::session::end(conn, user.id, which, now).await?;
                // Who signs out where they are has nothing to look out for.
                if ended.iter().any(|id| *id != user.session_id) {
                    let (kind, origin) = (SecurityEventKind::SessionEnded, Origin::Session(user.session_id));
                    security_log::record(conn, user.id, kind, origin, now, Told::Owner).await?;
                }
                Ok::<_, ServiceError>(ended)
            })
            .await?;
        self.announce_ended(user.id, &ended, now);
        Ok(ended)
    }

    /// After the commit: refuses the sessions, closes their sockets and tells the devices that are left.
    pub(crate) fn announce_ended(&self, user: UserId, ended: &[SessionId], now: Timestamp) {
        self.hub.end_sessions(user, ended, now);
        for session_id in ended {
            self.hub.to_user(
                user,
                &ServerEvent::SessionEnded(SessionEnded {
                    session_id: *session_id,
                }),
            );
        }
    }

    /// Ends those of the user's sessions that are more than they may have, in the transaction that has opened another
    /// one. Returns what has to be announced after the commit.
    pub(crate) async fn end_surplus(
        conn: &mut Connection,
        user: UserId,
        now: Timestamp,
    ) -> ServiceResult<Vec<SessionId>> {
        let last_used_first = repository::session::list(conn, user).await?;
        let surplus = last_used_first.into_iter().skip(MOST_SESSIONS);
        let surplus: Vec<SessionId> = surplus.map(|session| session.id).collect();
        if surplus.is_empty() {
            return Ok(surplus);
        }
        Ok(repository::session::end(conn, user, SessionsToEnd::These(surplus), now).await?)
    }

    /// Whether the session is there and has not ended, by the database.
    pub async fn is_live(&self, id: SessionId) -> ServiceResult<bool> {
        if self.hub.is_ended(id) {
            return Ok(false);
        }
        let live = self
            .database
            .run(async move |conn: &mut Connection| repository::session::is_live(conn, id).await)
            .await?;
        Ok(live)
    }
}
