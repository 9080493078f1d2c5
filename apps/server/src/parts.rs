//! The outside parts of a server, started in order and stopped in the reverse one.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use damso_adapter::cluster::{ClusterConfig, ManagedCluster};
use damso_adapter::folder_lock::FolderLock;
use damso_adapter::mailbox::MailboxFolder;
use damso_adapter::object_store::{LocalObjectStore, S3ObjectStore};
use damso_adapter::smtp::{SmtpConfig, SmtpMailer};
use damso_repository::{Connection, Database, DatabaseConfig, ServerLock, server_fact};
use damso_service::keys::{Keys, Purpose};
use damso_service::ports::{DirectUploads, Mailer, ObjectStore};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::config::{Config, MailConfig};

/// How long a server that was killed a moment ago may still seem to be connected.
const WAIT_FOR_PREDECESSOR: Duration = Duration::from_secs(5);

/// The data folder, ours alone, and the database.
pub struct Foundation {
    pub database: Database,
    url: SecretString,
    cluster: Option<ManagedCluster>,
    _lock: FolderLock,
}

impl Foundation {
    /// Takes the data folder, and starts the private cluster unless there is another database.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        create_data_folder(&config.data_dir)?;
        let lock = FolderLock::acquire(&config.data_dir)?;
        let (cluster, url) = match &config.database_url {
            Some(url) => (None, url.expose_secret().to_owned()),
            None => {
                let cluster = start_cluster(config).await?;
                let url = cluster.connection_url().to_owned();
                (Some(cluster), url)
            }
        };
        let database_config = DatabaseConfig {
            url: url.clone(),
            max_connections: config.database_connections,
        };
        let database = Database::new(&database_config, tokio::runtime::Handle::current())?;
        Ok(Self {
            database,
            url: url.into(),
            cluster,
            _lock: lock,
        })
    }

    /// Keeps the database to this server, or says that another one has it. Who is connected and which sessions
    /// have ended is in the memory of one process: two would tell their people different things.
    pub async fn lock_database(&self) -> anyhow::Result<ServerLock> {
        ServerLock::acquire(self.url.expose_secret(), WAIT_FOR_PREDECESSOR)
            .await
            .context("the database cannot be used")?
            .context(
                "another server is running on this database; stop it first, or give this one a database of its own",
            )
    }

    /// Brings the schema up to this version.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        self.database
            .migrate()
            .await
            .context("the database cannot be used")?;
        refuse_without_hangul(&self.database).await
    }

    /// Closes the connections and stops the private cluster.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.database.close();
        if let Some(cluster) = self.cluster {
            tokio::task::spawn_blocking(move || cluster.stop()).await?;
        }
        Ok(())
    }
}

fn create_data_folder(path: &PathBuf) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o711);
    builder
        .create(path)
        .with_context(|| format!("the data folder {} cannot be used", path.display()))
}

async fn start_cluster(config: &Config) -> anyhow::Result<ManagedCluster> {
    let mut cluster = ClusterConfig::new(&config.data_dir);
    cluster.binaries_dir.clone_from(&config.postgres_bin);
    cluster.tools_dir = Some(PathBuf::from(".tools/postgres/bin"));
    Ok(tokio::task::spawn_blocking(move || ManagedCluster::start(cluster)).await??)
}

/// Search would silently find nothing in a database whose locale does not know Hangul as letters.
async fn refuse_without_hangul(database: &Database) -> anyhow::Result<()> {
    let sees_hangul = database
        .run(async |conn: &mut Connection| server_fact::has_hangul_trigrams(conn).await)
        .await?;
    if !sees_hangul {
        bail!(
            "the database's locale does not know Korean letters; create it with LC_CTYPE C.UTF-8 or another UTF-8"
        );
    }
    Ok(())
}

/// Refuses keys that do not belong to this database: tokens and URLs of the right ones would all be worthless.
pub async fn refuse_foreign_keys(database: &Database, keys: &Keys) -> anyhow::Result<()> {
    let fingerprint = keys.fingerprint();
    let ours = fingerprint.clone();
    let stored = database
        .run(async move |conn: &mut Connection| {
            server_fact::find_or_insert(conn, "root_fingerprint", &fingerprint).await
        })
        .await?;
    if stored != ours {
        bail!(
            "the secret key is not the one this database was used with; \
             restore secret.key of the data folder, or DAMSO_SECRET_KEY, from a backup"
        );
    }
    Ok(())
}

/// Where objects live, and who takes uploads to them when that is this server.
pub struct Storage {
    pub objects: Arc<dyn ObjectStore>,
    pub direct_uploads: Option<Arc<dyn DirectUploads>>,
}

/// Opens the bucket, or the folder.
pub fn open_storage(config: &Config, keys: &Keys) -> anyhow::Result<Storage> {
    if let Some(s3) = &config.s3 {
        let objects = S3ObjectStore::new(s3).context("the S3 storage cannot be used")?;
        return Ok(Storage {
            objects: Arc::new(objects),
            direct_uploads: None,
        });
    }
    let signing_key: SecretSlice<u8> = keys.derive(Purpose::StorageUrl).to_vec().into();
    let folder = config.data_dir.join("objects");
    let store = LocalObjectStore::open(&folder, signing_key)
        .with_context(|| format!("the object folder {} cannot be used", folder.display()))?;
    Ok(Storage {
        objects: Arc::new(store.clone()),
        direct_uploads: Some(Arc::new(store)),
    })
}

/// Opens the way that mails go, if they go anywhere. A mail server that does not answer stops nobody: mails wait.
pub fn open_mailer(config: &Config) -> anyhow::Result<Option<Arc<dyn Mailer>>> {
    match &config.mail {
        MailConfig::Off => {
            tracing::info!("No mail is sent; DAMSO_SMTP_URL or DAMSO_MAIL=folder turns it on");
            Ok(None)
        }
        MailConfig::Folder(sender) => {
            let folder = config.data_dir.join("mail");
            let mailbox = MailboxFolder::open(&folder, sender.clone())
                .with_context(|| format!("the mail folder {} cannot be used", folder.display()))?;
            tracing::info!("Mail is written into {}", folder.display());
            Ok(Some(Arc::new(mailbox)))
        }
        MailConfig::Smtp(smtp) => Ok(Some(Arc::new(open_smtp(smtp)?))),
    }
}

/// Prepares sending, and meanwhile asks the server whether it would take mails, so that the log says at the start
/// what is wrong.
fn open_smtp(config: &SmtpConfig) -> anyhow::Result<SmtpMailer> {
    let mailer = SmtpMailer::new(config).context("DAMSO_SMTP_URL")?;
    let server = config.server.to_string();
    if config.server.is_open_to_read() {
        tracing::warn!("Mail goes to {server}: whoever is on the way can read it, and the password");
    }
    let asked = mailer.clone();
    tokio::spawn(async move {
        match asked.check().await {
            Ok(()) => tracing::info!("Mail goes to {server}"),
            Err(error) => tracing::warn!("Mail should go to {server}: {error}"),
        }
    });
    Ok(mailer)
}
