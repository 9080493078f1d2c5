//! What is counted during a run.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use super::verdict::Violation;

/// Numbers that only grow.
#[derive(Debug, Default)]
pub struct Tally {
    counts: RefCell<BTreeMap<&'static str, u64>>,
    statuses: RefCell<BTreeMap<u16, u64>>,
    /// Violations that were seen while it happened.
    pub violations: RefCell<Vec<Violation>>,
    /// From each kill of the server until it said that it is ready.
    pub server_ready: RefCell<Vec<Duration>>,
    /// From each kill of the postmaster until requests were answered again.
    pub database_ready: RefCell<Vec<Duration>>,
    /// From the last kill of the server until 99 % of the clients were back.
    pub clients_back: Cell<Option<Duration>>,
    /// What could not be done on this machine.
    pub skipped: RefCell<Vec<String>>,
}

impl Tally {
    /// One more of something.
    pub fn count(&self, what: &'static str) {
        self.add(what, 1);
    }

    /// Some more of something.
    pub fn add(&self, what: &'static str, number: u64) {
        *self.counts.borrow_mut().entry(what).or_default() += number;
    }

    /// How many.
    pub fn get(&self, what: &str) -> u64 {
        self.counts.borrow().get(what).copied().unwrap_or(0)
    }

    /// One more answer with this status.
    pub fn answered(&self, status: u16) {
        *self.statuses.borrow_mut().entry(status).or_default() += 1;
    }

    /// All counts, by name.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.counts.borrow().clone()
    }

    /// How many answers had which status.
    pub fn statuses(&self) -> BTreeMap<u16, u64> {
        self.statuses.borrow().clone()
    }

    /// Something that must not happen was seen.
    pub fn violated(&self, violation: Violation) {
        self.violations.borrow_mut().push(violation);
    }
}
