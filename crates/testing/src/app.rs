//! A running server, with everything real behind it.

use std::net::{IpAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use damso_adapter::mailbox::MailboxFolder;
use damso_adapter::object_store::{LocalObjectStore, S3Config, S3ObjectStore};
use damso_controller::{ControllerConfig, PublicUrl, Server, WebClient};
use damso_domain::ConversationId;
use damso_protocol::SignUp;
use damso_service::export::ExportWorker;
use damso_service::job::JobWorker;
use damso_service::keys::{Keys, Purpose};
use damso_service::ports::{DirectUploads, Mailer, ObjectStore};
use damso_service::{ServiceConfig, Services};
use tempfile::TempDir;

use crate::{Actor, Mailbox, ReceivedMail, TestDatabase, TokenForge};

/// How a test's server differs from the usual one.
#[derive(Clone, Debug, Default)]
pub struct TestAppOptions {
    /// Who may make an account.
    pub sign_up: SignUp,
    /// Where browsers reach it.
    pub public_url: Option<PublicUrl>,
    /// The files of the client, by their paths.
    pub web: Vec<(&'static str, &'static str)>,
    /// Whether there are limits to how often somebody may do something.
    pub rate_limits: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// A bucket instead of a folder of its own.
    pub s3: Option<S3Config>,
    /// Where people reach it, for mails and passkeys; `localhost` when absent.
    pub server_url: Option<String>,
    /// Whether it sends no mail; else mails go into a folder of its own.
    pub is_without_mail: bool,
}

/// A running server on loopback, with a database and a storage of its own.
pub struct TestApp {
    /// Where it answers, without a slash at the end.
    pub url: String,
    /// The use cases, for what no route offers.
    pub services: Services,
    /// The database, to look at.
    pub database: TestDatabase,
    /// The storage, to look at.
    pub objects: Arc<dyn ObjectStore>,
    /// Its keys, to forge tokens with.
    pub keys: Keys,
    handle: ServerHandle,
    folder: TempDir,
    mails: TempDir,
}

impl TestApp {
    /// Starts a server as it is out of the box, but without limits: a test does in a second what people do in a day.
    pub async fn start() -> Self {
        Self::start_with(TestAppOptions::default()).await
    }

    /// Starts a server that differs.
    pub async fn start_with(options: TestAppOptions) -> Self {
        let database = TestDatabase::create().await;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let keys = Keys::new(vec![42; 32]).expect("32 bytes are enough");
        let (objects, direct_uploads) = open_storage(options.s3.as_ref(), folder.path(), &keys);
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let config = ServiceConfig {
            sign_up: options.sign_up,
            server_url: options
                .server_url
                .unwrap_or_else(|| format!("http://localhost:{port}")),
            rate_limits: options.rate_limits,
            ..ServiceConfig::default()
        };
        let mails = tempfile::tempdir().expect("a temporary folder can be made");
        let mailer = (!options.is_without_mail).then(|| open_mailbox(mails.path()));
        let services = Services::new(&config, database.database.clone(), objects.clone(), mailer, &keys);
        let web = options
            .web
            .into_iter()
            .map(|(path, text)| (path.to_owned(), text.as_bytes().into()));
        let server = Server {
            services: services.clone(),
            config: ControllerConfig {
                public_url: options.public_url,
                is_tls: false,
                port,
                trusted_proxies: options.trusted_proxies,
            },
            web: Arc::new(WebClient::from_files(web)),
            direct_uploads,
        };
        let http = HttpServer::new(move || damso_controller::app(server.clone()))
            .workers(1)
            .disable_signals()
            .listen(listener)
            .expect("the listener is ours")
            .run();
        let handle = http.handle();
        TestDatabase::runtime().spawn(http);
        let url = format!("http://127.0.0.1:{port}");
        Self {
            url,
            services,
            database,
            objects,
            keys,
            handle,
            folder,
            mails,
        }
    }

    /// Somebody who has not signed in.
    pub fn anonymous(&self) -> Actor {
        Actor::anonymous(&self.url)
    }

    /// New accounts, named after their handles.
    pub async fn users<const N: usize>(&self, handles: [&str; N]) -> [Actor; N] {
        let mut users = Vec::with_capacity(N);
        for handle in handles {
            users.push(Actor::sign_up(&self.url, handle).await);
        }
        users
            .try_into()
            .unwrap_or_else(|_| unreachable!("one was made for each handle"))
    }

    /// New accounts who are all friends of each other.
    pub async fn friends<const N: usize>(&self, handles: [&str; N]) -> [Actor; N] {
        let users = self.users(handles).await;
        for (at, one) in users.iter().enumerate() {
            for other in &users[at + 1..] {
                one.befriend(other).await;
            }
        }
        users
    }

    /// The direct conversation of two friends.
    pub async fn direct_conversation(&self, one: &Actor, other: &Actor) -> ConversationId {
        one.open_direct(other).await.id
    }

    /// A token like those the server makes for an actor, to be spoilt.
    pub fn forge(&self, actor: &Actor) -> TokenForge {
        TokenForge::new(&self.keys, actor.id(), actor.session().session_id)
    }

    /// What was mailed to `address`, once every job that waits is done.
    pub async fn mails_to(&self, address: &str) -> Vec<ReceivedMail> {
        self.run_jobs().await;
        Mailbox::new(self.mails.path()).mails_to(address)
    }

    /// Lets every session do for a while what asks for a proof.
    pub async fn prove_everybody(&self) {
        self.database
            .execute("UPDATE sessions SET proved_at = now()")
            .await;
    }

    /// The reverse of [`TestApp::prove_everybody`].
    pub async fn forget_proofs(&self) {
        self.database
            .execute("UPDATE sessions SET proved_at = NULL")
            .await;
    }

    /// How many files lie in the folder of the storage, uploads included.
    pub fn stored_files(&self) -> usize {
        count_files(self.folder.path())
    }

    /// Works off every job, those of a later time too.
    pub async fn run_all_jobs(&self) {
        let make_due = "UPDATE jobs SET run_at = now() - interval '1 second'";
        self.database.execute(make_due).await;
        self.run_jobs().await;
    }

    /// Works off every job that waits.
    pub async fn run_jobs(&self) {
        let worker = self.worker();
        while worker.run_next().await.expect("jobs can be worked off") {}
    }

    /// Makes everything that was written searchable.
    pub async fn index_messages(&self) {
        let indexed = self.services.indexer().look_through().await;
        indexed.expect("keys can be written");
    }

    /// Sweeps up what has expired, and works off the jobs that come of it.
    pub async fn sweep(&self) {
        self.worker()
            .sweep()
            .await
            .expect("what has expired can be swept up");
        self.run_jobs().await;
    }

    /// Makes every export that waits.
    pub async fn run_exports(&self) {
        let worker = self.export_worker(self.objects.clone());
        while worker.run_next().await.expect("exports can be made") {}
    }

    /// Who makes exports after a start of the server, with this storage.
    pub fn export_worker(&self, objects: Arc<dyn ObjectStore>) -> ExportWorker {
        ExportWorker::open(
            &self.services.exports,
            objects,
            &self.folder.path().join("exports"),
        )
        .expect("the folder can be used")
    }

    /// The same of another server that is still there: what one of them has in its folder the other one leaves alone.
    pub fn another_export_worker(&self, objects: Arc<dyn ObjectStore>) -> ExportWorker {
        ExportWorker::open(
            &self.services.exports,
            objects,
            &self.folder.path().join("other-exports"),
        )
        .expect("the folder can be used")
    }

    fn worker(&self) -> JobWorker {
        self.services.worker()
    }
}

type Storage = (Arc<dyn ObjectStore>, Option<Arc<dyn DirectUploads>>);

fn open_mailbox(folder: &Path) -> Arc<dyn Mailer> {
    let sender = "damso@example.org".parse().expect("it is an address");
    let mailbox = MailboxFolder::open(folder, sender);
    Arc::new(mailbox.expect("the folder can be used"))
}

fn open_storage(s3: Option<&S3Config>, folder: &Path, keys: &Keys) -> Storage {
    if let Some(config) = s3 {
        let store = S3ObjectStore::new(config).expect("the bucket's address is in order");
        return (Arc::new(store), None);
    }
    let signing_key = keys.derive(Purpose::StorageUrl).to_vec().into();
    let store = LocalObjectStore::open(folder, signing_key).expect("the folder can be used");
    (Arc::new(store.clone()), Some(Arc::new(store)))
}

pub(crate) fn count_files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    paths
        .map(|path| if path.is_dir() { count_files(&path) } else { 1 })
        .sum()
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        TestDatabase::runtime().spawn(async move { handle.stop(false).await });
    }
}
