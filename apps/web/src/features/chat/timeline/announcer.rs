//! Tells readers of the screen what has come in.

use damso_domain::ConversationId;
use damso_domain::markup::plain;
use leptos::prelude::*;

use crate::features::chat::name_by_id;
use crate::i18n::texts;
use crate::stores::{ChatStore, PeopleStore};

/// Polite: it waits until the reader has finished its sentence.
#[component]
pub(super) fn Announcer(id: ConversationId) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let me = chats.me();
    let newest = Memo::new(move |_| {
        let message = chats
            .with_chat(id, |chat| chat.conversation.last_message.clone())
            .flatten();
        message.filter(|message| message.author_id != me && message.deleted_at.is_none())
    });
    let words = Memo::new(move |before: Option<&(Option<i64>, String)>| {
        let newest = newest.get();
        let seq = newest.as_ref().map(|message| message.seq.as_i64());
        // What was there when the conversation was opened is no news.
        let is_news = before.is_some_and(|(known, _)| *known != seq);
        let words = newest.filter(|_| is_news).map(|message| {
            let head = (texts().chat.arrived)(&name_by_id(people, message.author_id));
            let text = message.text.map_or_else(
                || (texts().chat.photos)(message.attachments.len().max(1)),
                |text| plain(&text).into_owned(),
            );
            format!("{head}: {text}")
        });
        (seq, words.unwrap_or_default())
    });
    view! {
        <div class="sr-only" role="status" aria-live="polite">
            {move || words.get().1}
        </div>
    }
}
