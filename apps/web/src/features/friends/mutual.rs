//! What somebody and I have in common: a line on their card, which opens the lists.

use damso_domain::UserId;
use damso_protocol::{Mutual, MutualGroup};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::profile::Relation;
use crate::features::rows::{ChatLink, FriendLink};
use crate::i18n::mutual;
use crate::stores::PeopleStore;
use crate::ui::Dialog;

/// Nothing while it is not known, and where there is nothing. It is asked for again when `relation` changes.
#[component]
pub(super) fn MutualLine(id: UserId, relation: Memo<Relation>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let known = RwSignal::new(None::<Mutual>);
    Effect::new(move || {
        relation.track();
        spawn_local(async move {
            // Without a network the card says the rest all the same.
            if let Ok(answer) = people.mutual(id).await {
                known.try_set(Some(answer));
            }
        });
    });
    let is_open = RwSignal::new(false);
    let line =
        Memo::new(move |_| known.with(|known| known.as_ref().map(words).filter(|words| !words.is_empty())));
    view! {
        <Show when=move || line.read().is_some()>
            <button class="card__mutual" type="button" on:click=move |_| is_open.set(true)>
                {move || line.get()}
            </button>
            <Dialog open=is_open title=move || mutual().title>
                {move || known.get().map(|known| view! { <Lists known /> })}
            </Dialog>
        </Show>
    }
}

fn words(known: &Mutual) -> String {
    let friends = (0 < known.friend_count).then(|| (mutual().friends)(known.friend_count));
    let groups = (0 < known.group_count).then(|| (mutual().groups)(known.group_count));
    friends.into_iter().chain(groups).collect::<Vec<_>>().join(" · ")
}

#[component]
fn Lists(known: Mutual) -> impl IntoView {
    let Mutual {
        friends,
        friend_count,
        groups,
        group_count,
    } = known;
    let (more_friends, more_groups) = (rest(friend_count, friends.len()), rest(group_count, groups.len()));
    let has_friends = 0 < friend_count;
    let has_groups = 0 < group_count;
    view! {
        <Show when=move || has_friends>
            <h3 class="pane__section">{move || (mutual().friends)(friend_count)}</h3>
        </Show>
        <ul class="mutual">
            {friends.into_iter().map(|user| view! { <li><FriendLink user /></li> }).collect_view()}
        </ul>
        {more_friends.map(|count| view! { <p class="mutual__more">{move || (mutual().more)(count)}</p> })}
        <Show when=move || has_groups>
            <h3 class="pane__section">{move || (mutual().groups)(group_count)}</h3>
        </Show>
        <ul class="mutual">
            {groups.into_iter().map(|group| view! { <li>{group_row(group)}</li> }).collect_view()}
        </ul>
        {more_groups.map(|count| view! { <p class="mutual__more">{move || (mutual().more)(count)}</p> })}
    }
}

/// How many are not listed.
fn rest(count: i64, listed: usize) -> Option<i64> {
    let listed = i64::try_from(listed).unwrap_or(i64::MAX);
    Some(count - listed).filter(|rest| 0 < *rest)
}

fn group_row(
    MutualGroup {
        id,
        name,
        member_count,
        ..
    }: MutualGroup,
) -> impl IntoView {
    view! {
        <ChatLink id name>
            <span class="friends__mark">{move || (mutual().people)(member_count)}</span>
        </ChatLink>
    }
}
