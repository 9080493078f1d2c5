//! W1, sending: how many messages are stored a second, and how long that takes at half of it.

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::sleep;
use tokio_postgres::Client as Connection;

use super::sender::{Scene, Sender, Talk};
use super::{closed_figure, cost_figures, failure_figure, latency_figures};
use crate::cli::SendOptions;
use crate::load::{Outcome, closed_loop, open_loop};
use crate::probe::{insert, pgbench};
use crate::receivers::{Deliveries, Receivers, connect, text};
use crate::report::{Figure, Report, Row};
use crate::server::Server;
use crate::usage::Watched;
use crate::{accounts, machine, rooms};

/// Frames that are still on their way when the senders stop.
const SETTLE: Duration = Duration::from_millis(500);
const RATE: &str = "sends";
const ROWS: &str = "rows";

/// Runs it.
pub async fn run(options: &SendOptions) -> Result<Report> {
    let common = &options.common;
    let server = common.start_server().await?;
    let stage = Stage::set(options.directs, options.group, 0, &server).await?;
    let mut report = Report {
        workload: "W1",
        header: vec![
            machine::description(),
            format!(
                "{} direct conversations and one group of {}, {} sockets connected; texts of 90 bytes",
                options.directs,
                options.group,
                stage.scene.accounts.len()
            ),
            "HTTP/1.1 keep-alive, one message a request, answered after its commit".to_owned(),
        ],
        rows: Vec::new(),
    };
    let most = options.senders.iter().copied().max().unwrap_or(1);
    if let Some(rate) = options.rate {
        report.rows.push(stage.open(options, &server, rate, most).await?);
        return Ok(report);
    }
    let limit = add_limits(&mut report, options, &server).await?;
    let mut best: Option<f64> = None;
    for senders in &options.senders {
        let row = stage.closed(options, &server, *senders).await?;
        best = best.into_iter().chain(row.median(RATE)).reduce(f64::max);
        report.rows.push(row);
    }
    let best = best.context("at least one number of senders has to be given")?;
    let open = stage.open(options, &server, best / 2.0, most).await?;
    report.rows.push(open);
    report.add_ratio("sends, of the faster one-row limit", Some(best), limit);
    Ok(report)
}

/// What PostgreSQL can do alone. Returns the rows a second of one row per commit, by the faster of two programs.
async fn add_limits(report: &mut Report, options: &SendOptions, server: &Server) -> Result<Option<f64>> {
    let (common, cluster) = (&options.common, server.cluster()?);
    let (conditions, window) = (common.conditions(server), common.probe_window());
    insert::prepare(&cluster).await?;
    let text = text(0);
    let one = conditions
        .repeat(
            format!("limit: one row per commit, {} clients", insert::CLIENTS),
            async || insert::run(&cluster, 1, &text, window).await,
        )
        .await?;
    let mut limit = one.median(ROWS);
    report.rows.push(one);
    if let Some(program) = pgbench::find(&cluster) {
        let row = conditions
            .repeat(
                format!(
                    "limit: one row per commit, {} clients, by pgbench",
                    insert::CLIENTS
                ),
                async || pgbench::run(&program, &cluster, &text, window.measure).await,
            )
            .await?;
        limit = limit.into_iter().chain(row.median(ROWS)).reduce(f64::max);
        report.rows.push(row);
    }
    let hundred = conditions
        .repeat(
            format!("limit: 100 rows per commit, {} clients", insert::CLIENTS),
            async || insert::run(&cluster, 100, &text, window).await,
        )
        .await?;
    report.rows.push(hundred);
    Ok(limit)
}

/// Everything that is there before somebody sends.
pub(super) struct Stage {
    pub(super) scene: Rc<Scene>,
    pub(super) watched: Watched,
    statistics: Connection,
    _receivers: Receivers,
}

impl Stage {
    /// Lets everybody who writes connect; `others` have accounts, behind theirs, and do nothing.
    pub(super) async fn set(
        directs: usize,
        group_members: usize,
        others: usize,
        server: &Server,
    ) -> Result<Self> {
        let cluster = server.cluster()?;
        let database = cluster.open("damso")?;
        let people = (directs * 2).max(group_members);
        let accounts = accounts::create(server, &database, people + others).await?;
        let pairs: Vec<(usize, usize)> = (0..directs).map(|at| (2 * at, 2 * at + 1)).collect();
        let ids = pairs
            .iter()
            .map(|(one, other)| (accounts[*one].id, accounts[*other].id));
        let directs = rooms::create_directs(&database, ids.collect()).await?;
        let members: Vec<usize> = (0..group_members).collect();
        let group = members.iter().map(|at| accounts[*at].id).collect();
        let groups = rooms::create_groups(&database, vec![group]).await?;
        database.close();
        server.cluster()?.settle("damso").await?;
        let direct = |((one, other), id)| Talk::new(id, vec![one, other]);
        let mut talks: Vec<Talk> = pairs.into_iter().zip(directs).map(direct).collect();
        talks.extend(groups.into_iter().map(|id| Talk::new(id, members.clone())));

        let connected = accounts.iter().take(people);
        let tokens = connected.map(|account| account.token.clone()).collect();
        let (sockets, _) = connect(server, tokens).await?;
        let deliveries = Deliveries::new();
        Ok(Self {
            _receivers: Receivers::read(sockets, &deliveries),
            watched: server.watched()?.with(&deliveries),
            statistics: cluster.connect("damso").await?,
            scene: Rc::new(Scene {
                accounts,
                talks,
                deliveries,
            }),
        })
    }

    async fn closed(&self, options: &SendOptions, server: &Server, senders: usize) -> Result<Row> {
        let conditions = options.common.conditions(server);
        conditions
            .repeat(format!("(a) closed loop, {senders} senders"), async || {
                let clients = Sender::several(server.address, &self.scene, senders);
                let (flushes, sent) = (self.flushes().await, self.scene.deliveries.announced());
                let (outcome, _) = closed_loop(clients, options.common.window(), &self.watched).await?;
                sleep(SETTLE).await;
                outcome.refuse_failure()?;
                let mut figures = vec![Figure::new(RATE, "/s", outcome.per_second())];
                figures.extend(self.figures(&outcome));
                if let (Some(before), Some(after)) = (flushes, self.flushes().await) {
                    let sent = self.scene.deliveries.announced() - sent;
                    let each = sent as f64 / (after - before).max(1) as f64;
                    figures.push(Figure::new("sends per flush of the log (pg_stat_wal)", "", each));
                }
                Ok(figures)
            })
            .await
    }

    async fn open(&self, options: &SendOptions, server: &Server, rate: f64, senders: usize) -> Result<Row> {
        let conditions = options.common.conditions(server);
        conditions
            .repeat(format!("(b) open loop at {rate:.0} sends/s"), async || {
                // What the run before wrote is put in order: each begins alike, with a log that does not grow.
                server.cluster()?.settle("damso").await?;
                let clients = Sender::several(server.address, &self.scene, senders);
                let (outcome, _) = open_loop(clients, rate, options.common.window(), &self.watched).await?;
                sleep(SETTLE).await;
                outcome.refuse_failure()?;
                let last = self.scene.deliveries.take_last_receiver().quantile(0.99);
                let mut figures = self.figures(&outcome);
                figures.push(Figure::new("last receiver p99", "ms", last.as_secs_f64() * 1e3));
                Ok(figures)
            })
            .await
    }

    fn figures(&self, outcome: &Outcome) -> Vec<Figure> {
        let delivered = outcome.usage.delivered as f64 / outcome.done.max(1) as f64;
        let mut figures = latency_figures(outcome);
        figures.extend(cost_figures(outcome, "send", outcome.done));
        figures.push(Figure::new("frames delivered per send", "", delivered));
        figures.push(failure_figure(outcome));
        figures.push(closed_figure(&self.scene.deliveries));
        figures
    }

    /// How often the log was flushed, as far as this version of PostgreSQL counts it.
    async fn flushes(&self) -> Option<i64> {
        let row = self
            .statistics
            .query_one("SELECT wal_sync FROM pg_stat_wal", &[])
            .await;
        row.ok()?.try_get(0).ok()
    }
}
