//! An address that is being typed.

use damso_domain::EmailAddress;
use damso_protocol::FieldErrorKind;
use leptos::prelude::*;

use crate::features::form::Submission;
use crate::i18n::{access_texts, explain_field};

/// An address that is being typed. A `Copy` handle.
#[derive(Clone, Copy)]
pub struct EmailEntry {
    /// What is typed.
    pub text: RwSignal<String>,
    submission: Submission,
    is_optional: bool,
}

impl EmailEntry {
    /// Nothing typed, for the form that sends it.
    pub fn new(submission: Submission, is_optional: bool) -> Self {
        Self {
            text: RwSignal::new(String::new()),
            submission,
            is_optional,
        }
    }

    /// What to send; an error when it cannot be an address, which the field says.
    pub fn value(self) -> Result<Option<String>, ()> {
        let typed = self.text.get_untracked();
        if self.is_optional && typed.trim().is_empty() {
            return Ok(None);
        }
        let address = EmailAddress::parse(&typed).map_err(drop)?;
        Ok(Some(address.as_str().to_owned()))
    }

    /// What is wrong with it, in words.
    pub fn error(self) -> Option<String> {
        let typed = self.text.get();
        let broken_rule = if typed.trim().is_empty() {
            (!self.is_optional).then(|| explain_field(FieldErrorKind::Empty))
        } else {
            EmailAddress::parse(&typed)
                .err()
                .map(|_| access_texts().email_invalid)
        };
        let is_refused = || {
            let error = self.submission.error();
            error.is_some_and(|error| error.field("email").is_some())
        };
        broken_rule
            .filter(|_| self.submission.was_tried())
            .or_else(|| is_refused().then(|| access_texts().email_invalid))
            .map(str::to_owned)
    }
}
