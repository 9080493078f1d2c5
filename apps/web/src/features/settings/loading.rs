//! What stands where something could not be loaded.

use leptos::prelude::*;

use crate::api::ApiError;
use crate::i18n::{explain_error, texts};
use crate::ui::{Button, ButtonKind, Icon, IconName};

/// Says why, and tries again.
#[component]
pub fn LoadFailed(
    /// Why.
    error: ApiError,
    /// Tries again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="load-failed">
            <Icon name=IconName::Warning />
            <p class="load-failed__words">{move || explain_error(&error)}</p>
            <Button kind=ButtonKind::Secondary small=true on:click=move |_| on_retry.run(())>
                {move || texts().common.retry}
            </Button>
        </div>
    }
}
