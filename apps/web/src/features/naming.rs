//! Asking for a name.

use damso_domain::NameError;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::form::{FormError, Submission};
use crate::api::ApiError;
use crate::i18n::explain_name;
use crate::ui::{Button, ButtonKind, TextField};

/// One field and a button.
#[component]
pub fn NameForm<V, S, F, T, D>(
    /// What is typed.
    name: RwSignal<String>,
    /// What is asked for.
    #[prop(into)]
    label: Signal<String>,
    /// An example, shown while the field is empty.
    #[prop(optional, into)]
    placeholder: Signal<String>,
    /// A word of help.
    #[prop(optional, into)]
    hint: Signal<Option<String>>,
    /// What is sent of it. That nothing was typed is said only to who has tried to send it.
    check: fn(&str) -> Result<V, NameError>,
    /// The most characters.
    max_chars: usize,
    /// What the server calls the field.
    field: &'static str,
    /// Whether the field takes the focus when it appears.
    #[prop(optional)]
    autofocus: bool,
    /// What the button says.
    #[prop(into)]
    action: Signal<String>,
    /// How the button looks.
    #[prop(optional)]
    kind: ButtonKind,
    /// Sends it.
    send: S,
    /// What follows.
    done: D,
) -> impl IntoView
where
    V: 'static,
    S: Fn(V) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Result<T, ApiError>> + 'static,
    T: 'static,
    D: Fn(T) + Copy + Send + Sync + 'static,
{
    let submission = Submission::new();
    let broken_rule = move || {
        let error = check(&name.read()).err()?;
        let is_told = error != NameError::Empty || submission.was_tried();
        is_told.then(|| explain_name(error).to_owned())
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        submission.note_try();
        if let Ok(checked) = check(&name.read_untracked()) {
            submission.run(send(checked), done);
        }
    };
    view! {
        <form class="name-form" on:submit=submit novalidate>
            <TextField
                label
                value=name
                placeholder
                hint
                error=Signal::derive(move || broken_rule().or_else(|| submission.field_error(field)))
                max_chars
                autofocus
            />
            <FormError text=Signal::derive(move || submission.general_error(&[field])) />
            <Button kind submits=true wide=true busy=submission.is_busy()>
                {move || action.get()}
            </Button>
        </form>
    }
}

/// Where nothing typed stands for the name that was there before.
pub fn or_none<N>(
    parsed: Result<N, NameError>,
    into_string: fn(N) -> String,
) -> Result<Option<String>, NameError> {
    match parsed {
        Ok(name) => Ok(Some(into_string(name))),
        Err(NameError::Empty) => Ok(None),
        Err(error) => Err(error),
    }
}
