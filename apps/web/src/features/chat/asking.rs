//! Dialogs that ask the server about one message.

use damso_domain::{Seq, UserId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{face_by_id, name_by_id};
use crate::api::ApiError;
use crate::i18n::explain_error;
use crate::stores::PeopleStore;
use crate::ui::{Avatar, AvatarSize, SkeletonRows};

/// What a dialog shows: nothing until an answer has come, then what was found, or why nothing was.
pub(super) type Answer<T> = Option<Result<Vec<T>, String>>;

/// Open while there is a message to show something of.
pub(super) fn open_with(target: RwSignal<Option<Seq>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    // Each is set only when it changes: otherwise the two would wake each other for ever.
    Effect::new(move |_| {
        let is_wanted = target.get().is_some();
        if open.get_untracked() != is_wanted {
            open.set(is_wanted);
        }
    });
    Effect::new(move |_| {
        if !open.get() && target.get_untracked().is_some() {
            target.set(None);
        }
    });
    open
}

/// Asks about each message that `target` comes to.
pub(super) fn load_for<T, A>(
    target: RwSignal<Option<Seq>>,
    ask: impl Fn(Seq) -> A + 'static,
) -> RwSignal<Answer<T>>
where
    T: Send + Sync + 'static,
    A: Future<Output = Result<Vec<T>, ApiError>> + 'static,
{
    let loaded = RwSignal::new(None);
    Effect::new(move |_| {
        let Some(seq) = target.get() else { return };
        loaded.set(None);
        let answer = ask(seq);
        spawn_local(async move {
            let found = answer.await.map_err(|error| explain_error(&error));
            // Another message may have been asked about meanwhile.
            if target.try_get_untracked() == Some(Some(seq)) {
                loaded.set(Some(found));
            }
        });
    });
    loaded
}

/// An answer, what was found as `draw` draws it.
pub(super) fn shown<T>(answer: Answer<T>, draw: impl FnOnce(Vec<T>) -> AnyView) -> AnyView {
    match answer {
        None => view! { <SkeletonRows /> }.into_any(),
        Some(Err(error)) => view! { <p class="dialog__text">{error}</p> }.into_any(),
        Some(Ok(found)) => draw(found),
    }
}

/// That nobody did it.
pub(super) fn nobody(words: fn() -> &'static str) -> AnyView {
    view! { <p class="dialog__text">{move || words()}</p> }.into_any()
}

/// Everybody who chose something, below what they chose.
#[component]
pub(super) fn Choosers(
    users: Vec<UserId>,
    /// What they chose.
    children: Children,
) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let person = move |id: UserId| {
        let face = Memo::new(move |_| face_by_id(people, id));
        view! {
            <li class="reacted__person">
                <Avatar face size=AvatarSize::Small />
                <span class="truncate">{move || name_by_id(people, id)}</span>
            </li>
        }
    };
    view! {
        <section class="reacted">
            {children()}
            <ul>{users.into_iter().map(person).collect_view()}</ul>
        </section>
    }
}
