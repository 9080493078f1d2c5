//! W3, idle: what a socket costs on which nothing happens.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::accounts::{self, Account};
use crate::cli::IdleOptions;
use crate::machine;
use crate::probe::bare::BareServer;
use crate::probe::bare_server::Mode;
use crate::process;
use crate::receivers::{HEARTBEAT, connect, stay_connected};
use crate::report::{Figure, Report, Row};
use crate::server::Server;
use crate::socket::Socket;
use crate::usage::micros_each;

/// Until what a burst of connections needed has been given back.
const SETTLE: Duration = Duration::from_secs(3);

/// Runs it.
pub async fn run(options: &IdleOptions) -> Result<Report> {
    let mut server = options.common.start_server().await?;
    let database = server.cluster()?.open("damso")?;
    let most = options.sockets.iter().copied().max().unwrap_or(0);
    let accounts = accounts::create(&server, &database, most).await?;
    database.close();
    server.cluster()?.settle("damso").await?;
    let mut report = Report {
        workload: "W3",
        header: vec![
            machine::description(),
            format!(
                "authenticated sockets of one person each, a ping every {} s, watched for {} s; \
                 the server is started anew for each run",
                HEARTBEAT.as_secs(),
                options.idle.as_secs()
            ),
        ],
        rows: Vec::new(),
    };
    for sockets in &options.sockets {
        report
            .rows
            .push(idle(options, &mut server, &accounts[..*sockets]).await?);
        report.rows.push(bare(options, &server, *sockets).await?);
    }
    Ok(report)
}

async fn idle(options: &IdleOptions, server: &mut Server, accounts: &[Account]) -> Result<Row> {
    let count = accounts.len() as u64;
    let conditions = options.common.conditions(server);
    conditions
        .repeat(format!("{count} idle sockets"), async || {
            server.kill()?;
            server.start_again().await?;
            sleep(SETTLE).await;
            let (watched, pid) = (server.watched()?, server.pid()?);
            let (resident, kernel) = (process::memory_kib(pid, "VmRSS")?, process::kernel_kib()?);
            let tokens = accounts.iter().map(|account| account.token.clone()).collect();
            let (sockets, connecting) = connect(server, tokens).await?;
            let mut idling = heartbeats(sockets);
            sleep(SETTLE).await;
            let kernel = process::kernel_kib()?.saturating_sub(kernel);
            let (before, start) = (watched.read()?, Instant::now());
            sleep(options.idle).await;
            let used = watched.read()?.since(before);
            let seconds = start.elapsed().as_secs_f64();
            let grown = process::memory_kib(pid, "VmRSS")?.saturating_sub(resident);
            ensure!(
                idling.try_join_next().is_none(),
                "the server closed an idle socket"
            );
            let per_second = |time| micros_each(time, count) / seconds;
            Ok(vec![
                Figure::new("resident memory per socket", "KiB", grown as f64 / count as f64),
                Figure::new(
                    "CPU of the server per socket and second",
                    "µs",
                    per_second(used.server),
                ),
                Figure::new(
                    "CPU of PostgreSQL per socket and second",
                    "µs",
                    per_second(used.postgres),
                ),
                Figure::new(
                    "CPU of the generator per socket and second",
                    "µs",
                    per_second(used.generator),
                ),
                Figure::new(
                    "kernel memory per socket, of two ends",
                    "KiB",
                    kernel as f64 / count as f64 / 2.0,
                ),
                Figure::new("connected", "/s", count as f64 / connecting.as_secs_f64()),
            ])
        })
        .await
}

/// Sockets without a product: what the kernel needs, and a task that waits.
async fn bare(options: &IdleOptions, server: &Server, count: usize) -> Result<Row> {
    let conditions = options.common.conditions(server);
    conditions
        .repeat(format!("limit: {count} sockets of a bare server"), async || {
            let bare = BareServer::start(Mode::Tasks)?;
            let pid = bare.watched().server;
            let (resident, kernel) = (process::memory_kib(pid, "VmRSS")?, process::kernel_kib()?);
            let start = Instant::now();
            let sockets: Vec<Socket> = stream::iter((0..count).map(|number| bare.subscribe(number)))
                .buffer_unordered(32)
                .try_collect()
                .await?;
            let connecting = start.elapsed();
            sleep(SETTLE).await;
            let grown = process::memory_kib(pid, "VmRSS")?.saturating_sub(resident);
            let kernel = process::kernel_kib()?.saturating_sub(kernel);
            let count = sockets.len() as f64;
            Ok(vec![
                Figure::new("resident memory per socket", "KiB", grown as f64 / count),
                Figure::new(
                    "kernel memory per socket, of two ends",
                    "KiB",
                    kernel as f64 / count / 2.0,
                ),
                Figure::new("connected", "/s", count / connecting.as_secs_f64()),
            ])
        })
        .await
}

/// Keeps the sockets, with pings at moments spread over the whole interval. A task ends when its socket was
/// closed.
fn heartbeats(sockets: Vec<Socket>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let mut random = fastrand::Rng::with_seed(3);
    for mut socket in sockets {
        let first_ping = HEARTBEAT.mul_f64(random.f64());
        tasks.spawn_local(async move { stay_connected(&mut socket, first_ping, |_| ()).await });
    }
    tasks
}
