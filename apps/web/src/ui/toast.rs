//! Short news at the foot of the screen, with a way back where there is one.

use std::time::Duration;

use leptos::prelude::*;

use super::{IconButton, IconName};
use crate::i18n::texts;

/// How long a toast stays.
const STAYS: Duration = Duration::from_secs(5);
/// How long one stays that has something to press.
const STAYS_WITH_ACTION: Duration = Duration::from_secs(8);
/// More than these at once would hide what is below.
const MOST: usize = 3;

/// Something to press on a toast.
#[derive(Clone)]
struct Action {
    label: String,
    run: Callback<()>,
}

#[derive(Clone)]
struct Toast {
    id: u32,
    text: String,
    action: Option<Action>,
}

/// Shows toasts; handed down by context.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next_id: StoredValue<u32>,
}

impl Toasts {
    /// Makes the store and hands it down from here.
    pub fn provide() -> Self {
        let toasts = Self {
            list: RwSignal::new(Vec::new()),
            next_id: StoredValue::new(0),
        };
        provide_context(toasts);
        toasts
    }

    /// The store of this page.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Tells something that needs no answer.
    pub fn show(self, text: impl Into<String>) {
        self.push(text.into(), None, STAYS);
    }

    /// Tells something that can be taken back, or followed.
    pub fn show_with(self, text: impl Into<String>, label: impl Into<String>, run: impl Into<Callback<()>>) {
        self.push(
            text.into(),
            Some(Action {
                label: label.into(),
                run: run.into(),
            }),
            STAYS_WITH_ACTION,
        );
    }

    fn push(self, text: String, action: Option<Action>, stays: Duration) {
        let id = self.next_id.get_value();
        self.next_id.set_value(id.wrapping_add(1));
        self.list.update(|list| {
            // The same news twice is one toast that stays longer.
            list.retain(|toast| toast.text != text);
            list.push(Toast { id, text, action });
            let surplus = list.len().saturating_sub(MOST);
            list.drain(..surplus);
        });
        set_timeout(move || self.close(id), stays);
    }

    fn close(self, id: u32) {
        // The page may have gone while the timer ran.
        self.list.try_update(|list| list.retain(|toast| toast.id != id));
    }
}

/// Where toasts appear. Readers hear each one politely.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = Toasts::expect();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.list.get() key=|toast| toast.id let(toast)>
                <ToastView toasts toast />
            </For>
        </div>
    }
}

#[component]
fn ToastView(toasts: Toasts, toast: Toast) -> impl IntoView {
    let id = toast.id;
    let action = toast.action.map(|Action { label, run }| {
        let press = move |_| {
            toasts.close(id);
            run.run(());
        };
        view! {
            <button class="toast__action" type="button" on:click=press>
                {label}
            </button>
        }
    });
    view! {
        <div class="toast">
            <span class="toast__text">{toast.text}</span>
            {action}
            <IconButton
                icon=IconName::Close
                label=move || texts().common.close
                on:click=move |_| toasts.close(id)
            />
        </div>
    }
}
