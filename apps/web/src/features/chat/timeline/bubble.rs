//! The words of a message, with their formats.

use damso_domain::markup::{Block, Inline, Item, Mark, parse_with};
use damso_domain::{Mention, UserId, mention_ranges};
use js_sys::RegExp;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::app::{Place, place_of};
use crate::i18n::{formats, texts};
use crate::ui::{IconButton, IconName, Toasts, copy_and_tell};

/// Words in a bubble.
#[component]
pub(in crate::features::chat) fn TextBubble(
    text: String,
    /// Whom they mean, and where.
    mentions: Vec<Mention>,
    /// Who looks.
    me: UserId,
) -> impl IntoView {
    if mentions.is_empty() && is_lone_emoji(&text) {
        return view! { <p class="bubble bubble--emoji">{text}</p> }.into_any();
    }
    // The server has checked them; what does not fit is shown as it was typed.
    let ranges = mention_ranges(&text, &mentions).unwrap_or_default();
    let meant: Vec<Meant> = mentions.iter().map(|mention| Meant::of(mention, me)).collect();
    let blocks = parse_with(&text, &ranges);
    if let [Block::Paragraph(inner)] = blocks.as_slice() {
        return view! {
            <p class="bubble" dir="auto">
                {words(inner, &meant)}
            </p>
        }
        .into_any();
    }
    view! { <div class="bubble bubble--blocks">{blocks.iter().map(|part| block(part, &meant)).collect_view()}</div> }.into_any()
}

/// Words that mention nobody, with their formats.
pub(in crate::features::chat) fn formatted(text: &str) -> AnyView {
    let blocks = parse_with(text, &[]);
    blocks
        .iter()
        .map(|part| block(part, &[]))
        .collect_view()
        .into_any()
}

/// Up to three emoji and nothing else, which are drawn large. The browser knows what it draws as one.
fn is_lone_emoji(text: &str) -> bool {
    thread_local! {
        static LONE: RegExp = RegExp::new(LONE_EMOJI, "u");
    }
    text.len() <= LONGEST_LONE_EMOJI && LONE.with(|lone| lone.test(text))
}

/// Flags, keys, and pictures with their tones, joined to families or tagged; one to three of them.
const LONE_EMOJI: &str = concat!(
    r"^(?:(?:\p{RI}{2}|[0-9#*]\u{FE0F}\u{20E3}|",
    r"(?:\p{EPres}|\p{ExtPict}\u{FE0F}|\p{EBase}\p{EMod})\p{EMod}?",
    r"(?:\u{200D}\p{ExtPict}(?:\u{FE0F}|\p{EMod})?)*[\u{E0020}-\u{E007F}]*)\s*){1,3}$",
);
/// Three of the longest, in bytes: a family of four with tones is 41.
const LONGEST_LONE_EMOJI: usize = 150;

/// Whom a mention means.
#[derive(Clone, Copy)]
struct Meant {
    /// `None`: everybody.
    user_id: Option<UserId>,
    is_me: bool,
}

impl Meant {
    fn of(mention: &Mention, me: UserId) -> Self {
        Self {
            user_id: mention.user_id,
            is_me: mention.user_id.is_none_or(|id| id == me),
        }
    }
}

fn block(block: &Block<'_>, meant: &[Meant]) -> AnyView {
    match block {
        Block::Paragraph(inner) => view! { <p dir="auto">{words(inner, meant)}</p> }.into_any(),
        Block::Quote(inner) => view! { <blockquote dir="auto">{words(inner, meant)}</blockquote> }.into_any(),
        Block::List(items) => {
            view! { <ul>{items.iter().map(|one| item(one, meant)).collect_view()}</ul> }.into_any()
        }
        Block::Code { text, .. } => code(text),
    }
}

fn code(text: &str) -> AnyView {
    let toasts = Toasts::expect();
    let text = text.to_owned();
    let copied = text.clone();
    view! {
        <div class="code">
            // It can be scrolled sideways, so the keyboard has to reach it.
            <pre tabindex="0">
                <code>{text}</code>
            </pre>
            <IconButton
                icon=IconName::Copy
                label=move || formats().copy_code
                on:click=move |_| copy_and_tell(copied.clone(), toasts, texts().chat.copied)
            />
        </div>
    }
    .into_any()
}

fn item(item: &Item<'_>, meant: &[Meant]) -> AnyView {
    let bullet = item
        .number
        .map_or_else(|| "•".to_owned(), |number| format!("{number}."));
    view! {
        <li>
            <span class="bubble__bullet num">{bullet}</span>
            <span dir="auto">{words(&item.words, meant)}</span>
        </li>
    }
    .into_any()
}

fn words(inner: &[Inline<'_>], meant: &[Meant]) -> Vec<AnyView> {
    inner.iter().map(|part| word(part, meant)).collect()
}

fn word(word: &Inline<'_>, meant: &[Meant]) -> AnyView {
    match word {
        Inline::Text(text) => (*text).to_owned().into_any(),
        Inline::Link(link) => {
            let (address, link) = ((*link).to_owned(), (*link).to_owned());
            let tab = place_of(&address).is_none().then_some("_blank");
            view! {
                <a class="bubble__link" href=address target=tab rel="noopener noreferrer">
                    {link}
                </a>
            }
            .into_any()
        }
        Inline::Mention { text, place } => mention(text, meant.get(*place).copied()),
        Inline::Code(code) => view! { <code>{(*code).to_owned()}</code> }.into_any(),
        Inline::Marked(Mark::Bold, inner) => view! { <strong>{words(inner, meant)}</strong> }.into_any(),
        Inline::Marked(Mark::Italic, inner) => view! { <em>{words(inner, meant)}</em> }.into_any(),
        Inline::Marked(Mark::Strike, inner) => view! { <s>{words(inner, meant)}</s> }.into_any(),
        Inline::Marked(Mark::Spoiler, inner) => spoiler(words(inner, meant)),
    }
}

/// The name of somebody, which leads to them.
fn mention(name: &str, meant: Option<Meant>) -> AnyView {
    let name = name.to_owned();
    let is_me = meant.is_some_and(|meant| meant.is_me);
    match meant.and_then(|meant| meant.user_id) {
        Some(id) => view! {
            <a class="mention" class=("mention--me", is_me) href=Place::Friend(id).path()>
                {name}
            </a>
        }
        .into_any(),
        None => view! { <b class="mention mention--me">{name}</b> }.into_any(),
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
            aria-label=move || is_covered.get().then(|| formats().show_spoiler)
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
