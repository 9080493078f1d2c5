//! The words of a message, with their formats.

use damso_domain::markup::{Block, Inline, Item, Mark, parse};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::i18n::texts;

/// Words in a bubble.
#[component]
pub(in crate::features::chat) fn TextBubble(text: String) -> impl IntoView {
    let blocks = parse(&text);
    if let [Block::Paragraph(inner)] = blocks.as_slice() {
        return view! {
            <p class="bubble" dir="auto">
                {words(inner)}
            </p>
        }
        .into_any();
    }
    view! { <div class="bubble bubble--blocks">{blocks.iter().map(block).collect_view()}</div> }.into_any()
}

fn block(block: &Block<'_>) -> AnyView {
    match block {
        Block::Paragraph(inner) => view! { <p dir="auto">{words(inner)}</p> }.into_any(),
        Block::Quote(inner) => view! { <blockquote dir="auto">{words(inner)}</blockquote> }.into_any(),
        Block::List(items) => view! { <ul>{items.iter().map(item).collect_view()}</ul> }.into_any(),
        // It can be scrolled sideways, so the keyboard has to reach it.
        Block::Code { text, .. } => view! {
            <pre tabindex="0">
                <code>{(*text).to_owned()}</code>
            </pre>
        }
        .into_any(),
    }
}

fn item(item: &Item<'_>) -> AnyView {
    let bullet = item
        .number
        .map_or_else(|| "•".to_owned(), |number| format!("{number}."));
    view! {
        <li>
            <span class="bubble__bullet num">{bullet}</span>
            <span dir="auto">{words(&item.words)}</span>
        </li>
    }
    .into_any()
}

fn words(inner: &[Inline<'_>]) -> Vec<AnyView> {
    inner.iter().map(word).collect()
}

fn word(word: &Inline<'_>) -> AnyView {
    match word {
        Inline::Text(text) => (*text).to_owned().into_any(),
        Inline::Link(link) => {
            let (address, link) = ((*link).to_owned(), (*link).to_owned());
            view! {
                <a class="bubble__link" href=address target="_blank" rel="noopener noreferrer">
                    {link}
                </a>
            }
            .into_any()
        }
        Inline::Code(code) => view! { <code>{(*code).to_owned()}</code> }.into_any(),
        Inline::Marked(Mark::Bold, inner) => view! { <strong>{words(inner)}</strong> }.into_any(),
        Inline::Marked(Mark::Italic, inner) => view! { <em>{words(inner)}</em> }.into_any(),
        Inline::Marked(Mark::Strike, inner) => view! { <s>{words(inner)}</s> }.into_any(),
        Inline::Marked(Mark::Spoiler, inner) => spoiler(words(inner)),
    }
}

/// Covered until it is pressed; what is covered can neither be read out nor reached.
fn spoiler(inner: Vec<AnyView>) -> AnyView {
    let is_covered = RwSignal::new(true);
    let on_key = move |event: KeyboardEvent| {
        if is_covered.get_untracked() && matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            event.stop_propagation();
            is_covered.set(false);
        }
    };
    view! {
        <span
            class="spoiler"
            class=("spoiler--covered", move || is_covered.get())
            role=move || is_covered.get().then_some("button")
            aria-label=move || is_covered.get().then(|| texts().chat.show_spoiler)
            // The focus stays here when it is uncovered.
            tabindex=move || if is_covered.get() { "0" } else { "-1" }
            on:click=move |_| is_covered.set(false)
            on:keydown=on_key
        >
            <span class="spoiler__words">{inner}</span>
        </span>
    }
    .into_any()
}
