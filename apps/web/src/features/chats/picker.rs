//! Choosing among friends.

use damso_domain::{UserId, hangul};
use damso_protocol::Friend;
use leptos::prelude::*;

use crate::i18n::texts;
use crate::stores::PeopleStore;
use crate::ui::{Avatar, AvatarSize, Face, SearchField};

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
    let found = Memo::new(move |_| {
        let (query, except) = (query.read(), except.read());
        let is_found = |friend: &Friend| {
            !except.contains(&friend.user.id) && hangul::matches(&friend.user.display_name, &query)
        };
        people.friends().into_iter().filter(is_found).collect::<Vec<_>>()
    });
    view! {
        <div class="picker">
            <SearchField
                label=move || texts().chat.search_friends
                placeholder=move || texts().chat.search_placeholder
                query
            />
            <ul class="picker__list" aria-label=move || texts().chat.pick_friends>
                <For each=move || found.get() key=|friend| (friend.user.id, friend.user.version) let(friend)>
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
    let face = Face::from(&friend.user);
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
            <span class="picker__name truncate">{friend.user.display_name}</span>
            <input
                class="check"
                type="checkbox"
                prop:checked=move || chosen.read().contains(&id)
                on:change:target=move |event| toggle(event.target().checked())
            />
        </label>
    }
}
