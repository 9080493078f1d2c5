//! One server a database: the lock that refuses a second one.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::database::tls_for;
use crate::{RepositoryError, RepositoryResult};

/// The advisory lock of the server that serves; any fixed number will do that is not the one for migrations.
const SERVER_LOCK: i64 = 0x6461_6d73_6f02;

/// How often the connection is asked whether it still lives, and how long it may take to answer.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How long opening a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait between two attempts to take the lock again: at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Keeps a database to this server for as long as the value lives.
///
/// It is a session's advisory lock on a connection of its own, so the database releases it when this process
/// ends, however it ends. When the connection is lost, because the database restarts or the network fails, the
/// lock is taken again as soon as the database answers; should another server have taken it meanwhile, then
/// [`ServerLock::lost`] says so.
pub struct ServerLock {
    lost: oneshot::Receiver<()>,
    keeper: JoinHandle<()>,
}

impl ServerLock {
    /// Takes the lock; `None` when another server holds it for longer than `patience`, within which a server
    /// that was killed is noticed to be gone. The connection belongs to the runtime this is called on.
    pub async fn acquire(url: &str, patience: Duration) -> RepositoryResult<Option<Self>> {
        let holder = Holder {
            url: url.to_owned(),
            name: format!("damso {}", Uuid::new_v4()),
        };
        let session = holder.open().await.map_err(unavailable)?;
        let is_ours = session.try_lock().await.map_err(unavailable)?
            || session.wait_for_lock(patience).await.map_err(unavailable)?;
        if !is_ours {
            return Ok(None);
        }
        let (tell, lost) = oneshot::channel();
        let keeper = tokio::spawn(async move {
            holder.keep(session).await;
            // Nobody listens any more when the server stops.
            let _ = tell.send(());
        });
        Ok(Some(Self { lost, keeper }))
    }

    /// Returns when another server has taken the lock: this one has to stop.
    pub async fn lost(&mut self) {
        // An error would mean that the task has ended without a word, and nobody keeps the lock any more either.
        let _ = (&mut self.lost).await;
    }
}

impl Drop for ServerLock {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

fn unavailable(error: impl std::fmt::Display) -> RepositoryError {
    RepositoryError::Unavailable(error.to_string())
}

/// Who takes the lock.
struct Holder {
    url: String,
    /// What our sessions are called, to know an old one of our own from another server's.
    name: String,
}

impl Holder {
    /// Returns when the lock is another server's.
    async fn keep(&self, mut session: Session) {
        loop {
            session.ended().await;
            tracing::warn!("The connection that keeps the database to this server was lost");
            drop(session);
            match self.take_again().await {
                Some(taken) => session = taken,
                None => return,
            }
            tracing::info!("The database is kept to this server again");
        }
    }

    /// Tries until the database answers; `None` when another server was faster.
    async fn take_again(&self) -> Option<Session> {
        let (mut pause, longest) = PAUSES;
        loop {
            match self.try_again().await {
                Ok(Attempt::Taken(session)) => return Some(session),
                Ok(Attempt::Refused) => return None,
                Ok(Attempt::Unsettled) => tracing::debug!("The session that held the lock is still ending"),
                Err(error) => tracing::debug!(%error, "The database does not answer yet"),
            }
            tokio::time::sleep(pause).await;
            pause = (2 * pause).min(longest);
        }
    }

    async fn try_again(&self) -> Result<Attempt, tokio_postgres::Error> {
        let session = self.open().await?;
        if session.try_lock().await? {
            return Ok(Attempt::Taken(session));
        }
        match session.is_held_by(&self.name).await? {
            // A session that ends is gone from the list of sessions before it gives its locks back.
            None => Ok(Attempt::Unsettled),
            Some(false) => Ok(Attempt::Refused),
            // After a failure of the network the database may not have noticed yet that our old session is dead.
            Some(true) => {
                session.end_sessions_named(&self.name).await?;
                Ok(Attempt::Unsettled)
            }
        }
    }

    async fn open(&self) -> Result<Session, tokio_postgres::Error> {
        let mut config: tokio_postgres::Config = self.url.parse()?;
        config
            .application_name(&self.name)
            .connect_timeout(CONNECT_TIMEOUT);
        let (client, connection) = match tls_for(&config) {
            None => {
                let (client, connection) = config.connect(NoTls).await?;
                (client, tokio::spawn(connection))
            }
            Some(tls) => {
                let (client, connection) = config.connect(tls).await?;
                (client, tokio::spawn(connection))
            }
        };
        let session = Session { client, connection };
        // The database notices within half a minute that this machine is gone, instead of within hours.
        session
            .client
            .batch_execute(
                "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3",
            )
            .await?;
        Ok(session)
    }
}

/// What became of an attempt to take the lock again.
enum Attempt {
    Taken(Session),
    /// Another server has it.
    Refused,
    /// Nobody has it for long: it is to be tried again.
    Unsettled,
}

/// One connection. The database ends its session, and with it the lock, when this is dropped.
struct Session {
    client: Client,
    connection: JoinHandle<Result<(), tokio_postgres::Error>>,
}

impl Session {
    async fn try_lock(&self) -> Result<bool, tokio_postgres::Error> {
        let sql = "SELECT pg_try_advisory_lock($1)";
        self.client.query_one(sql, &[&SERVER_LOCK]).await?.try_get(0)
    }

    /// Takes the lock when its holder goes within `patience`; tells whether it did.
    async fn wait_for_lock(&self, patience: Duration) -> Result<bool, tokio_postgres::Error> {
        let millis = patience.as_millis().max(1);
        self.client
            .batch_execute(&format!("SET lock_timeout = {millis}"))
            .await?;
        let sql = "SELECT pg_advisory_lock($1)";
        match self.client.query_one(sql, &[&SERVER_LOCK]).await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether the session that holds the lock has this name; `None` when no session is known to hold it.
    async fn is_held_by(&self, name: &str) -> Result<Option<bool>, tokio_postgres::Error> {
        // A lock of one 64-bit number is shown as its halves, with 1 behind them.
        let sql = "SELECT coalesce(a.application_name = $2, false) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
             AND (l.classid::bigint << 32 | l.objid::bigint) = $1 AND a.datname = current_database()";
        let holder = self.client.query_opt(sql, &[&SERVER_LOCK, &name]).await?;
        holder.map(|row| row.try_get(0)).transpose()
    }

    /// Ends the other sessions of this name.
    async fn end_sessions_named(&self, name: &str) -> Result<(), tokio_postgres::Error> {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE application_name = $1 AND pid <> pg_backend_pid()";
        self.client.query(sql, &[&name]).await?;
        Ok(())
    }

    /// Returns when the connection has ended, or does not answer any more.
    async fn ended(&mut self) {
        loop {
            tokio::select! {
                _ = &mut self.connection => return,
                () = tokio::time::sleep(HEARTBEAT) => (),
            }
            let answer = tokio::time::timeout(HEARTBEAT, self.client.simple_query("")).await;
            if !matches!(answer, Ok(Ok(_))) {
                return;
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}
