//! The list: me, requests, friends.

use damso_domain::{MonthDay, NameQuery, UserId};
use damso_protocol::{Friend, User};
use leptos::prelude::*;

use super::add::AddFriendDialog;
use super::hidden::HiddenFriends;
use super::requests::Requests;
use crate::app::Place;
use crate::features::chat::{face_of, name_of};
use crate::i18n::{format, texts};
use crate::session::Session;
use crate::stores::PeopleStore;
use crate::ui::{
    Avatar, Button, EmptyState, Icon, IconButton, IconName, PresenceDot, SearchField, SkeletonRows,
    every_minute,
};

/// The pane on the left.
#[component]
pub fn FriendsPane(
    /// Whose profile is shown.
    chosen: Memo<Option<UserId>>,
) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let query = RwSignal::new(String::new());
    let is_adding = RwSignal::new(false);
    let is_loaded = Memo::new(move |_| people.is_loaded());
    view! {
        <section class="pane" aria-label=move || texts().friends.title>
            <header class="pane__head">
                <h1 class="pane__title">{move || texts().friends.title}</h1>
                <IconButton
                    icon=IconName::AddPerson
                    label=move || texts().friends.add
                    on:click=move |_| is_adding.set(true)
                />
            </header>
            <SearchField
                label=move || texts().friends.search
                placeholder=move || texts().friends.search_placeholder
                query
            />
            <div class="pane__scroll">
                <Show when=move || query.read().trim().is_empty()>
                    <MyRow chosen />
                    <Requests />
                </Show>
                <Show when=move || is_loaded.get() fallback=|| view! { <SkeletonRows /> }>
                    <Friends chosen query is_adding />
                </Show>
            </div>
            <AddFriendDialog is_open=is_adding />
        </section>
    }
}

/// Me on top; opens my profile.
#[component]
fn MyRow(chosen: Memo<Option<UserId>>) -> impl IntoView {
    let session = expect_context::<Session>();
    let me = Memo::new(move |_| session.me().map(|me| User::from(&me)));
    move || me.get().map(|user| view! { <PersonRow user chosen /> })
}

/// My friends in their parts, or those that a search finds.
#[derive(Clone, Default, PartialEq)]
struct Listed {
    favorites: Vec<Friend>,
    others: Vec<Friend>,
    hidden_count: usize,
    is_search: bool,
}

impl Listed {
    fn of(people: PeopleStore, friends: &[Friend], query: &NameQuery) -> Self {
        if !query.is_empty() {
            // Whom I have hidden is found all the same.
            return Self {
                others: people.found(friends, query),
                is_search: true,
                ..Self::default()
            };
        }
        let (hidden, shown): (Vec<_>, Vec<_>) = friends.iter().cloned().partition(|friend| friend.is_hidden);
        let (favorites, others) = shown.into_iter().partition(|friend| friend.is_favorite);
        Self {
            favorites,
            others,
            hidden_count: hidden.len(),
            is_search: false,
        }
    }

    const fn state(&self) -> Shown {
        let is_empty = self.favorites.is_empty() && self.others.is_empty() && self.hidden_count == 0;
        match (is_empty, self.is_search) {
            (true, true) => Shown::NoneFound,
            (true, false) => Shown::NoFriends,
            (false, _) => Shown::Rows,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Rows,
    NoFriends,
    NoneFound,
}

#[component]
fn Friends(
    chosen: Memo<Option<UserId>>,
    query: RwSignal<String>,
    is_adding: RwSignal<bool>,
) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let friends = Memo::new(move |_| people.friends());
    let listed = Memo::new(move |_| Listed::of(people, &friends.read(), &NameQuery::new(&query.read())));
    let favorites = Memo::new(move |_| listed.with(|listed| listed.favorites.clone()));
    let others = Memo::new(move |_| listed.with(|listed| listed.others.clone()));
    let hidden_count = Memo::new(move |_| listed.with(|listed| listed.hidden_count));
    let state = Memo::new(move |_| listed.with(Listed::state));
    move || match state.get() {
        Shown::NoneFound => view! { <NoneFound query /> }.into_any(),
        Shown::NoFriends => view! { <NoFriends is_adding /> }.into_any(),
        Shown::Rows => view! {
            <Birthdays query chosen />
            <Section title=|count| (texts().friends.favorites)(count) friends=favorites chosen />
            <Section title=|count| (texts().friends.count)(count) friends=others chosen />
            <HiddenFriends count=hidden_count />
        }
        .into_any(),
    }
}

/// Whose birthday it is, today and in the days to come; nothing while there is none, and while something is searched.
#[component]
fn Birthdays(query: RwSignal<String>, chosen: Memo<Option<UserId>>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let day = Memo::new(|_| {
        every_minute();
        format::today()
    });
    let soon = Memo::new(move |_| {
        let is_search = !query.read().trim().is_empty();
        let day = day.get().filter(|_| !is_search);
        day.map(|day| people.birthdays(day)).unwrap_or_default()
    });
    view! {
        <Show when=move || !soon.read().is_empty()>
            <h2 class="pane__section">{move || (texts().friends.birthdays)(soon.read().len())}</h2>
            <ul class="friends">
                <For
                    each=move || soon.get()
                    key=|(days, friend)| {
                        (*days, friend.user.id, friend.user.version, friend.nickname.clone(), friend.birthday)
                    }
                    children=move |(days, friend): (u16, Friend)| view! {
                        <li>
                            <PersonRow user=friend.user chosen birthday=friend.birthday.map(|day| (days, day)) />
                        </li>
                    }
                />
            </ul>
        </Show>
    }
}

/// Some friends under a title that counts them; nothing where there is none.
#[component]
fn Section(
    title: fn(usize) -> String,
    friends: Memo<Vec<Friend>>,
    chosen: Memo<Option<UserId>>,
) -> impl IntoView {
    let has_some = Memo::new(move |_| !friends.read().is_empty());
    view! {
        <Show when=move || has_some.get()>
            <h2 class="pane__section">{move || title(friends.read().len())}</h2>
            <ul class="friends">
                <For
                    each=move || friends.get()
                    key=|friend| {
                        (friend.user.id, friend.user.version, friend.nickname.clone(), friend.is_hidden)
                    }
                    let(friend)
                >
                    <li>
                        <PersonRow user=friend.user is_hidden=friend.is_hidden chosen />
                    </li>
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn NoFriends(is_adding: RwSignal<bool>) -> impl IntoView {
    view! {
        <EmptyState
            icon=IconName::People
            title=move || texts().friends.none_title
            text=move || texts().friends.none_text
        >
            <Button icon=IconName::AddPerson on:click=move |_| is_adding.set(true)>
                {move || texts().friends.add}
            </Button>
        </EmptyState>
    }
}

#[component]
fn NoneFound(query: RwSignal<String>) -> impl IntoView {
    view! {
        <EmptyState
            icon=IconName::Search
            title=move || (texts().friends.none_found_title)(query.read().trim())
            text=move || texts().friends.none_found_text
        />
    }
}

/// One person; leads to the profile.
#[component]
fn PersonRow(
    user: User,
    chosen: Memo<Option<UserId>>,
    /// A friend whom I have hidden.
    #[prop(optional)]
    is_hidden: bool,
    /// When their birthday is, and in how many days: it is said in place of anything else.
    #[prop(optional_no_strip)]
    birthday: Option<(u16, MonthDay)>,
) -> impl IntoView {
    let id = user.id;
    let people = expect_context::<PeopleStore>();
    let (face, name) = (face_of(people, &user), name_of(people, &user));
    let status = Some(user.status_message).filter(|status| !status.is_empty());
    let presence = Memo::new(move |_| people.presence(id));
    // What somebody says of this hour comes before what they say of themself.
    let said = Memo::new(move |_| {
        let now = presence.with(|presence| presence.as_ref()?.text.clone());
        now.or_else(|| status.clone())
    });
    view! {
        <a
            class="row friends__row"
            href=Place::Friend(id).path()
            aria-current=move || (chosen.get() == Some(id)).then_some("page")
        >
            <span class="with-presence">
                <Avatar face />
                <PresenceDot status=Signal::derive(move || presence.get().map(|known| known.status)) />
            </span>
            <span class="row__name">
                <span class="truncate">{name}</span>
                <Show when=move || is_hidden>
                    <span class="friends__mark">{move || texts().friends.hidden_mark}</span>
                </Show>
            </span>
            {move || match birthday {
                Some((days, day)) => view! { <BirthdayMark days day /> }.into_any(),
                None => said.get().map(|said| view! { <span class="friends__say">{said}</span> }).into_any(),
            }}
        </a>
    }
}

/// A cake, and when.
#[component]
fn BirthdayMark(days: u16, day: MonthDay) -> impl IntoView {
    let when = match days {
        0 => texts().friends.today.to_owned(),
        1 => texts().friends.tomorrow.to_owned(),
        _ => format::month_day(day),
    };
    view! {
        <span class="friends__say friends__birthday" data-today=(days == 0).then_some("")>
            <Icon name=IconName::Cake />
            <span class="sr-only">{texts().friends.birthday}</span>
            {when}
        </span>
    }
}
