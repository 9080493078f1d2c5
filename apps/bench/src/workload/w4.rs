//! W4, history: pages of a database with millions of messages.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Result, ensure};
use damso_domain::Seq;
use damso_repository::message::Window;
use damso_repository::{self as repository, Connection as DatabaseConnection, Database};
use tokio::time::{Duration, sleep};
use tokio_postgres::Client as Connection;

use super::{cost_figures, failure_figure, latency_figures};
use crate::accounts::{self, Account};
use crate::cli::HistoryOptions;
use crate::http::{HttpClient, Request};
use crate::load::{Arrival, Client, open_loop};
use crate::machine;
use crate::receivers::text;
use crate::report::{Figure, Report, Row};
use crate::seed::{self, Past};
use crate::server::Server;
use crate::usage::Watched;
use crate::zipf::Zipf;

const PEOPLE: usize = 1_000;
const MEMBERS: usize = 5;
const MESSAGES_PER_CONVERSATION: usize = 1_000;
const PAGE: usize = 50;
const READERS: usize = 64;
/// PostgreSQL counts transactions of a connection with some delay.
const STATISTICS_DELAY: Duration = Duration::from_secs(2);

/// Which page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Newest,
    Deep,
    Around,
}

/// Runs it.
pub async fn run(options: &HistoryOptions) -> Result<Report> {
    let server = options.common.start_server().await?;
    let database = server.cluster()?.open("damso")?;
    let accounts = accounts::create(&server, &database, PEOPLE).await?;
    let conversations = (options.messages / MESSAGES_PER_CONVERSATION).max(10);
    let start = Instant::now();
    let size = seed::Size {
        conversations,
        members: MEMBERS,
        messages: options.messages,
        text,
    };
    let pasts = seed::fill(&database, &accounts, size).await?;
    let seeded = start.elapsed();
    server.cluster()?.settle("damso").await?;
    let statistics = server.cluster()?.connect("damso").await?;
    let library = Rc::new(Library {
        zipf: Zipf::new(pasts.len()),
        accounts,
        pasts,
    });
    let mut report = Report {
        workload: "W4",
        header: vec![
            machine::description(),
            format!(
                "{} messages in {conversations} conversations (Zipf, the largest has {}), seeded in {} s",
                options.messages,
                library.pasts.iter().map(|past| past.last_seq).max().unwrap_or(0),
                seeded.as_secs()
            ),
            format!(
                "open loop at {} pages/s, {PAGE} messages a page, hot caches",
                options.rate
            ),
        ],
        rows: Vec::new(),
    };
    for kind in [Kind::Newest, Kind::Deep, Kind::Around] {
        let stage = Stage {
            options,
            server: &server,
            library: &library,
            kind,
        };
        let pages = stage.pages(&statistics).await?;
        report.rows.push(pages);
        if kind != Kind::Around {
            report.rows.push(stage.alone(&database).await?);
        }
    }
    database.close();
    Ok(report)
}

/// What is read.
struct Library {
    accounts: Vec<Account>,
    pasts: Vec<Past>,
    zipf: Zipf,
}

impl Library {
    /// A conversation, one of its members, and a place in it.
    fn pick(&self, random: &mut fastrand::Rng) -> (&Past, &Account, i64) {
        let past = &self.pasts[self.zipf.pick(random)];
        let member = past.members[random.usize(..past.members.len())];
        (past, &self.accounts[member], random.i64(1..=past.last_seq.max(1)))
    }
}

struct Stage<'a> {
    options: &'a HistoryOptions,
    server: &'a Server,
    library: &'a Rc<Library>,
    kind: Kind,
}

impl Stage<'_> {
    /// Through the API.
    async fn pages(&self, statistics: &Connection) -> Result<Row> {
        let common = &self.options.common;
        let watched = self.server.watched()?;
        common
            .conditions(self.server)
            .repeat(format!("{:?} pages", self.kind), async || {
                let asked = Rc::new(Cell::new(0));
                let readers = (0..READERS).map(|number| Reader {
                    http: HttpClient::new(self.server.address),
                    library: self.library.clone(),
                    random: fastrand::Rng::with_seed(number as u64),
                    kind: self.kind,
                    asked: asked.clone(),
                });
                let before = transactions(statistics).await?;
                let (outcome, _) =
                    open_loop(readers.collect(), self.options.rate, common.window(), &watched).await?;
                outcome.refuse_failure()?;
                sleep(STATISTICS_DELAY).await;
                // Outside a transaction each statement is one of its own; ours are not the server's.
                let statements = transactions(statistics).await? - before - 1;
                let mut figures = latency_figures(&outcome);
                figures.extend(cost_figures(&outcome, "page", outcome.done));
                figures.push(Figure::new(
                    "transactions per page (pg_stat_database)",
                    "",
                    statements as f64 / f64::from(asked.get()),
                ));
                figures.push(failure_figure(&outcome));
                Ok(figures)
            })
            .await
    }

    /// The same statement through the repository, without a server.
    async fn alone(&self, database: &Database) -> Result<Row> {
        let common = &self.options.common;
        let watched = Watched {
            server: std::process::id(),
            ..self.server.watched()?
        };
        common
            .conditions(self.server)
            .repeat(
                format!("limit: the SQL of {:?} pages alone", self.kind),
                async || {
                    let readers = (0..8).map(|number| BareReader {
                        database: database.clone(),
                        library: self.library.clone(),
                        random: fastrand::Rng::with_seed(number),
                        kind: self.kind,
                    });
                    let (outcome, _) = open_loop(
                        readers.collect(),
                        self.options.rate,
                        common.probe_window(),
                        &watched,
                    )
                    .await?;
                    outcome.refuse_failure()?;
                    Ok(latency_figures(&outcome))
                },
            )
            .await
    }
}

async fn transactions(statistics: &Connection) -> Result<i64> {
    let sql = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()";
    Ok(statistics.query_one(sql, &[]).await?.try_get(0)?)
}

/// Reads one page after another over HTTP.
struct Reader {
    http: HttpClient,
    library: Rc<Library>,
    random: fastrand::Rng,
    kind: Kind,
    asked: Rc<Cell<u32>>,
}

impl Client for Reader {
    async fn act(&mut self, _: Arrival) -> Result<()> {
        self.asked.set(self.asked.get() + 1);
        let (past, reader, seq) = self.library.pick(&mut self.random);
        let place = match self.kind {
            Kind::Newest => String::new(),
            Kind::Deep => format!("&before={}", seq + 1),
            Kind::Around => format!("&around={seq}"),
        };
        let request = Request {
            method: "GET",
            path: &format!("/conversations/{}/messages?limit={PAGE}{place}", past.id),
            token: Some(&reader.token),
            body: None,
        };
        let body = self.http.expect(200, &request).await?;
        ensure!(body.starts_with(b"{"), "a page is an object");
        Ok(())
    }
}

/// Reads one page after another from the database.
struct BareReader {
    database: Database,
    library: Rc<Library>,
    random: fastrand::Rng,
    kind: Kind,
}

impl Client for BareReader {
    async fn act(&mut self, _: Arrival) -> Result<()> {
        let (past, reader, seq) = self.library.pick(&mut self.random);
        let before = if self.kind == Kind::Newest {
            i64::MAX
        } else {
            seq + 1
        };
        let (id, user) = (past.id, reader.id);
        let page = self
            .database
            .run(async move |conn: &mut DatabaseConnection| {
                let window = Window::before(Seq::new(before), PAGE + 1);
                Ok::<_, anyhow::Error>(repository::message::list(conn, user, id, window).await?)
            })
            .await?;
        ensure!(!page.is_empty() || past.last_seq == 0, "the page has messages");
        Ok(())
    }
}
