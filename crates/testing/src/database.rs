//! One private cluster for each test binary, one database for each test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use damso_adapter::cluster::{ClusterConfig, ManagedCluster};
use damso_domain::ConversationId;
use damso_repository::{Connection, Database, DatabaseConfig, StatementObserver};
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use tempfile::TempDir;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const TEMPLATE: &str = "template_damso";

/// What all tests of a binary share. The cluster ends with the process: the kernel tells it.
struct Shared {
    cluster: ManagedCluster,
    runtime: Runtime,
    next: AtomicU32,
    _folder: TempDir,
}

static SHARED: OnceLock<Shared> = OnceLock::new();

fn shared() -> &'static Shared {
    SHARED.get_or_init(|| {
        // On a thread of its own: the first test to ask may be inside a runtime, which must not block.
        std::thread::spawn(start)
            .join()
            .expect("the cluster of the tests starts")
    })
}

fn start() -> Shared {
    let folder = tempfile::Builder::new()
        .prefix("damso-test")
        .tempdir()
        .expect("a temporary folder can be made");
    let mut config = ClusterConfig::new(folder.path());
    config.durable = false;
    config.max_connections = 400;
    config.tools_dir = Some("../../.tools/postgres/bin".into());
    let cluster = ManagedCluster::start(config).expect("PostgreSQL starts");
    let runtime = Runtime::new().expect("a runtime can be made");
    runtime.block_on(async {
        admin(&cluster, &format!("CREATE DATABASE {TEMPLATE}")).await;
        let template = connect(&cluster, TEMPLATE, runtime.handle(), Arc::new(|_| ()));
        template.migrate().await.expect("the schema can be made");
        template.close();
    });
    Shared {
        cluster,
        runtime,
        next: AtomicU32::new(0),
        _folder: folder,
    }
}

fn connect(cluster: &ManagedCluster, name: &str, runtime: &Handle, observer: StatementObserver) -> Database {
    let config = DatabaseConfig {
        url: cluster.connection_url_for(name),
        max_connections: 8,
    };
    Database::observed(&config, runtime.clone(), observer).expect("the configuration is in order")
}

async fn admin(cluster: &ManagedCluster, sql: &str) {
    let mut conn = Connection::establish(cluster.connection_url())
        .await
        .expect("the cluster answers");
    conn.batch_execute(sql).await.expect("the statement works");
}

/// A migrated database of one test, dropped with this value.
pub struct TestDatabase {
    name: String,
    /// The database.
    pub database: Database,
    statements: Arc<Mutex<Vec<String>>>,
}

impl TestDatabase {
    /// Copies the template.
    pub async fn create() -> Self {
        let shared = shared();
        let name = format!("test_{}", shared.next.fetch_add(1, Ordering::Relaxed));
        let sql = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy");
        shared
            .runtime
            .spawn(async move { admin(&shared.cluster, &sql).await })
            .await
            .expect("the copy is made");
        let statements: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = statements.clone();
        let observer: StatementObserver = Arc::new(move |sql| {
            if !is_about_transactions(sql) {
                heard.lock().expect("nobody panics with it").push(sql.to_owned());
            }
        });
        let database = connect(&shared.cluster, &name, shared.runtime.handle(), observer);
        Self {
            name,
            database,
            statements,
        }
    }

    /// The statements since this was last asked, without those that begin and end transactions.
    pub fn take_statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.statements.lock().expect("nobody panics with it"))
    }

    /// Where it is, for tools that connect by themselves.
    pub fn url(&self) -> String {
        shared().cluster.connection_url_for(&self.name)
    }

    /// The runtime that owns the connections.
    pub fn runtime() -> Handle {
        shared().runtime.handle().clone()
    }

    /// Runs a statement as the database's owner, to look at or to break what no use case would.
    pub async fn execute(&self, sql: &str) {
        let sql = sql.to_owned();
        let done = self.database.run(async move |conn: &mut Connection| {
            Ok::<_, damso_repository::RepositoryError>(conn.batch_execute(&sql).await?)
        });
        done.await.expect("the statement works");
    }

    /// Locks a conversation as another server would that changes it, until it is released.
    pub async fn lock_conversation(&self, id: ConversationId) -> HeldLock {
        let (locked, is_locked) = oneshot::channel();
        let (release, released) = oneshot::channel::<()>();
        let database = self.database.clone();
        let holder = tokio::spawn(async move {
            let held = database.transaction(async move |conn: &mut Connection| {
                conn.batch_execute(&format!("SELECT FROM conversations WHERE id = '{id}' FOR UPDATE"))
                    .await?;
                let _ = locked.send(());
                // Ends with its sender, whichever way that goes.
                let _ = released.await;
                Ok::<_, damso_repository::RepositoryError>(())
            });
            held.await.expect("the lock is given back");
        });
        is_locked.await.expect("the conversation can be locked");
        HeldLock { release, holder }
    }

    /// Waits until some statement of this database waits for a lock.
    pub async fn wait_for_a_blocked_backend(&self) {
        const BLOCKED: &str = "SELECT count(*) FROM pg_stat_activity \
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while self.count(BLOCKED).await == 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Breaks every connection to this database, as a restart of PostgreSQL would.
    pub async fn terminate_backends(&self) {
        let shared = shared();
        let sql = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
            self.name
        );
        shared
            .runtime
            .spawn(async move { admin(&shared.cluster, &sql).await })
            .await
            .expect("the backends are told");
    }

    /// The number a query answers with.
    pub async fn count(&self, sql: &str) -> i64 {
        let sql = format!("SELECT ({sql})::bigint AS count");
        let row = self.database.run(async move |conn: &mut Connection| {
            let row: Count = diesel_async::RunQueryDsl::get_result(diesel::sql_query(sql), conn).await?;
            Ok::<_, damso_repository::RepositoryError>(row)
        });
        row.await.expect("the query works").count
    }
}

fn is_about_transactions(sql: &str) -> bool {
    let about = ["BEGIN", "COMMIT", "ROLLBACK", "SET TRANSACTION"];
    about.iter().any(|word| sql.starts_with(word))
}

/// A lock that somebody else holds.
pub struct HeldLock {
    release: oneshot::Sender<()>,
    holder: JoinHandle<()>,
}

impl HeldLock {
    /// Gives it back.
    pub async fn release(self) {
        drop(self.release);
        self.holder.await.expect("the holder ends");
    }
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        self.database.close();
        let (shared, name) = (shared(), std::mem::take(&mut self.name));
        shared.runtime.spawn(async move {
            admin(
                &shared.cluster,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            )
            .await;
        });
    }
}
