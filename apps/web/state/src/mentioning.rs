//! Mentions in a text that is being written: where they are while it changes, and whom an `@` may mean.
//!
//! Everything is counted as a text box counts, in UTF-16 units.

use std::ops::Range;

use damso_domain::{Mention, UserId};

/// More than this after an `@` is no name.
const MOST_TYPED: usize = 32;

/// The mentions of a text that is being written, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentioning(Vec<Mention>);

/// An `@` that somebody is writing a name after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Where it is.
    pub start: u32,
    /// What stands between it and the caret.
    pub typed: String,
}

impl Mentioning {
    /// Those of a text that was written before.
    pub const fn of(mentions: Vec<Mention>) -> Self {
        Self(mentions)
    }

    /// They.
    pub fn list(&self) -> &[Mention] {
        &self.0
    }

    /// The text has become another one: mentions move with their words, and one whose words were changed is none any more.
    pub fn follow(&mut self, before: &str, after: &str) {
        if self.0.is_empty() || before == after {
            return;
        }
        let (before, after) = (units(before), units(after));
        let pairs = before.iter().zip(&after);
        let head = pairs.take_while(|(old, new)| old == new).count();
        let most = before.len().min(after.len()) - head;
        let pairs = before.iter().rev().zip(after.iter().rev()).take(most);
        let tail = pairs.take_while(|(old, new)| old == new).count();
        let (old_end, new_end) = (before.len() - tail, after.len() - tail);
        let mut free_from = 0;
        let mut kept = Vec::with_capacity(self.0.len());
        for mention in &self.0 {
            let (start, end) = (mention.start as usize, mention.end as usize);
            let moved = if end <= head {
                Some(start)
            } else if old_end <= start {
                Some(start - old_end + new_end)
            } else {
                // The words may stand in what has taken their place: with marks around them, or pasted.
                let from = start.min(head.saturating_sub(end - start)).max(free_from);
                let within = from..new_end + end.saturating_sub(old_end);
                find(&after, within, before.get(start..end).unwrap_or_default())
            };
            if let Some(moved) = moved {
                free_from = moved + (end - start);
                kept.push(at(mention.user_id, moved..free_from));
            }
        }
        self.0 = kept;
    }

    /// Words that mean somebody have been put into the text.
    pub fn add(&mut self, user_id: Option<UserId>, start: u32, words: &str) {
        let end = start + units_of(words);
        let mention = Mention { user_id, start, end };
        let place = self.0.partition_point(|known| known.start < start);
        self.0.insert(place, mention);
    }

    /// The `@` that somebody is writing a name after, with the caret behind it. One in an address is none, and neither is
    /// one that means somebody already.
    pub fn trigger(&self, text: &str, caret: u32) -> Option<Trigger> {
        let text = units(text);
        let before = text.get(..caret as usize)?;
        let near = before.len().saturating_sub(MOST_TYPED);
        let start = near + before[near..].iter().rposition(|unit| *unit == u16::from(b'@'))?;
        let is_meant = |mention: &Mention| mention.start as usize == start;
        if self.0.iter().any(is_meant) {
            return None;
        }
        let is_address = start
            .checked_sub(1)
            .and_then(|at| u8::try_from(before[at]).ok())
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
        let typed = String::from_utf16(&before[start + 1..]).ok()?;
        let is_name = !typed.starts_with(char::is_whitespace) && !typed.ends_with(char::is_whitespace);
        if is_address || !is_name || typed.contains('\n') {
            return None;
        }
        let start = u32::try_from(start).ok()?;
        Some(Trigger { start, typed })
    }

    /// The mentions of the text as it goes out: `written` is what stands in the box, `sent` what is left of it.
    pub fn settle(&self, written: &str, sent: &str) -> Vec<Mention> {
        let mut settled = self.clone();
        // Step by step, so that nothing has to be looked for where only the ends were cut.
        let steps = [written, written.trim_start(), written.trim(), sent];
        for step in steps.windows(2) {
            settled.follow(step[0], step[1]);
        }
        settled.0
    }
}

/// Whom an `@` and a name may mean, and the words that go into the text for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// `None`: everybody.
    pub user_id: Option<UserId>,
    /// Without the `@`.
    pub name: String,
}

fn at(user_id: Option<UserId>, range: Range<usize>) -> Mention {
    let unit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Mention {
        user_id,
        start: unit(range.start),
        end: unit(range.end),
    }
}

/// Where `words` stand first in a part of the text.
fn find(text: &[u16], within: Range<usize>, words: &[u16]) -> Option<usize> {
    let part = text.get(within.clone())?;
    let mut places = part.windows(words.len().max(1));
    let place = places.position(|place| place == words)?;
    Some(within.start + place)
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn units_of(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with the mentions that stand in brackets.
    fn marked(text: &str) -> (String, Mentioning) {
        let mut mentioning = Mentioning::default();
        let mut plain = String::new();
        for (nth, part) in text.split(['[', ']']).enumerate() {
            if nth % 2 == 1 {
                mentioning.add(Some(UserId::new()), units_of(&plain), part);
            }
            plain.push_str(part);
        }
        (plain, mentioning)
    }

    fn shown(text: &str, mentioning: &Mentioning) -> String {
        let all = units(text);
        let mut out = String::new();
        let mut from = 0;
        for mention in mentioning.list() {
            let (start, end) = (mention.start as usize, mention.end as usize);
            out.push_str(&String::from_utf16(&all[from..start]).unwrap());
            out.push('[');
            out.push_str(&String::from_utf16(&all[start..end]).unwrap());
            out.push(']');
            from = end;
        }
        out.push_str(&String::from_utf16(&all[from..]).unwrap());
        out
    }

    #[test]
    fn mentions_move_with_their_words() {
        for (before, after, expected) in [
            ("[@민지] 봐", "😀[@민지] 봐", "😀[@민지] 봐"),
            ("[@민지] 봐", "[@민지]야 봐", "[@민지]야 봐"),
            ("[@민지] [@서연]", "[@민지], [@서연]", "[@민지], [@서연]"),
            ("[@민지] [@서연]", "[@서연]", "[@서연]"),
            ("[@민지] [@민지]", "[@민지] @민", "[@민지] @민"),
            ("[@민지] 봐", "@민 봐", "@민 봐"),
            ("[@민지] 봐", "@민호지 봐", "@민호지 봐"),
            ("[@민지]", "**[@민지]**", "**[@민지]**"),
            ("[@민지]", "@[@민지]", "@[@민지]"),
            ("[@민지][@서연]", "", ""),
        ] {
            let (before, mut mentioning) = marked(before);
            let after: String = after.chars().filter(|c| !"[]".contains(*c)).collect();
            mentioning.follow(&before, &after);
            assert_eq!(shown(&after, &mentioning), expected, "{before} -> {after}");
        }
    }

    #[test]
    fn what_goes_out_is_trimmed_and_says_the_same() {
        let (written, mentioning) = marked("  @민지 아니고 [@민지] 봐 \u{7} [@서연]\n");
        let sent = written.replace('\u{7}', "");
        let sent = sent.trim();
        let settled = Mentioning::of(mentioning.settle(&written, sent));
        assert_eq!(shown(sent, &settled), "@민지 아니고 [@민지] 봐  [@서연]");
    }

    #[test]
    fn an_at_asks_for_a_name() {
        for (text, caret, expected) in [
            ("@", 1, Some((0, ""))),
            ("봐 @ㅁㅈ", 5, Some((2, "ㅁㅈ"))),
            ("봐@민", 3, Some((1, "민"))),
            ("😀 @min ji", 10, Some((3, "min ji"))),
            ("(@a", 3, Some((1, "a"))),
            ("@민지", 1, Some((0, ""))),
            ("a@b", 3, None),
            ("@ 민지", 4, None),
            ("@민지 ", 4, None),
            ("@민지\n안녕", 6, None),
            ("안녕", 2, None),
            ("@a", 0, None),
        ] {
            let trigger = Mentioning::default().trigger(text, caret);
            let found = trigger.as_ref().map(|found| (found.start, found.typed.as_str()));
            assert_eq!(found, expected, "{text} at {caret}");
        }
        let long = format!("@{}", "가".repeat(MOST_TYPED));
        assert_eq!(Mentioning::default().trigger(&long, 33), None);
        let (text, mentioning) = marked("[@민지] 봐 @");
        assert_eq!(mentioning.trigger(&text, 3), None, "it means somebody already");
        assert_eq!(mentioning.trigger(&text, 5), None, "so does it with what follows");
        assert!(mentioning.trigger(&text, 7).is_some());
    }
}
