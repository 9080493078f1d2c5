//! Messages that were found.

use damso_client_state::found::snippet;
use damso_domain::ConversationKind;
use damso_protocol::{FieldErrorKind, FoundMessage};
use leptos::prelude::*;

use super::found::{Finding, State};
use crate::api::ApiError;
use crate::app::{Navigator, Place};
use crate::features::chat::{ChatFace, name_by_id, title_words};
use crate::i18n::{explain_error, format, search_texts, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Button, ButtonKind, EmptyState, IconName, SkeletonRows};

#[derive(Clone, PartialEq)]
enum Shown {
    Nothing,
    Loading,
    Rows,
    None {
        has_more: bool,
    },
    /// What is typed cannot be looked for.
    Hint(&'static str),
    Failed(ApiError),
}

#[component]
pub(super) fn FoundMessages(finding: Finding, query: RwSignal<String>) -> impl IntoView {
    let shown = Memo::new(move |_| match finding.state.get() {
        State::Idle => Shown::Nothing,
        State::Asking => Shown::Loading,
        State::Failed(error) => hint(&error).map_or(Shown::Failed(error), Shown::Hint),
        State::Here if finding.items.read().is_empty() => Shown::None {
            has_more: finding.next.read().is_some(),
        },
        State::Here => Shown::Rows,
    });
    let said = move || match shown.get() {
        Shown::Rows => (search_texts().found)(finding.items.read().len(), finding.next.read().is_none()),
        Shown::None { .. } => (search_texts().none_title)(query.read().trim()),
        _ => String::new(),
    };
    view! {
        <p class="sr-only" role="status">{said}</p>
        {move || match shown.get() {
            Shown::Nothing => ().into_any(),
            Shown::Loading => view! { <SkeletonRows count=4 /> }.into_any(),
            Shown::Hint(hint) => view! { <p class="search__hint">{hint}</p> }.into_any(),
            Shown::Rows => view! { <Rows finding /> }.into_any(),
            Shown::None { has_more } => view! {
                <EmptyState
                    icon=IconName::Search
                    title=move || (search_texts().none_title)(query.read().trim())
                    text=move || if has_more { search_texts().none_yet } else { search_texts().none_text }
                >
                    <More finding />
                </EmptyState>
            }
            .into_any(),
            Shown::Failed(error) => view! {
                <EmptyState
                    icon=IconName::Offline
                    title=move || texts().common.failed_to_load
                    text=move || explain_error(&error)
                >
                    <Button on:click=move |_| finding.retry()>{move || texts().common.retry}</Button>
                </EmptyState>
            }
            .into_any(),
        }}
    }
}

fn hint(error: &ApiError) -> Option<&'static str> {
    match (error.field("query"), error.field("conversation_id")) {
        (Some(FieldErrorKind::TooLong), _) => Some(search_texts().too_long),
        (Some(_), _) => Some(search_texts().too_short),
        (None, Some(_)) => Some(search_texts().initials),
        (None, None) => None,
    }
}

#[component]
fn Rows(finding: Finding) -> impl IntoView {
    let key = |found: &FoundMessage| {
        let highlights = found.highlights.clone();
        (
            found.message.conversation_id,
            found.message.seq,
            found.message.rev,
            highlights,
        )
    };
    view! {
        <h2 class="pane__section">{move || search_texts().messages}</h2>
        <ul aria-label=move || search_texts().results>
            <For each=move || finding.items.get() key=key let(found)>
                <li>
                    <Row found />
                </li>
            </For>
        </ul>
        <More finding />
    }
}

#[component]
fn More(finding: Finding) -> impl IntoView {
    view! {
        <Show when=move || finding.next.read().is_some()>
            <div class="search__more">
                <Button
                    kind=ButtonKind::Secondary
                    busy=finding.is_loading_more
                    on:click=move |_| finding.load_more()
                >
                    {move || texts().common.more}
                </Button>
            </div>
        </Show>
    }
}

/// One message: where, by whom, when, and the words around what was found.
#[component]
fn Row(found: FoundMessage) -> impl IntoView {
    let navigator = Navigator::expect();
    let (chats, people) = (expect_context::<ChatStore>(), expect_context::<PeopleStore>());
    let FoundMessage { message, highlights } = found;
    let (id, seq, author) = (message.conversation_id, message.seq, message.author_id);
    let place = Place::Found(id, seq);
    let title = move || chats.title(id).as_ref().map(title_words).unwrap_or_default();
    // In a chat of two its name says who wrote, unless it was me.
    let by = move || {
        let is_group = chats.with_chat(id, |chat| chat.conversation.kind) == Some(ConversationKind::Group);
        if author == chats.me() {
            Some(search_texts().me.to_owned())
        } else {
            is_group.then(|| name_by_id(people, author))
        }
    };
    let pieces = snippet(message.text.as_deref().unwrap_or_default(), &highlights);
    let pieces = pieces.into_iter().map(|piece| {
        if piece.is_found {
            view! { <mark class="search__mark">{piece.text}</mark> }.into_any()
        } else {
            piece.text.into_any()
        }
    });
    let pieces = pieces.collect_view();
    view! {
        <a
            class="row search__row"
            href=place.path()
            aria-current=move || (navigator.place() == place).then_some("true")
        >
            <ChatFace id />
            <span class="search__words">
                <span class="row__name"><span class="truncate">{title}</span></span>
                <span class="search__text" dir="auto">
                    {move || by().map(|by| view! { <span class="search__by">{by}": "</span> })}
                    {pieces}
                </span>
            </span>
            <time class="search__time" datetime=format::machine(message.created_at)>
                {move || format::list_time(message.created_at)}
            </time>
        </a>
    }
}
