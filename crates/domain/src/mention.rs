//! Whom a text means, and where it says so.
//!
//! A mention is a stretch of the text that begins with `@` and names somebody as they were called when it was written.
//! Whom it means is their id, so that it stays right when they are called otherwise.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::UserId;

/// A stretch of a text that means somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mention {
    /// Who is meant; `null`: everybody in the group.
    pub user_id: Option<UserId>,
    /// Where its `@` is, in UTF-16 units from the beginning of the text as it is stored.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 8000))]
    pub start: u32,
    /// Where it ends, in the same units: the first one after it.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 8000))]
    pub end: u32,
}

impl Mention {
    /// How many a message holds.
    pub const MAX_COUNT: usize = 50;
    /// How long one is, in UTF-16 units: an `@` and a name.
    pub const MAX_UNITS: u32 = 64;
}

/// Why mentions do not fit a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MentionError {
    /// More than [`Mention::MAX_COUNT`].
    #[error("a message holds at most 50 mentions")]
    TooMany,
    /// One is no stretch of one line that begins with `@`, or is too long, or they are not in the order of the text.
    #[error("a mention is a stretch of the text that begins with @")]
    Invalid,
}

/// The stretches of `text` that mentions are, in bytes: in their order, each within a line, none over another.
pub fn mention_ranges(text: &str, mentions: &[Mention]) -> Result<Vec<Range<usize>>, MentionError> {
    if Mention::MAX_COUNT < mentions.len() {
        return Err(MentionError::TooMany);
    }
    let mut ranges = Vec::with_capacity(mentions.len());
    let mut reader = Walk {
        text,
        bytes: 0,
        units: 0,
    };
    for mention in mentions {
        let start = reader.advance(mention.start).ok_or(MentionError::Invalid)?;
        let end = reader.advance(mention.end).ok_or(MentionError::Invalid)?;
        let name = text[start..end].strip_prefix('@').ok_or(MentionError::Invalid)?;
        let is_too_long = Mention::MAX_UNITS < mention.end - mention.start;
        if name.trim().is_empty() || name.contains('\n') || is_too_long {
            return Err(MentionError::Invalid);
        }
        ranges.push(start..end);
    }
    Ok(ranges)
}

/// Walks through a text once, counting bytes and UTF-16 units.
struct Walk<'a> {
    text: &'a str,
    bytes: usize,
    units: u32,
}

impl Walk<'_> {
    /// Goes on to a unit and says which byte that is; `None` when it is behind, beyond the end or within a character.
    fn advance(&mut self, to: u32) -> Option<usize> {
        if to < self.units {
            return None;
        }
        let mut rest = self.text[self.bytes..].chars();
        while self.units < to {
            let next = rest.next()?;
            self.bytes += next.len_utf8();
            self.units += u32::from(next as u32 > 0xffff) + 1;
        }
        (self.units == to).then_some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: u32, end: u32) -> Mention {
        Mention {
            user_id: Some(UserId::new()),
            start,
            end,
        }
    }

    fn named<'a>(text: &'a str, mentions: &[Mention]) -> Result<Vec<&'a str>, MentionError> {
        let ranges = mention_ranges(text, mentions)?;
        Ok(ranges.into_iter().map(|range| &text[range]).collect())
    }

    #[test]
    fn positions_are_units_of_utf_16() {
        let text = "😀 @민지, @서연 봐";
        assert_eq!(named(text, &[at(3, 6), at(8, 11)]), Ok(vec!["@민지", "@서연"]));
        assert_eq!(named(text, &[]), Ok(vec![]));
        assert_eq!(named("@👩‍🚀", &[at(0, 6)]), Ok(vec!["@👩‍🚀"]));
        assert_eq!(named("@a@b", &[at(0, 2), at(2, 4)]), Ok(vec!["@a", "@b"]));
    }

    #[test]
    fn what_is_no_mention_is_refused() {
        let text = "😀 @민지 @\n @ ";
        for (mentions, why) in [
            (vec![at(1, 6)], "within a character"),
            (vec![at(4, 6)], "without an @"),
            (vec![at(3, 99)], "beyond the end"),
            (vec![at(3, 3)], "empty"),
            (vec![at(6, 3)], "backwards"),
            (vec![at(3, 6), at(3, 6)], "twice"),
            (vec![at(3, 6), at(0, 2)], "out of order"),
            (vec![at(7, 9)], "over a line"),
            (vec![at(10, 12)], "nobody's name"),
        ] {
            assert_eq!(
                mention_ranges(text, &mentions),
                Err(MentionError::Invalid),
                "{why}"
            );
        }
        let long = format!("@{}", "가".repeat(64));
        assert!(mention_ranges(&long, &[at(0, 64)]).is_ok());
        assert_eq!(mention_ranges(&long, &[at(0, 65)]), Err(MentionError::Invalid));
        let many = "@a".repeat(51);
        let mentions: Vec<Mention> = (0..51).map(|at_pair| at(at_pair * 2, at_pair * 2 + 2)).collect();
        assert_eq!(mention_ranges(&many, &mentions), Err(MentionError::TooMany));
        assert!(mention_ranges(&many, &mentions[..50]).is_ok());
    }
}
