//! Passwords on their way to the hash.

use std::fmt;

/// A password that fits: 8 to 128 characters and at most 1,024 bytes, checked before anything is hashed.
///
/// It cannot be printed and is not serialisable.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a text cannot be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than [`Password::MIN_CHARS`] characters.
    #[error("has at least 8 characters")]
    TooShort,
    /// More than [`Password::MAX_CHARS`] characters or [`Password::MAX_BYTES`] bytes.
    #[error("has at most 128 characters")]
    TooLong,
    /// One of the passwords that are tried first.
    #[error("is one of the most common passwords")]
    TooCommon,
    /// The same as the handle or the e-mail address.
    #[error("must differ from the handle and the e-mail address")]
    SameAsLogin,
}

impl Password {
    /// The fewest characters.
    pub const MIN_CHARS: usize = 8;
    /// The most characters.
    pub const MAX_CHARS: usize = 128;
    /// The most bytes in UTF-8.
    pub const MAX_BYTES: usize = 1_024;

    /// Checks a new password. `logins` are what the account is signed in with.
    pub fn parse_new(raw: &str, logins: &[&str]) -> Result<Self, PasswordError> {
        if Self::MAX_BYTES < raw.len() || Self::MAX_CHARS < raw.chars().count() {
            return Err(PasswordError::TooLong);
        }
        if raw.chars().count() < Self::MIN_CHARS {
            return Err(PasswordError::TooShort);
        }
        let folded = raw.to_lowercase();
        if logins.iter().any(|login| login.to_lowercase() == folded) {
            return Err(PasswordError::SameAsLogin);
        }
        if is_common(&folded) {
            return Err(PasswordError::TooCommon);
        }
        Ok(Self(raw.to_owned()))
    }

    /// Takes a password to compare with a stored hash; `None` when it is too long to be one.
    pub fn for_verification(raw: &str) -> Option<Self> {
        (raw.len() <= Self::MAX_BYTES).then(|| Self(raw.to_owned()))
    }

    /// For the hash function alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Passwords of eight characters and more that head every published list of leaked ones.
const COMMON: [&str; 48] = [
    "00000000",
    "11111111",
    "12121212",
    "12312312",
    "123123123",
    "12341234",
    "1234567890",
    "12345678",
    "123456789",
    "1234qwer",
    "147258369",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1q2w3e4r!",
    "1qaz2wsx",
    "22222222",
    "66666666",
    "87654321",
    "88888888",
    "987654321",
    "99999999",
    "aaaaaaaa",
    "abc12345",
    "abcd1234",
    "abcd1234!",
    "access14",
    "administrator",
    "asdf1234",
    "asdfasdf",
    "asdfghjkl",
    "baseball",
    "computer",
    "dkssudgktpdy",
    "football",
    "iloveyou",
    "letmein1",
    "password",
    "password1",
    "password12",
    "password123",
    "passw0rd",
    "princess",
    "q1w2e3r4",
    "qwer1234",
    "qwerty123",
    "qwertyuiop",
    "sunshine",
    "tkfkdgody",
];

fn is_common(folded: &str) -> bool {
    let is_one_character = folded.chars().all(|c| folded.starts_with(c));
    is_one_character || COMMON.contains(&folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_passwords_follow_the_written_rule() {
        for (raw, expected) in [
            ("short12", Err(PasswordError::TooShort)),
            ("여덟글자비밀번호", Ok(())),
            ("password123", Err(PasswordError::TooCommon)),
            ("QWERTYUIOP", Err(PasswordError::TooCommon)),
            ("ㅋㅋㅋㅋㅋㅋㅋㅋㅋ", Err(PasswordError::TooCommon)),
            ("Minji.Kim", Err(PasswordError::SameAsLogin)),
            ("correct horse battery", Ok(())),
        ] {
            assert_eq!(
                Password::parse_new(raw, &["minji.kim"]).map(|_| ()),
                expected,
                "{raw:?}"
            );
        }
        assert_eq!(
            Password::parse_new(&"a1".repeat(65), &[]),
            Err(PasswordError::TooLong)
        );
    }

    #[test]
    fn a_password_cannot_be_printed() {
        let password = Password::parse_new("correct horse", &[]).unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}
