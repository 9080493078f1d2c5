//! Polls: what can be voted for, and what a vote is.

use std::time::Duration;

use crate::{NameError, PollOptionText, Timestamp};

/// How much later than it is made a poll can end: a year, and a day for leap years.
const LONGEST: Duration = Duration::from_hours(366 * 24);

/// What can be voted for: 2 to 10 texts, each another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollOptions(Vec<PollOptionText>);

/// Why nobody can vote for these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PollOptionsError {
    /// Fewer than [`PollOptions::MIN_COUNT`].
    #[error("a poll has at least 2 options")]
    TooFew,
    /// More than [`PollOptions::MAX_COUNT`].
    #[error("a poll has at most 10 options")]
    TooMany,
    /// One of them is no text for an option.
    #[error("option {number} {error}")]
    Text {
        /// Which, from 1.
        number: usize,
        /// What is wrong with it.
        error: NameError,
    },
    /// Two say the same.
    #[error("option {number} says what another one says")]
    Twice {
        /// The later one, from 1.
        number: usize,
    },
}

impl PollOptions {
    /// The fewest there is something to choose from.
    pub const MIN_COUNT: usize = 2;
    /// The most.
    pub const MAX_COUNT: usize = 10;

    /// Normalises each.
    pub fn parse(raw: &[String]) -> Result<Self, PollOptionsError> {
        if raw.len() < Self::MIN_COUNT {
            return Err(PollOptionsError::TooFew);
        }
        if Self::MAX_COUNT < raw.len() {
            return Err(PollOptionsError::TooMany);
        }
        let mut options: Vec<PollOptionText> = Vec::with_capacity(raw.len());
        for (number, raw) in (1..).zip(raw) {
            let option =
                PollOptionText::parse(raw).map_err(|error| PollOptionsError::Text { number, error })?;
            if options.contains(&option) {
                return Err(PollOptionsError::Twice { number });
            }
            options.push(option);
        }
        Ok(Self(options))
    }

    /// In the order in which they are shown; their numbers begin with 1.
    pub fn into_texts(self) -> Vec<String> {
        self.0.into_iter().map(PollOptionText::into_string).collect()
    }
}

/// Whether a poll that is made `now` can end then: later, and within a year.
pub fn is_poll_closing_time(at: Timestamp, now: Timestamp) -> bool {
    now < at && at <= now.after(LONGEST)
}

/// What somebody votes for: the numbers of options, ascending, each once, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot(Vec<i64>);

/// Why this is no vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BallotError {
    /// Nothing is chosen.
    #[error("a vote names at least one option")]
    Empty,
    /// Something is chosen that is none of the options.
    #[error("this is none of the options")]
    Unknown,
    /// Several are chosen where only one can be.
    #[error("only one option can be chosen")]
    Several,
}

impl Ballot {
    /// A vote in a poll with so many options, of which one or several can be chosen. What is named twice counts once.
    pub fn parse(chosen: &[i64], options: usize, is_multiple: bool) -> Result<Self, BallotError> {
        let mut chosen = chosen.to_vec();
        chosen.sort_unstable();
        chosen.dedup();
        let is_known = |number: &i64| usize::try_from(*number).is_ok_and(|at| (1..=options).contains(&at));
        match chosen.len() {
            0 => Err(BallotError::Empty),
            _ if !chosen.iter().all(is_known) => Err(BallotError::Unknown),
            2.. if !is_multiple => Err(BallotError::Several),
            _ => Ok(Self(chosen)),
        }
    }

    /// The numbers.
    pub fn as_slice(&self) -> &[i64] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(texts: &[&str]) -> Result<Vec<String>, PollOptionsError> {
        let raw: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        PollOptions::parse(&raw).map(PollOptions::into_texts)
    }

    #[test]
    fn options_are_two_to_ten_different_lines() {
        assert_eq!(options(&[" 네 ", "아니\n요"]).unwrap(), ["네", "아니 요"]);
        let texts: Vec<String> = (0..11).map(|number| number.to_string()).collect();
        assert_eq!(PollOptions::parse(&texts[..1]), Err(PollOptionsError::TooFew));
        assert!(PollOptions::parse(&texts[..10]).is_ok());
        assert_eq!(PollOptions::parse(&texts), Err(PollOptionsError::TooMany));
        let text = |number, error| Err(PollOptionsError::Text { number, error });
        assert_eq!(options(&["네", "\u{200b}"]), text(2, NameError::Empty));
        let long = "가".repeat(101);
        assert_eq!(
            options(&[&long, "아니요"]),
            text(1, NameError::TooLong { max_chars: 100 })
        );
        assert!(options(&[&long[..300], "아니요"]).is_ok());
        assert_eq!(
            options(&["네", "아니요", " 네"]),
            Err(PollOptionsError::Twice { number: 3 })
        );
    }

    #[test]
    fn a_poll_ends_later_and_within_a_year() {
        let now = Timestamp::from_millis(1_700_000_000_000).unwrap();
        let later = |duration| now.after(duration);
        assert!(!is_poll_closing_time(now, now));
        assert!(!is_poll_closing_time(now.before(Duration::from_secs(1)), now));
        assert!(is_poll_closing_time(later(Duration::from_millis(1)), now));
        assert!(is_poll_closing_time(later(LONGEST), now));
        assert!(!is_poll_closing_time(
            later(LONGEST + Duration::from_millis(1)),
            now
        ));
    }

    #[test]
    fn a_vote_names_options_of_the_poll() {
        let parse = |chosen: &[i64], is_multiple| Ballot::parse(chosen, 3, is_multiple);
        assert_eq!(parse(&[3, 1, 3], true).unwrap().as_slice(), [1, 3]);
        assert_eq!(parse(&[2, 2], false).unwrap().as_slice(), [2]);
        assert_eq!(parse(&[], true), Err(BallotError::Empty));
        assert_eq!(parse(&[1, 2], false), Err(BallotError::Several));
        for unknown in [0, 4, -1, i64::MAX] {
            assert_eq!(parse(&[unknown], false), Err(BallotError::Unknown));
            assert_eq!(parse(&[1, unknown], true), Err(BallotError::Unknown));
        }
    }
}
