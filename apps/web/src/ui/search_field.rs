//! The box that narrows a list while one types.

use leptos::{html, prelude::*};

use super::{Icon, IconButton, IconName};
use crate::i18n::texts;

/// A search box. It filters at every stroke, also inside a syllable that is still being composed.
#[component]
pub fn SearchField(
    /// What it searches; its name.
    #[prop(into)]
    label: Signal<String>,
    /// Shown while it is empty.
    #[prop(into)]
    placeholder: Signal<String>,
    /// What has been typed.
    query: RwSignal<String>,
    /// Whether one types here as soon as it is there.
    #[prop(optional)]
    takes_focus: bool,
    /// Called on Enter, but not on the one that ends a composition.
    #[prop(optional, into)]
    on_enter: Option<Callback<()>>,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    // Only emptied from outside, never written while somebody types.
    Effect::new(move |_| {
        if let (Some(input), true) = (node.get(), query.read().is_empty())
            && !input.value().is_empty()
        {
            input.set_value("");
        }
    });
    Effect::new(move |_| {
        if let Some(input) = node.get().filter(|_| takes_focus) {
            // It is put into the page in this frame.
            request_animation_frame(move || drop(input.focus()));
        }
    });
    let clear = move || {
        query.set(String::new());
        if let Some(input) = node.get_untracked() {
            drop(input.focus());
        }
    };
    view! {
        <div class="search-field" role="search">
            <Icon name=IconName::Search />
            <input
                class="search-field__input"
                type="search"
                value=query.get_untracked()
                node_ref=node
                autocomplete="off"
                spellcheck="false"
                aria-label=move || label.get()
                placeholder=move || placeholder.get()
                on:input:target=move |event| query.set(event.target().value())
                on:keydown=move |event| {
                    if event.key() == "Escape" && !event.is_composing() && !query.read_untracked().is_empty() {
                        event.prevent_default();
                        clear();
                    }
                    if event.key() == "Enter" && !event.is_composing() {
                        on_enter.into_iter().for_each(|on_enter| on_enter.run(()));
                    }
                }
            />
            <Show when=move || !query.read().is_empty()>
                <IconButton
                    icon=IconName::Close
                    label=move || texts().common.clear_search
                    on:click=move |_| clear()
                />
            </Show>
        </div>
    }
}
