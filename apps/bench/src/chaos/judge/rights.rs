//! I6 and I7: who has lost a right hears nothing more, one second later.

use std::time::{Duration, Instant};

use crate::chaos::history::{History, Removal};
use crate::chaos::verdict::{Invariant, Violation};

/// How long something may still be under way.
const LIMIT: Duration = Duration::from_secs(1);

/// How long it took, without the time in which the server was stopped on purpose.
fn took(from: Instant, to: Instant, pauses: &[(Instant, Instant)]) -> Duration {
    let stopped: Duration = pauses
        .iter()
        .map(|(start, end)| (*end).min(to).saturating_duration_since((*start).max(from)))
        .sum();
    to.saturating_duration_since(from).saturating_sub(stopped)
}

/// Nothing of a conversation reaches somebody later than this after their removal, until they are let in again.
pub fn nothing_after_removal(history: &History, slack: f64) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let limit = LIMIT.mul_f64(slack);
    for removal in &history.removals {
        for record in history
            .records
            .iter()
            .filter(|record| record.person == removal.person)
        {
            let late = record.receipts.iter().find(|receipt| {
                receipt.conversation == removal.conversation
                    && is_outside(removal, receipt.at)
                    && limit < took(removal.acknowledged_at, receipt.at, &history.pauses)
            });
            if let Some(receipt) = late {
                let what = format!(
                    "{} got rev {} of {} {:.1} s after the removal was acknowledged",
                    record.name,
                    receipt.rev,
                    receipt.conversation,
                    (receipt.at - removal.acknowledged_at).as_secs_f64()
                );
                wrong.push(Violation::new(Invariant::I6, what));
            }
        }
    }
    for peek in history.peeks.iter().filter(|peek| peek.status < 400) {
        let what = format!(
            "p{} was answered {} to {} of {}, and is not in it",
            peek.person, peek.status, peek.request, peek.conversation
        );
        wrong.push(Violation::new(Invariant::I6, what));
    }
    wrong
}

fn is_outside(removal: &Removal, at: Instant) -> bool {
    removal.acknowledged_at < at && removal.again_at.is_none_or(|again| at < again)
}

/// The sockets of an ended session close, and its token is good for nothing.
pub fn closed_after_ending(history: &History, slack: f64) -> Vec<Violation> {
    let limit = LIMIT.mul_f64(slack);
    let mut wrong = Vec::new();
    for ending in &history.endings {
        let record = &history.records[ending.record];
        let what = match record.closed_at {
            None => "its socket was never closed".to_owned(),
            Some(at) if limit < took(ending.acknowledged_at, at, &history.pauses) => {
                let late = at.saturating_duration_since(ending.acknowledged_at);
                format!("its socket was closed {:.1} s late", late.as_secs_f64())
            }
            Some(_) if ending.status_after != 401 => {
                format!("its token was answered with {}", ending.status_after)
            }
            Some(_) => continue,
        };
        let what = format!("{}: its session ended, and {what}", record.name);
        wrong.push(Violation::new(Invariant::I7, what));
    }
    wrong
}
