//! The workloads.

pub mod passwords;
pub mod sender;
pub mod w1;
pub mod w2;
pub mod w3;
pub mod w4;
pub mod w5;
pub mod w6;
pub mod w7;

use std::time::Duration;

use anyhow::Result;

use crate::cli::Common;
use crate::conditions::Conditions;
use crate::load::{Outcome, Window};
use crate::receivers::Deliveries;
use crate::report::Figure;
use crate::server::{Server, ServerOptions};
use crate::usage::micros_each;

impl Common {
    /// Starts the server.
    pub async fn start_server(&self) -> Result<Server> {
        let binary = match &self.server {
            Some(binary) => binary.clone(),
            None => ServerOptions::binary_beside_this()?,
        };
        let parent = self.parent.clone().unwrap_or_else(std::env::temp_dir);
        Server::start(ServerOptions {
            binary,
            parent,
            arguments: self.arguments.clone(),
            environment: Vec::new(),
        })
        .await
    }

    /// How often to run, and what to measure around each run.
    pub fn conditions(&self, server: &Server) -> Conditions {
        Conditions {
            folder: server.data_dir(),
            runs: self.runs,
        }
    }

    /// How long to run.
    pub fn window(&self) -> Window {
        Window {
            warm_up: self.warm_up,
            measure: self.measure,
        }
    }

    /// How long a probe runs; it needs no time to warm up caches of ours.
    pub fn probe_window(&self) -> Window {
        Window {
            warm_up: self.warm_up.min(Duration::from_secs(1)),
            measure: self.measure.min(Duration::from_secs(5)),
        }
    }
}

/// The name of the figure that a workload's goal is about.
pub const P99: &str = "answer p99";

/// The usual three of a distribution.
pub fn latency_figures(outcome: &Outcome) -> Vec<Figure> {
    let millis = |share| outcome.latencies.quantile(share).as_secs_f64() * 1e3;
    vec![
        Figure::new("answer p50", "ms", millis(0.5)),
        Figure::new(P99, "ms", millis(0.99)),
        Figure::new("answer p99.9", "ms", millis(0.999)),
    ]
}

/// What one of something cost: by the server, PostgreSQL and the generator.
pub fn cost_figures(outcome: &Outcome, what: &str, count: u64) -> Vec<Figure> {
    let figure =
        |who: &str, time| Figure::new(format!("CPU of {who} per {what}"), "µs", micros_each(time, count));
    vec![
        figure("the server", outcome.usage.server),
        figure("PostgreSQL", outcome.usage.postgres),
        figure("the generator", outcome.usage.generator),
    ]
}

/// How many sockets that should have stayed open were closed until now.
pub fn closed_figure(deliveries: &Deliveries) -> Figure {
    Figure::new("sockets closed so far", "", deliveries.closed() as f64)
}

/// Which share was refused or got lost.
pub fn failure_figure(outcome: &Outcome) -> Figure {
    Figure::new("failed", "%", outcome.failed_share() * 100.0)
}
