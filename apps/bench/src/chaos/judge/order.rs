//! I4: two readers never see two messages in opposite order.

use std::collections::BTreeMap;

use damso_domain::{ConversationId, MessageId};

use crate::chaos::history::{History, Record};
use crate::chaos::shelf::Screen;
use crate::chaos::verdict::{Invariant, Violation};

/// Looks for two neighbours on one screen that another screen has the other way round.
///
/// Whoever saw an order opposite to somebody else's has at least one pair of neighbours that goes against the
/// numbers, or shares a number with another message; so only such pairs are looked for elsewhere.
pub fn never_opposite(history: &History) -> Vec<Violation> {
    let mut screens: BTreeMap<ConversationId, Vec<(&Record, &Screen)>> = BTreeMap::new();
    for record in &history.records {
        for (id, screen) in &record.screens {
            screens.entry(*id).or_default().push((record, screen));
        }
    }
    let mut wrong = Vec::new();
    for (id, readers) in screens {
        let places: Vec<BTreeMap<MessageId, usize>> = readers
            .iter()
            .map(|(_, screen)| {
                screen
                    .iter()
                    .enumerate()
                    .map(|(at, (_, message))| (*message, at))
                    .collect()
            })
            .collect();
        for (record, screen) in &readers {
            for pair in screen.windows(2).filter(|pair| pair[1].0 <= pair[0].0) {
                let (before, after) = (pair[0], pair[1]);
                let opposite = places.iter().position(|places| {
                    let place = |message: (i64, MessageId)| places.get(&message.1);
                    matches!((place(after), place(before)), (Some(first), Some(second)) if first < second)
                });
                if let Some(other) = opposite {
                    let what = format!(
                        "{} saw seq {} before seq {} in {id}, and {} the other way round",
                        record.name, before.0, after.0, readers[other].0.name
                    );
                    wrong.push(Violation::new(Invariant::I4, what));
                }
            }
        }
    }
    wrong
}
