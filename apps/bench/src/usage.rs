//! What a stretch of load cost, by process.

use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;

use crate::process;
use crate::receivers::Deliveries;

/// The processes that are looked at. The generator is always one of them.
#[derive(Clone)]
pub struct Watched {
    /// The server, or a probe in its place.
    pub server: u32,
    /// The postmaster, with its children.
    pub postmaster: Option<u32>,
    /// What arrives at people who are connected.
    pub deliveries: Option<Rc<Deliveries>>,
}

/// CPU by process, until now or within a stretch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Of the server.
    pub server: Duration,
    /// Of PostgreSQL.
    pub postgres: Duration,
    /// Of this program.
    pub generator: Duration,
    /// Frames with messages that arrived.
    pub delivered: u64,
}

impl Watched {
    /// The same, and what arrives.
    #[must_use]
    pub fn with(self, deliveries: &Rc<Deliveries>) -> Self {
        Self {
            deliveries: Some(deliveries.clone()),
            ..self
        }
    }

    /// CPU until now.
    pub fn read(&self) -> Result<Usage> {
        Ok(Usage {
            server: process::cpu(self.server)?,
            postgres: self
                .postmaster
                .map_or(Ok(Duration::ZERO), process::cpu_with_children)?,
            generator: process::cpu(std::process::id())?,
            delivered: self
                .deliveries
                .as_ref()
                .map_or(0, |deliveries| deliveries.count()),
        })
    }
}

impl Usage {
    /// What was used since `earlier`.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            server: self.server.saturating_sub(earlier.server),
            postgres: self.postgres.saturating_sub(earlier.postgres),
            generator: self.generator.saturating_sub(earlier.generator),
            delivered: self.delivered - earlier.delivered,
        }
    }
}

/// Microseconds for each of `count`.
pub fn micros_each(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e6 / count.max(1) as f64
}
