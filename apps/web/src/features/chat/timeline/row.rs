//! One row.

use damso_client_state::{RowBody, RowKey};
use leptos::prelude::*;

use super::message::MessageView;
use super::rows::{Rows, element_id};
use crate::features::chat::notice_words;
use crate::i18n::{format, texts};
use crate::stores::PeopleStore;

/// One row. It is drawn once; what changes in it changes by its signals.
#[component]
pub(super) fn RowView(key: RowKey, rows: Memo<Rows>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let id = element_id(key);
    let body = rows.read_untracked().body(key).cloned();
    match body {
        Some(RowBody::Day(time)) => view! {
            <div class="day" id=id>
                <span class="day__text">{move || { texts(); format::day_heading(time) }}</span>
            </div>
        }
        .into_any(),
        Some(RowBody::UnreadDivider) => view! {
            <div class="unread-divider" id=id>
                <span>{move || texts().chat.read_up_to_here}</span>
            </div>
        }
        .into_any(),
        Some(RowBody::Notice(message)) => {
            let seq = message.seq.as_i64();
            let words = move || {
                message
                    .system
                    .as_ref()
                    .map(|notice| notice_words(message.author_id, notice, people))
            };
            view! {
                <div class="notice" id=id data-seq=seq>
                    <span class="notice__text">{words}</span>
                </div>
            }
            .into_any()
        }
        Some(RowBody::Message(first)) => {
            // A row outlives its last change by a moment while it is taken away: it keeps what it was.
            let row = Memo::new(move |before| match rows.read().body(key) {
                Some(RowBody::Message(row)) => row.clone(),
                _ => before.cloned().unwrap_or_else(|| first.clone()),
            });
            view! { <MessageView id row /> }.into_any()
        }
        None => ().into_any(),
    }
}
