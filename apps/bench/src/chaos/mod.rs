//! The fault checker: many clients at work, and one thing after another killed, stopped, cut or filled.
//!
//! In the end everything is healed, every client comes back and syncs, and what they saw is held against what the
//! server says and against what was promised (docs/reliability.md). Everything that is chosen comes from a seed;
//! when it happens does not, so the same seed gives the same faults and not the same run.

mod caller;
mod device;
mod fault;
mod history;
mod inject;
mod judge;
mod machine;
mod membership;
mod person;
mod planted;
mod scene;
mod shelf;
mod stall;
mod table;
mod tally;
mod truth;
mod verdict;
mod world;

use std::ffi::OsString;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::inject::Injector;
use self::machine::{Clock, Disk};
use self::table::Outcome;
use self::verdict::{Invariant, Violation};
use self::world::{Pace, Phase, Size, World};
use crate::cli::ChaosOptions;
use crate::server::{Server, ServerOptions};

pub use self::machine::enter_own_mounts;

/// How long requests may take to end once everything is healed.
const LONGEST_END: Duration = Duration::from_secs(30);
/// How long it may take until everybody is back after the last kill.
const LONGEST_COMEBACK: Duration = Duration::from_mins(1);
/// After this long without a change everything that was announced has arrived.
const QUIET: Duration = Duration::from_millis(1_500);
/// Fewer acknowledged messages a second, and the run has shown nothing.
const LEAST_SENDS_PER_SECOND: f64 = 3.0;
/// What was promised.
const SERVER_READY: Duration = Duration::from_secs(2);
const DATABASE_READY: Duration = Duration::from_secs(15);
const CLIENTS_BACK: Duration = Duration::from_secs(10);

/// Runs it, and fails when anything was violated.
pub async fn run(options: &ChaosOptions) -> Result<()> {
    if options.planted {
        return planted::run(options).await;
    }
    let outcome = check(options, &[]).await?;
    outcome.print();
    if outcome.violations.is_empty() {
        return Ok(());
    }
    bail!("{} violations; seed {}", outcome.violations.len(), outcome.seed)
}

/// One run, with what the server is started with beside the usual.
async fn check(options: &ChaosOptions, environment: &[(String, OsString)]) -> Result<Outcome> {
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    eprintln!("seed {seed}");
    let start = Instant::now();
    let mut skipped = Vec::new();
    let disk = found(Disk::mount(), "disk full", &mut skipped);
    let clock = found(Clock::find(), "clock jumps", &mut skipped);
    let server = start_server(options, environment, disk.as_ref(), clock.as_ref()).await?;
    let size = Size {
        people: options.people,
        groups: options.groups,
        members: options.members.min(options.people),
    };
    let database = server.cluster()?.open("damso")?;
    let world = World::create(&server, &database, size, seed).await?;
    database.close();
    *world.tally.skipped.borrow_mut() = skipped;
    let mut injector = Injector::new(server, &world, disk, clock);
    let devices = start_devices(&world);
    let people = start_people(&world);
    let run = act(options, &world, &mut injector, people).await;
    world.phase.set(Phase::Over);
    drop(devices);
    injector.keep_log();
    if let Some(path) = &options.log {
        std::fs::write(path, &injector.log).context("the log cannot be written")?;
    }
    if let Err(error) = &run {
        eprintln!("the run broke off: {error:#}\n{}", injector.log);
    }
    let mut violations = run?;
    violations.splice(0..0, world.tally.violations.take());
    Ok(Outcome {
        seed,
        span: options.span(),
        took: start.elapsed(),
        violations,
        world,
        log: injector.log.clone(),
    })
}

fn found<T>(thing: Result<T>, fault: &str, skipped: &mut Vec<String>) -> Option<T> {
    match thing {
        Ok(thing) => Some(thing),
        Err(error) => {
            let notice = format!("{fault}: {error:#}");
            eprintln!("skipped: {notice}");
            skipped.push(notice);
            None
        }
    }
}

async fn start_server(
    options: &ChaosOptions,
    environment: &[(String, OsString)],
    disk: Option<&Disk>,
    clock: Option<&Clock>,
) -> Result<Server> {
    let binary = match &options.server {
        Some(binary) => binary.clone(),
        None => ServerOptions::binary_beside_this()?,
    };
    let mut all = environment.to_vec();
    all.extend(clock.map(Clock::environment).unwrap_or_default());
    Server::start(ServerOptions {
        binary,
        parent: disk.map_or_else(std::env::temp_dir, |disk| disk.path().to_owned()),
        arguments: options.arguments.clone(),
        environment: all,
    })
    .await
}

fn start_devices(world: &Rc<World>) -> JoinSet<()> {
    let mut devices = JoinSet::new();
    for (number, device) in world.devices().enumerate() {
        devices.spawn_local(device::live(world.clone(), device.clone(), number));
    }
    devices
}

fn start_people(world: &Rc<World>) -> JoinSet<()> {
    let mut people = JoinSet::new();
    for person in 0..world.people.len() {
        people.spawn_local(person::act(world.clone(), person));
    }
    people
}

/// Everything from the first action to the verdict.
async fn act(
    options: &ChaosOptions,
    world: &Rc<World>,
    injector: &mut Injector,
    people: JoinSet<()>,
) -> Result<Vec<Violation>> {
    wait_until_back(world, 1.0, LONGEST_COMEBACK).await;
    injector.run(options.span(), options.least_kills()).await?;
    injector.heal()?;
    injector.wait_until_healthy().await?;
    end_actions(world, people).await;
    let mut violations = behind_without_sync(world).await?;
    comeback(world, injector).await?;
    violations.extend(stall::check(world).await?);
    truth::collect_copies(world);
    let truth = truth::fetch(world).await?;
    let asked = truth::ask_again(world).await;
    let asked_count = asked.iter().flatten().count() as u64;
    world.tally.add("keys asked again in the end", asked_count);
    violations.extend(judge::judge(
        &world.history.borrow(),
        &truth,
        &asked,
        options.slack,
    ));
    violations.extend(too_slow(world, options.slack));
    violations.extend(too_little(options, world, injector.kills()));
    Ok(violations)
}

async fn end_actions(world: &Rc<World>, mut people: JoinSet<()>) {
    world.phase.set(Phase::Finishing);
    let all = async { while people.join_next().await.is_some() {} };
    if timeout(LONGEST_END, all).await.is_err() {
        world.phase.set(Phase::Over);
        let rest = async { while people.join_next().await.is_some() {} };
        // Each says for itself what was not answered.
        let _ = timeout(LONGEST_END, rest).await;
        world.phase.set(Phase::Finishing);
    }
}

/// What was announced has to arrive without a sync, on sockets that stayed open.
async fn behind_without_sync(world: &Rc<World>) -> Result<Vec<Violation>> {
    wait_until_back(world, 1.0, LONGEST_COMEBACK).await;
    sleep(QUIET).await;
    truth::collect_copies(world);
    let revs = truth::fetch_revs(world).await?;
    let mut wrong = Vec::new();
    for record in world
        .history
        .borrow()
        .records
        .iter()
        .filter(|record| record.is_last)
    {
        for (id, copy) in &record.copies {
            let behind = revs.get(&(record.person, *id)).filter(|rev| copy.rev < **rev);
            if let Some(rev) = behind {
                let what = format!(
                    "{} in {id}: at rev {} while its socket is open, and nothing tells it of rev {rev}",
                    record.name, copy.rev
                );
                wrong.push(Violation::new(Invariant::I3, what));
            }
        }
    }
    Ok(wrong)
}

/// The last kill, with clients that come back as the contract asks them to.
async fn comeback(world: &Rc<World>, injector: &mut Injector) -> Result<()> {
    world.pace.set(Pace::CONTRACT);
    let ready = injector.kill_server().await?;
    let ready_at = Instant::now();
    eprintln!("the last kill: ready after {:.2} s", ready.as_secs_f64());
    wait_until_back(world, 0.99, LONGEST_COMEBACK).await;
    world.tally.clients_back.set(Some(ready_at.elapsed()));
    wait_until_back(world, 1.0, LONGEST_COMEBACK).await;
    sleep(QUIET).await;
    Ok(())
}

/// Waits until this share of all devices is connected and has synced.
async fn wait_until_back(world: &World, share: f64, longest: Duration) {
    let start = Instant::now();
    loop {
        let (live, all) = world.live();
        if all as f64 * share <= live as f64 {
            return;
        }
        if longest < start.elapsed() {
            let what = format!(
                "only {live} of {all} clients were back after {} s",
                longest.as_secs()
            );
            world.tally.violated(Violation::new(Invariant::I8, what));
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

fn too_slow(world: &World, slack: f64) -> Vec<Violation> {
    let longest = |times: &std::cell::RefCell<Vec<Duration>>| times.borrow().iter().max().copied();
    let checks = [
        (
            "the killed server was ready",
            longest(&world.tally.server_ready),
            SERVER_READY,
        ),
        (
            "the database was back",
            longest(&world.tally.database_ready),
            DATABASE_READY,
        ),
        (
            "99 % of the clients were back",
            world.tally.clients_back.get(),
            CLIENTS_BACK,
        ),
    ];
    let mut wrong = Vec::new();
    for (what, longest, limit) in checks {
        let limit = limit.mul_f64(slack);
        if let Some(longest) = longest.filter(|longest| limit < *longest) {
            let (longest, limit) = (longest.as_secs_f64(), limit.as_secs_f64());
            let what = format!("{what} after {longest:.2} s; allowed are {limit:.2} s");
            wrong.push(Violation::new(Invariant::I8, what));
        }
    }
    wrong
}

/// A run in which little happened shows little, and does not pass.
fn too_little(options: &ChaosOptions, world: &World, kills: u64) -> Vec<Violation> {
    let mut wrong = Vec::new();
    if kills < options.least_kills() {
        let what = format!("only {kills} kills; {} were asked for", options.least_kills());
        wrong.push(Violation::new(Invariant::I9, what));
    }
    let sends = &world.history.borrow().sends;
    let acknowledged = sends.iter().filter(|send| !send.answers.is_empty()).count();
    let least = options.span().as_secs_f64() * LEAST_SENDS_PER_SECOND;
    if (acknowledged as f64) < least {
        let what = format!("only {acknowledged} messages were acknowledged; at least {least:.0} had to be");
        wrong.push(Violation::new(Invariant::I9, what));
    }
    wrong
}
