//! The emoji above the text box: beside the keyboard on a phone, floating at a desk.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use super::EmojiPicker;
use crate::i18n::emoji as words;
use crate::ui::{IconButton, IconName};

/// Marks what belongs to the panel, so that going there does not close it.
const OPENER: &str = ".composer__emoji";

/// Opens and closes the panel.
#[component]
pub(in crate::features::chat) fn EmojiButton(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <span class="composer__emoji" class=("composer__emoji--open", move || open.get())>
            <IconButton
                icon=IconName::Smile
                label=move || words().open
                attr:aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            />
        </span>
    }
}

/// The panel. It stays open for several; Escape, and going on elsewhere, closes it.
#[component]
pub(in crate::features::chat) fn EmojiPanel(
    open: RwSignal<bool>,
    /// Called with each that was chosen.
    #[prop(into)]
    on_choose: Callback<String>,
    /// Called when it was closed by Escape: the focus was in it.
    #[prop(into)]
    on_escape: Callback<()>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    node.on_load(|panel| {
        request_animation_frame(move || {
            // On a phone the search field would bring up the keyboard, for which the panel stands.
            let is_fine = window()
                .match_media("(pointer: fine)")
                .ok()
                .flatten()
                .is_some_and(|query| query.matches());
            let field = panel.query_selector("input").ok().flatten().filter(|_| is_fine);
            let target = field.and_then(|field| field.dyn_into::<HtmlElement>().ok());
            // It fails only for an element that is not in the page any more.
            let _ = target.unwrap_or_else(|| panel.into()).focus();
        });
    });
    let on_focusout = move |event: FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        // From the event: it also comes while the panel is being taken away, when nothing else of it is left.
        let panel = event
            .current_target()
            .and_then(|panel| panel.dyn_into::<Node>().ok());
        let (Some(to), Some(panel)) = (to, panel) else {
            return;
        };
        let is_opener = to
            .dyn_ref::<HtmlElement>()
            .is_some_and(|to| to.closest(OPENER).ok().flatten().is_some());
        if !is_opener && !panel.contains(Some(&to)) {
            open.set(false);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        // The search field takes the first Escape while there is something in it.
        if event.key() == "Escape" && !event.is_composing() && !event.default_prevented() {
            event.prevent_default();
            open.set(false);
            on_escape.run(());
        }
    };
    view! {
        <div
            class="emoji-panel"
            role="dialog"
            tabindex="-1"
            aria-label=move || words().title
            node_ref=node
            on:focusout=on_focusout
            on:keydown=on_key
        >
            <EmojiPicker on_choose />
        </div>
    }
}
