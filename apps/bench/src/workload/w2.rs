//! W2, fan-out: how fast a message reaches everybody in a group.

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use damso_domain::UserId;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::sleep;

use super::sender::{Scene, Sender, Talk};
use super::{closed_figure, cost_figures, failure_figure, latency_figures};
use crate::accounts::{self, Account};
use crate::cli::FanOutOptions;
use crate::load::{Arrival, Outcome, closed_loop, open_loop};
use crate::probe::bare::{BareServer, Trigger};
use crate::probe::bare_server::Mode;
use crate::receivers::{Deliveries, Receivers, connect};
use crate::report::{Figure, Report, Row};
use crate::server::Server;
use crate::usage::Watched;
use crate::{machine, rooms};

/// Frames that are still on their way when the senders stop.
const SETTLE: Duration = Duration::from_millis(500);
const RATE: &str = "deliveries";

/// Runs it.
pub async fn run(options: &FanOutOptions) -> Result<Report> {
    let server = options.common.start_server().await?;
    let database = server.cluster()?.open("damso")?;
    let most = options.members.iter().copied().max().unwrap_or(0);
    let accounts = accounts::create(&server, &database, most).await?;
    let ids: Vec<UserId> = accounts.iter().map(|account| account.id).collect();
    let groups = options.members.iter().map(|members| ids[..*members].to_vec());
    let groups = rooms::create_groups(&database, groups.collect()).await?;
    database.close();
    server.cluster()?.settle("damso").await?;

    let mut report = Report {
        workload: "W2",
        header: vec![
            machine::description(),
            "one group, all members connected; as many triggers for the probe as senders for the product"
                .to_owned(),
            "the probe writes the same bytes to as many sockets, one write each, and stores nothing"
                .to_owned(),
        ],
        rows: Vec::new(),
    };
    for (members, group) in options.members.iter().zip(groups) {
        let (sockets, _) = connect(&server, tokens(&accounts[..*members])).await?;
        let deliveries = Deliveries::new();
        let size = Size {
            options,
            server: &server,
            members: *members,
            receivers: Receivers::read(sockets, &deliveries),
            scene: Rc::new(Scene {
                accounts: accounts.clone(),
                talks: vec![Talk::new(group, (0..*members).collect())],
                deliveries,
            }),
        };
        size.add_rows(&mut report).await?;
    }
    Ok(report)
}

fn tokens(accounts: &[Account]) -> Vec<String> {
    accounts.iter().map(|account| account.token.clone()).collect()
}

/// One size of the group.
struct Size<'a> {
    options: &'a FanOutOptions,
    server: &'a Server,
    members: usize,
    scene: Rc<Scene>,
    receivers: Receivers,
}

impl Size<'_> {
    async fn add_rows(self, report: &mut Report) -> Result<()> {
        let watched = self.server.watched()?.with(&self.scene.deliveries);
        let closed = self.closed(&watched).await?;
        let rate = closed.median(RATE).context("there was a run")?;
        let open_rate = rate / self.members as f64 / 2.0;
        let open = self.open(&watched, open_rate).await?;
        // The probe has the machine to itself.
        drop(self.receivers);
        let probe = Probe {
            options: self.options,
            server: self.server,
            members: self.members,
            like: self.scene.deliveries.clone(),
        };
        let mut best: Option<(Mode, Row)> = None;
        for mode in [Mode::Shards, Mode::Tasks] {
            let row = probe.closed(mode).await?;
            let is_better = |(_, other): &(Mode, Row)| other.median(RATE) < row.median(RATE);
            if best.as_ref().is_none_or(is_better) {
                best = Some((mode, row));
            }
        }
        let (mode, limit) = best.context("there are two modes")?;
        let limit_open = probe.open(mode, open_rate).await?;
        let label = format!("{} members: deliveries, of the probe", self.members);
        let (part, whole) = (closed.median(RATE), limit.median(RATE));
        report.rows.extend([closed, open, limit, limit_open]);
        report.add_ratio(&label, part, whole);
        Ok(())
    }

    async fn closed(&self, watched: &Watched) -> Result<Row> {
        let conditions = self.options.common.conditions(self.server);
        let senders = self.options.senders(self.members);
        let label = format!("{} members, closed loop, {senders} senders", self.members);
        conditions
            .repeat(label, async || {
                let clients = Sender::several(self.server.address, &self.scene, senders);
                let (outcome, _) = closed_loop(clients, self.options.common.window(), watched).await?;
                sleep(SETTLE).await;
                outcome.refuse_failure()?;
                self.scene.deliveries.take_last_receiver();
                let mut figures = rates(&outcome);
                figures.extend(latency_figures(&outcome));
                figures.extend(costs(&outcome));
                figures.push(closed_figure(&self.scene.deliveries));
                Ok(figures)
            })
            .await
    }

    async fn open(&self, watched: &Watched, rate: f64) -> Result<Row> {
        let conditions = self.options.common.conditions(self.server);
        conditions
            .repeat(
                format!("{} members, open loop at {rate:.1} sends/s", self.members),
                async || {
                    let senders = self.options.senders(self.members);
                    let clients = Sender::several(self.server.address, &self.scene, senders);
                    let (outcome, _) =
                        open_loop(clients, rate, self.options.common.window(), watched).await?;
                    sleep(SETTLE).await;
                    outcome.refuse_failure()?;
                    let mut figures = last_receiver(&self.scene.deliveries);
                    figures.extend(latency_figures(&outcome));
                    figures.extend(costs(&outcome));
                    Ok(figures)
                },
            )
            .await
    }
}

/// The bare server with as many subscribers.
struct Probe<'a> {
    options: &'a FanOutOptions,
    server: &'a Server,
    members: usize,
    /// What arrived from the product; the same bytes are written again.
    like: Rc<Deliveries>,
}

impl Probe<'_> {
    async fn closed(&self, mode: Mode) -> Result<Row> {
        let conditions = self.options.common.conditions(self.server);
        let (bare, deliveries, _receivers) = self.subscribe(mode).await?;
        let watched = bare.watched().with(&deliveries);
        conditions
            .repeat(
                format!("{} members, probe ({mode:?}), closed loop", self.members),
                async || {
                    let triggers = self.triggers(&bare, &deliveries).await?;
                    let (outcome, _) =
                        closed_loop(triggers, self.options.common.probe_window(), &watched).await?;
                    sleep(SETTLE).await;
                    outcome.refuse_failure()?;
                    deliveries.take_last_receiver();
                    let mut figures = rates(&outcome);
                    figures.extend(costs(&outcome));
                    Ok(figures)
                },
            )
            .await
    }

    async fn open(&self, mode: Mode, rate: f64) -> Result<Row> {
        let conditions = self.options.common.conditions(self.server);
        let (bare, deliveries, _receivers) = self.subscribe(mode).await?;
        let watched = bare.watched().with(&deliveries);
        let label = format!(
            "{} members, probe ({mode:?}), open loop at {rate:.1} sends/s",
            self.members
        );
        conditions
            .repeat(label, async || {
                let triggers = self.triggers(&bare, &deliveries).await?;
                let window = self.options.common.probe_window();
                let (outcome, _) = open_loop(triggers, rate, window, &watched).await?;
                sleep(SETTLE).await;
                outcome.refuse_failure()?;
                Ok(last_receiver(&deliveries))
            })
            .await
    }

    async fn subscribe(&self, mode: Mode) -> Result<(BareServer, Rc<Deliveries>, Receivers)> {
        let bare = BareServer::start(mode)?;
        let deliveries = Deliveries::new();
        let sockets = stream::iter((0..self.members).map(|number| bare.subscribe(number)))
            .buffer_unordered(32)
            .try_collect()
            .await?;
        let receivers = Receivers::read(sockets, &deliveries);
        // A subscriber counts once the bare server has read its first byte.
        sleep(SETTLE).await;
        Ok((bare, deliveries, receivers))
    }

    async fn triggers(
        &self,
        bare: &BareServer,
        deliveries: &Rc<Deliveries>,
    ) -> Result<Vec<Trigger<impl FnMut(Arrival) -> Vec<u8> + 'static>>> {
        let receivers = u32::try_from(self.members)?;
        let senders = self.options.senders(self.members);
        let mut triggers = Vec::with_capacity(senders);
        for _ in 0..senders {
            let (deliveries, like) = (deliveries.clone(), self.like.clone());
            let next_frame = move |arrival| like.frame_like_those(deliveries.announce(arrival, receivers));
            triggers.push(Trigger::open(bare, next_frame).await?);
        }
        Ok(triggers)
    }
}

fn rates(outcome: &Outcome) -> Vec<Figure> {
    let delivered = outcome.usage.delivered as f64 / outcome.elapsed.as_secs_f64();
    vec![
        Figure::new(RATE, "/s", delivered),
        Figure::new("sends", "/s", outcome.per_second()),
    ]
}

fn costs(outcome: &Outcome) -> Vec<Figure> {
    let mut figures = cost_figures(outcome, "delivery", outcome.usage.delivered);
    figures.push(failure_figure(outcome));
    figures
}

fn last_receiver(deliveries: &Deliveries) -> Vec<Figure> {
    let last = deliveries.take_last_receiver();
    let millis = |share| last.quantile(share).as_secs_f64() * 1e3;
    vec![
        Figure::new("last receiver p50", "ms", millis(0.5)),
        Figure::new("last receiver p99", "ms", millis(0.99)),
    ]
}
