//! Choosing among friends.

use damso_domain::{NameQuery, UserId};
use damso_protocol::Friend;
use leptos::prelude::*;

use crate::features::chat::{face_of, name_of};
use crate::i18n::texts;
use crate::stores::PeopleStore;
use crate::ui::{Avatar, AvatarSize, SearchField};

/// Friends with a box to tick each.
#[component]
pub fn FriendPicker(
    /// Who is chosen, in that order.
    chosen: RwSignal<Vec<UserId>>,
    /// Those who cannot be chosen: they are in already.
    #[prop(optional, into)]
    except: Signal<Vec<UserId>>,
) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let query = RwSignal::new(String::new());
    let friends = Memo::new(move |_| people.friends());
    let found = Memo::new(move |_| {
        let (query, except) = (NameQuery::new(&query.read()), except.read());
        // Whom I have hidden comes when looked for, and stays once chosen.
        let is_shown = |friend: &Friend| {
            !friend.is_hidden || !query.is_empty() || chosen.read().contains(&friend.user.id)
        };
        let mut found = people.found(&friends.read(), &query);
        found.retain(|friend| !except.contains(&friend.user.id) && is_shown(friend));
        found
    });
    view! {
        <div class="picker">
            <SearchField
                label=move || texts().chat.search_friends
                placeholder=move || texts().chat.search_placeholder
                query
            />
            <ul class="picker__list" aria-label=move || texts().chat.pick_friends>
                <For each=move || found.get() key=|friend| (friend.user.id, friend.user.version, friend.nickname.clone()) let(friend)>
                    <li>
                        <PickerRow friend chosen />
                    </li>
                </For>
            </ul>
        </div>
    }
}

#[component]
fn PickerRow(friend: Friend, chosen: RwSignal<Vec<UserId>>) -> impl IntoView {
    let id = friend.user.id;
    let people = expect_context::<PeopleStore>();
    let face = face_of(people, &friend.user);
    let toggle = move |is_wanted: bool| {
        chosen.update(|chosen| {
            chosen.retain(|known| *known != id);
            if is_wanted {
                chosen.push(id);
            }
        });
    };
    view! {
        <label class="picker__row">
            <Avatar face size=AvatarSize::Small />
            <span class="picker__name truncate">{name_of(people, &friend.user)}</span>
            <input
                class="check"
                type="checkbox"
                prop:checked=move || chosen.read().contains(&id)
                on:change:target=move |event| toggle(event.target().checked())
            />
        </label>
    }
}
