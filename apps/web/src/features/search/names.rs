//! People and chats by their names, of which the client knows all.

use damso_domain::{ConversationId, NameQuery};
use damso_protocol::Friend;
use leptos::prelude::*;

use crate::features::chats::is_named;
use crate::features::rows::{ChatLink, FriendLink};
use crate::i18n::search_texts;
use crate::stores::{ChatStore, PeopleStore};

/// More names than these say too little.
const MOST: usize = 4;

#[component]
pub(super) fn FoundNames(query: RwSignal<String>) -> impl IntoView {
    let (chats, people) = (expect_context::<ChatStore>(), expect_context::<PeopleStore>());
    let names = Memo::new(move |_| NameQuery::new(&query.read()));
    let friends = Memo::new(move |_| {
        let mut found = names.with(|names| people.found(&people.friends(), names));
        found.truncate(MOST);
        found
    });
    let ids = Memo::new(move |_| {
        names.with(|names| {
            let is_found = |id: &ConversationId| is_named(chats, people, *id, names);
            chats
                .ids()
                .into_iter()
                .filter(is_found)
                .take(MOST)
                .collect::<Vec<_>>()
        })
    });
    let friend = |friend: Friend| view! { <li><FriendLink user=friend.user /></li> };
    view! {
        <Show when=move || !friends.read().is_empty()>
            <h2 class="pane__section">{move || search_texts().people}</h2>
            <ul>{move || friends.get().into_iter().map(friend).collect_view()}</ul>
        </Show>
        <Show when=move || !ids.read().is_empty()>
            <h2 class="pane__section">{move || search_texts().chats}</h2>
            <ul>
                <For each=move || ids.get() key=|id| *id let(id)>
                    <li><ChatLink id /></li>
                </For>
            </ul>
        </Show>
    }
}
