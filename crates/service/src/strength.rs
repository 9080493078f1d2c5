//! How hard a password is to guess.

use damso_domain::{Password, PasswordError};
use damso_protocol::{PasswordStrength, PasswordStrengthRequest, PasswordWarning};
use zxcvbn::feedback::Warning;
use zxcvbn::zxcvbn;

use crate::error::Fields;
use crate::{ServiceError, ServiceResult};

/// A password that takes fewer guesses is one of the common ones: whoever tries lists of leaked passwords, and what
/// people do to them, has it within so many. More than the 3,000 that ASVS 5.0 asks for (6.2.4).
const FEWEST_GUESSES: u64 = 100_000;
/// The most texts that a password is compared with.
const MOST_INPUTS: usize = 5;
/// Characters that are looked at of each.
const INPUT_CHARS: usize = 64;

/// Refuses a password that is guessed early, as `field` of a request.
pub(crate) fn refuse_common(password: &Password, logins: &[String], field: &str) -> ServiceResult<()> {
    let logins: Vec<&str> = logins.iter().map(String::as_str).collect();
    if FEWEST_GUESSES <= zxcvbn(password.expose(), &logins).guesses() {
        return Ok(());
    }
    let mut fields = Fields::default();
    let refused: Option<Password> = fields.check(field, Err(PasswordError::TooCommon));
    debug_assert!(refused.is_none());
    Err(ServiceError::from(fields))
}

/// What a form says while somebody types. What is too long to be a password is judged by its beginning.
pub(crate) fn judge(request: &PasswordStrengthRequest) -> PasswordStrength {
    let beginning: String = request.password.chars().take(Password::MAX_CHARS).collect();
    let inputs: Vec<String> = request
        .inputs
        .iter()
        .flatten()
        .take(MOST_INPUTS)
        .map(|input| input.chars().take(INPUT_CHARS).collect())
        .collect();
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let judged = zxcvbn(&beginning, &inputs);
    let is_refused = judged.guesses() < FEWEST_GUESSES;
    PasswordStrength {
        score: if is_refused {
            0
        } else {
            u8::from(judged.score()).max(1)
        },
        warning: judged
            .feedback()
            .and_then(zxcvbn::feedback::Feedback::warning)
            .map(in_words),
    }
}

const fn in_words(warning: Warning) -> PasswordWarning {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            PasswordWarning::Keyboard
        }
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            PasswordWarning::Repeat
        }
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => PasswordWarning::Common,
        Warning::SequencesLikeAbcAreEasyToGuess => PasswordWarning::Sequence,
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => PasswordWarning::Date,
        Warning::AWordByItselfIsEasyToGuess => PasswordWarning::Word,
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => PasswordWarning::Name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_common(password: &str, logins: &[&str]) -> bool {
        let password = Password::parse_new(password, &[]).unwrap();
        let logins: Vec<String> = logins.iter().map(|&login| login.to_owned()).collect();
        refuse_common(&password, &logins, "password").is_err()
    }

    #[test]
    fn leaked_passwords_and_what_people_do_to_them_are_refused() {
        for password in [
            "password1!",
            "P@ssw0rd",
            "michael1",
            "superman1",
            "abcdefgh",
            "qazwsxedc",
            "abcabcabc",
            "minjikim1",
        ] {
            assert!(is_common(password, &["minjikim"]), "{password}");
        }
        for password in ["correct horse battery", "여덟글자비밀번호", "xk7#Qm2vLp"] {
            assert!(!is_common(password, &["minjikim"]), "{password}");
        }
    }

    #[test]
    fn a_form_is_told_what_is_weak() {
        let judge = |password: &str| {
            judge(&PasswordStrengthRequest {
                password: password.to_owned(),
                inputs: Some(vec!["minji".to_owned()]),
            })
        };
        for (password, score, warning) in [
            ("password1", 0, Some(PasswordWarning::Common)),
            ("qwertyuiop", 0, Some(PasswordWarning::Common)),
            ("aaaaaaaaaa", 0, Some(PasswordWarning::Repeat)),
            ("xk7#Qm2vLp!ts9", 4, None),
        ] {
            let judged = judge(password);
            assert_eq!((judged.score, judged.warning), (score, warning), "{password}");
        }
        assert_eq!(judge("").score, 0);
        assert!(judge(&"긴 ".repeat(100_000)).score <= 4);
    }
}
