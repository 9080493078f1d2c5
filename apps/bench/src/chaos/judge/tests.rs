//! Each promise: evidence that keeps it passes, evidence that breaks it is found.

use std::time::{Duration, Instant};

use damso_domain::{ClientKey, ConversationId, MessageId, UserId};

use super::*;
use crate::chaos::history::{
    Answer, CopyAtEnd, Deletion, Ending, Line, Peek, Read, Receipt, Record, Removal, Send, View,
};
use crate::chaos::verdict::Invariant;

/// Two people in one group, who wrote three messages; each has one device.
struct Case {
    history: History,
    truth: Truth,
    asked: Vec<Asked>,
    room: ConversationId,
    start: Instant,
}

impl Case {
    fn new() -> Self {
        let (room, start) = (ConversationId::new(), Instant::now());
        let people = vec![UserId::new(), UserId::new()];
        let mut history = History {
            people: people.clone(),
            ..History::default()
        };
        let mut lines = Vec::new();
        for seq in 1..=3 {
            let person = usize::from(seq == 2);
            let line = Line {
                seq,
                rev: seq + 10,
                id: MessageId::new(),
                author: people[person],
                key: ClientKey::new(),
                text: Some(format!("text {seq}")),
                is_system: false,
                is_deleted: false,
            };
            history.sends.push(Send {
                author: line.author,
                person,
                conversation: room,
                key: line.key,
                text: format!("text {seq}"),
                attempts: 1,
                answers: vec![Answer {
                    status: 201,
                    seq,
                    id: line.id,
                }],
                refused: None,
            });
            lines.push(line);
        }
        let asked = lines.iter().map(|line| Some(answered(200, line))).collect();
        let mut truth = Truth::default();
        truth.histories.insert(room, (3, lines.clone()));
        for (person, unread) in [(0, 1), (1, 2)] {
            let view = View {
                rev: 13,
                read_seq: 0,
                unread,
                lines: lines.clone(),
            };
            truth.views.insert((person, room), view);
            let copy = CopyAtEnd {
                from: 1,
                rev: 13,
                lines: lines.clone(),
                read_seq: 0,
                unread,
            };
            history.records.push(Record {
                name: format!("p{person}/0.0"),
                person,
                receipts: Vec::new(),
                screens: vec![(room, lines.iter().map(|line| (line.seq, line.id)).collect())],
                closed_at: None,
                is_last: true,
                copies: [(room, copy)].into(),
            });
        }
        Self {
            history,
            truth,
            asked,
            room,
            start,
        }
    }

    fn after(&self, millis: u64) -> Instant {
        self.start + Duration::from_millis(millis)
    }

    fn lines(&mut self) -> &mut Vec<Line> {
        &mut self.truth.histories.get_mut(&self.room).unwrap().1
    }

    fn copy(&mut self, device: usize) -> &mut CopyAtEnd {
        self.history.records[device].copies.get_mut(&self.room).unwrap()
    }

    fn removed(&mut self, again_after: Option<u64>) {
        let removal = Removal {
            person: 1,
            conversation: self.room,
            acknowledged_at: self.start,
            again_at: again_after.map(|millis| self.after(millis)),
        };
        self.history.removals.push(removal);
    }

    fn received_after(&mut self, millis: u64) {
        let receipt = Receipt {
            at: self.after(millis),
            conversation: self.room,
            rev: 14,
        };
        self.history.records[1].receipts.push(receipt);
    }

    fn ended(&mut self, closed_after: Option<u64>, status_after: u16) {
        let acknowledged_at = self.start;
        self.history.records[1].closed_at = closed_after.map(|millis| self.after(millis));
        self.history.endings.push(Ending {
            record: 1,
            acknowledged_at,
            status_after,
        });
    }

    /// Which promises are found broken.
    fn broken(&self) -> Vec<Invariant> {
        let mut found: Vec<Invariant> = judge(&self.history, &self.truth, &self.asked, 1.0)
            .iter()
            .map(|violation| violation.invariant)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn answered(status: u16, line: &Line) -> (u16, Option<Answer>) {
    let Line { seq, id, .. } = *line;
    (status, Some(Answer { status, seq, id }))
}

/// What is changed in a good case, and which promises that breaks.
fn check(change: impl FnOnce(&mut Case), expected: &[Invariant]) {
    let mut case = Case::new();
    change(&mut case);
    assert_eq!(case.broken(), expected);
}

#[test]
fn a_run_in_which_all_went_well_passes() {
    check(|_| (), &[]);
    check(|case| case.history.sends[0].attempts = 5, &[]);
    // Never acknowledged, and not there.
    check(
        |case| {
            let mut send = case.history.sends[0].clone();
            send.key = ClientKey::new();
            send.answers.clear();
            case.history.sends.push(send);
            case.asked.push(None);
        },
        &[],
    );
    // Never acknowledged, and there all the same.
    check(|case| case.history.sends[0].answers.clear(), &[]);
}

#[test]
fn a_lost_or_altered_message_is_found() {
    use Invariant::{I1, I3, I5};
    check(|case| drop(case.lines().remove(2)), &[I1, I3, I5]);
    check(|case| case.history.sends[1].text = "other".to_owned(), &[I1]);
    check(
        |case| case.history.sends[1].answers[0].id = MessageId::new(),
        &[I1, Invariant::I2],
    );
    // Nobody sent it.
    check(|case| drop(case.history.sends.remove(2)), &[I1]);
}

#[test]
fn a_message_stored_twice_is_found() {
    let twice = |case: &mut Case| {
        let mut line = case.lines()[0].clone();
        (line.seq, line.rev, line.id) = (4, 14, MessageId::new());
        case.lines().push(line);
        case.truth.histories.get_mut(&case.room).unwrap().0 = 4;
    };
    let mut case = Case::new();
    twice(&mut case);
    let found = case.broken();
    assert!(found.starts_with(&[Invariant::I1, Invariant::I2]), "{found:?}");
}

#[test]
fn a_key_that_is_not_known_again_is_found() {
    use Invariant::I2;
    check(
        |case| {
            let line = case.lines()[0].clone();
            case.asked[0] = Some(answered(201, &line));
        },
        &[I2],
    );
    check(|case| case.asked[0] = Some((404, None)), &[I2]);
    check(
        |case| {
            let other = case.lines()[1].clone();
            case.asked[0] = Some(answered(200, &other));
        },
        &[I2],
    );
    check(
        |case| {
            let id = MessageId::new();
            case.history.sends[0].answers.push(Answer {
                status: 200,
                seq: 1,
                id,
            });
        },
        &[I2],
    );
}

#[test]
fn a_copy_that_differs_is_found() {
    use Invariant::I3;
    check(|case| drop(case.copy(0).lines.remove(0)), &[I3]);
    check(|case| case.copy(0).lines[1].rev = 11, &[I3]);
    check(|case| case.copy(0).rev = 12, &[I3]);
    check(|case| case.copy(0).from = 4, &[I3]);
    check(|case| case.history.records[0].copies.clear(), &[I3]);
    check(|case| drop(case.truth.views.remove(&(1, case.room))), &[I3]);
    check(
        |case| {
            let first = case.history.records[0].screens[0].1[0];
            case.history.records[0].screens[0].1.push(first);
        },
        &[I3, Invariant::I4],
    );
    // What was not loaded is not compared.
    check(
        |case| {
            case.copy(0).from = 3;
            case.copy(0).lines.drain(..2);
        },
        &[],
    );
    // A device that was signed out before has no copies.
    check(
        |case| {
            case.history.records[0].is_last = false;
            case.history.records[0].copies.clear();
        },
        &[],
    );
}

#[test]
fn gaps_and_numbers_that_were_given_twice_are_found() {
    use Invariant::I3;
    check(
        |case| case.truth.histories.get_mut(&case.room).unwrap().0 = 4,
        &[I3],
    );
    check(|case| case.lines()[2].rev = 12, &[I3]);
}

#[test]
fn opposite_orders_are_found() {
    let swap = |case: &mut Case, device: usize| case.history.records[device].screens[0].1.swap(0, 1);
    check(|case| swap(case, 0), &[Invariant::I4]);
    // Both saw the same, so nobody saw the opposite.
    check(
        |case| {
            swap(case, 0);
            swap(case, 1);
        },
        &[],
    );
}

#[test]
fn pointers_counts_and_deletions_that_do_not_converge_are_found() {
    use Invariant::I5;
    check(|case| case.copy(1).unread = 1, &[I5]);
    check(|case| case.copy(1).read_seq = 1, &[I5]);
    check(
        |case| {
            case.copy(1).unread = 5;
            case.truth.views.get_mut(&(1, case.room)).unwrap().unread = 5;
        },
        &[I5],
    );
    let read = |case: &mut Case, seq| {
        let conversation = case.room;
        case.history.reads.push(Read {
            person: 0,
            conversation,
            seq,
        });
    };
    check(|case| read(case, 0), &[]);
    check(|case| read(case, 2), &[I5]);
    check(
        |case| {
            let conversation = case.room;
            case.history.deletions.push(Deletion { conversation, seq: 1 });
        },
        &[I5],
    );
}

#[test]
fn what_reaches_somebody_who_was_removed_is_found() {
    use Invariant::I6;
    for (received, again, expected) in [
        (900, None, &[][..]),
        (1_100, None, &[I6][..]),
        (1_100, Some(1_050), &[]),
        (1_100, Some(2_000), &[I6]),
    ] {
        check(
            |case| {
                case.removed(again);
                case.received_after(received);
            },
            expected,
        );
    }
    // The server was stopped in between.
    check(
        |case| {
            case.removed(None);
            case.received_after(1_500);
            case.history.pauses.push((case.after(100), case.after(700)));
        },
        &[],
    );
    let peek = |case: &mut Case, status| {
        let conversation = case.room;
        let peek = Peek {
            person: 1,
            conversation,
            request: "reading",
            status,
        };
        case.history.peeks.push(peek);
    };
    check(|case| peek(case, 404), &[]);
    check(|case| peek(case, 200), &[I6]);
}

#[test]
fn a_socket_that_outlives_its_session_is_found() {
    use Invariant::I7;
    check(|case| case.ended(Some(900), 401), &[]);
    check(|case| case.ended(Some(1_100), 401), &[I7]);
    check(|case| case.ended(None, 401), &[I7]);
    check(|case| case.ended(Some(100), 200), &[I7]);
}
