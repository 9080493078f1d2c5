//! One server a database, whatever happens to its connection.

use std::path::PathBuf;
use std::time::Duration;

use damso_repository::ServerLock;
use damso_testing::TestDatabase;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::mpsc;

const AT_ONCE: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(30);
const LOCKS: &str = "pg_locks JOIN pg_stat_activity a USING (pid) \
    WHERE locktype = 'advisory' AND application_name LIKE 'damso %' AND datname = current_database()";

async fn acquire(database: &TestDatabase, patience: Duration) -> Option<ServerLock> {
    ServerLock::acquire(&database.url(), patience).await.unwrap()
}

/// Waits for what happens inside the database, which tells nobody.
async fn wait_until(database: &TestDatabase, condition: &str) {
    let look = async {
        while database
            .count(&format!("SELECT count(*) FROM {LOCKS} AND {condition}"))
            .await
            == 0
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap();
}

async fn holder(database: &TestDatabase) -> i64 {
    database
        .count(&format!("SELECT pid FROM {LOCKS} AND granted"))
        .await
}

async fn end_holder(database: &TestDatabase) {
    let sql = format!("SELECT count(pg_terminate_backend(pid)) FROM {LOCKS} AND granted");
    assert_eq!(database.count(&sql).await, 1);
}

#[tokio::test]
async fn one_holds_it_and_the_next_gets_it_afterwards() {
    let [database, another] = [TestDatabase::create().await, TestDatabase::create().await];
    let first = acquire(&database, AT_ONCE).await.unwrap();
    assert!(acquire(&database, AT_ONCE).await.is_none());
    assert!(
        acquire(&another, AT_ONCE).await.is_some(),
        "each database has its own"
    );
    // Somebody who waits gets it the moment it is given back.
    let (second, ()) = tokio::join!(acquire(&database, PATIENCE), async {
        wait_until(&database, "NOT granted").await;
        drop(first);
    });
    assert!(second.is_some());
}

#[tokio::test]
async fn a_lost_connection_is_replaced() {
    let database = TestDatabase::create().await;
    let mut lock = acquire(&database, AT_ONCE).await.unwrap();
    let taken_again = format!("granted AND pid <> {}", holder(&database).await);
    end_holder(&database).await;
    tokio::select! {
        () = lock.lost() => panic!("nobody else wants it"),
        () = wait_until(&database, &taken_again) => (),
    }
    assert!(acquire(&database, AT_ONCE).await.is_none());
}

#[tokio::test]
async fn who_finds_it_taken_by_another_server_is_told() {
    let database = TestDatabase::create().await;
    let mut first = acquire(&database, AT_ONCE).await.unwrap();
    let (second, ()) = tokio::join!(acquire(&database, PATIENCE), async {
        wait_until(&database, "NOT granted").await;
        end_holder(&database).await;
        tokio::time::timeout(PATIENCE, first.lost()).await.unwrap();
    });
    assert!(second.is_some());
}

/// After a failure of the network the database may keep a session whose client is long gone.
#[tokio::test]
async fn an_own_session_that_is_half_dead_is_no_other_server() {
    let database = TestDatabase::create().await;
    let network = Network::start(&database).await;
    let url = network.url.clone();
    let mut lock = ServerLock::acquire(&url, AT_ONCE).await.unwrap().unwrap();
    let taken_again = format!("granted AND pid <> {}", holder(&database).await);

    network.fail.send(()).await.unwrap();

    tokio::select! {
        () = lock.lost() => panic!("it was its own"),
        () = wait_until(&database, &taken_again) => (),
    }
}

/// A way to the database that can fail: clients lose their connections and the database does not notice.
struct Network {
    url: String,
    fail: mpsc::Sender<()>,
}

impl Network {
    async fn start(database: &TestDatabase) -> Self {
        let config: tokio_postgres::Config = database.url().parse().unwrap();
        let [tokio_postgres::config::Host::Unix(folder)] = config.get_hosts() else {
            panic!("the cluster of the tests listens on a socket in a folder");
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "postgres://{}@{}/{}?sslmode=disable",
            config.get_user().unwrap(),
            listener.local_addr().unwrap(),
            config.get_dbname().unwrap()
        );
        let (fail, failures) = mpsc::channel(1);
        tokio::spawn(serve(listener, folder.join(".s.PGSQL.5432"), failures));
        Self { url, fail }
    }
}

async fn serve(listener: TcpListener, socket: PathBuf, mut failures: mpsc::Receiver<()>) {
    let mut half_dead = Vec::new();
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = UnixStream::connect(&socket).await.unwrap();
        let passing = tokio::io::copy_bidirectional(&mut client, &mut server);
        let has_failed = tokio::select! {
            _ = passing => false,
            _ = failures.recv() => true,
        };
        drop::<TcpStream>(client);
        if has_failed {
            half_dead.push(server);
        }
    }
}
