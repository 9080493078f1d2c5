//! A server process, and the parts it is given.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use damso_adapter::cluster::{ClusterConfig, ManagedCluster};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Nothing here takes nearly as long, even on a machine with much to do.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder that the account of PostgreSQL may enter, whatever the umask is.
pub fn open_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// A database that is not the server's own.
pub struct OtherDatabase {
    pub cluster: ManagedCluster,
    _folder: TempDir,
}

impl OtherDatabase {
    pub fn start() -> Self {
        let folder = open_folder();
        let cluster = ManagedCluster::start(ClusterConfig {
            durable: false,
            tools_dir: Some("../../.tools/postgres/bin".into()),
            ..ClusterConfig::new(folder.path())
        });
        Self {
            cluster: cluster.unwrap(),
            _folder: folder,
        }
    }

    pub fn url(&self) -> &str {
        self.cluster.connection_url()
    }

    /// The number that a query answers with.
    pub fn count(&self, sql: &str) -> i64 {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(self.url(), tokio_postgres::NoTls)
                .await
                .unwrap();
            let connection = tokio::spawn(connection);
            let count = client
                .query_one(&format!("SELECT ({sql})::bigint"), &[])
                .await
                .unwrap();
            connection.abort();
            count.get(0)
        })
    }

    /// Changes something.
    pub fn execute(&self, sql: &str) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(self.url(), tokio_postgres::NoTls)
                .await
                .unwrap();
            let connection = tokio::spawn(connection);
            client.batch_execute(sql).await.unwrap();
            connection.abort();
        });
    }

    /// Waits until a query answers with something else than 0: what happens inside the database tells nobody.
    pub fn wait_until(&self, sql: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.count(sql) == 0 {
            assert!(Instant::now() < deadline, "{sql}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// `damso` with these arguments and nothing from the environment of the tests.
fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_damso"));
    let kept = ["PATH", "HOME", "TMPDIR"].map(|name| (name, std::env::var_os(name)));
    command
        .env_clear()
        .envs(kept.into_iter().filter_map(|(name, value)| Some((name, value?))))
        // Where `.tools` is, if PostgreSQL comes from there.
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .args(args);
    command
}

/// Runs `damso` until it has ended; what it said on each output. Commands bound their own time.
pub fn run_to_end(args: &[&str]) -> Output {
    command(args).stdin(Stdio::null()).output().unwrap()
}

/// A process of the server, killed with this value.
pub struct Damso {
    child: Child,
    lines: Receiver<String>,
    /// What was said so far, on both outputs.
    pub said: Vec<String>,
}

impl Damso {
    /// Starts `damso` with these arguments and nothing from the environment of the tests.
    pub fn run(args: &[&str]) -> Self {
        Self::run_logging_to(args, Stdio::piped())
    }

    /// The same with another standard error.
    fn run_logging_to(args: &[&str], log: Stdio) -> Self {
        let mut child = command(args).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let (said, lines) = channel();
        pass_on(child.stdout.take().unwrap(), said.clone());
        if let Some(errors) = child.stderr.take() {
            pass_on(errors, said);
        }
        Self {
            child,
            lines,
            said: Vec::new(),
        }
    }

    /// Starts a server on a free port, with this data folder and what else is set.
    pub fn serve(data: &Path, args: &[&str]) -> Self {
        Self::serve_logging_to(data, args, Stdio::piped())
    }

    /// The same, and its log goes elsewhere.
    pub fn serve_logging_to(data: &Path, args: &[&str], log: Stdio) -> Self {
        let data = data.to_str().unwrap();
        let args = [&["serve", "--listen", "127.0.0.1:0", "--data-dir", data], args].concat();
        Self::run_logging_to(&args, log)
    }

    /// Waits for a line that contains `text`.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.said.push(line);
                    let line = &self.said[self.said.len() - 1];
                    if line.contains(text) {
                        return line.clone();
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("{text:?} was not said: {:#?}", self.said)
                }
            }
        }
    }

    /// Waits until it serves; the port it listens on.
    #[track_caller]
    pub fn wait_until_ready(&mut self) -> u16 {
        let line = self.wait_for("Damso is ready at ");
        line.rsplit(':').next().unwrap().parse().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits until it has ended by itself.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.said.push(line),
                // Both outputs are closed: it has ended, or is about to.
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap(),
                Err(RecvTimeoutError::Timeout) => panic!("it does not end: {:#?}", self.said),
            }
        }
    }

    /// Waits until it has ended in failure; everything it said.
    #[track_caller]
    pub fn wait_for_refusal(&mut self) -> String {
        let status = self.wait();
        assert_eq!(status.code(), Some(1), "{:#?}", self.said);
        self.said.join("\n")
    }

    /// Asks it to stop, and waits until it has.
    #[track_caller]
    pub fn stop(mut self) {
        self.signal(Signal::TERM);
        let status = self.wait();
        assert!(status.success(), "{:#?}", self.said);
    }
}

fn pass_on(output: impl Read + Send + 'static, to: Sender<String>) {
    std::thread::spawn(move || {
        let lines = BufReader::new(output).lines();
        lines.map_while(Result::ok).try_for_each(|line| to.send(line))
    });
}

impl Drop for Damso {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The whole answer to a `GET`, head and body.
pub fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    exchange(&mut stream, port, "GET", path, "")
}

/// One request over whatever leads to a server, with a JSON body unless it is empty.
pub fn exchange(stream: &mut (impl Read + Write), port: u16, method: &str, path: &str, body: &str) -> String {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        // Over TLS the server may close without a farewell, and on whom it does not understand at once.
        let is_end = matches!(
            error.kind(),
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
        );
        assert!(is_end, "{error}");
    }
    String::from_utf8_lossy(&answer).into_owned()
}
