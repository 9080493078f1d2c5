//! Counts and standing news.

use leptos::prelude::*;

use super::{Icon, IconName};

/// What a count beyond the exact ones reads as.
const MOST_EXACT: i64 = 999;

/// A number on a list row. Nothing is drawn for none.
#[component]
pub fn Badge(
    /// How many; beyond 999 it reads "999+".
    #[prop(into)]
    count: Signal<i64>,
    /// In grey: nobody is called for it.
    #[prop(optional, into)]
    quiet: Signal<bool>,
    /// What the number counts, in words, for readers.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let digits = move || {
        if MOST_EXACT < count.get() {
            format!("{MOST_EXACT}+")
        } else {
            count.get().to_string()
        }
    };
    view! {
        <Show when=move || { 0 < count.get() }>
            <span class="badge num" class=("badge--quiet", move || quiet.get())>
                <span aria-hidden="true">{digits}</span>
                <span class="sr-only">{move || label.get()}</span>
            </span>
        </Show>
    }
}

/// A line above everything that stays for as long as it is true.
#[component]
pub fn Banner(
    /// Whether it is true.
    #[prop(into)]
    when: Signal<bool>,
    /// Drawn before the words.
    icon: IconName,
    /// What is so.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="banner-region" role="status" aria-live="polite">
            <Show when=move || when.get()>
                <p class="banner">
                    <Icon name=icon />
                    <span>{move || text.get()}</span>
                </p>
            </Show>
        </div>
    }
}
