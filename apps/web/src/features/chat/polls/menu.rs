//! Closing a poll before its time.

use damso_client_state::rows::RowContent;
use damso_domain::{ConversationId, Seq, Timestamp};
use leptos::prelude::*;

use super::Polling;
use crate::i18n::polls;
use crate::stores::ChatStore;
use crate::ui::{IconName, MenuItem};

/// Which poll somebody may close: one of theirs, or in a group that they run.
fn closable(chats: ChatStore, id: ConversationId, content: Option<&RowContent>) -> Option<Seq> {
    let Some(RowContent::Stored(message)) = content else {
        return None;
    };
    let is_open = !message.poll.as_ref()?.is_closed(Timestamp::now());
    let rules = chats.with_chat(id, |chat| {
        chat.conversation.membership.role.can_close_polls_of_others()
    });
    let may = message.author_id == chats.me() || rules == Some(true);
    (is_open && may).then_some(message.seq)
}

/// The item in the menu of a message.
#[component]
pub(in crate::features::chat) fn ClosePollItem(content: Memo<Option<RowContent>>) -> impl IntoView {
    let polling = Polling::expect();
    let seq =
        Memo::new(move |_| content.with(|content| closable(polling.chats, polling.id, content.as_ref())));
    view! {
        <Show when=move || seq.get().is_some()>
            <MenuItem icon=IconName::Lock on:click=move |_| polling.closing.set(seq.get_untracked())>
                {move || polls().close}
            </MenuItem>
        </Show>
    }
}
