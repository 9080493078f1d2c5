//! Who is typing.

use damso_domain::ConversationId;
use leptos::prelude::*;

use super::name_by_id;
use crate::i18n::texts;
use crate::stores::{ChatStore, PeopleStore};

#[component]
pub(super) fn TypingLine(id: ConversationId) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let words = Memo::new(move |_| match chats.typing_users(id).as_slice() {
        [] => None,
        [one] => Some((texts().chat.typing_one)(&name_by_id(people, *one))),
        many => Some((texts().chat.typing_many)(many.len())),
    });
    view! {
        <div class="typing" aria-live="off">
            {move || {
                words
                    .get()
                    .map(|words| {
                        view! {
                            <span class="typing__dots" aria-hidden="true">
                                <i></i>
                                <i></i>
                                <i></i>
                            </span>
                            <span class="truncate">{words}</span>
                        }
                    })
            }}
        </div>
    }
}
