//! Load: closed loops, which find out how much goes, and open ones, which find out how long it takes.
//!
//! In a closed loop each client waits for its answer before it goes on, so a slow server is asked less. In an
//! open loop the arrivals are fixed beforehand, as real people do not wait for each other; latency counts from
//! the moment at which a request was *meant* to be sent, so that a stall is charged to everyone whom it kept
//! waiting, also while the request was still in the generator's own queue.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::histogram::Latencies;
use crate::usage::{Usage, Watched};

/// How long requests that were sent within the window may take to be answered after it.
const LONGEST_ANSWER: Duration = Duration::from_secs(20);
/// A client whose every request fails must not spin.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(10);

/// A piece of work that is to be done now, or was to be done a while ago.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// When it was meant to begin.
    pub intended: Instant,
    /// Whether it lies within the window that is measured.
    pub is_measured: bool,
}

/// Somebody who does one thing after another.
pub trait Client: 'static {
    /// Does one thing; fails when it was refused or got lost.
    async fn act(&mut self, arrival: Arrival) -> Result<()>;
}

/// How long to warm up and to measure.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Not counted.
    pub warm_up: Duration,
    /// Counted.
    pub measure: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// How much was done within the window.
    pub done: u64,
    /// How much was refused, got lost, or was not answered in time.
    pub failed: u64,
    /// Why the first one failed.
    pub first_failure: Option<String>,
    /// Of everything that was done within the window.
    pub latencies: Latencies,
    /// How long the window really was.
    pub elapsed: Duration,
    /// What it cost.
    pub usage: Usage,
}

impl Outcome {
    /// How much was done a second.
    pub fn per_second(&self) -> f64 {
        self.done as f64 / self.elapsed.as_secs_f64()
    }

    /// Which share failed.
    pub fn failed_share(&self) -> f64 {
        self.failed as f64 / (self.done + self.failed).max(1) as f64
    }

    /// Fails when hardly anything succeeded: figures of refusals say nothing.
    pub fn refuse_failure(&self) -> Result<()> {
        if self.done < self.failed || self.done == 0 {
            let reason = self.first_failure.as_deref().unwrap_or("nothing was done at all");
            bail!(
                "{} of {} requests failed: {reason}",
                self.failed,
                self.failed + self.done
            );
        }
        Ok(())
    }
}

/// What the clients of a loop share.
struct Tally {
    latencies: RefCell<Latencies>,
    done: Cell<u64>,
    failed: Cell<u64>,
    first_failure: RefCell<Option<String>>,
    is_measuring: Cell<bool>,
    is_over: Cell<bool>,
}

impl Tally {
    fn new() -> Rc<Self> {
        Rc::new(Self {
            latencies: RefCell::new(Latencies::new()),
            done: Cell::new(0),
            failed: Cell::new(0),
            first_failure: RefCell::new(None),
            is_measuring: Cell::new(false),
            is_over: Cell::new(false),
        })
    }

    /// Notes what became of an arrival. The clock runs from when it was intended.
    fn note(&self, arrival: Arrival, finished: Instant, result: Result<()>) {
        match result {
            _ if !arrival.is_measured => (),
            Ok(()) => {
                let latency = finished.saturating_duration_since(arrival.intended);
                self.latencies.borrow_mut().record(latency);
                self.done.set(self.done.get() + 1);
            }
            Err(error) => {
                self.failed.set(self.failed.get() + 1);
                self.first_failure
                    .borrow_mut()
                    .get_or_insert_with(|| format!("{error:#}"));
            }
        }
    }

    fn outcome(&self, elapsed: Duration, usage: Usage) -> Outcome {
        Outcome {
            done: self.done.get(),
            failed: self.failed.get(),
            first_failure: self.first_failure.borrow().clone(),
            latencies: self.latencies.borrow().clone(),
            elapsed,
            usage,
        }
    }
}

/// Lets every client do one thing after another, each as fast as it is answered. Returns the clients too.
pub async fn closed_loop<C: Client>(
    clients: Vec<C>,
    window: Window,
    watched: &Watched,
) -> Result<(Outcome, Vec<C>)> {
    let tally = Tally::new();
    let mut tasks = JoinSet::new();
    for mut client in clients {
        let tally = tally.clone();
        tasks.spawn_local(async move {
            while !tally.is_over.get() {
                let arrival = Arrival {
                    intended: Instant::now(),
                    is_measured: tally.is_measuring.get(),
                };
                let result = client.act(arrival).await;
                let has_failed = result.is_err();
                // What ends after the window has begun in it, and is charged to it by neither side.
                let counts = arrival.is_measured && tally.is_measuring.get();
                tally.note(
                    Arrival {
                        is_measured: counts,
                        ..arrival
                    },
                    Instant::now(),
                    result,
                );
                if has_failed {
                    sleep(PAUSE_AFTER_FAILURE).await;
                }
            }
            client
        });
    }
    sleep(window.warm_up).await;
    let (before, start) = (watched.read()?, Instant::now());
    tally.is_measuring.set(true);
    sleep(window.measure).await;
    tally.is_measuring.set(false);
    let (after, elapsed) = (watched.read()?, start.elapsed());
    tally.is_over.set(true);
    let clients = timeout(LONGEST_ANSWER, tasks.join_all())
        .await
        .unwrap_or_default();
    Ok((tally.outcome(elapsed, after.since(before)), clients))
}

/// Waking for each of thousands of arrivals a second takes more of the machine than sending them. What is late by it is
/// charged to the server, as latencies count from the moment that was intended.
const SHORTEST_SLEEP: Duration = Duration::from_micros(250);

/// Lets arrivals come at random moments, `rate` a second on average; whichever client is free takes the next.
pub async fn open_loop<C: Client>(
    clients: Vec<C>,
    rate: f64,
    window: Window,
    watched: &Watched,
) -> Result<(Outcome, Vec<C>)> {
    let tally = Tally::new();
    let (sender, receiver) = unbounded_channel();
    let start = Instant::now();
    let schedule = Schedule::new(start, rate, window);
    let planned = schedule.clone().filter(|arrival| arrival.is_measured).count() as u64;
    // It ends by itself once the schedule is empty, or nobody takes from it any more.
    std::thread::spawn(move || pace(schedule, &sender));
    let mut tasks = serve(clients, receiver, &tally);

    sleep(window.warm_up).await;
    let before = watched.read()?;
    sleep(window.measure).await;
    let after = watched.read()?;
    let clients = timeout(LONGEST_ANSWER, async {
        let mut clients = Vec::with_capacity(tasks.len());
        while let Some(client) = tasks.join_next().await {
            clients.extend(client.ok());
        }
        clients
    })
    .await
    .unwrap_or_default();
    let mut outcome = tally.outcome(window.measure, after.since(before));
    outcome.failed = planned.saturating_sub(outcome.done);
    Ok((outcome, clients))
}

/// Hands arrivals to whichever client is free, in their order.
fn serve<C: Client>(clients: Vec<C>, arrivals: UnboundedReceiver<Arrival>, tally: &Rc<Tally>) -> JoinSet<C> {
    let arrivals = Rc::new(Mutex::new(arrivals));
    let mut tasks = JoinSet::new();
    for mut client in clients {
        let (arrivals, tally) = (arrivals.clone(), tally.clone());
        tasks.spawn_local(async move {
            loop {
                let next = arrivals.lock().await.recv().await;
                let Some(arrival) = next else {
                    return client;
                };
                let result = client.act(arrival).await;
                tally.note(arrival, Instant::now(), result);
            }
        });
    }
    tasks
}

/// Sends each arrival on its way when its time has come. On a thread of its own: tokio's timer is exact to a
/// millisecond only.
fn pace(schedule: Schedule, sender: &UnboundedSender<Arrival>) {
    let mut woken = Instant::now();
    for arrival in schedule {
        let now = Instant::now();
        if now < arrival.intended {
            std::thread::sleep(arrival.intended.max(woken + SHORTEST_SLEEP) - now);
            woken = Instant::now();
        }
        if sender.send(arrival).is_err() {
            return;
        }
    }
}

/// Random moments with a fixed rate (a Poisson process), the same in each run.
#[derive(Clone)]
pub struct Schedule {
    random: fastrand::Rng,
    mean_gap_secs: f64,
    next: Instant,
    measured_from: Instant,
    end: Instant,
}

impl Schedule {
    /// `rate` arrivals a second on average, from `start` until the end of the window.
    pub fn new(start: Instant, rate: f64, window: Window) -> Self {
        Self {
            random: fastrand::Rng::with_seed(7),
            mean_gap_secs: 1.0 / rate,
            next: start,
            measured_from: start + window.warm_up,
            end: start + window.warm_up + window.measure,
        }
    }
}

impl Iterator for Schedule {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        // 1 minus a number below 1 is above 0, so the logarithm is finite.
        let gap = -(1.0 - self.random.f64()).ln() * self.mean_gap_secs;
        self.next += Duration::from_secs_f64(gap);
        (self.next < self.end).then_some(Arrival {
            intended: self.next,
            is_measured: self.measured_from <= self.next,
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::LocalSet;

    use super::*;

    struct Prompt;

    impl Client for Prompt {
        async fn act(&mut self, _: Arrival) -> Result<()> {
            Ok(())
        }
    }

    struct Refused;

    impl Client for Refused {
        async fn act(&mut self, _: Arrival) -> Result<()> {
            bail!("no")
        }
    }

    async fn serve_all(client: impl Client, arrivals: Vec<Arrival>) -> Rc<Tally> {
        let tally = Tally::new();
        let (sender, receiver) = unbounded_channel();
        arrivals
            .into_iter()
            .for_each(|arrival| sender.send(arrival).unwrap());
        drop(sender);
        let serving = tally.clone();
        let serve = async move { serve(vec![client], receiver, &serving).join_all().await };
        LocalSet::new().run_until(serve).await;
        tally
    }

    #[tokio::test]
    async fn latency_counts_from_the_intended_moment() {
        let late = Duration::from_secs(5);
        let intended = Instant::now().checked_sub(late).unwrap();
        let arrival = Arrival {
            intended,
            is_measured: true,
        };
        let tally = serve_all(Prompt, vec![arrival; 10]).await;
        assert_eq!(tally.done.get(), 10);
        // The client answered at once; all of the wait was before it.
        assert!(Duration::from_millis(4_990) <= tally.latencies.borrow().quantile(0.0));
    }

    #[tokio::test]
    async fn warming_up_leaves_no_trace_and_refusals_are_no_latencies() {
        let arrival = |is_measured| Arrival {
            intended: Instant::now(),
            is_measured,
        };
        let tally = serve_all(Prompt, vec![arrival(false), arrival(true)]).await;
        assert_eq!((tally.done.get(), tally.latencies.borrow().count()), (1, 1));
        let tally = serve_all(Refused, vec![arrival(true)]).await;
        assert_eq!((tally.failed.get(), tally.latencies.borrow().count()), (1, 0));
        assert_eq!(tally.first_failure.borrow().as_deref(), Some("no"));
    }

    #[test]
    fn arrivals_have_their_rate_whatever_the_server_does() {
        let window = Window {
            warm_up: Duration::from_secs(10),
            measure: Duration::from_secs(90),
        };
        let start = Instant::now();
        let arrivals: Vec<Arrival> = Schedule::new(start, 100.0, window).collect();
        assert!((9_700..10_300).contains(&arrivals.len()), "{}", arrivals.len());
        let measured = arrivals.iter().filter(|arrival| arrival.is_measured).count();
        assert!((8_700..9_300).contains(&measured), "{measured}");
        assert!(arrivals.is_sorted_by_key(|arrival| arrival.intended));
        let again: Vec<Instant> = Schedule::new(start, 100.0, window)
            .map(|arrival| arrival.intended)
            .collect();
        assert!(arrivals.iter().map(|arrival| arrival.intended).eq(again));
    }
}
