//! Facts of a conversation leave in the order of their numbers.

use std::collections::BTreeMap;
use std::time::Duration;

use bytestring::ByteString;
use damso_domain::{ConversationId, Rev, UserId};
use dashmap::DashMap;

/// How long a fact waits for one with a smaller number, which another task, or another server, is about to tell.
pub(super) const HOLD: Duration = Duration::from_millis(200);
/// Of how many conversations it is kept where they stand.
const MOST_PLACES: usize = 100_000;

/// A fact that came before its turn.
pub(super) struct Held {
    pub(super) users: Vec<UserId>,
    pub(super) frame: ByteString,
}

/// Where a conversation stands.
struct Place {
    last: Rev,
    held: BTreeMap<Rev, Vec<Held>>,
}

/// Where each conversation stands of which something was told.
#[derive(Default)]
pub(super) struct Order(DashMap<ConversationId, Place>);

impl Order {
    /// Tells a fact when it is its turn, and then those that waited for it; otherwise holds it. Says whether it is
    /// the first that waits, so that somebody has to call [`Order::release`] after [`HOLD`].
    ///
    /// `tell` runs under the conversation's lock: of two tasks that tell of one conversation, the second waits.
    pub(super) fn tell(
        &self,
        (conversation, rev): (ConversationId, Rev),
        tell: impl FnOnce(),
        hold: impl FnOnce() -> Held,
        tell_held: impl Fn(&Held),
    ) -> bool {
        self.make_room();
        let mut place = self.0.entry(conversation).or_insert_with(|| Place {
            last: rev,
            held: BTreeMap::new(),
        });
        // What comes late is told late: whoever waited for it has waited long enough.
        if rev <= place.last.next() {
            tell();
            place.last = place.last.max(rev);
            place.tell_next(tell_held);
            return false;
        }
        let is_first = place.held.is_empty();
        place.held.entry(rev).or_default().push(hold());
        is_first
    }

    /// Tells what still waits, in order: the missing one may never come, and clients find the gap.
    pub(super) fn release(&self, conversation: ConversationId, tell_held: impl Fn(&Held)) {
        if let Some(mut place) = self.0.get_mut(&conversation) {
            place.tell_all(tell_held);
        }
    }

    /// The same of all conversations.
    pub(super) fn release_all(&self, tell_held: impl Fn(&Held)) {
        for mut place in self.0.iter_mut() {
            place.tell_all(&tell_held);
        }
    }

    /// Forgets where quiet conversations stand. The next fact of each is its first again.
    fn make_room(&self) {
        if MOST_PLACES <= self.0.len() {
            self.0.retain(|_, place| !place.held.is_empty());
        }
    }
}

impl Place {
    fn tell_all(&mut self, tell_held: impl Fn(&Held)) {
        for (rev, held) in std::mem::take(&mut self.held) {
            held.iter().for_each(&tell_held);
            self.last = self.last.max(rev);
        }
    }

    fn tell_next(&mut self, tell_held: impl Fn(&Held)) {
        while let Some(entry) = self.held.first_entry() {
            if self.last.next() < *entry.key() {
                return;
            }
            self.last = self.last.max(*entry.key());
            entry.remove().iter().for_each(&tell_held);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Tells the numbers in this order and returns them in the order in which they leave; `None` is the end of
    /// the hold.
    fn leave(order: &Order, conversation: ConversationId, numbers: &[Option<i64>]) -> Vec<i64> {
        let left = RefCell::new(Vec::new());
        let tell_held = |held: &Held| left.borrow_mut().push(held.frame.parse().unwrap());
        for number in numbers {
            match number {
                Some(number) => {
                    order.tell(
                        (conversation, Rev::new(*number)),
                        || left.borrow_mut().push(*number),
                        || Held {
                            users: Vec::new(),
                            frame: number.to_string().into(),
                        },
                        tell_held,
                    );
                }
                None => order.release(conversation, tell_held),
            }
        }
        left.into_inner()
    }

    #[test]
    fn facts_leave_in_the_order_of_their_numbers() {
        let some = |numbers: &[i64]| numbers.iter().copied().map(Some).collect::<Vec<_>>();
        for (numbers, expected) in [
            (some(&[7, 8, 9]), vec![7, 8, 9]),
            (some(&[7, 10, 9, 8]), vec![7, 8, 9, 10]),
            (some(&[7, 9, 8, 11, 10]), vec![7, 8, 9, 10, 11]),
            // Two facts of one number, for two audiences.
            (some(&[7, 9, 9, 8, 8]), vec![7, 8, 9, 9, 8]),
            // Told again.
            (some(&[7, 8, 7, 9]), vec![7, 8, 7, 9]),
            // The first that is heard of says where the conversation stands.
            (some(&[100, 3]), vec![100, 3]),
            (
                vec![Some(7), Some(12), Some(10), None, Some(9), Some(13)],
                vec![7, 10, 12, 9, 13],
            ),
            (vec![Some(7), Some(9)], vec![7]),
        ] {
            assert_eq!(
                leave(&Order::default(), ConversationId::new(), &numbers),
                expected,
                "{numbers:?}"
            );
        }
    }

    #[test]
    fn conversations_do_not_wait_for_each_other() {
        let order = Order::default();
        assert_eq!(leave(&order, ConversationId::new(), &[Some(1), Some(3)]), [1]);
        assert_eq!(leave(&order, ConversationId::new(), &[Some(5), Some(6)]), [5, 6]);
    }
}
