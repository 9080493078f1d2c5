//! I1 and I2: what was acknowledged is there once, and a repeated key is the message that was stored first.

use std::collections::BTreeMap;

use damso_domain::{ClientKey, ConversationId, UserId};

use crate::chaos::history::{Answer, History, Line, Send, Truth};
use crate::chaos::verdict::{Invariant, Violation};

/// What was answered when a key was asked for once more; `None`: it was not asked for, or there was no answer.
pub type Asked = Option<(u16, Option<Answer>)>;

type Key = (ConversationId, UserId, ClientKey);

fn by_key(truth: &Truth) -> BTreeMap<Key, Vec<&Line>> {
    let mut found: BTreeMap<Key, Vec<&Line>> = BTreeMap::new();
    for (id, (_, lines)) in &truth.histories {
        for line in lines.iter().filter(|line| !line.is_system) {
            found.entry((*id, line.author, line.key)).or_default().push(line);
        }
    }
    found
}

fn key_of(send: &Send) -> Key {
    (send.conversation, send.author, send.key)
}

fn describe(send: &Send) -> String {
    format!("key {} of p{} in {}", send.key, send.person, send.conversation)
}

/// Every acknowledged message is in the history once, as it was sent, under the number that was told; and there
/// is nothing that nobody sent.
pub fn exactly_once(history: &History, truth: &Truth) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let mut found = by_key(truth);
    for send in &history.sends {
        let lines = found.remove(&key_of(send)).unwrap_or_default();
        let Some(answer) = send.answers.first() else {
            continue;
        };
        let what = match lines[..] {
            [] => format!("acknowledged as seq {} and not in the history", answer.seq),
            [line] if (line.seq, line.id) != (answer.seq, answer.id) => {
                format!(
                    "acknowledged as seq {} and in the history as seq {}",
                    answer.seq, line.seq
                )
            }
            [line] if !line.is_deleted && line.text.as_ref() != Some(&send.text) => {
                format!("seq {} says something else than was sent", line.seq)
            }
            [_] => continue,
            _ => format!("{} times in the history", lines.len()),
        };
        wrong.push(Violation::new(
            Invariant::I1,
            format!("{}: {what}", describe(send)),
        ));
    }
    for ((conversation, author, key), lines) in found {
        let what = format!(
            "seq {} in {conversation} by {author}, key {key}, was never sent",
            lines[0].seq
        );
        wrong.push(Violation::new(Invariant::I1, what));
    }
    wrong
}

/// A key has one message, whatever was answered, and when it is asked for again.
pub fn one_for_each_key(history: &History, truth: &Truth, asked: &[Asked]) -> Vec<Violation> {
    let mut wrong = Vec::new();
    for ((conversation, author, key), lines) in by_key(truth) {
        if 1 < lines.len() {
            let seqs: Vec<i64> = lines.iter().map(|line| line.seq).collect();
            let what = format!("key {key} of {author} in {conversation} is at seqs {seqs:?}");
            wrong.push(Violation::new(Invariant::I2, what));
        }
    }
    for (at, send) in history.sends.iter().enumerate() {
        let Some(first) = send.answers.first() else {
            continue;
        };
        for other in &send.answers {
            if (other.seq, other.id) != (first.seq, first.id) {
                let what = format!(
                    "{}: told as seq {} and as seq {}",
                    describe(send),
                    first.seq,
                    other.seq
                );
                wrong.push(Violation::new(Invariant::I2, what));
            }
        }
        match asked.get(at) {
            Some(Some((200, Some(again)))) if (again.seq, again.id) == (first.seq, first.id) => (),
            Some(None) | None => (),
            Some(Some((status, again))) => {
                let again = again.map(|answer| answer.seq);
                let what = format!(
                    "{}: first seq {}, asked again status {status} and seq {again:?}",
                    describe(send),
                    first.seq
                );
                wrong.push(Violation::new(Invariant::I2, what));
            }
        }
    }
    wrong
}
