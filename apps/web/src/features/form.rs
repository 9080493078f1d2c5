//! What every form does: send once at a time, and say what was wrong beside the field.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ApiError;
use crate::i18n::{explain_error, explain_field};

/// A request under way, and what to do with its answer.
type Sending = Pin<Box<dyn Future<Output = Result<Box<dyn FnOnce()>, ApiError>>>>;

/// The state of one form. A `Copy` handle.
#[derive(Clone, Copy)]
pub struct Submission {
    is_busy: RwSignal<bool>,
    was_tried: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
}

impl Submission {
    /// Nothing has been sent.
    #[expect(clippy::new_without_default, reason = "it belongs to a reactive owner")]
    pub fn new() -> Self {
        Self {
            is_busy: RwSignal::new(false),
            was_tried: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }

    /// Whether it is on its way.
    pub fn is_busy(self) -> Signal<bool> {
        self.is_busy.into()
    }

    /// Whether somebody has pressed the button: from then on an empty field is an error.
    pub fn was_tried(self) -> bool {
        self.was_tried.get()
    }

    /// Notes that somebody pressed the button.
    pub fn note_try(self) {
        self.was_tried.set(true);
    }

    /// Sends, unless it is on its way already, and keeps what went wrong.
    pub fn run<T: 'static>(
        self,
        sending: impl Future<Output = Result<T, ApiError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.error.set(None);
        self.spawn(Box::pin(async move {
            let value = sending.await?;
            let done: Box<dyn FnOnce()> = Box::new(move || done(value));
            Ok(done)
        }));
    }

    fn spawn(self, sending: Sending) {
        spawn_local(async move {
            let answer = sending.await;
            // The form may have gone while the answer was on its way.
            self.is_busy.try_set(false);
            match answer {
                Ok(done) => done(),
                // Whoever called it off knows.
                Err(ApiError::Cancelled) => (),
                Err(error) => drop(self.error.try_set(Some(error))),
            }
        });
    }

    /// Forgets what went wrong: it was said of what has been changed since.
    pub fn clear_error(self) {
        if self.error.with_untracked(Option::is_some) {
            self.error.set(None);
        }
    }

    /// Starts afresh.
    pub fn reset(self) {
        self.was_tried.set(false);
        self.error.set(None);
    }

    /// What went wrong; tracked.
    pub fn error(self) -> Option<ApiError> {
        self.error.get()
    }

    /// What is wrong with one field, in words.
    pub fn field_error(self, name: &str) -> Option<String> {
        let kind = self
            .error
            .with(|error| error.as_ref().and_then(|error| error.field(name)))?;
        Some(explain_field(kind).to_owned())
    }

    /// What went wrong with the whole, in words: what is not said beside one of these fields.
    pub fn general_error(self, fields: &[&str]) -> Option<String> {
        self.error.with(|error| {
            let error = error.as_ref()?;
            let is_said_elsewhere = fields.iter().any(|name| error.field(name).is_some());
            (!is_said_elsewhere).then(|| explain_error(error))
        })
    }
}

/// What went wrong with a whole form.
#[component]
pub fn FormError(
    /// In words.
    #[prop(into)]
    text: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <p class="form-error" role="alert">
            {move || text.get()}
        </p>
    }
}
