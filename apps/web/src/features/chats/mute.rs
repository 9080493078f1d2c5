//! For how long a chat is kept quiet.

use std::time::Duration;

use damso_domain::ConversationId;
use leptos::prelude::*;

use super::ChatActions;
use crate::i18n::texts;
use crate::stores::MUTED_FOR_EVER;
use crate::ui::{Button, ButtonKind, Dialog};

/// Asks for how long.
#[component]
pub fn MuteDialog(
    /// Which one.
    #[prop(into)]
    id: Signal<Option<ConversationId>>,
    /// Whether it is open.
    is_open: RwSignal<bool>,
) -> impl IntoView {
    let actions = ChatActions::expect();
    let choice = move |time: Duration, label: fn() -> &'static str| {
        let press = move |_| {
            is_open.set(false);
            id.get_untracked()
                .into_iter()
                .for_each(|id| actions.mute(id, Some(time)));
        };
        view! {
            <Button kind=ButtonKind::Secondary wide=true on:click=press>
                {label}
            </Button>
        }
    };
    view! {
        <Dialog open=is_open title=move || texts().chat_list.mute_title>
            <div class="chats__choices">
                {choice(Duration::from_hours(1), || texts().chat_list.mute_hour)}
                {choice(Duration::from_hours(8), || texts().chat_list.mute_eight_hours)}
                {choice(MUTED_FOR_EVER, || texts().chat_list.mute_for_ever)}
            </div>
        </Dialog>
    }
}
