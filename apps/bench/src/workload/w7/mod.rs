//! W7, storm: the server is killed with everybody connected, and everybody comes back.

mod comeback;
mod sign_in;

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use damso_domain::{ClientKey, ConversationId};
use tokio::task::JoinSet;
use tokio::time::sleep;

use self::comeback::{Person, Storm};
use crate::accounts;
use crate::cli::StormOptions;
use crate::http::{HttpClient, Request};
use crate::probe::bare::BareServer;
use crate::probe::bare_server::Mode;
use crate::receivers::connect;
use crate::report::{Figure, Report, Row};
use crate::server::Server;
use crate::{machine, process, rooms};

/// Members of each group; everybody is in one.
const GROUP: usize = 10;
/// Messages that are acknowledged just before the server is killed.
const MESSAGES: usize = 200;
const LONGEST_COMEBACK: Duration = Duration::from_mins(4);
const POLL: Duration = Duration::from_millis(5);

/// Runs it.
pub async fn run(options: &StormOptions) -> Result<Report> {
    let mut server = options.common.start_server().await?;
    let database = server.cluster()?.open("damso")?;
    let accounts = accounts::create(&server, &database, options.sockets).await?;
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let groups = ids.chunks(GROUP).map(<[_]>::to_vec).collect();
    let groups = rooms::create_groups(&database, groups).await?;
    database.close();
    server.cluster()?.settle("damso").await?;
    let handles: Vec<String> = accounts.iter().map(|account| account.handle.clone()).collect();
    let people = accounts.into_iter().enumerate().map(|(number, account)| {
        let group = groups[number / GROUP];
        let members = ids.len().min((number / GROUP + 1) * GROUP) - number / GROUP * GROUP;
        Rc::new(Person::new(number, account, group, members))
    });
    let people: Vec<Rc<Person>> = people.collect();
    let mut report = Report {
        workload: "W7",
        header: vec![
            machine::description(),
            format!(
                "{} people connected, in groups of {GROUP}; SIGKILL, the server and its cluster start again at once; \
                 clients wait a random 0 to 2 s, doubling to 10 s, then socket, `ready`, `/sync`",
                options.sockets
            ),
            format!(
                "requests come through {} connections, as from a proxy",
                comeback::HTTP_CONNECTIONS
            ),
        ],
        rows: Vec::new(),
    };
    report.rows.push(accept_rate(options, &server).await?);
    for has_expired in [false, true] {
        let row = storm(options, &mut server, &people, &groups, has_expired).await?;
        report.rows.push(row);
    }
    report
        .rows
        .push(sign_in::run(options, &mut server, &handles).await?);
    Ok(report)
}

/// How fast connections can be accepted at all.
async fn accept_rate(options: &StormOptions, server: &Server) -> Result<Row> {
    let conditions = options.common.conditions(server);
    conditions
        .repeat("limit: connections a bare server accepts", async || {
            let bare = BareServer::start(Mode::Tasks)?;
            let start = Instant::now();
            let mut sockets = Vec::with_capacity(options.sockets);
            for number in 0..options.sockets {
                sockets.push(bare.subscribe(number).await?);
            }
            let rate = options.sockets as f64 / start.elapsed().as_secs_f64();
            Ok(vec![Figure::new("connected", "/s", rate)])
        })
        .await
}

async fn storm(
    options: &StormOptions,
    server: &mut Server,
    people: &[Rc<Person>],
    groups: &[ConversationId],
    has_expired: bool,
) -> Result<Row> {
    let label = if has_expired {
        "killed; every access token has expired"
    } else {
        "killed; access tokens are good"
    };
    let conditions = options.common.conditions(server);
    conditions
        .repeat(label, async || {
            let tokens = people.iter().map(|person| person.token()).collect();
            let (sockets, _) = connect(server, tokens).await?;
            let sent = acknowledged(server, people, groups).await?;
            let storm = Storm::new(server.address, has_expired);
            let mut tasks = JoinSet::new();
            for (person, socket) in people.iter().zip(sockets) {
                tasks.spawn_local(storm.clone().live(person.clone(), socket));
            }
            let killed = Instant::now();
            server.kill()?;
            server.start_again().await?;
            let started = killed.elapsed();
            let back = wait_until_back(&storm.back, people.len(), killed).await?;
            let peak = process::memory_kib(server.pid()?, "VmHWM")? as f64 / 1024.0;
            let lost = count_lost(server, people, &sent).await?;
            Ok(vec![
                Figure::new("server ready after", "s", started.as_secs_f64()),
                Figure::new("99 % back and synced after", "s", back.most.as_secs_f64()),
                Figure::new("all back and synced after", "s", back.all.as_secs_f64()),
                Figure::new(
                    "attempts per person",
                    "",
                    storm.attempts.get() as f64 / people.len() as f64,
                ),
                Figure::new("peak memory of the server", "MiB", peak),
                Figure::new("acknowledged messages lost", "", lost as f64),
            ])
        })
        .await
}

struct Back {
    most: Duration,
    all: Duration,
}

async fn wait_until_back(back: &Cell<usize>, everybody: usize, killed: Instant) -> Result<Back> {
    let mut most = None;
    loop {
        let count = back.get();
        if everybody * 99 <= count * 100 {
            most.get_or_insert_with(|| killed.elapsed());
        }
        if let Some(most) = most
            && everybody <= count
        {
            let all = killed.elapsed();
            return Ok(Back { most, all });
        }
        if LONGEST_COMEBACK < killed.elapsed() {
            bail!(
                "only {count} of {everybody} were back after {} s",
                LONGEST_COMEBACK.as_secs()
            );
        }
        sleep(POLL).await;
    }
}

/// A message that was acknowledged: whose, where, and under which key.
struct Acknowledged {
    author: usize,
    body: String,
    path: String,
}

async fn acknowledged(
    server: &Server,
    people: &[Rc<Person>],
    groups: &[ConversationId],
) -> Result<Vec<Acknowledged>> {
    let mut http = HttpClient::new(server.address);
    let mut sent = Vec::with_capacity(MESSAGES);
    for number in 0..MESSAGES {
        let author = number * 7 % people.len();
        let group = groups.get(author / GROUP).context("everybody is in a group")?;
        let message = Acknowledged {
            author,
            body: format!(r#"{{"client_key":"{}","text":"{number}"}}"#, ClientKey::new()),
            path: format!("/conversations/{group}/messages"),
        };
        let status = send(&mut http, people, &message).await?;
        ensure!(status == 201, "a message was answered with {status}");
        sent.push(message);
    }
    Ok(sent)
}

/// Sends each message again: what is still there answers 200, what was lost is stored now and answers 201.
async fn count_lost(server: &Server, people: &[Rc<Person>], sent: &[Acknowledged]) -> Result<usize> {
    let mut http = HttpClient::new(server.address);
    let mut lost = 0;
    for message in sent {
        if send(&mut http, people, message).await? != 200 {
            lost += 1;
        }
    }
    Ok(lost)
}

async fn send(http: &mut HttpClient, people: &[Rc<Person>], message: &Acknowledged) -> Result<u16> {
    let token = people[message.author].token();
    let request = Request {
        method: "POST",
        path: &message.path,
        token: Some(&token),
        body: Some(&message.body),
    };
    Ok(http.send(&request).await?.status)
}
