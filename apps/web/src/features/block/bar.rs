//! What stands in place of the composer while I block the other one.

use damso_domain::UserId;
use leptos::prelude::*;

use super::BlockActions;
use crate::i18n::texts;
use crate::ui::{Button, ButtonKind, Icon, IconName};

/// Says that I block the other one, and lets me end it.
#[component]
pub fn BlockedBar(
    /// Whom.
    id: UserId,
) -> impl IntoView {
    let actions = BlockActions::expect();
    let is_busy = RwSignal::new(false);
    view! {
        <div class="blocked-bar" role="note">
            <span class="blocked-bar__icon">
                <Icon name=IconName::Block />
            </span>
            <p class="blocked-bar__words">
                <b>{move || texts().blocks.bar}</b>
                <span>{move || texts().blocks.bar_more}</span>
            </p>
            <Button
                kind=ButtonKind::Secondary
                small=true
                busy=is_busy
                on:click=move |_| actions.unblock(id, is_busy)
            >
                {move || texts().blocks.unblock}
            </Button>
        </div>
    }
}
