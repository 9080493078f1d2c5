//! Finding people, chats and messages.

mod filters;
mod found;
mod messages;
mod names;

use damso_domain::ConversationId;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_split_helpers::wasm_split;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::app::{Fetched, Navigator, Place};
use crate::features::chat::title_words;
use crate::i18n::{search_texts, texts};
use crate::stores::ChatStore;
use crate::ui::{EmptyState, IconButton, IconName, SearchField};
use filters::{Filters, FiltersBar};
use found::Finding;
use messages::FoundMessages;
use names::FoundNames;

/// What is being typed, wherever the search was begun. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub struct Typed(pub RwSignal<String>);

impl Typed {
    /// Makes it once, and hands it down from here. The key that opens the search is heard from then on.
    pub fn provide(navigator: Navigator) {
        provide_context(Self(RwSignal::new(String::new())));
        let keys = window_event_listener(leptos::ev::keydown, move |event| {
            if is_search_key(&event) {
                event.prevent_default();
                navigator.go(Place::Search);
                focus_field();
            }
        });
        on_cleanup(move || keys.remove());
    }

    /// The one of this page.
    pub fn expect() -> Self {
        expect_context()
    }
}

/// Ctrl K, or ⌘ K.
fn is_search_key(event: &KeyboardEvent) -> bool {
    (event.ctrl_key() || event.meta_key())
        && !event.alt_key()
        && !event.shift_key()
        && !event.is_composing()
        && event.code() == "KeyK"
}

/// The field may be about to be drawn; then it takes the focus itself.
fn focus_field() {
    if let Some(field) = document()
        .query_selector(".search .search-field__input")
        .ok()
        .flatten()
        && let Some(field) = field.dyn_ref::<HtmlElement>()
    {
        // An element that refuses the focus leaves it where it is.
        let _ = field.focus();
    }
}

/// See [`SearchPane`].
#[wasm_split(conversation, fallible, preload(load_search_pane))]
pub(crate) fn search_pane() -> Fetched<AnyView> {
    Ok(view! { <SearchPane /> }.into_any())
}

/// The pane on the left: a field, conditions and what was found.
#[component]
fn SearchPane() -> impl IntoView {
    let navigator = Navigator::expect();
    let chats = expect_context::<ChatStore>();
    let query = Typed::expect().0;
    let filters = Filters::new();
    follow_place(navigator, filters.chat);
    let finding = Finding::follow(query, filters);
    let has_query = Memo::new(move |_| !query.read().trim().is_empty());
    let chat_name = Memo::new(move |_| {
        let title = filters.chat.get().and_then(|id| chats.title(id));
        title.as_ref().map(title_words)
    });
    let back = move |_| {
        navigator.go(filters.chat.get_untracked().map_or(Place::Chats, Place::Chat));
    };
    view! {
        <section class="pane search" aria-label=move || search_texts().title on:keydown=move_by_arrows>
            <header class="pane__head">
                <IconButton icon=IconName::Back label=move || texts().common.back on:click=back />
                <h1 class="pane__title">{move || search_texts().title}</h1>
            </header>
            <SearchField
                label=move || search_texts().label
                placeholder=move || {
                    let texts = search_texts();
                    if filters.chat.read().is_some() { texts.placeholder_here } else { texts.placeholder }
                }
                query
                takes_focus=true
            />
            <FiltersBar filters chat_name />
            <div class="pane__scroll search__found">
                <Show when=move || has_query.get() fallback=move || view! { <Idle chat=filters.chat /> }>
                    <Show when=move || filters.chat.read().is_none()>
                        <FoundNames query />
                    </Show>
                    <FoundMessages finding query />
                </Show>
            </div>
        </section>
    }
}

/// The address says in which chat is looked; what is opened from here changes nothing of that.
fn follow_place(navigator: Navigator, chat: RwSignal<Option<ConversationId>>) {
    Effect::new(move |_| match navigator.place() {
        Place::Search => chat.set(None),
        Place::SearchIn(id) => chat.set(Some(id)),
        _ => (),
    });
}

#[component]
fn Idle(chat: RwSignal<Option<ConversationId>>) -> impl IntoView {
    view! {
        <EmptyState
            icon=IconName::Search
            title=move || search_texts().idle_title
            text=move || {
                let texts = search_texts();
                if chat.read().is_some() { texts.idle_text_here } else { texts.idle_text }
            }
        />
    }
}

/// The arrows lead from the field through what was found, and back.
fn move_by_arrows(event: KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    if event.is_composing() {
        return;
    }
    let selector = ".search .search-field__input, .search__found a, .search__found button";
    let Ok(found) = document().query_selector_all(selector) else {
        return;
    };
    let element = |at: u32| {
        found
            .item(at)
            .and_then(|node| node.dyn_into::<HtmlElement>().ok())
    };
    let active = document().active_element();
    let here = (0..found.length())
        .find(|at| element(*at).is_some_and(|element| active.as_ref() == Some(element.unchecked_ref())));
    let next = here
        .and_then(|here| here.checked_add_signed(step))
        .and_then(element);
    if let Some(next) = next {
        event.prevent_default();
        let _ = next.focus();
    }
}
