//! What stands where there is nothing yet.

use leptos::prelude::*;

use super::{Icon, IconName};

/// Says that there is nothing, why, and what to do next.
#[component]
pub fn EmptyState(
    /// Drawn above the words.
    icon: IconName,
    /// What there is none of.
    #[prop(into)]
    title: Signal<String>,
    /// What to do about it.
    #[prop(optional, into)]
    text: Signal<String>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty-state">
            <span class="empty-state__icon">
                <Icon name=icon />
            </span>
            <h2 class="empty-state__title">{move || title.get()}</h2>
            <p class="empty-state__text">{move || text.get()}</p>
            {children.map(|children| view! { <div class="empty-state__actions">{children()}</div> })}
        </div>
    }
}
