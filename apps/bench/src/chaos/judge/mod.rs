//! Judging the evidence: plain functions from what happened and what the server says now to what is wrong.

mod copies;
mod messages;
mod order;
mod rights;
#[cfg(test)]
mod tests;

pub use messages::Asked;

use super::history::{History, Truth};
use super::verdict::Violation;

/// Everything that is wrong. `slack` multiplies what may take a second.
pub fn judge(history: &History, truth: &Truth, asked: &[Asked], slack: f64) -> Vec<Violation> {
    [
        messages::exactly_once(history, truth),
        messages::one_for_each_key(history, truth, asked),
        copies::without_gaps(truth),
        copies::as_fetched(history, truth),
        order::never_opposite(history),
        copies::converged(history, truth),
        rights::nothing_after_removal(history, slack),
        rights::closed_after_ending(history, slack),
    ]
    .concat()
}
