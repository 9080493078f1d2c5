//! The name an account is found by.

use std::fmt;

use serde::Serialize;

/// 3 to 20 of `a-z 0-9 _ .`, starting with a letter; upper case is folded, so it is unique without regard
/// to case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Handle(String);

/// Why a text cannot be a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    /// Fewer than [`Handle::MIN_CHARS`] characters.
    #[error("has at least 3 characters")]
    TooShort,
    /// More than [`Handle::MAX_CHARS`] characters.
    #[error("has at most 20 characters")]
    TooLong,
    /// Does not start with a letter.
    #[error("starts with a letter")]
    StartsWithoutLetter,
    /// Something other than `a-z 0-9 _ .`.
    #[error("holds only letters a to z, digits, _ and .")]
    InvalidCharacter,
    /// A name that would make people think it speaks for the server.
    #[error("is reserved")]
    Reserved,
}

impl Handle {
    /// The fewest characters.
    pub const MIN_CHARS: usize = 3;
    /// The most characters.
    pub const MAX_CHARS: usize = 20;
    /// Nobody can sign up as one of these.
    const RESERVED: [&'static str; 12] = [
        "admin",
        "administrator",
        "all",
        "damso",
        "everyone",
        "help",
        "here",
        "official",
        "root",
        "security",
        "support",
        "system",
    ];

    /// Trims, drops one leading `@`, folds upper case and checks.
    pub fn parse(raw: &str) -> Result<Self, HandleError> {
        let trimmed = raw.trim();
        let handle = trimmed.strip_prefix('@').unwrap_or(trimmed).to_ascii_lowercase();
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
        if !handle.chars().all(is_allowed) {
            return Err(HandleError::InvalidCharacter);
        }
        // All characters are ASCII from here on, so bytes are characters.
        match handle.len() {
            len if len < Self::MIN_CHARS => Err(HandleError::TooShort),
            len if Self::MAX_CHARS < len => Err(HandleError::TooLong),
            _ if !handle.starts_with(|c: char| c.is_ascii_lowercase()) => {
                Err(HandleError::StartsWithoutLetter)
            }
            _ if Self::RESERVED.contains(&handle.as_str()) => Err(HandleError::Reserved),
            _ => Ok(Self(handle)),
        }
    }

    /// In lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In lower case.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_follow_the_written_rule() {
        for (raw, expected) in [
            ("minji", Ok("minji")),
            (" @Min.Ji_2 ", Ok("min.ji_2")),
            ("ab", Err(HandleError::TooShort)),
            ("a2345678901234567890", Ok("a2345678901234567890")),
            ("a23456789012345678901", Err(HandleError::TooLong)),
            ("2minji", Err(HandleError::StartsWithoutLetter)),
            ("_minji", Err(HandleError::StartsWithoutLetter)),
            ("민지민지", Err(HandleError::InvalidCharacter)),
            ("min ji", Err(HandleError::InvalidCharacter)),
            // What only looks like a letter: Cyrillic, full width, the Kelvin sign, with something unseen.
            ("m\u{456}nji", Err(HandleError::InvalidCharacter)),
            ("\u{ff4d}inji", Err(HandleError::InvalidCharacter)),
            ("\u{212a}im", Err(HandleError::InvalidCharacter)),
            ("min\u{200b}ji", Err(HandleError::InvalidCharacter)),
            ("Admin", Err(HandleError::Reserved)),
        ] {
            assert_eq!(
                Handle::parse(raw).as_ref().map(Handle::as_str).map_err(|e| *e),
                expected,
                "{raw:?}"
            );
        }
    }
}
