//! The second step of signing in, for those whose password alone is not enough.

use leptos::prelude::*;

use super::code::{CodeField, CodeSwitch};
use super::sign_in::{PasskeyButton, SignInForm, Way};
use crate::features::form::FormError;
use crate::i18n::access_texts;
use crate::ui::{Button, ButtonKind};

/// A code from the app, a recovery code, or a passkey.
#[component]
pub fn SecondStep(
    /// The form it is in.
    form: SignInForm,
) -> impl IntoView {
    view! {
        <CodeField entry=form.code />
        <FormError text=Signal::derive(move || form.other_error()) />
        <Button submits=true wide=true busy=form.is_busy_with(Way::Typed) disabled=form.submission.is_busy()>
            {move || access_texts().confirm}
        </Button>
        <PasskeyButton form words=move || access_texts().use_passkey />
        <div class="entrance__ways">
            <CodeSwitch entry=form.code />
            <Button kind=ButtonKind::Plain small=true on:click=move |_| form.start_over()>
                {move || access_texts().other_account}
            </Button>
        </div>
    }
}
