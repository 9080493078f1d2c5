//! Conditions under the field.

use std::time::Duration;

use damso_domain::{ConversationId, Timestamp, UserId};
use damso_protocol::MessageContent;
use leptos::prelude::*;

use crate::app::{Navigator, Place};
use crate::features::chat::{load_all_members, name_by_id, name_of};
use crate::i18n::{search_texts, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Icon, IconName};

/// How far back is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    Week,
    Month,
    Year,
}

impl Period {
    pub fn begin(self) -> Timestamp {
        let days = match self {
            Self::Week => 7,
            Self::Month => 31,
            Self::Year => 366,
        };
        Timestamp::now().before(Duration::from_hours(24 * days))
    }
}

/// What else messages have to be. A `Copy` handle.
#[derive(Clone, Copy)]
pub(super) struct Filters {
    pub chat: RwSignal<Option<ConversationId>>,
    pub author: RwSignal<Option<UserId>>,
    pub content: RwSignal<Option<MessageContent>>,
    pub period: RwSignal<Option<Period>>,
}

impl Filters {
    pub fn new() -> Self {
        Self {
            chat: RwSignal::new(None),
            author: RwSignal::new(None),
            content: RwSignal::new(None),
            period: RwSignal::new(None),
        }
    }
}

#[component]
pub(super) fn FiltersBar(filters: Filters, chat_name: Memo<Option<String>>) -> impl IntoView {
    let navigator = Navigator::expect();
    let (chats, people) = (expect_context::<ChatStore>(), expect_context::<PeopleStore>());
    load_all_members(chats, filters.chat.into());
    let authors = Memo::new(move |_| authors(chats, people, filters.chat.get()));
    let contents = Signal::derive(move || {
        let texts = search_texts();
        vec![
            (Some(MessageContent::Image), texts.image.to_owned()),
            (Some(MessageContent::Video), texts.video.to_owned()),
            (Some(MessageContent::File), texts.file.to_owned()),
            (Some(MessageContent::Link), texts.link.to_owned()),
        ]
    });
    let periods = Signal::derive(move || {
        let texts = search_texts();
        vec![
            (Some(Period::Week), texts.week.to_owned()),
            (Some(Period::Month), texts.month.to_owned()),
            (Some(Period::Year), texts.year.to_owned()),
        ]
    });
    view! {
        <div class="chips search__filters" role="group" aria-label=move || search_texts().filters>
            {move || chat_name.get().map(|name| view! {
                <button
                    class="chip search__chat"
                    type="button"
                    aria-pressed="true"
                    title=move || search_texts().everywhere
                    on:click=move |_| navigator.go(Place::Search)
                >
                    <span class="truncate">{(search_texts().here)(&name)}</span>
                    <Icon name=IconName::Close />
                    <span class="sr-only">{move || texts().common.remove}</span>
                </button>
            })}
            <Select
                label=move || search_texts().author
                any=move || search_texts().any_author
                options=authors
                chosen=filters.author
            />
            <Select
                label=move || search_texts().period
                any=move || search_texts().any_period
                options=periods
                chosen=filters.period
            />
            <Select
                label=move || search_texts().content
                any=move || search_texts().any_content
                options=contents
                chosen=filters.content
            />
        </div>
    }
}

/// Whose messages may be looked for: those of who is in the chat, or mine and my friends'.
fn authors(
    chats: ChatStore,
    people: PeopleStore,
    chat: Option<ConversationId>,
) -> Vec<(Option<UserId>, String)> {
    let me = chats.me();
    let others: Vec<(UserId, String)> = match chat {
        Some(id) => chats
            .member_ids(id)
            .into_iter()
            .map(|id| (id, name_by_id(people, id)))
            .collect(),
        None => people
            .friends()
            .into_iter()
            .map(|friend| (friend.user.id, name_of(people, &friend.user)))
            .collect(),
    };
    let others = others
        .into_iter()
        .filter(|(id, name)| *id != me && !name.is_empty());
    std::iter::once((Some(me), search_texts().me.to_owned()))
        .chain(others.map(|(id, name)| (Some(id), name)))
        .collect()
}

/// A chip that opens the browser's own list.
#[component]
fn Select<T>(
    #[prop(into)] label: Signal<&'static str>,
    /// What is chosen when nothing is.
    #[prop(into)]
    any: Signal<&'static str>,
    #[prop(into)] options: Signal<Vec<(Option<T>, String)>>,
    chosen: RwSignal<Option<T>>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let place = move || {
        let chosen = chosen.get();
        options.with(|options| {
            let at = options.iter().position(|(value, _)| *value == chosen);
            at.filter(|_| chosen.is_some()).map_or(0, |at| at + 1)
        })
    };
    // Whoever was chosen is not there to choose any more, as in another chat.
    Effect::new(move |_| {
        if place() == 0 && chosen.get_untracked().is_some() {
            chosen.set(None);
        }
    });
    view! {
        <select
            class="chip search__select"
            aria-label=move || label.get()
            data-chosen=move || (0 < place()).then_some("")
            prop:value=move || place().to_string()
            on:change:target=move |event| {
                let at = event.target().value().parse::<usize>().unwrap_or_default();
                let value = options.with_untracked(|options| {
                    at.checked_sub(1).and_then(|at| options.get(at)).and_then(|(value, _)| *value)
                });
                chosen.set(value);
            }
        >
            <option value="0">{move || any.get()}</option>
            {move || options.get().into_iter().enumerate().map(|(at, (_, name))| view! {
                <option value=(at + 1).to_string() selected=move || place() == at + 1>{name}</option>
            }).collect_view()}
        </select>
    }
}
