//! The grid of emoji, with its search, its groups and the tone of skin.

use damso_client_state::emoji::{EmojiTable, Entry, SkinTone};
use damso_domain::Locale;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::step::{Step, focus};
use super::{EmojiShelf, Table};
use crate::i18n::{emoji as words, locale, texts};
use crate::ui::{Button, ButtonKind, EmptyState, Icon, IconName, SearchField, SkeletonLines};

/// The group of those used last.
const RECENT: &str = "recent";
/// What stands on the tab of each group.
const FACES: [(&str, &str); 9] = [
    ("smileys", "😀"),
    ("people", "👋"),
    ("nature", "🐻"),
    ("food", "🍜"),
    ("places", "🚲"),
    ("activities", "⚽"),
    ("objects", "💡"),
    ("symbols", "💛"),
    ("flags", "🏳️"),
];
/// One that shows every tone.
const HAND: [&str; 6] = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"];

/// All emoji to choose from.
#[component]
pub(in crate::features::chat) fn EmojiPicker(
    /// Called with the one that was chosen.
    #[prop(into)]
    on_choose: Callback<String>,
    /// Those that are chosen already.
    #[prop(optional, into)]
    chosen: Signal<Vec<String>>,
) -> impl IntoView {
    let choosing = Choosing::new(on_choose);
    choosing.shelf.load();
    let Choosing { shelf, query, .. } = choosing;
    view! {
        <div class="emoji" on:keydown=move |event| choosing.on_key(&event)>
            <div class="emoji__top">
                <SearchField
                    label=move || words().search.to_owned()
                    placeholder=move || words().placeholder.to_owned()
                    query
                />
                <ToneChoice shelf />
            </div>
            <div class="emoji__tabs" role="group" aria-label=move || words().groups>
                {(!choosing.has_no_recent()).then(|| view! { <Tab choosing key=RECENT /> })}
                {FACES.into_iter().map(|(key, _)| view! { <Tab choosing key /> }).collect_view()}
            </div>
            <div
                class="emoji__body"
                node_ref=choosing.body
                on:click=move |event| {
                    if let Some(emoji) = cell_of(&event) {
                        choosing.choose(emoji);
                    }
                }
            >
                {move || match shelf.table.get() {
                    Table::Failed => view! { <NotFetched shelf /> }.into_any(),
                    Table::Unasked | Table::Loading => view! { <SkeletonLines /> }.into_any(),
                    Table::Here(_) => view! { <Grid choosing chosen /> }.into_any(),
                }}
            </div>
        </div>
    }
}

/// What is shown of the table. A `Copy` handle.
#[derive(Clone, Copy)]
struct Choosing {
    shelf: EmojiShelf,
    on_choose: Callback<String>,
    query: RwSignal<String>,
    group: RwSignal<&'static str>,
    /// What was used last stays where it is while one chooses.
    recent: StoredValue<Vec<String>>,
    shown: Memo<Vec<Cell>>,
    body: NodeRef<html::Div>,
}

impl Choosing {
    fn new(on_choose: Callback<String>) -> Self {
        let shelf = EmojiShelf::expect();
        let used = shelf.recent.read_untracked();
        let recent = StoredValue::new(used.iter().map(str::to_owned).collect::<Vec<_>>());
        let query = RwSignal::new(String::new());
        let group = RwSignal::new(if used.is_empty() { FACES[0].0 } else { RECENT });
        let shown = Memo::new(move |_| {
            let Table::Here(table) = shelf.table.get() else {
                return Vec::new();
            };
            let (typed, tone) = (query.read(), shelf.tone.get());
            if !typed.trim().is_empty() {
                return cells(table.find(&typed), tone);
            }
            match group.get() {
                RECENT => {
                    recent.with_value(|recent| recent.iter().map(|emoji| used_cell(&table, emoji)).collect())
                }
                key => {
                    let mut groups = table.groups().iter();
                    let group = groups.find(|known| known.key == key);
                    cells(group.into_iter().flat_map(|group| &group.entries), tone)
                }
            }
        });
        let body = NodeRef::<html::Div>::new();
        Effect::new(move |_| {
            shown.track();
            if let Some(body) = body.get() {
                body.set_scroll_top(0);
            }
        });
        Self {
            shelf,
            on_choose,
            query,
            group,
            recent,
            shown,
            body,
        }
    }

    fn has_no_recent(self) -> bool {
        self.recent.with_value(Vec::is_empty)
    }

    fn is_searching(self) -> bool {
        !self.query.read().trim().is_empty()
    }

    /// What the grid is called.
    fn heading(self) -> &'static str {
        if self.is_searching() {
            words().search
        } else {
            group_name(self.group.get())
        }
    }

    fn choose(self, emoji: String) {
        self.shelf.remember(&emoji);
        self.on_choose.run(emoji);
    }

    fn on_key(self, event: &KeyboardEvent) {
        let Some(body) = self.body.get_untracked().filter(|_| !event.is_composing()) else {
            return;
        };
        let target = event.target();
        let is_typing = target.is_some_and(|target| target.has_type::<HtmlInputElement>());
        match event.key().as_str() {
            // The best one found; and no Enter sends the form around it.
            "Enter" if is_typing => {
                event.prevent_default();
                let is_searching = !self.query.read_untracked().trim().is_empty();
                let best = self.shown.read_untracked().first().map(|cell| cell.emoji.clone());
                if let Some(best) = best.filter(|_| is_searching) {
                    self.choose(best);
                }
            }
            "ArrowDown" if is_typing => {
                event.prevent_default();
                focus(body.query_selector(".emoji__cell").ok().flatten());
            }
            key if !is_typing => {
                if let Some(next) = Step::of(key).and_then(|step| step.lead(&body)) {
                    event.prevent_default();
                    focus(Some(next));
                }
            }
            _ => (),
        }
    }
}

#[component]
fn Grid(choosing: Choosing, chosen: Signal<Vec<String>>) -> impl IntoView {
    let button = move |(at, cell): (usize, Cell)| {
        let is_chosen = chosen.with(|chosen| chosen.contains(&cell.emoji));
        view! {
            <button
                class="emoji__cell"
                type="button"
                tabindex=if at == 0 { "0" } else { "-1" }
                aria-pressed=is_chosen.then_some("true")
                aria-label=cell.name.clone()
                title=cell.name
                data-emoji=cell.emoji.clone()
            >
                {cell.emoji.clone()}
            </button>
        }
    };
    move || {
        let shown = choosing.shown.get();
        if shown.is_empty() {
            return view! {
                <EmptyState icon=IconName::Smile title=move || words().none_title text=move || words().none_text />
            }
            .into_any();
        }
        view! {
            <div class="emoji__grid" role="group" aria-label=move || choosing.heading()>
                {shown.into_iter().enumerate().map(button).collect_view()}
            </div>
        }
        .into_any()
    }
}

#[component]
fn Tab(choosing: Choosing, key: &'static str) -> impl IntoView {
    let face = FACES
        .iter()
        .find(|(known, _)| *known == key)
        .map(|(_, face)| *face);
    let name = move || group_name(key);
    let is_shown = move || !choosing.is_searching() && choosing.group.get() == key;
    view! {
        <button
            class="emoji__tab"
            type="button"
            aria-pressed=move || if is_shown() { "true" } else { "false" }
            aria-label=name
            title=name
            on:click=move |_| {
                choosing.query.set(String::new());
                choosing.group.set(key);
            }
        >
            {match face {
                Some(face) => face.into_any(),
                None => view! { <Icon name=IconName::Clock /> }.into_any(),
            }}
        </button>
    }
}

/// A hand that shows the tone, and unfolds into all of them.
#[component]
fn ToneChoice(shelf: EmojiShelf) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let choice = move |tone: SkinTone| {
        let name = move || words().tones[tone.to_index()];
        view! {
            <button
                class="emoji__tone"
                type="button"
                aria-pressed=move || if shelf.tone.get() == tone { "true" } else { "false" }
                aria-label=name
                title=name
                on:click=move |_| {
                    shelf.set_tone(tone);
                    is_open.set(false);
                }
            >
                {HAND[tone.to_index()]}
            </button>
        }
    };
    view! {
        <div class="emoji__tones" role="group" aria-label=move || words().tone>
            <Show
                when=move || is_open.get()
                fallback=move || {
                    let name = move || format!("{}: {}", words().tone, words().tones[shelf.tone.get().to_index()]);
                    view! {
                        <button
                            class="emoji__tone"
                            type="button"
                            aria-expanded="false"
                            aria-label=name
                            title=name
                            on:click=move |_| is_open.set(true)
                        >
                            {move || HAND[shelf.tone.get().to_index()]}
                        </button>
                    }
                }
            >
                {SkinTone::ALL.into_iter().map(choice).collect_view()}
            </Show>
        </div>
    }
}

#[component]
fn NotFetched(shelf: EmojiShelf) -> impl IntoView {
    view! {
        <div class="emoji__failed" role="alert">
            <p>{move || words().not_fetched}</p>
            <Button kind=ButtonKind::Secondary small=true on:click=move |_| shelf.load()>
                {move || texts().common.retry}
            </Button>
        </div>
    }
}

fn group_name(key: &str) -> &'static str {
    match key {
        RECENT => words().recent,
        key => (words().group)(key),
    }
}

/// What stands in the grid.
#[derive(Clone, PartialEq)]
struct Cell {
    emoji: String,
    name: String,
}

fn cells<'a>(entries: impl IntoIterator<Item = &'a Entry>, tone: SkinTone) -> Vec<Cell> {
    let cell = |entry: &Entry| Cell {
        emoji: entry.in_tone(tone).to_owned(),
        name: name_of(entry),
    };
    entries.into_iter().map(cell).collect()
}

/// As it was used, in the tone of then.
fn used_cell(table: &EmojiTable, emoji: &str) -> Cell {
    Cell {
        emoji: emoji.to_owned(),
        name: table.entry(emoji).map_or_else(|| emoji.to_owned(), name_of),
    }
}

fn name_of(entry: &Entry) -> String {
    match locale() {
        Locale::Ko => entry.name_ko().to_owned(),
        Locale::En => entry.name_en().to_owned(),
    }
}

/// One listener for a grid of hundreds: which of them was pressed?
fn cell_of(event: &MouseEvent) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(".emoji__cell").ok()??.get_attribute("data-emoji")
}
