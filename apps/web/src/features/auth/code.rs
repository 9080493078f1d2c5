//! The code of a second factor: six digits from an app, or one that was kept for the day the app is gone.

use damso_protocol::{ErrorKind, FieldErrorKind};
use leptos::prelude::*;

use crate::features::form::Submission;
use crate::i18n::{access_texts, explain, explain_field};
use crate::ui::{Button, ButtonKind, FieldKind, TextField};

/// Where a code comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeSource {
    /// An app on a phone.
    App,
    /// A list that was kept.
    Recovery,
}

/// A code that is being typed. A `Copy` handle.
#[derive(Clone, Copy)]
pub struct CodeEntry {
    text: RwSignal<String>,
    source: RwSignal<CodeSource>,
    submission: Submission,
}

impl CodeEntry {
    /// How many digits an app shows.
    const DIGITS: usize = 6;

    /// Nothing typed, for the form that sends it.
    pub fn new(submission: Submission) -> Self {
        Self {
            text: RwSignal::new(String::new()),
            source: RwSignal::new(CodeSource::App),
            submission,
        }
    }

    /// Listens for what is typed.
    pub fn track(self) {
        self.text.track();
    }

    /// What to send, unless it cannot be a code: the field says so, and no try is lost.
    pub fn value(self) -> Option<String> {
        let code = self.text.get_untracked().trim().to_owned();
        self.broken_rule().is_none().then_some(code)
    }

    /// Empty, and from the app.
    pub fn clear(self) {
        self.text.set(String::new());
        self.source.set(CodeSource::App);
    }

    /// What to do, in words.
    pub fn instruction(self) -> &'static str {
        match self.source.get() {
            CodeSource::App => access_texts().app_text,
            CodeSource::Recovery => access_texts().recovery_text,
        }
    }

    fn switch(self) {
        self.text.set(String::new());
        self.submission.reset();
        self.source.update(|source| {
            *source = match source {
                CodeSource::App => CodeSource::Recovery,
                CodeSource::Recovery => CodeSource::App,
            };
        });
    }

    fn error(self) -> Option<String> {
        let is_refused = || {
            let kind = self.submission.error().and_then(|error| error.kind());
            kind == Some(ErrorKind::SecondFactorInvalid)
        };
        let broken_rule = self.broken_rule().filter(|_| self.submission.was_tried());
        broken_rule
            .or_else(|| is_refused().then(|| explain(ErrorKind::SecondFactorInvalid)))
            .map(str::to_owned)
    }

    fn broken_rule(self) -> Option<&'static str> {
        let code = self.text.get();
        let mut digits = code.chars().filter(|c| !c.is_whitespace());
        if code.trim().is_empty() {
            Some(explain_field(FieldErrorKind::Empty))
        } else if self.source.get() == CodeSource::App
            && !(digits.clone().count() == Self::DIGITS && digits.all(|c| c.is_ascii_digit()))
        {
            Some(access_texts().app_code_digits)
        } else {
            None
        }
    }
}

/// The field for the code.
#[component]
pub fn CodeField(
    /// What is typed.
    entry: CodeEntry,
) -> impl IntoView {
    let error = Signal::derive(move || entry.error());
    // Two fields: a phone shows other keys, and a browser offers something else to fill in.
    move || match entry.source.get() {
        CodeSource::App => view! {
            <TextField
                label=move || access_texts().app_code
                value=entry.text
                kind=FieldKind::OneTimeCode
                error
                autofocus=true
            />
        }
        .into_any(),
        CodeSource::Recovery => view! {
            <TextField
                label=move || access_texts().recovery_code
                value=entry.text
                kind=FieldKind::RecoveryCode
                error
                placeholder=|| "xxxx-xxxx-xxxx-xxxx"
                autofocus=true
            />
        }
        .into_any(),
    }
}

/// From the app to the list that was kept, and back.
#[component]
pub fn CodeSwitch(
    /// What is typed.
    entry: CodeEntry,
) -> impl IntoView {
    view! {
        <Button kind=ButtonKind::Plain small=true on:click=move |_| entry.switch()>
            {move || match entry.source.get() {
                CodeSource::App => access_texts().use_recovery,
                CodeSource::Recovery => access_texts().use_app,
            }}
        </Button>
    }
}
