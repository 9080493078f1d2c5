//! The connection pool, and the only way to use it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::QueueMode;
use diesel::connection::InstrumentationEvent;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{RepositoryError, RepositoryResult};

/// What every query function takes, alone or inside a transaction.
pub type Connection = AsyncPgConnection;

type Manager = <Connection as AsyncConnection>::TransactionManager;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// The advisory lock that keeps two starting servers from migrating at once; any fixed number will do.
const MIGRATION_LOCK: i64 = 0x0064_616d_736f;

/// How long a caller waits for a free connection before the server says that it is overloaded.
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(5);

/// Where the database is and how much of it to use.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// `postgres://…`, or `postgres:///damso?host=/socket/folder&user=damso`.
    pub url: String,
    /// The most connections at once.
    pub max_connections: usize,
}

/// Hears of every statement, as it is sent.
pub type StatementObserver = Arc<dyn Fn(&str) + Send + Sync>;

/// Work on a connection. An async closure with a `Send` future, spelled so that callers need not name it.
pub trait Work<C, R>: AsyncFnOnce(C) -> R + FnOnce(C) -> <Self as Work<C, R>>::Running {
    /// The closure's future.
    type Running: Future<Output = R>;
}

impl<F, C, Running, R> Work<C, R> for F
where
    F: AsyncFnOnce(C) -> R + FnOnce(C) -> Running,
    Running: Future<Output = R>,
{
    type Running = Running;
}

/// The database, cheap to clone.
///
/// Work runs in a task of its own on the runtime that opened the connections: actix drops a handler's future
/// when its client goes away, and a transaction that is dropped half-way would hand its open connection back
/// to the pool.
#[derive(Clone)]
pub struct Database {
    pool: Pool<Connection>,
    runtime: Handle,
    in_doubt: Arc<Notify>,
}

impl Database {
    /// A pool that opens connections when they are needed. `runtime` must outlive it.
    pub fn new(config: &DatabaseConfig, runtime: Handle) -> RepositoryResult<Self> {
        Self::open(config, runtime, None)
    }

    /// The same, with somebody who hears of every statement: tests count them.
    pub fn observed(
        config: &DatabaseConfig,
        runtime: Handle,
        observer: StatementObserver,
    ) -> RepositoryResult<Self> {
        Self::open(config, runtime, Some(observer))
    }

    fn open(
        config: &DatabaseConfig,
        runtime: Handle,
        observer: Option<StatementObserver>,
    ) -> RepositoryResult<Self> {
        let mut manager_config = ManagerConfig::default();
        // A broken connection is noticed when it is handed back; a query before each use would double the trips.
        manager_config.recycling_method = RecyclingMethod::Fast;
        manager_config.custom_setup = Box::new(move |url| {
            let (url, observer) = (url.to_owned(), observer.clone());
            Box::pin(async move {
                let mut conn = connect(url).await?;
                if let Some(observer) = observer {
                    observe(&mut conn, observer);
                }
                Ok(conn)
            })
        });
        let manager = AsyncDieselConnectionManager::new_with_config(config.url.clone(), manager_config);
        let pool = Pool::builder(manager)
            .max_size(config.max_connections)
            .queue_mode(QueueMode::Lifo)
            .wait_timeout(Some(WAIT_FOR_CONNECTION))
            .create_timeout(Some(WAIT_FOR_CONNECTION))
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|error| RepositoryError::Query(error.to_string()))?;
        Ok(Self {
            pool,
            runtime,
            in_doubt: Arc::default(),
        })
    }

    /// The runtime that opened the connections, for what goes on without a caller.
    pub const fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Runs `work` in one transaction: committed when it returns `Ok`, rolled back otherwise.
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        for<'c> F: AsyncFnOnce(&'c mut Connection) -> Result<T, E>
            + Work<&'c mut Connection, Result<T, E>, Running: Send>
            + Send
            + 'static,
        T: Send + 'static,
        E: From<RepositoryError> + Send + 'static,
    {
        self.in_transaction(None, work).await
    }

    /// Runs `work` on one consistent snapshot; it cannot write.
    pub async fn snapshot<T, E, F>(&self, work: F) -> Result<T, E>
    where
        for<'c> F: AsyncFnOnce(&'c mut Connection) -> Result<T, E>
            + Work<&'c mut Connection, Result<T, E>, Running: Send>
            + Send
            + 'static,
        T: Send + 'static,
        E: From<RepositoryError> + Send + 'static,
    {
        self.in_transaction(
            Some("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
            work,
        )
        .await
    }

    /// Runs `work` on a connection, each statement for itself.
    pub async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        for<'c> F: AsyncFnOnce(&'c mut Connection) -> Result<T, E>
            + Work<&'c mut Connection, Result<T, E>, Running: Send>
            + Send
            + 'static,
        T: Send + 'static,
        E: From<RepositoryError> + Send + 'static,
    {
        let pool = self.pool.clone();
        #[cfg(feature = "planted-bugs")]
        if crate::planted::is_answered_early() {
            return self.in_transaction(None, work).await;
        }
        self.spawn(async move {
            let mut conn = acquire(&pool).await?;
            work(&mut conn).await
        })
        .await
    }

    async fn in_transaction<T, E, F>(&self, mode: Option<&'static str>, work: F) -> Result<T, E>
    where
        for<'c> F: AsyncFnOnce(&'c mut Connection) -> Result<T, E>
            + Work<&'c mut Connection, Result<T, E>, Running: Send>
            + Send
            + 'static,
        T: Send + 'static,
        E: From<RepositoryError> + Send + 'static,
    {
        let (pool, in_doubt) = (self.pool.clone(), self.in_doubt.clone());
        #[cfg(feature = "planted-bugs")]
        let is_early = crate::planted::is_answered_early();
        self.spawn(async move {
            let mut conn = acquire(&pool).await?;
            Manager::begin_transaction(&mut *conn)
                .await
                .map_err(RepositoryError::from)?;
            if let Some(mode) = mode {
                conn.batch_execute(mode).await.map_err(RepositoryError::from)?;
            }
            match work(&mut conn).await {
                Ok(value) => {
                    #[cfg(feature = "planted-bugs")]
                    if is_early {
                        tokio::spawn(async move {
                            tokio::time::sleep(crate::planted::WINDOW).await;
                            Manager::commit_transaction(&mut *conn).await
                        });
                        return Ok(value);
                    }
                    let committed = Manager::commit_transaction(&mut *conn).await;
                    if committed.is_err() {
                        in_doubt.notify_one();
                    }
                    committed.map_err(RepositoryError::from)?;
                    Ok(value)
                }
                Err(error) => {
                    // A connection that cannot roll back is broken, and the pool drops it.
                    if let Err(lost) = Manager::rollback_transaction(&mut *conn).await {
                        tracing::debug!(error = %lost, "A transaction could not be rolled back");
                    }
                    Err(error)
                }
            }
        })
        .await
    }

    async fn spawn<T, E>(&self, work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<RepositoryError> + Send + 'static,
    {
        match self.runtime.spawn(work).await {
            Ok(result) => result,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(RepositoryError::Unavailable("the server is stopping".to_owned()).into()),
        }
    }

    /// Brings the schema up to this version; waits while another server does so.
    pub async fn migrate(&self) -> RepositoryResult<()> {
        let pool = self.pool.clone();
        self.spawn(async move {
            let mut conn = acquire(&pool).await?;
            conn.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))
                .await?;
            let mut harness = AsyncMigrationHarness::new(conn);
            let migrated = harness
                .run_pending_migrations(MIGRATIONS)
                .map(|_| ())
                .map_err(|error| {
                    RepositoryError::Query(format!("the schema cannot be brought up to date: {error}"))
                });
            let mut conn = harness.into_inner();
            conn.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))
                .await?;
            migrated
        })
        .await
    }

    /// Whether the database answers.
    pub async fn check(&self) -> RepositoryResult<()> {
        self.run(async |conn: &mut Connection| Ok(conn.batch_execute("SELECT 1").await?))
            .await
    }

    /// Waits until a commit has not been answered: it may have happened, and nobody was told of it. Cancel-safe.
    pub async fn commit_in_doubt(&self) {
        self.in_doubt.notified().await;
    }

    /// Says that something may have been committed whose answer never came, to whoever waits for
    /// [`Database::commit_in_doubt`]. A transaction says so by itself; a statement that commits does not.
    pub fn doubt_commit(&self) {
        self.in_doubt.notify_one();
    }

    /// Closes every connection.
    pub fn close(&self) {
        self.pool.close();
    }
}

async fn acquire(pool: &Pool<Connection>) -> RepositoryResult<Object<Connection>> {
    pool.get()
        .await
        .map_err(|error| RepositoryError::Unavailable(error.to_string()))
}

fn observe(conn: &mut Connection, observer: StatementObserver) {
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            observer(&query.to_string());
        }
    });
}

/// Opens one connection.
async fn connect(url: String) -> ConnectionResult<Connection> {
    let config: tokio_postgres::Config = url.parse().map_err(bad_connection)?;
    match tls_for(&config) {
        None => {
            let (client, connection) = config
                .connect(tokio_postgres::NoTls)
                .await
                .map_err(bad_connection)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        }
        Some(tls) => {
            let (client, connection) = config.connect(tls).await.map_err(bad_connection)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        }
    }
}

/// TLS, unless it is a Unix socket or the URL says `sslmode=disable`.
pub(crate) fn tls_for(config: &tokio_postgres::Config) -> Option<MakeRustlsConnect> {
    let is_local = config
        .get_hosts()
        .iter()
        .all(|host| matches!(host, tokio_postgres::config::Host::Unix(_)));
    let is_off = config.get_ssl_mode() == tokio_postgres::config::SslMode::Disable;
    (!is_local && !is_off).then(MakeRustlsConnect::with_webpki_roots)
}

fn bad_connection(error: impl std::fmt::Display) -> ConnectionError {
    ConnectionError::BadConnection(error.to_string())
}
