//! Short one-line texts that people choose: names and status messages.

use serde::Serialize;

use crate::text::{clean_without, is_invisible, turns_direction};

/// Why a one-line text is not acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing that can be seen.
    #[error("must hold at least one visible character")]
    Empty,
    /// More characters than its kind allows.
    #[error("holds at most {max_chars} characters")]
    TooLong {
        /// The most it may have.
        max_chars: usize,
    },
}

/// One line, without the characters that turn the writing direction of what follows.
fn one_line(raw: &str) -> String {
    clean_without(raw, turns_direction)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

macro_rules! one_line_text {
    ($(#[$doc:meta])* $name:ident, max $max:literal, $empty:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Counted in Unicode scalar values after trimming.
            pub const MAX_CHARS: usize = $max;

            /// Normalises, trims and joins runs of white space.
            pub fn parse(raw: &str) -> Result<Self, NameError> {
                let text = one_line(raw);
                if one_line_text!(@refuses_empty $empty) && text.chars().all(is_invisible) {
                    return Err(NameError::Empty);
                }
                if Self::MAX_CHARS < text.chars().count() {
                    return Err(NameError::TooLong { max_chars: Self::MAX_CHARS });
                }
                Ok(Self(text))
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text itself.
            pub fn into_string(self) -> String {
                self.0
            }
        }
    };
    (@refuses_empty required) => { true };
    (@refuses_empty optional) => { false };
}

one_line_text!(
    /// What a person is called: 1 to 30 characters, any script.
    DisplayName, max 30, required
);
one_line_text!(
    /// The line under a person's name: up to 60 characters, may be empty.
    StatusMessage, max 60, optional
);
one_line_text!(
    /// What a group is called: 1 to 50 characters.
    ConversationName, max 50, required
);
one_line_text!(
    /// What a folder of conversations is called: 1 to 20 characters.
    FolderName, max 20, required
);
one_line_text!(
    /// The line that goes with a friend request: up to 200 characters, may be empty.
    RequestMessage, max 200, optional
);
one_line_text!(
    /// What a session is called in the list of devices: 1 to 60 characters.
    SessionName, max 60, required
);
one_line_text!(
    /// What goes with a status: up to 60 characters, may be empty.
    PresenceText, max 60, optional
);
one_line_text!(
    /// What a poll asks: 1 to 300 characters.
    PollQuestion, max 300, required
);
one_line_text!(
    /// What can be voted for: 1 to 100 characters.
    PollOptionText, max 100, required
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_visible_line() {
        assert_eq!(DisplayName::parse("  김 \n 민지 ").unwrap().as_str(), "김 민지");
        assert_eq!(DisplayName::parse("\u{202e}evil").unwrap().as_str(), "evil");
        for empty in ["", "   ", "\u{3164}", "\u{200b}\u{200d}", "\u{2800}"] {
            assert_eq!(DisplayName::parse(empty), Err(NameError::Empty), "{empty:?}");
        }
        assert_eq!(
            DisplayName::parse(&"민".repeat(31)),
            Err(NameError::TooLong { max_chars: 30 })
        );
    }

    #[test]
    fn a_status_message_may_be_empty() {
        assert_eq!(StatusMessage::parse(" ").unwrap().as_str(), "");
    }
}
