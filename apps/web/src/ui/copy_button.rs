//! Copying something by a press.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Button, ButtonKind, IconName, clipboard};
use crate::i18n::texts;

/// Copies a text, and says whether it did.
#[component]
pub fn CopyButton(
    /// What is copied.
    text: String,
    /// What the button says.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let outcome = RwSignal::new(None::<bool>);
    let press = move |_| {
        let text = text.clone();
        spawn_local(async move {
            outcome.try_set(Some(clipboard::copy(&text).await));
            set_timeout(
                move || {
                    outcome.try_set(None);
                },
                SAYS_SO,
            );
        });
    };
    let words = move || match outcome.get() {
        Some(true) => texts().common.copied.to_owned(),
        Some(false) => texts().common.not_copied.to_owned(),
        None => label.get(),
    };
    view! {
        <Button kind=ButtonKind::Secondary small=true icon=IconName::Copy on:click=press>
            <span aria-live="polite">{words}</span>
        </Button>
    }
}

/// How long the button says what came of it. A toast would lie below an open dialog.
const SAYS_SO: Duration = Duration::from_secs(2);
