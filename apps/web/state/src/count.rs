//! Keeping my unread count exact.
//!
//! The server counts at one moment and says at which: after which change of the conversation, and of my own stream.
//! The client may stand before that moment, because facts are still on their way, or behind it, because the count is.
//! So it knows as of when its count is, lets facts change it that are newer, and remembers for a while what recent
//! facts changed, to apply that to a count that comes late.

use std::collections::VecDeque;

use damso_domain::{Rev, Seq};

/// How many recent facts are remembered; a count that is older than they are is asked for again.
const REMEMBERED: usize = 128;
/// Beyond this the server does not count.
pub(crate) const MOST_COUNTED: i64 = 1_000;

/// Unread messages, and those among them that mention me; or by how much these change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) unread: i64,
    pub(crate) mentions: i64,
}

impl Counts {
    fn add(self, change: Self) -> Self {
        Self {
            unread: add(self.unread, change.unread),
            mentions: add(self.mentions, change.mentions),
        }
    }
}

/// A count by the server, and the moment it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServerCount {
    pub(crate) read_seq: Seq,
    pub(crate) counts: Counts,
    pub(crate) rev: Rev,
    pub(crate) user_rev: Rev,
}

/// What became of a count that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// This is the count now.
    Count(Counts),
    /// A newer one is known.
    Known,
    /// It is too old to be brought up to date: ask again.
    Ask,
}

/// A message that began to count, or stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    rev: Rev,
    seq: Seq,
    change: Counts,
}

/// As of when the count is exact, and what changed it lately.
#[derive(Clone, Debug)]
pub(crate) struct CountState {
    as_of: Rev,
    /// The last change of my own stream that changed what counts.
    recounted_at: Rev,
    entries: VecDeque<Entry>,
    /// Every change after this one is in `entries`.
    complete_after: Rev,
    /// The newest message of somebody else that has come as an event.
    heard: Seq,
}

/// What is remembered depends on the way that facts came, the count itself does not: two clients that show the same
/// are the same.
impl PartialEq for CountState {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl CountState {
    pub(crate) fn new(rev: Rev) -> Self {
        Self {
            as_of: rev,
            recounted_at: Rev::ZERO,
            entries: VecDeque::new(),
            complete_after: rev,
            heard: Seq::ZERO,
        }
    }

    /// As of which change of the conversation the count is.
    pub(crate) fn as_of(&self) -> Rev {
        self.as_of
    }

    /// A fact changes what counts after my pointer; returns the count after it.
    pub(crate) fn change(
        &mut self,
        count: Counts,
        read_seq: Seq,
        rev: Rev,
        seq: Seq,
        change: Counts,
    ) -> Counts {
        self.entries.push_back(Entry { rev, seq, change });
        if REMEMBERED < self.entries.len()
            && let Some(dropped) = self.entries.pop_front()
        {
            self.complete_after = dropped.rev;
        }
        if rev <= self.as_of || seq <= read_seq {
            return count;
        }
        count.add(change)
    }

    /// The count is exact as of a change, which may still be on its way, while the conversation stands at `rev`.
    pub(crate) fn restart(&mut self, as_of: Rev, rev: Rev) {
        self.as_of = as_of;
        self.entries.clear();
        self.complete_after = rev;
    }

    /// A fact that nobody can say the effect of: earlier counts cannot be brought beyond it.
    pub(crate) fn forget_before(&mut self, rev: Rev) {
        self.entries.clear();
        self.complete_after = self.complete_after.max(rev);
    }

    /// Somebody else's message has come.
    pub(crate) fn hear(&mut self, seq: Seq) {
        self.heard = self.heard.max(seq);
    }

    /// The newest message of somebody else that has come as an event.
    pub(crate) fn heard(&self) -> Seq {
        self.heard
    }

    /// I hid a message, blocked somebody or let them be, with this change of my own stream: counts of before are wrong.
    pub(crate) fn recount_after(&mut self, user_rev: Rev) {
        self.recounted_at = self.recounted_at.max(user_rev);
    }

    /// Takes a count of the server's, while my pointer stands at `read_seq` and the conversation at `rev`.
    pub(crate) fn take(&mut self, count: ServerCount, read_seq: Seq, rev: Rev) -> Outcome {
        let is_older = count.read_seq < read_seq || (count.read_seq == read_seq && count.rev < self.as_of);
        if is_older {
            return Outcome::Known;
        }
        if count.user_rev < self.recounted_at || (count.rev < rev && count.rev < self.complete_after) {
            return Outcome::Ask;
        }
        self.as_of = rev.max(count.rev);
        let newer = self
            .entries
            .iter()
            .filter(|entry| count.rev < entry.rev && count.read_seq < entry.seq);
        Outcome::Count(newer.fold(count.counts, |sum, entry| sum.add(entry.change)))
    }
}

/// What is beyond the limit is not known, so nothing can be taken from it.
fn add(count: i64, change: i64) -> i64 {
    if MOST_COUNTED <= count {
        return count;
    }
    (count + change).clamp(0, MOST_COUNTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(unread: i64) -> Counts {
        Counts { unread, mentions: 0 }
    }

    fn counted(read_seq: i64, unread_count: i64, rev: i64) -> ServerCount {
        ServerCount {
            read_seq: Seq::new(read_seq),
            counts: unread(unread_count),
            rev: Rev::new(rev),
            user_rev: Rev::ZERO,
        }
    }

    #[test]
    fn a_count_of_later_is_not_changed_by_facts_before_it() {
        let mut state = CountState::new(Rev::new(3));
        let took = state.take(counted(0, 5, 5), Seq::ZERO, Rev::new(3));
        assert_eq!(took, Outcome::Count(unread(5)));
        let mut count = unread(5);
        for (rev, expected) in [(4, 5), (5, 5), (6, 6)] {
            count = state.change(count, Seq::ZERO, Rev::new(rev), Seq::new(rev), unread(1));
            assert_eq!(count, unread(expected), "after {rev}");
        }
    }

    #[test]
    fn a_count_that_comes_late_is_brought_up_to_date() {
        let mut state = CountState::new(Rev::ZERO);
        let mut count = unread(0);
        for rev in 1..=4 {
            count = state.change(count, Seq::ZERO, Rev::new(rev), Seq::new(rev), unread(1));
        }
        // I had read two of two.
        let took = state.take(counted(2, 0, 2), Seq::ZERO, Rev::new(4));
        assert_eq!(took, Outcome::Count(unread(2)));
        assert_eq!(
            state.take(counted(1, 1, 2), Seq::new(2), Rev::new(4)),
            Outcome::Known
        );
    }

    #[test]
    fn what_cannot_be_brought_up_to_date_is_asked_for() {
        let mut state = CountState::new(Rev::new(7));
        let took = state.take(counted(9, 1, 6), Seq::ZERO, Rev::new(7));
        assert_eq!(took, Outcome::Ask);
        state.recount_after(Rev::new(2));
        let took = state.take(counted(9, 1, 8), Seq::ZERO, Rev::new(7));
        assert_eq!(took, Outcome::Ask, "it may still count what is hidden");
    }

    #[test]
    fn mentions_are_brought_up_to_date_beside_the_messages() {
        let mut state = CountState::new(Rev::ZERO);
        let mut count = Counts::default();
        let mention = Counts {
            unread: 1,
            mentions: 1,
        };
        count = state.change(count, Seq::ZERO, Rev::new(1), Seq::new(1), mention);
        count = state.change(count, Seq::ZERO, Rev::new(2), Seq::new(2), mention);
        let edited = Counts {
            unread: 0,
            mentions: -1,
        };
        count = state.change(count, Seq::ZERO, Rev::new(3), Seq::new(2), edited);
        assert_eq!(
            count,
            Counts {
                unread: 2,
                mentions: 1
            }
        );
        // I have read the first one, as of the second.
        let late = ServerCount {
            counts: Counts {
                unread: 1,
                mentions: 1,
            },
            ..counted(1, 1, 2)
        };
        let took = state.take(late, Seq::ZERO, Rev::new(3));
        assert_eq!(
            took,
            Outcome::Count(Counts {
                unread: 1,
                mentions: 0
            })
        );
    }

    #[test]
    fn beyond_the_limit_nothing_is_known() {
        assert_eq!(add(1_000, -1), 1_000);
        assert_eq!(add(999, 1), 1_000);
        assert_eq!(add(0, -1), 0);
    }
}
