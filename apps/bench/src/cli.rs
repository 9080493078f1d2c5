//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::probe::bare_server::Mode;

/// Measures a Damso server against the limits of the machine. See docs/performance.md.
#[derive(Parser)]
#[command(name = "damso-bench", version)]
pub struct Cli {
    /// What to run.
    #[command(subcommand)]
    pub command: Command,
}

/// What to run.
#[derive(Subcommand)]
pub enum Command {
    /// Sending: how many messages are stored a second, and how long an answer takes at half of that.
    #[command(name = "W1", alias = "w1")]
    Send(SendOptions),
    /// Fan-out: how fast a message reaches everybody in a group.
    #[command(name = "W2", alias = "w2")]
    FanOut(FanOutOptions),
    /// Idle sockets: memory and CPU for each.
    #[command(name = "W3", alias = "w3")]
    Idle(IdleOptions),
    /// History: pages of a database with millions of messages.
    #[command(name = "W4", alias = "w4")]
    History(HistoryOptions),
    /// Search: words of a database with millions of messages.
    #[command(name = "W5", alias = "w5")]
    Search(HistoryOptions),
    /// A day: the mix of what people do, and how many people that goes well for.
    #[command(name = "W6", alias = "w6")]
    Day(DayOptions),
    /// A storm: the server is killed and everybody comes back; everybody signs in at once.
    #[command(name = "W7", alias = "w7")]
    Storm(StormOptions),
    /// Passwords: what a storm of sign-ins does to those who write, and whether time tells who has an account.
    #[command(name = "passwords")]
    Passwords(PasswordOptions),
    /// Faults: everything that can be killed is, under load, and the promises are checked.
    #[command(name = "chaos")]
    Chaos(ChaosOptions),
    /// Nothing but write the same bytes to every socket; a probe starts this by itself.
    #[command(name = crate::probe::bare::COMMAND, hide = true)]
    BareServer {
        /// How to write.
        mode: Mode,
    },
}

/// What every workload takes.
#[derive(Args, Clone)]
pub struct Common {
    /// How many runs are kept; the figures are their medians.
    #[arg(long, default_value_t = 3)]
    pub runs: usize,
    /// Seconds of each run that are not counted.
    #[arg(long, default_value = "3", value_parser = seconds)]
    pub warm_up: Duration,
    /// Seconds of each run that are.
    #[arg(long, default_value = "10", value_parser = seconds)]
    pub measure: Duration,
    /// Where the JSON goes [default: target/bench/<workload>.json].
    #[arg(long)]
    pub output: Option<PathBuf>,
    /// Where the data folder is made; its file system is what is measured [default: the temporary folder].
    #[arg(long)]
    pub parent: Option<PathBuf>,
    /// The server [default: `damso` beside this program].
    #[arg(long)]
    pub server: Option<PathBuf>,
    /// Passed on to `damso serve`.
    #[arg(last = true)]
    pub arguments: Vec<String>,
}

/// W1.
#[derive(Args, Clone)]
pub struct SendOptions {
    /// Direct conversations, each with two people who are connected.
    #[arg(long, default_value_t = 1_000)]
    pub directs: usize,
    /// Members of the one group, all of them connected.
    #[arg(long, default_value_t = 100)]
    pub group: usize,
    /// How many send at once in the closed loops.
    #[arg(long, value_delimiter = ',', default_value = "64,512")]
    pub senders: Vec<usize>,
    /// Sends a second of the open loop; the closed loops and the limits are left out then.
    #[arg(long)]
    pub rate: Option<f64>,
    #[command(flatten)]
    /// What every workload takes.
    pub common: Common,
}

/// Passwords.
#[derive(Args, Clone)]
pub struct PasswordOptions {
    /// How many sign in at once.
    #[arg(long, default_value_t = 1_000)]
    pub sign_ins: usize,
    /// Messages a second, meanwhile.
    #[arg(long, default_value_t = 200.0)]
    pub rate: f64,
    /// Questions about somebody who is there, and as many about somebody who is not.
    #[arg(long, default_value_t = 500)]
    pub pairs: usize,
    #[command(flatten)]
    /// What every workload takes.
    pub common: Common,
}

/// W2.
#[derive(Args, Clone)]
pub struct FanOutOptions {
    /// Members of the group, all of them connected.
    #[arg(long, value_delimiter = ',', default_value = "10,100,1000")]
    pub members: Vec<usize>,
    /// How many send at once in the closed loop [default: 2560 divided by the members, from 16 to 256].
    #[arg(long)]
    pub senders: Option<usize>,
    #[command(flatten)]
    /// What every workload takes.
    pub common: Common,
}

impl FanOutOptions {
    /// How many send at once: a small room needs more of them until nothing waits but for the machine.
    pub fn senders(&self, members: usize) -> usize {
        self.senders
            .unwrap_or_else(|| (2_560 / members.max(1)).clamp(16, 256))
    }
}

/// W3.
#[derive(Args, Clone)]
pub struct IdleOptions {
    /// How many sockets, one size after another.
    #[arg(long, value_delimiter = ',', default_value = "10000,18000")]
    pub sockets: Vec<usize>,
    /// Seconds for which nothing happens.
    #[arg(long, default_value = "60", value_parser = seconds)]
    pub idle: Duration,
    #[command(flatten)]
    /// What every workload takes.
    pub common: Common,
}

/// W4 and W5.
#[derive(Args, Clone)]
pub struct HistoryOptions {
    /// Messages in the database.
    #[arg(long, default_value_t = 10_000_000)]
    pub messages: usize,
    /// Pages, or searches, a second.
    #[arg(long, default_value_t = 500.0)]
    pub rate: f64,
    #[command(flatten)]
    /// What every workload takes.
    pub common: Common,
}

/// W6.
#[derive(Args, Clone)]
pub struct DayOptions {
    /// People who are connected, each in five groups of ten.
    #[arg(long, default_value_t = 5_000)]
    pub people: usize,
    /// Messages in the database beforehand.
    #[arg(long, default_value_t = 500_000)]
    pub messages: usize,
    /// Actions a second to begin the search with.
    #[arg(long, default_value_t = 100.0)]
    pub start_rate: f64,
    #[command(flatten)]
    /// What every workload takes.
    pub common: Common,
}

/// W7.
#[derive(Args, Clone)]
pub struct StormOptions {
    /// People who are connected when the server is killed.
    #[arg(long, default_value_t = 18_000)]
    pub sockets: usize,
    /// How many sign in at once.
    #[arg(long, default_value_t = 1_000)]
    pub sign_ins: usize,
    #[command(flatten)]
    /// What every workload takes.
    pub common: Common,
}

/// The fault checker. See docs/reliability.md.
#[derive(Args, Clone)]
pub struct ChaosOptions {
    /// Minutes during which faults come.
    #[arg(long, conflicts_with = "seconds")]
    pub minutes: Option<f64>,
    /// Seconds during which faults come [default: 60; with --planted 14 for each bug].
    #[arg(long)]
    pub seconds: Option<f64>,
    /// What all chance comes from [default: by chance].
    #[arg(long)]
    pub seed: Option<u64>,
    /// People, each with two devices.
    #[arg(long, default_value_t = 24)]
    pub people: usize,
    /// Groups whose members change.
    #[arg(long, default_value_t = 8)]
    pub groups: usize,
    /// Members of each group.
    #[arg(long, default_value_t = 8)]
    pub members: usize,
    /// How many processes have to be killed [default: one in six seconds].
    #[arg(long)]
    pub kills: Option<u64>,
    /// Multiplies the times that were promised, for a development build on a busy machine.
    #[arg(long, default_value_t = 1.0)]
    pub slack: f64,
    /// Where everything goes that the servers print.
    #[arg(long)]
    pub log: Option<PathBuf>,
    /// Check the checker: one run for each planted bug, which the server has to be built with.
    #[arg(long)]
    pub planted: bool,
    /// The server [default: `damso` beside this program].
    #[arg(long)]
    pub server: Option<PathBuf>,
    /// Passed on to `damso serve`.
    #[arg(last = true)]
    pub arguments: Vec<String>,
}

impl ChaosOptions {
    /// For how long faults come.
    pub fn span(&self) -> Duration {
        let default = if self.planted { 14.0 } else { 60.0 };
        let minutes = self.minutes.map(|minutes| minutes * 60.0);
        Duration::from_secs_f64(minutes.or(self.seconds).unwrap_or(default).max(1.0))
    }

    /// How many kills there have to be.
    pub fn least_kills(&self) -> u64 {
        self.kills.unwrap_or_else(|| self.span().as_secs() / 6)
    }
}

fn seconds(raw: &str) -> Result<Duration, String> {
    let seconds: f64 = raw.parse().map_err(|_| "is not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
