//! The number beside a message: who has not read it yet.

use crate::{Seq, UserId};

/// How far one member has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadState {
    /// The member.
    pub user_id: UserId,
    /// What they were there for: messages after this number.
    pub joined_seq: Seq,
    /// They have read everything up to and including this number; `None` when they are not counted.
    pub read_seq: Option<Seq>,
}

/// How many members have not read a message: those who had joined by then, are not its author, are
/// counted, and whose pointer is before it.
pub fn unread_by(seq: Seq, author: UserId, members: &[ReadState]) -> usize {
    members
        .iter()
        .filter(|member| member.user_id != author && member.joined_seq < seq)
        .filter(|member| member.read_seq.is_some_and(|read| read < seq))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_members_who_were_there_and_are_counted_count() {
        let [author, reader, late, uncounted, unread] = std::array::from_fn(|_| UserId::new());
        let state = |user_id, joined, read: Option<i64>| ReadState {
            user_id,
            joined_seq: Seq::new(joined),
            read_seq: read.map(Seq::new),
        };
        let members = [
            state(author, 0, Some(0)),
            state(reader, 0, Some(5)),
            state(late, 5, Some(5)),
            state(uncounted, 0, None),
            state(unread, 0, Some(4)),
        ];
        assert_eq!(unread_by(Seq::new(5), author, &members), 1);
        assert_eq!(unread_by(Seq::new(6), author, &members), 3);
        assert_eq!(unread_by(Seq::new(4), author, &members), 0);
    }
}
