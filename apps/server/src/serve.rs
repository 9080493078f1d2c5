//! `damso serve`: start in order, serve, stop in order.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use anyhow::{Context, bail};
use damso_controller::{ControllerConfig, Server, WebClient};
use damso_service::admin::AdminService;
use damso_service::export::ExportWorker;
use damso_service::keys::Keys;
use damso_service::realtime::Hub;
use damso_service::{ServiceConfig, Services};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::admin::AdminSocket;
use crate::config::{Config, TlsFiles};
use crate::parts::{self, Foundation, Storage};
use crate::{embedded, secret};

/// How long requests that are under way may take once the server is told to stop.
const GRACE_SECS: u64 = 10;
/// How long a client may take to send a request's head.
const REQUEST_HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Brings the database up to this version.
pub async fn migrate(config: Config) -> anyhow::Result<()> {
    let foundation = Foundation::start(&config).await?;
    let migrated = foundation.migrate().await;
    foundation.stop().await?;
    migrated
}

/// Serves until it is told to stop.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    // Before anything is started: a port that is taken must cost nothing.
    let front = Front::bind(&config)?;
    let foundation = Foundation::start(&config).await?;
    let served = serve_on(&config, &foundation, front, &mut signals).await;
    foundation.stop().await?;
    served
}

async fn serve_on(
    config: &Config,
    foundation: &Foundation,
    front: Front,
    signals: &mut Signals,
) -> anyhow::Result<()> {
    // Before the schema is touched: whoever is refused must not have changed anything.
    let mut lock = foundation.lock_database().await?;
    foundation.migrate().await?;
    let keys = secret::load(config)?;
    parts::refuse_foreign_keys(&foundation.database, &keys).await?;
    let storage = parts::open_storage(config, &keys)?;
    let (address, is_tls) = (front.listener.local_addr()?, front.tls.is_some());
    let services = open_services(
        config,
        foundation,
        &storage,
        &keys,
        server_url(config, address, is_tls),
    )
    .await?;
    let exporter = open_exporter(config, &services, &storage)?;
    let exports = tokio::spawn(exporter.run());
    let jobs = tokio::spawn(services.worker().run());
    let indexer = tokio::spawn(services.indexer().run());

    let sessions = tokio::spawn(services.sessions.clone().watch_over());
    let presence = services.presence.clone();
    let presences = tokio::spawn(presence.clone().run());
    let limits = tokio::spawn(services.limits.clone().forget_idle());

    let commands = Commands::hear(config, services.admin.clone());
    let hub = services.hub.clone();
    let server = Server {
        services,
        config: ControllerConfig {
            public_url: config.public_url.clone(),
            is_tls,
            port: address.port(),
            trusted_proxies: config.trusted_proxies.clone(),
        },
        web: Arc::new(load_client(config)?),
        direct_uploads: storage.direct_uploads,
    };
    let running = front.open(config, server)?;
    let handle = running.handle();
    let running = tokio::spawn(running);
    announce(&server_url(config, address, is_tls));

    let is_alone = tokio::select! {
        () = signals.stop() => true,
        () = lock.lost() => false,
    };
    tracing::info!("Stopping");
    if is_alone {
        presence.note_all_seen().await;
        tokio::join!(stop(&handle, &hub, signals), commands.stop());
    } else {
        // No request is left time: what it would write, the other server does not hear of.
        commands.abort();
        hub.close_all();
        handle.stop(false).await;
    }
    jobs.abort();
    indexer.abort();
    exports.abort();
    sessions.abort();
    presences.abort();
    limits.abort();
    running.await??;
    if !is_alone {
        bail!("another server took this database over while it could not be reached; this one has stopped");
    }
    Ok(())
}

async fn open_services(
    config: &Config,
    foundation: &Foundation,
    storage: &Storage,
    keys: &Keys,
    server_url: String,
) -> anyhow::Result<Services> {
    let service_config = ServiceConfig {
        sign_up: config.sign_up,
        server_url,
        rate_limits: config.rate_limits,
        ..ServiceConfig::default()
    };
    let (database, objects) = (foundation.database.clone(), storage.objects.clone());
    let mailer = parts::open_mailer(config)?;
    let services = Services::new(&service_config, database, objects, mailer, keys);
    services
        .sessions
        .load_ended()
        .await
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    services
        .blocks
        .load_silent()
        .await
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(services)
}

/// Archives are gathered beside the objects: a folder of theirs takes one in by another name for the same bytes.
fn open_exporter(config: &Config, services: &Services, storage: &Storage) -> anyhow::Result<ExportWorker> {
    let folder = config.data_dir.join("exports");
    ExportWorker::open(&services.exports, storage.objects.clone(), &folder)
        .with_context(|| format!("the folder {} cannot be used", folder.display()))
}

/// Where the operator's commands come in.
struct Commands {
    stop: oneshot::Sender<()>,
    answering: JoinHandle<()>,
}

impl Commands {
    /// A server that cannot hear commands serves all the same: some storages take no sockets.
    fn hear(config: &Config, admin: AdminService) -> Self {
        let socket = AdminSocket::open(&config.data_dir).inspect_err(|error| {
            tracing::warn!(%error, "`damso admin` cannot reach this server: its socket cannot be made");
        });
        let (stop, stopped) = oneshot::channel();
        let answering = tokio::spawn(async move {
            if let Ok(socket) = socket {
                socket.serve(admin, stopped).await;
            }
        });
        Self { stop, answering }
    }

    /// Hears no more of them, and finishes those that are under way.
    async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.answering.await;
    }

    /// Hears no more of them, and ends those that are under way.
    fn abort(self) {
        self.answering.abort();
    }
}

/// Where requests come in.
struct Front {
    listener: TcpListener,
    tls: Option<rustls::ServerConfig>,
}

impl Front {
    fn bind(config: &Config) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(config.listen).with_context(|| {
            format!(
                "{} cannot be listened on; choose another with --listen",
                config.listen
            )
        })?;
        let tls = config.tls.as_ref().map(load_tls).transpose()?;
        Ok(Self { listener, tls })
    }

    fn open(self, config: &Config, server: Server) -> std::io::Result<actix_web::dev::Server> {
        let http = HttpServer::new(move || damso_controller::app(server.clone()))
            .workers(config.workers)
            .client_request_timeout(REQUEST_HEAD_TIMEOUT)
            // An event must not wait for the acknowledgement of the one before it, which a client that only
            // listens sends 40 ms later.
            .tcp_nodelay(true)
            .shutdown_timeout(GRACE_SECS)
            .disable_signals();
        let http = match self.tls {
            Some(tls) => http.listen_rustls_0_23(self.listener, tls)?,
            None => http.listen(self.listener)?,
        };
        Ok(http.run())
    }
}

/// Where people reach the server: what is set, or what can be guessed from where it listens.
pub fn server_url(config: &Config, address: SocketAddr, is_tls: bool) -> String {
    let scheme = if is_tls { "https" } else { "http" };
    let port = address.port();
    match &config.public_url {
        Some(public) => public.origin().to_owned(),
        None if address.ip().is_loopback() || address.ip().is_unspecified() => {
            format!("{scheme}://localhost:{port}")
        }
        None => format!("{scheme}://{address}"),
    }
}

/// The one line that scripts and people wait for, on standard output and apart from the log.
fn announce(server_url: &str) {
    // Not `println!`, which panics when nobody can be told.
    let _ = writeln!(std::io::stdout(), "Damso is ready at {server_url}");
}

/// Tells the sockets to come back later, lets requests finish, and ends at once when told a second time.
async fn stop(handle: &ServerHandle, hub: &Hub, signals: &mut Signals) {
    hub.close_all();
    tokio::select! {
        () = handle.stop(true) => (),
        () = signals.stop() => {
            tracing::warn!("Told to stop again: ending at once");
            // The private cluster notices that its server is gone and stops by itself, safely.
            std::process::exit(1);
        }
    }
}

fn load_client(config: &Config) -> anyhow::Result<WebClient> {
    let client = match &config.web_dir {
        Some(folder) => WebClient::from_folder(folder)
            .with_context(|| format!("the client in {} cannot be read", folder.display()))?,
        None => embedded::client(),
    };
    if client.is_empty() {
        tracing::warn!("There is no web client in this server; build one, or name its folder with --web-dir");
    }
    Ok(client)
}

fn load_tls(files: &TlsFiles) -> anyhow::Result<rustls::ServerConfig> {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let certificates = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| {
            anyhow::anyhow!("the certificate {} cannot be read: {error}", files.cert.display())
        })?;
    if certificates.is_empty() {
        bail!("there is no certificate in {}", files.cert.display());
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| anyhow::anyhow!("the key {} cannot be read: {error}", files.key.display()))?;
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates, key);
    config.context("the certificate and the key do not fit together")
}

/// The signals that mean: stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => (),
            _ = self.interrupt.recv() => (),
        }
    }
}
