//! Passwords: what a storm of sign-ins does to those who write, and whether the time of an answer tells who has an
//! account.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::sender::Sender;
use super::w1::Stage;
use super::{failure_figure, latency_figures};
use crate::accounts::{Account, PASSWORD};
use crate::cli::PasswordOptions;
use crate::histogram::Latencies;
use crate::http::{HttpClient, Request};
use crate::load::open_loop;
use crate::machine;
use crate::report::{Figure, Report, Row};
use crate::server::Server;

/// How many write at once.
const SENDERS: usize = 64;
/// Direct conversations that are written in.
const DIRECTS: usize = 100;
/// Members of the one group.
const GROUP: usize = 10;
/// Whoever is answered with 503 waits at least as long as they are told before they ask again,
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// and at most this long: not all at once.
const ASK_AGAIN_AT_MOST: Duration = Duration::from_secs(3);

/// Runs it.
pub async fn run(options: &PasswordOptions) -> Result<Report> {
    let mut common = options.common.clone();
    common.arguments.extend(["--mail", "folder"].map(str::to_owned));
    let server = common.start_server().await?;
    let stage = Stage::set(DIRECTS, GROUP, options.sign_ins, &server).await?;
    // Others than those who write, whose sessions would end when they have too many.
    let storming = &stage.scene.accounts[2 * DIRECTS..];
    let mut report = Report {
        workload: "passwords",
        header: vec![
            machine::description(),
            format!(
                "{} messages a second into {DIRECTS} direct conversations and a group of {GROUP}; {} people sign in at \
                 once, and whoever is answered with 503 asks again after {} to {} s",
                options.rate,
                options.sign_ins,
                ASK_AGAIN.as_secs(),
                ASK_AGAIN_AT_MOST.as_secs()
            ),
            format!(
                "then {} pairs of questions one after another, about somebody who is there and somebody who is not",
                options.pairs
            ),
        ],
        rows: Vec::new(),
    };
    for people in [&[], storming] {
        report
            .rows
            .push(write_during(options, &server, &stage, people).await?);
    }
    let [alone, stormed] = &report.rows[..] else {
        unreachable!("two were run")
    };
    let (alone, stormed) = (alone.median(super::P99), stormed.median(super::P99));
    report.add_ratio("answer p99 during the storm, of that without", stormed, alone);
    for question in [Question::SignIn, Question::Reset] {
        report
            .rows
            .push(compare(options, &server, &stage, question).await?);
    }
    Ok(report)
}

async fn write_during(
    options: &PasswordOptions,
    server: &Server,
    stage: &Stage,
    people: &[Account],
) -> Result<Row> {
    let common = &options.common;
    let sign_ins = people.len();
    common
        .conditions(server)
        .repeat(format!("writing while {sign_ins} sign in"), async || {
            let storm = Rc::new(Storm::default());
            let handles = people.iter().map(|account| account.handle.clone()).collect();
            let (address, warm_up, counted) = (server.address, common.warm_up, storm.clone());
            let storming = tokio::task::spawn_local(async move {
                sleep(warm_up).await;
                counted.run(address, handles).await
            });
            let senders = Sender::several(server.address, &stage.scene, SENDERS);
            let (outcome, _) = open_loop(senders, options.rate, common.window(), &stage.watched).await?;
            outcome.refuse_failure()?;
            let elapsed = storming.await?;
            let mut figures = latency_figures(&outcome);
            figures.push(failure_figure(&outcome));
            if sign_ins != 0 {
                let hundred = 100.0 / sign_ins as f64;
                figures.push(Figure::new("storm took", "s", elapsed.as_secs_f64()));
                figures.push(Figure::new(
                    "answers with 503 for each that signed in",
                    "%",
                    storm.shed.get() as f64 * hundred,
                ));
                figures.push(Figure::new(
                    "otherwise refused",
                    "%",
                    storm.refused.get() as f64 * hundred,
                ));
            }
            Ok(figures)
        })
        .await
}

/// How the sign-ins of a storm were answered.
#[derive(Default)]
struct Storm {
    shed: Cell<u64>,
    refused: Cell<u64>,
}

impl Storm {
    /// Lets everybody sign in at once, and returns when the last one has.
    async fn run(self: Rc<Self>, address: SocketAddr, handles: Vec<String>) -> Duration {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for handle in handles {
            let storm = self.clone();
            let mut http = HttpClient::new(address);
            tasks.spawn_local(async move {
                let body = sign_in_body(&handle, PASSWORD);
                loop {
                    let answer = http.send(&post("/auth/sign-in", &body)).await;
                    match answer.map(|answer| answer.status) {
                        Ok(503) => storm.shed.set(storm.shed.get() + 1),
                        Ok(200) => return,
                        Ok(_) | Err(_) => return storm.refused.set(storm.refused.get() + 1),
                    }
                    let longer = ASK_AGAIN_AT_MOST.saturating_sub(ASK_AGAIN);
                    sleep(ASK_AGAIN + longer.mul_f64(fastrand::f64())).await;
                }
            });
        }
        while tasks.join_next().await.is_some() {}
        start.elapsed()
    }
}

/// What is asked about somebody who may not be there.
#[derive(Clone, Copy, Debug)]
enum Question {
    /// With a wrong password.
    SignIn,
    /// A link to set another one.
    Reset,
}

impl Question {
    fn request_about(self, account: &Account, is_there: bool) -> (&'static str, String, u16) {
        let name = if is_there {
            account.handle.as_str()
        } else {
            "nobody_here"
        };
        match self {
            Self::SignIn => ("/auth/sign-in", sign_in_body(name, "a wrong horse battery"), 401),
            Self::Reset => {
                let body = json!({ "email": format!("{name}@example.org") }).to_string();
                ("/auth/password-reset", body, 202)
            }
        }
    }
}

/// Asks about both in turn, on a quiet server, and compares what an observer sees: the medians.
async fn compare(
    options: &PasswordOptions,
    server: &Server,
    stage: &Stage,
    question: Question,
) -> Result<Row> {
    let account = stage.scene.accounts.first().context("there is an account")?;
    own_an_address(server, account).await?;
    let conditions = options.common.conditions(server);
    conditions
        .repeat(format!("{question:?}: there and not there"), async || {
            let mut http = HttpClient::new(server.address);
            let mut random = fastrand::Rng::new();
            let (mut there, mut absent) = (Latencies::new(), Latencies::new());
            for _ in 0..options.pairs {
                // In random order, so that what the first leaves behind does not always serve the same one.
                let first = random.bool();
                for is_there in [first, !first] {
                    let (path, body, expected) = question.request_about(account, is_there);
                    let start = Instant::now();
                    let status = http.send(&post(path, &body)).await?.status;
                    let times = if is_there { &mut there } else { &mut absent };
                    times.record(start.elapsed());
                    ensure!(status == expected, "{path} was answered with {status}");
                }
            }
            let millis = |times: &Latencies, share| times.quantile(share).as_secs_f64() * 1e3;
            let spread = millis(&absent, 0.9) - millis(&absent, 0.1);
            let difference = (millis(&there, 0.5) - millis(&absent, 0.5)).abs();
            Ok(vec![
                Figure::new("there p50", "ms", millis(&there, 0.5)),
                Figure::new("not there p50", "ms", millis(&absent, 0.5)),
                Figure::new(
                    "difference, of what times vary by (p10 to p90)",
                    "%",
                    difference / spread * 100.0,
                ),
            ])
        })
        .await
}

/// Gives an account an address, as confirming one does.
async fn own_an_address(server: &Server, account: &Account) -> Result<()> {
    let database = server.cluster()?.connect("damso").await?;
    let email = format!("{}@example.org", account.handle);
    database
        .execute(
            "UPDATE users SET verified_email = $2 WHERE handle = $1",
            &[&account.handle, &email],
        )
        .await?;
    Ok(())
}

fn sign_in_body(login: &str, password: &str) -> String {
    json!({ "login": login, "password": password, "token_transport": "body" }).to_string()
}

const fn post<'a>(path: &'a str, body: &'a str) -> Request<'a> {
    Request {
        method: "POST",
        path,
        token: None,
        body: Some(body),
    }
}
