//! W6, a day: what people do, mixed, and the highest rate at which it goes well.

mod action;

use std::rc::Rc;

use anyhow::Result;

use self::action::{People, Person};
use super::{P99, closed_figure, cost_figures, failure_figure, latency_figures};
use crate::cli::DayOptions;
use crate::load::{Outcome, Window, open_loop};
use crate::receivers::{Deliveries, Receivers, connect};
use crate::report::{Figure, Report, Row};
use crate::seed;
use crate::server::Server;
use crate::usage::Watched;
use crate::{accounts, machine};

/// Members of each group: the average fan-out.
const GROUP: usize = 10;
const GROUPS_PER_PERSON: usize = 5;
/// Connections for requests.
const CLIENTS: usize = 256;
/// What goes well: this latency, and this share of failures.
const LONGEST_P99_SECS: f64 = 0.05;
const LARGEST_FAILED_SHARE: f64 = 0.001;
/// How much faster each step of the search is, and how near its two ends have to come.
const STEP: f64 = 1.5;
const NARROWEST: f64 = 0.1;
const MOST_STEPS: usize = 20;
/// The plan: everybody does something every 20 seconds.
const SECONDS_PER_ACTION: f64 = 20.0;

/// Runs it.
pub async fn run(options: &DayOptions) -> Result<Report> {
    let server = options.common.start_server().await?;
    let database = server.cluster()?.open("damso")?;
    let accounts = accounts::create(&server, &database, options.people).await?;
    let size = seed::Size {
        conversations: (options.people * GROUPS_PER_PERSON).div_ceil(GROUP),
        members: GROUP,
        messages: options.messages,
        text: crate::receivers::text,
    };
    let pasts = seed::fill(&database, &accounts, size).await?;
    database.close();
    server.cluster()?.settle("damso").await?;
    let tokens = accounts.iter().map(|account| account.token.clone()).collect();
    let (sockets, _) = connect(&server, tokens).await?;
    let deliveries = Deliveries::new();
    let _receivers = Receivers::read(sockets, &deliveries);
    let day = Day {
        window: options.common.window(),
        watched: server.watched()?.with(&deliveries),
        people: Rc::new(People::new(accounts, pasts, deliveries.clone())),
        server: &server,
    };
    let mix: Vec<String> = action::shares()
        .map(|(name, share)| format!("{share:.1} % {name}"))
        .collect();
    let mut report = Report {
        workload: "W6",
        header: vec![
            machine::description(),
            format!(
                "{} people connected, each in {GROUPS_PER_PERSON} groups of {GROUP}, {} messages; open loop",
                options.people, options.messages
            ),
            format!("mix: {}", mix.join(", ")),
            "left out and scaled away, as the API has none of it yet: drafts, threads and replies, reactions, \
             edits, search (31 % of the plan)"
                .to_owned(),
        ],
        rows: Vec::new(),
    };
    let (rate, search) = day.highest_rate(options.start_rate).await?;
    report.rows.push(search);
    let conditions = options.common.conditions(&server);
    let mut row = conditions
        .repeat(format!("open loop at {rate:.0} actions/s"), async || {
            let outcome = day.at(rate).await?;
            let mut figures = vec![
                Figure::new("people at an action every 20 s", "", rate * SECONDS_PER_ACTION),
                Figure::new("actions", "/s", outcome.per_second()),
            ];
            figures.extend(latency_figures(&outcome));
            figures.extend(cost_figures(&outcome, "action", outcome.done));
            figures.push(failure_figure(&outcome));
            figures.push(closed_figure(&deliveries));
            Ok(figures)
        })
        .await?;
    if row.median(P99).is_some_and(|p99| LONGEST_P99_SECS * 1e3 <= p99) {
        row.remarks
            .push("it did not go well at this rate again: the search had a quieter moment".to_owned());
    }
    report.rows.push(row);
    Ok(report)
}

struct Day<'a> {
    server: &'a Server,
    people: Rc<People>,
    window: Window,
    watched: Watched,
}

impl Day<'_> {
    async fn at(&self, rate: f64) -> Result<Outcome> {
        let clients = Person::several(self.server, &self.people, CLIENTS);
        Ok(open_loop(clients, rate, self.window, &self.watched).await?.0)
    }

    /// Goes up in steps until it does not go well, then halves the last step a few times.
    async fn highest_rate(&self, start: f64) -> Result<(f64, Row)> {
        let mut steps = Vec::new();
        let (mut good, mut bad) = (0.0, None);
        let mut rate = start;
        for _ in 0..MOST_STEPS {
            let outcome = self.at(rate).await?;
            let is_good = goes_well(&outcome);
            let p99 = outcome.latencies.quantile(0.99).as_secs_f64() * 1e3;
            eprintln!(
                "{rate:.0} actions/s: p99 {p99:.1} ms, {:.2} % failed",
                outcome.failed_share() * 100.0
            );
            steps.push(Figure::new(format!("p99 at {rate:.0} actions/s"), "ms", p99));
            if is_good {
                good = rate;
            } else {
                bad = Some(rate);
            }
            rate = match bad {
                None => rate * STEP,
                Some(bad) if good == 0.0 => bad / STEP,
                Some(bad) => f64::midpoint(good, bad),
            };
            if bad.is_some_and(|bad| 0.0 < good && bad - good < good * NARROWEST) {
                break;
            }
        }
        let row = Row {
            label: "search for the highest rate with p99 < 50 ms and < 0.1 % failed, one run each".to_owned(),
            runs: vec![steps],
            conditions: Vec::new(),
            remarks: Vec::new(),
        };
        Ok((if good == 0.0 { rate } else { good }, row))
    }
}

fn goes_well(outcome: &Outcome) -> bool {
    outcome.latencies.quantile(0.99).as_secs_f64() < LONGEST_P99_SECS
        && outcome.failed_share() < LARGEST_FAILED_SHARE
}
