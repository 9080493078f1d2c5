//! Whom I block, in the settings.

use damso_protocol::Block;
use leptos::prelude::*;

use super::BlockActions;
use crate::i18n::{format, texts};
use crate::stores::PeopleStore;
use crate::ui::{Avatar, AvatarSize, Button, ButtonKind, Face};

/// Whom I block, by name, each with a way to end it.
#[component]
pub fn BlockList() -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let blocks = Memo::new(move |_| people.blocks());
    let rows = move || {
        blocks
            .get()
            .into_iter()
            .map(|block| view! { <Row block /> })
            .collect_view()
    };
    view! {
        <ul class="block-list">{rows}</ul>
        <Show when=move || blocks.read().is_empty()>
            <p class="block-list__none">{move || texts().blocks.none}</p>
        </Show>
    }
}

#[component]
fn Row(block: Block) -> impl IntoView {
    let actions = BlockActions::expect();
    let is_busy = RwSignal::new(false);
    let Block {
        user,
        hide_profile,
        since,
    } = block;
    let (id, label) = (user.id, user.display_name.clone());
    let more = move || {
        let since = (texts().blocks.since)(&format::long_date(since));
        if hide_profile {
            format!("{since} · {}", texts().blocks.profile_hidden)
        } else {
            since
        }
    };
    view! {
        <li class="block-list__row">
            <Avatar face=Face::from(&user) size=AvatarSize::Medium />
            <span class="block-list__words">
                <span class="block-list__name truncate">{user.display_name}</span>
                <span class="block-list__more">{more}</span>
            </span>
            <Button
                kind=ButtonKind::Secondary
                small=true
                busy=is_busy
                attr:aria-label=move || (texts().blocks.unblock_name)(&label)
                on:click=move |_| actions.unblock(id, is_busy)
            >
                {move || texts().blocks.unblock}
            </Button>
        </li>
    }
}
