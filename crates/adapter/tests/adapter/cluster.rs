//! The private cluster, with real processes that are really killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use damso_adapter::cluster::{ClusterConfig, ClusterError, ManagedCluster};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// Tells the helper process, which is this test binary again, to hold a cluster in this folder.
const HELPER_FOLDER: &str = "DAMSO_TEST_CLUSTER_FOLDER";

/// A folder that the account of PostgreSQL may enter, whatever the umask is.
fn open_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn config(folder: &Path) -> ClusterConfig {
    ClusterConfig {
        durable: false,
        max_connections: 20,
        ..ClusterConfig::new(folder)
    }
}

fn query(url: &str, sql: &str) -> Result<String, tokio_postgres::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let rows = client.simple_query(sql).await?;
        Ok(rows
            .iter()
            .find_map(|row| match row {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .unwrap_or_default())
    })
}

fn pid(cluster: &ManagedCluster) -> Pid {
    Pid::from_raw(cluster.postmaster_pid().unwrap()).unwrap()
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "{what} did not happen in time");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn new_folder_gets_a_cluster_and_keeps_it() {
    let folder = open_folder();
    let start = Instant::now();
    let cluster = ManagedCluster::start(config(folder.path())).unwrap();
    eprintln!("new cluster: {:?}", start.elapsed());
    let url = cluster.connection_url().to_owned();
    assert_eq!(
        query(&url, "SELECT current_database() || current_user").unwrap(),
        "damsodamso"
    );
    assert_eq!(query(&url, "SHOW listen_addresses").unwrap(), "");
    assert_eq!(query(&url, "SHOW server_encoding").unwrap(), "UTF8");
    query(
        &url,
        "CREATE EXTENSION pg_trgm; CREATE TABLE kept (value text); INSERT INTO kept VALUES ('담소')",
    )
    .unwrap();
    assert_ne!(query(&url, "SELECT show_trgm('ㅂㅓㄴ')").unwrap(), "{}");
    query(&url, "CREATE DATABASE other TEMPLATE damso").unwrap();
    assert_eq!(
        query(&cluster.connection_url_for("other"), "SELECT value FROM kept").unwrap(),
        "담소"
    );
    let first = pid(&cluster);
    cluster.stop();
    assert!(
        test_kill_process(first).is_err(),
        "the postmaster is gone once stop returns"
    );

    let start = Instant::now();
    let cluster = ManagedCluster::start(config(folder.path())).unwrap();
    eprintln!("existing cluster: {:?}", start.elapsed());
    assert_eq!(
        query(cluster.connection_url(), "SELECT value FROM kept").unwrap(),
        "담소"
    );
    let second = pid(&cluster);
    drop(cluster);
    assert!(test_kill_process(second).is_err(), "dropping stops it too");
}

#[test]
fn durable_cluster_flushes_and_the_log_holds_no_statements() {
    let folder = open_folder();
    let cluster = ManagedCluster::start(ClusterConfig::new(folder.path())).unwrap();
    let url = cluster.connection_url();
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(query(url, &format!("SHOW {setting}")).unwrap(), "on");
    }
    query(url, "SELECT 'a secret' FROM nowhere").unwrap_err();
    query(
        url,
        "CREATE TABLE one (value text UNIQUE); INSERT INTO one VALUES ('a secret'), ('a secret')",
    )
    .unwrap_err();
    let log = fs::read_to_string(folder.path().join("postgres/postgres.log")).unwrap();
    assert!(log.contains("nowhere") && !log.contains("a secret"), "{log}");
}

#[test]
fn files_and_socket_are_for_the_account_alone() {
    let folder = open_folder();
    let _cluster = ManagedCluster::start(config(folder.path())).unwrap();
    for inner in ["data", "run"] {
        let mode = fs::metadata(folder.path().join("postgres").join(inner))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700, "{inner}");
    }
}

#[test]
fn killed_postmaster_is_started_again() {
    let folder = open_folder();
    // Durable, as an asynchronous commit may be lost together with the postmaster.
    let cluster = ManagedCluster::start(ClusterConfig::new(folder.path())).unwrap();
    let url = cluster.connection_url().to_owned();
    query(&url, "CREATE TABLE kept AS SELECT 1").unwrap();
    for _ in 0..2 {
        let killed = pid(&cluster);
        kill_process(killed, Signal::KILL).unwrap();
        wait_for("the restart", || {
            let is_new = cluster
                .postmaster_pid()
                .is_some_and(|pid| pid != killed.as_raw_nonzero().get());
            (is_new && query(&url, "SELECT 1 FROM kept").is_ok()).then_some(())
        });
    }
}

#[test]
fn second_cluster_on_one_folder_is_refused() {
    let folder = open_folder();
    let _cluster = ManagedCluster::start(config(folder.path())).unwrap();
    let error = ManagedCluster::start(config(folder.path())).unwrap_err();
    assert!(matches!(error, ClusterError::Locked(_)));
    assert!(error.to_string().contains("in use by the process"), "{error}");
}

#[test]
fn other_major_version_is_refused() {
    let folder = open_folder();
    ManagedCluster::start(config(folder.path())).unwrap().stop();
    let version = folder.path().join("postgres/data/PG_VERSION");
    let real = fs::read_to_string(&version).unwrap();
    fs::write(&version, "99\n").unwrap();

    let error = ManagedCluster::start(config(folder.path()))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("made by PostgreSQL 99") && error.contains("install PostgreSQL 99"),
        "{error}"
    );
    assert!(!error.contains('\n'));

    fs::write(&version, real).unwrap();
    ManagedCluster::start(config(folder.path())).unwrap();
}

#[test]
fn missing_programs_are_named() {
    let folder = open_folder();
    let empty = open_folder();
    let config = ClusterConfig {
        binaries_dir: Some(empty.path().to_owned()),
        ..config(folder.path())
    };
    let error = ManagedCluster::start(config).unwrap_err();
    assert!(matches!(error, ClusterError::BinariesNotFound { .. }));
    assert!(
        error.to_string().contains("apt-get install postgresql"),
        "{error}"
    );
}

#[test]
fn long_paths_get_a_short_socket() {
    let folder = open_folder();
    let deep = folder.path().join("a-rather-long-name/".repeat(6));
    for _ in 0..2 {
        let cluster = ManagedCluster::start(config(&deep)).unwrap();
        assert_eq!(query(cluster.connection_url(), "SELECT 1").unwrap(), "1");
        let socket = fs::read_to_string(deep.join("postgres/socket.location")).unwrap();
        let socket = Path::new(socket.trim());
        assert_eq!(fs::metadata(socket).unwrap().permissions().mode() & 0o777, 0o700);
        cluster.stop();
        assert!(!socket.exists(), "nothing stays behind in a shared folder");
    }
}

#[test]
fn odd_characters_in_the_path_are_fine() {
    let folder = open_folder();
    let odd = folder.path().join("데이터 폴더, it's \"50%\"");
    let cluster = ManagedCluster::start(config(&odd)).unwrap();
    assert_eq!(query(cluster.connection_url(), "SELECT 1").unwrap(), "1");
}

/// Root's private folders are closed to the account that runs PostgreSQL.
#[test]
fn folder_the_account_cannot_enter_gets_its_cluster_elsewhere() {
    if !rustix::process::geteuid().is_root() {
        return; // An ordinary user runs PostgreSQL as itself, so there is no such folder.
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let mut home = None;
    for value in ["1", "2"] {
        let cluster = ManagedCluster::start(config(folder.path())).unwrap();
        query(
            cluster.connection_url(),
            "CREATE TABLE IF NOT EXISTS kept (value text)",
        )
        .unwrap();
        query(cluster.connection_url(), "INSERT INTO kept VALUES ('x')").unwrap();
        assert_eq!(
            query(cluster.connection_url(), "SELECT count(*) FROM kept").unwrap(),
            value
        );
        let location = fs::read_to_string(folder.path().join("postgres.location")).unwrap();
        assert!(location.starts_with("/var/lib/damso/"), "{location}");
        assert!(
            home.replace(location.clone())
                .is_none_or(|before| before == location)
        );
    }
    let home = home.unwrap();
    fs::remove_dir_all(home.trim()).unwrap();

    let error = ManagedCluster::start(config(folder.path())).unwrap_err();
    assert!(matches!(error, ClusterError::LostCluster { .. }), "{error}");
}

#[test]
fn stale_pid_file_of_another_process_is_ignored() {
    let folder = open_folder();
    let cluster = ManagedCluster::start(config(folder.path())).unwrap();
    let pid_file = folder.path().join("postgres/data/postmaster.pid");
    let content = fs::read_to_string(&pid_file).unwrap();
    cluster.stop();
    // As after a crash, when the number was given to somebody else since.
    let (_, rest) = content.split_once('\n').unwrap();
    fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    ManagedCluster::start(config(folder.path())).unwrap();
}

#[test]
fn interrupted_creation_is_begun_again() {
    let folder = open_folder();
    let unfinished = folder.path().join("postgres/data.new");
    fs::create_dir_all(&unfinished).unwrap();
    fs::write(unfinished.join("PG_VERSION"), "15\n").unwrap();
    fs::set_permissions(folder.path().join("postgres"), fs::Permissions::from_mode(0o711)).unwrap();
    ManagedCluster::start(config(folder.path())).unwrap();
}

/// Not a test: holds a cluster until it is killed, when another test starts this binary for it.
#[test]
fn helper_that_holds_a_cluster() {
    let Some(folder) = std::env::var_os(HELPER_FOLDER) else {
        return;
    };
    let cluster = ManagedCluster::start(config(Path::new(&folder))).unwrap();
    eprintln!("\npostmaster {}", cluster.postmaster_pid().unwrap());
    eprintln!("url {}", cluster.connection_url());
    std::thread::sleep(Duration::from_mins(2));
}

struct Helper {
    process: Child,
    postmaster: Pid,
    url: String,
}

impl Helper {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["cluster::helper_that_holds_a_cluster", "--exact", "--nocapture"])
            .env(HELPER_FOLDER, folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut value = |name: &str| {
            lines
                .by_ref()
                .map(Result::unwrap)
                .find_map(|line| line.strip_prefix(name).map(str::to_owned))
                .unwrap()
        };
        let postmaster = Pid::from_raw(value("postmaster ").parse().unwrap()).unwrap();
        Self {
            process,
            postmaster,
            url: value("url "),
        }
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[test]
fn killed_server_takes_its_postmaster_with_it() {
    let folder = open_folder();
    let mut helper = Helper::start(folder.path());
    helper.kill();
    let is_gone = || {
        // Whoever inherits the process may be slow to reap it: a zombie has no working folder.
        let works = fs::read_link(format!("/proc/{}/cwd", helper.postmaster.as_raw_nonzero())).is_ok();
        (!works).then_some(())
    };
    wait_for("the end of the postmaster", is_gone);
}

#[test]
fn start_right_after_a_killed_server_works() {
    let folder = open_folder();
    for _ in 0..3 {
        let mut helper = Helper::start(folder.path());
        query(&helper.url, "CREATE TABLE IF NOT EXISTS kept (value text)").unwrap();
        helper.kill();
        let start = Instant::now();
        let cluster = ManagedCluster::start(config(folder.path())).unwrap();
        query(cluster.connection_url(), "SELECT value FROM kept").unwrap();
        eprintln!("after kill -9 of the server: {:?}", start.elapsed());
    }
}

#[test]
fn start_after_server_and_postmaster_were_killed_works() {
    let folder = open_folder();
    let mut helper = Helper::start(folder.path());
    // A session that computes does not notice that its postmaster is gone.
    let url = helper.url.clone();
    let busy =
        std::thread::spawn(move || query(&url, "SELECT count(*) FROM generate_series(1, 10000000000)"));
    wait_for("the busy session", || {
        query(&helper.url, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series(1,%' AND state = 'active'")
            .ok()
            .filter(|count| count == "2")
    });
    kill_process(helper.postmaster, Signal::KILL).unwrap();
    helper.kill();
    let cluster = ManagedCluster::start(config(folder.path())).unwrap();
    assert_eq!(query(cluster.connection_url(), "SELECT 1").unwrap(), "1");
    busy.join().unwrap().unwrap_err();
}

/// The signal sent by the kernel is on its way while the next server starts: what it finds alive is
/// about to stop.
#[test]
fn postmaster_that_is_about_to_stop_is_waited_for() {
    let folder = open_folder();
    let mut helper = Helper::start(folder.path());
    let postmaster = helper.postmaster;
    kill_process(postmaster, Signal::STOP).unwrap();
    helper.kill();
    let waker = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        kill_process(postmaster, Signal::CONT).unwrap();
    });
    let cluster = ManagedCluster::start(config(folder.path())).unwrap();
    assert_ne!(pid(&cluster), postmaster);
    assert_eq!(query(cluster.connection_url(), "SELECT 1").unwrap(), "1");
    waker.join().unwrap();
}

/// Where the kernel sends no death signal, a postmaster outlives its server and is taken over.
#[test]
fn live_postmaster_with_our_settings_is_adopted_and_another_replaced() {
    let folder = open_folder();
    ManagedCluster::start(config(folder.path())).unwrap().stop();
    let mut left_over = start_again(&folder.path().join("postgres/data"));

    let cluster = ManagedCluster::start(config(folder.path())).unwrap();
    assert_eq!(
        cluster.postmaster_pid().unwrap(),
        i32::try_from(left_over.id()).unwrap()
    );
    assert_eq!(query(cluster.connection_url(), "SELECT 1").unwrap(), "1");
    cluster.stop();
    left_over.wait().unwrap();

    let mut left_over = start_again(&folder.path().join("postgres/data"));
    let cluster = ManagedCluster::start(ClusterConfig::new(folder.path())).unwrap();
    assert_ne!(
        cluster.postmaster_pid().unwrap(),
        i32::try_from(left_over.id()).unwrap()
    );
    assert_eq!(query(cluster.connection_url(), "SHOW fsync").unwrap(), "on");
    left_over.wait().unwrap();
}

/// Starts PostgreSQL with the command line of its last start, as a process nobody supervises.
fn start_again(data: &Path) -> Child {
    let recorded = fs::read_to_string(data.join("postmaster.opts")).unwrap();
    let (program, arguments) = recorded.trim().split_once(' ').unwrap();
    let arguments = arguments.trim_matches('"').split("\" \"");
    let mut command = Command::new(program);
    let owner = fs::metadata(data).unwrap();
    if rustix::process::geteuid().is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    let process = command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for("the pid file", || {
        let content = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        content.contains("ready").then_some(())
    });
    process
}
