//! I3 and I5: what every device has equals what its user gets when asking afresh.

use std::collections::BTreeSet;

use damso_domain::ConversationId;

use crate::chaos::history::{CopyAtEnd, History, Line, Record, Truth, View};
use crate::chaos::shelf::count_unread;
use crate::chaos::verdict::{Invariant, Violation};

/// The messages of a conversation are numbered from 1 to its last one, and no two took part in the same change.
pub fn without_gaps(truth: &Truth) -> Vec<Violation> {
    let mut wrong = Vec::new();
    for (id, (last_seq, lines)) in &truth.histories {
        let seqs = lines.iter().map(|line| line.seq);
        if let Some((expected, found)) = (1..=*last_seq)
            .zip(seqs)
            .find(|(expected, found)| expected != found)
        {
            let what = format!("{id}: seq {found} where {expected} should be");
            wrong.push(Violation::new(Invariant::I3, what));
        } else if i64::try_from(lines.len()) != Ok(*last_seq) {
            let what = format!("{id}: {} messages, and the last seq is {last_seq}", lines.len());
            wrong.push(Violation::new(Invariant::I3, what));
        }
        let mut revs = BTreeSet::new();
        for line in lines.iter().filter(|line| !revs.insert(line.rev)) {
            let what = format!(
                "{id}: seq {} has rev {}, as another message has",
                line.seq, line.rev
            );
            wrong.push(Violation::new(Invariant::I3, what));
        }
    }
    wrong
}

/// The same messages in the same state, none twice, in every copy.
pub fn as_fetched(history: &History, truth: &Truth) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let mut add = |record: &Record, id: &ConversationId, what: String| {
        wrong.push(Violation::new(
            Invariant::I3,
            format!("{} in {id}: {what}", record.name),
        ));
    };
    for record in &history.records {
        for (id, screen) in &record.screens {
            let mut seen = BTreeSet::new();
            if let Some((seq, _)) = screen.iter().find(|(seq, _)| !seen.insert(seq)) {
                add(record, id, format!("seq {seq} came onto the screen twice"));
            }
        }
        if !record.is_last {
            continue;
        }
        for (id, copy) in &record.copies {
            match truth.views.get(&(record.person, *id)) {
                None => add(record, id, "a copy of what its user is not in".to_owned()),
                Some(view) => {
                    if let Some(what) = difference(copy, view) {
                        add(record, id, what);
                    }
                }
            }
        }
        let of_person = truth.views.keys().filter(|(person, _)| *person == record.person);
        for (_, id) in of_person.filter(|(_, id)| !record.copies.contains_key(id)) {
            add(record, id, "no copy of what its user is in".to_owned());
        }
    }
    wrong
}

fn difference(copy: &CopyAtEnd, view: &View) -> Option<String> {
    let fetched: Vec<&Line> = view.lines.iter().filter(|line| copy.from <= line.seq).collect();
    let lines: Vec<&Line> = copy.lines.iter().collect();
    if let Some(missing) = fetched
        .iter()
        .find(|line| !lines.iter().any(|mine| mine.seq == line.seq))
    {
        return Some(format!("seq {} (rev {}) is missing", missing.seq, missing.rev));
    }
    if let Some(odd) = lines
        .iter()
        .find(|line| !fetched.iter().any(|theirs| theirs.seq == line.seq))
    {
        return Some(format!("seq {} is not there when asked afresh", odd.seq));
    }
    if let Some((mine, theirs)) = lines.iter().zip(&fetched).find(|(mine, theirs)| mine != theirs) {
        return Some(format!(
            "seq {} is kept with rev {} (deleted: {}) and fetched with rev {} (deleted: {})",
            mine.seq, mine.rev, mine.is_deleted, theirs.rev, theirs.is_deleted
        ));
    }
    (copy.rev != view.rev).then(|| format!("kept at rev {}, fetched at rev {}", copy.rev, view.rev))
}

/// Pointers, counts and deletions are everywhere what they have to be.
pub fn converged(history: &History, truth: &Truth) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let mut add = |what: String| wrong.push(Violation::new(Invariant::I5, what));
    for record in history.records.iter().filter(|record| record.is_last) {
        for (id, copy) in &record.copies {
            let Some(view) = truth.views.get(&(record.person, *id)) else {
                continue;
            };
            if (copy.read_seq, copy.unread) != (view.read_seq, view.unread) {
                add(format!(
                    "{} in {id}: read to {} with {} unread, fetched: {} and {}",
                    record.name, copy.read_seq, copy.unread, view.read_seq, view.unread
                ));
            }
        }
    }
    for ((person, id), view) in &truth.views {
        if let Some((_, lines)) = truth.histories.get(id) {
            let counted = count_unread(lines.iter(), history.people[*person], view.read_seq);
            if counted != view.unread {
                add(format!(
                    "p{person} in {id}: the server counts {} unread after {}, the history {counted}",
                    view.unread, view.read_seq
                ));
            }
        }
    }
    for read in &history.reads {
        let view = truth.views.get(&(read.person, read.conversation));
        if let Some(view) = view.filter(|view| view.read_seq < read.seq) {
            add(format!(
                "p{} in {}: {} was acknowledged as read, the pointer is at {}",
                read.person, read.conversation, read.seq, view.read_seq
            ));
        }
    }
    for deletion in &history.deletions {
        let lines = truth
            .histories
            .get(&deletion.conversation)
            .map(|(_, lines)| lines);
        let line = lines.and_then(|lines| lines.iter().find(|line| line.seq == deletion.seq));
        if line.is_none_or(|line| !line.is_deleted || line.text.is_some()) {
            add(format!(
                "seq {} in {}: its deletion was acknowledged, and it is there",
                deletion.seq, deletion.conversation
            ));
        }
    }
    wrong
}
