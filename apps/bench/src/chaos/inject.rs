//! Doing harm: one fault after another, each healed before the next.

use std::fs;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::Signal;
use tokio::time::sleep;
use tokio_postgres::NoTls;

use super::caller::Caller;
use super::fault::{Fault, Schedule};
use super::machine::{Clock, Disk};
use super::verdict::{Invariant, Violation};
use super::world::World;
use crate::process;
use crate::server::{Server, send_signal};

/// A database that is not back after this long does not come back by itself.
const LONGEST_RECOVERY: Duration = Duration::from_mins(1);
/// How long requests have to be answered before the next fault.
const POLL: Duration = Duration::from_millis(10);

/// Does harm to one server.
pub struct Injector {
    /// The server.
    pub server: Server,
    world: Rc<World>,
    caller: Caller,
    schedule: Schedule,
    random: fastrand::Rng,
    disk: Option<Disk>,
    clock: Option<Clock>,
    /// Everything the server has printed.
    pub log: String,
}

impl Injector {
    /// Of this server.
    pub fn new(server: Server, world: &Rc<World>, disk: Option<Disk>, clock: Option<Clock>) -> Self {
        Self {
            server,
            caller: Caller::new(world, 9_000),
            schedule: Schedule::new(world.seed),
            random: fastrand::Rng::with_seed(world.seed ^ 0xbad),
            world: world.clone(),
            disk,
            clock,
            log: String::new(),
        }
    }

    /// How many processes were killed.
    pub fn kills(&self) -> u64 {
        let kills = Fault::ALL.iter().filter(|(fault, _)| fault.is_kill());
        kills.map(|(fault, _)| self.world.tally.get(fault.name())).sum()
    }

    /// Goes on for `span`, and until there were enough kills, but no longer than twice that.
    pub async fn run(&mut self, span: Duration, least_kills: u64) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < span || (self.kills() < least_kills && start.elapsed() < span * 2) {
            let (pause, fault) = self.schedule.next();
            sleep(pause).await;
            self.inject(fault)
                .await
                .with_context(|| format!("after: {}", fault.name()))?;
            self.wait_until_healthy().await?;
        }
        Ok(())
    }

    async fn inject(&mut self, fault: Fault) -> Result<()> {
        match fault {
            Fault::KillServer => drop(self.kill_server().await?),
            Fault::StopServer => self.stop_server().await?,
            Fault::KillBackend => {
                if let Some(backend) = self.backend() {
                    send_signal(backend, Signal::KILL)?;
                    self.done(fault);
                }
            }
            Fault::TerminateBackend => self.terminate_backend().await?,
            Fault::KillPostmaster => self.kill_postmaster().await?,
            Fault::PauseServer => {
                let server = self.server.pid()?;
                self.pause(server, fault).await?;
            }
            Fault::PauseBackend => {
                if let Some(backend) = self.backend() {
                    self.pause(backend, fault).await?;
                }
            }
            Fault::PausePostmaster => {
                let postmaster = self.server.cluster()?.postmaster;
                self.pause(postmaster, fault).await?;
            }
            Fault::CutConnections => {
                for device in self.world.devices() {
                    if self.random.u8(..4) == 0 {
                        device.cut.notify_one();
                    }
                }
                self.done(fault);
            }
            Fault::JumpClock => self.jump_clock().await?,
            Fault::FillDisk => self.fill_disk().await?,
        }
        Ok(())
    }

    fn done(&self, fault: Fault) {
        self.world.tally.count(fault.name());
    }

    /// Kills the server and starts it again; returns how long that took.
    pub async fn kill_server(&mut self) -> Result<Duration> {
        let killed_at = Instant::now();
        self.server.kill()?;
        self.keep_log();
        self.server.start_again().await?;
        self.done(Fault::KillServer);
        let ready = killed_at.elapsed();
        self.world.tally.server_ready.borrow_mut().push(ready);
        Ok(ready)
    }

    async fn stop_server(&mut self) -> Result<()> {
        if !self.server.terminate().await? {
            let what = "the server did not stop within 30 s after SIGTERM";
            self.world.tally.violated(Violation::new(Invariant::I8, what));
        }
        self.keep_log();
        self.server.start_again().await?;
        self.done(Fault::StopServer);
        Ok(())
    }

    /// Keeps what the server has printed; its file is written anew with every start.
    pub fn keep_log(&mut self) {
        self.log.push_str(&self.server.log());
    }

    /// A process that serves a connection of the server: a child of our own postmaster, by what it calls itself.
    fn backend(&mut self) -> Option<u32> {
        let postmaster = self.server.cluster().ok()?.postmaster;
        let backends: Vec<u32> = process::children(postmaster)
            .into_iter()
            .filter(|pid| {
                let title = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                title.starts_with("postgres: damso damso")
            })
            .collect();
        self.random.choice(backends)
    }

    async fn terminate_backend(&mut self) -> Result<()> {
        let url = self.server.cluster()?.url("damso");
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
        let connection = tokio::spawn(connection);
        client
            .execute(
                "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity \
                 WHERE datname = 'damso' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1) AS victim",
                &[],
            )
            .await?;
        drop(client);
        connection.await??;
        self.done(Fault::TerminateBackend);
        Ok(())
    }

    async fn kill_postmaster(&mut self) -> Result<()> {
        let postmaster = self.server.cluster()?.postmaster;
        let killed_at = Instant::now();
        send_signal(postmaster, Signal::KILL)?;
        let is_new = |server: &Server| {
            server
                .cluster()
                .is_ok_and(|cluster| cluster.postmaster != postmaster)
        };
        while !is_new(&self.server) && killed_at.elapsed() < LONGEST_RECOVERY {
            sleep(POLL).await;
        }
        self.wait_until_healthy().await?;
        self.done(Fault::KillPostmaster);
        self.world
            .tally
            .database_ready
            .borrow_mut()
            .push(killed_at.elapsed());
        Ok(())
    }

    async fn pause(&mut self, pid: u32, fault: Fault) -> Result<()> {
        let start = Instant::now();
        send_signal(pid, Signal::STOP)?;
        sleep(Duration::from_millis(self.random.u64(300..1_800))).await;
        send_signal(pid, Signal::CONT)?;
        self.world
            .history
            .borrow_mut()
            .pauses
            .push((start, Instant::now()));
        self.done(fault);
        Ok(())
    }

    async fn jump_clock(&mut self) -> Result<()> {
        let Some(clock) = &self.clock else {
            return Ok(());
        };
        let far = [-600, -61, -2, 3, 61, 600];
        for _ in 0..2 {
            clock.set(self.random.choice(far).unwrap_or_default())?;
            // The library looks again every second.
            sleep(Duration::from_millis(1_500)).await;
        }
        clock.set(0)?;
        self.done(Fault::JumpClock);
        Ok(())
    }

    async fn fill_disk(&mut self) -> Result<()> {
        let Some(disk) = &self.disk else {
            return Ok(());
        };
        let start = Instant::now();
        disk.fill_up().await?;
        sleep(Duration::from_millis(self.random.u64(1_000..3_000))).await;
        disk.free()?;
        self.world
            .history
            .borrow_mut()
            .pauses
            .push((start, Instant::now()));
        self.done(Fault::FillDisk);
        Ok(())
    }

    /// Waits until a request that needs the database is answered. A server that has ended by itself is a finding,
    /// and started again.
    pub async fn wait_until_healthy(&mut self) -> Result<()> {
        let start = Instant::now();
        let token = self.world.people[0].devices[0].token().to_owned();
        loop {
            if let Some(status) = self.server.has_ended()? {
                self.keep_log();
                let what = format!("the server ended by itself ({status})");
                self.world.tally.violated(Violation::new(Invariant::I8, what));
                self.server.start_again().await?;
            }
            if let Some((200, _)) = self.caller.once(&token, "GET", "/me", None).await {
                return Ok(());
            }
            if LONGEST_RECOVERY < start.elapsed() {
                let what = "the server did not answer again within 60 s; it was started anew";
                self.world.tally.violated(Violation::new(Invariant::I8, what));
                self.server.kill()?;
                self.keep_log();
                self.server.start_again().await?;
            }
            sleep(POLL).await;
        }
    }

    /// Undoes whatever may be left of a fault.
    pub fn heal(&self) -> Result<()> {
        if let Some(clock) = &self.clock {
            clock.set(0)?;
        }
        self.disk.as_ref().map_or(Ok(()), Disk::free)
    }
}
