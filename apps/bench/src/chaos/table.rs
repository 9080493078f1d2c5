//! What a run comes to, for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;

use super::fault::Fault;
use super::verdict::{Invariant, Violation};
use super::world::World;

/// How many violations of one promise are spelled out.
const MOST_SHOWN: usize = 5;

/// What a run comes to.
pub struct Outcome {
    /// With which it can be run again.
    pub seed: u64,
    /// For how long faults came.
    pub span: Duration,
    /// From the start to the verdict.
    pub took: Duration,
    /// Everything that was wrong.
    pub violations: Vec<Violation>,
    /// What was counted is in there.
    pub world: Rc<World>,
    /// What the servers printed.
    pub log: String,
}

impl Outcome {
    /// How often each promise was broken.
    pub fn broken(&self) -> BTreeMap<Invariant, usize> {
        let mut broken = BTreeMap::new();
        for violation in &self.violations {
            *broken.entry(violation.invariant).or_default() += 1;
        }
        broken
    }

    /// The first violation of each promise, up to a few.
    pub fn described(&self) -> String {
        let mut shown: BTreeMap<Invariant, usize> = BTreeMap::new();
        let mut text = String::new();
        for violation in &self.violations {
            let count = shown.entry(violation.invariant).or_default();
            *count += 1;
            if *count <= MOST_SHOWN {
                let _ = writeln!(text, "{violation} (seed {})", self.seed);
            }
        }
        text
    }

    /// Prints the table, and what is wrong.
    #[expect(clippy::print_stdout, reason = "the table is what this program is called for")]
    pub fn print(&self) {
        println!("{}", self.table());
        print!("{}", self.described());
    }

    fn table(&self) -> String {
        let mut text = format!(
            "seed {}: faults for {:.0} s, {:.0} s in all\n",
            self.seed,
            self.span.as_secs_f64(),
            self.took.as_secs_f64()
        );
        let mut row = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<44} {value:>12}");
        };
        let tally = &self.world.tally;
        for (fault, _) in Fault::ALL {
            row(fault.name(), tally.get(fault.name()).to_string());
        }
        self.sends(&mut row);
        let faults: Vec<&str> = Fault::ALL.iter().map(|(fault, _)| fault.name()).collect();
        for (name, count) in tally.counts() {
            if !faults.contains(&name) {
                row(name, count.to_string());
            }
        }
        for (status, count) in tally.statuses() {
            row(&format!("answers with {status}"), count.to_string());
        }
        let longest = |times: &[Duration]| {
            let longest = times.iter().max();
            longest.map_or("-".to_owned(), |time| format!("{:.2} s", time.as_secs_f64()))
        };
        row(
            "server ready after a kill, longest",
            longest(&tally.server_ready.borrow()),
        );
        row(
            "database back after its kill, longest",
            longest(&tally.database_ready.borrow()),
        );
        let back: Vec<Duration> = tally.clients_back.get().into_iter().collect();
        row("99 % of clients back after ready", longest(&back));
        for skipped in tally.skipped.borrow().iter() {
            row("SKIPPED", skipped.clone());
        }
        let broken = self.broken();
        for invariant in Invariant::ALL {
            let count = broken.get(&invariant).copied().unwrap_or(0);
            row(
                &format!("{invariant:?} {}", invariant.title()),
                format!("{count} violations"),
            );
        }
        text
    }

    fn sends(&self, row: &mut impl FnMut(&str, String)) {
        let history = self.world.history.borrow();
        let count = |is: &dyn Fn(&super::history::Send) -> bool| {
            history.sends.iter().filter(|send| is(send)).count().to_string()
        };
        row("messages to be sent", history.sends.len().to_string());
        row("messages acknowledged", count(&|send| !send.answers.is_empty()));
        row(
            "messages refused (not a member)",
            count(&|send| send.refused.is_some()),
        );
        row(
            "messages never answered",
            count(&|send| send.answers.is_empty() && send.refused.is_none()),
        );
        row(
            "messages that took several attempts",
            count(&|send| 1 < send.attempts),
        );
    }
}
