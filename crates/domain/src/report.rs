//! What people tell the operator of each other.

use serde::{Deserialize, Serialize};

use crate::conversation::stored_enum;
use crate::text::{clean, is_invisible};

stored_enum!(
    /// Why somebody reports a person or a message.
    ReportReason {
        /// Advertising, fraud, the same thing over and over.
        Spam = "spam",
        /// Insults, threats, not leaving somebody alone.
        Harassment = "harassment",
        /// Violence, or a call for it.
        Violence = "violence",
        /// Sexual content that nobody asked for or that is not allowed.
        Sexual = "sexual",
        /// Somebody claims to be somebody else.
        Impersonation = "impersonation",
        /// Something else.
        Other = "other",
    }
);

/// What somebody remarks on a report, or on what became of it: up to 1,000 characters, on as many lines as they like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark(String);

/// Why a text cannot be a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemarkError {
    /// More than [`Remark::MAX_CHARS`] characters.
    #[error("holds at most 1000 characters")]
    TooLong,
}

impl Remark {
    /// Counted in Unicode scalar values after trimming.
    pub const MAX_CHARS: usize = 1_000;

    /// Normalises and trims; `None` when nothing is left.
    pub fn parse(raw: &str) -> Result<Option<Self>, RemarkError> {
        let text = clean(raw);
        let text = text.trim();
        if Self::MAX_CHARS < text.chars().count() {
            return Err(RemarkError::TooLong);
        }
        let says_something = !text.chars().all(is_invisible);
        Ok(says_something.then(|| Self(text.to_owned())))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_is_bounded_and_may_be_none() {
        for none in ["", " \n\t", "\u{200b}"] {
            assert_eq!(Remark::parse(none), Ok(None), "{none:?}");
        }
        let remark = Remark::parse("  또\r\n\u{1b}왔어요 ").unwrap().unwrap();
        assert_eq!(remark.as_str(), "또\n왔어요");
        assert!(Remark::parse(&"가".repeat(1_000)).unwrap().is_some());
        assert_eq!(Remark::parse(&"가".repeat(1_001)), Err(RemarkError::TooLong));
    }
}
