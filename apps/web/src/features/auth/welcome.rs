//! The first thing somebody sees.

use leptos::prelude::*;

use super::frame::LanguageSwitch;
use crate::app::Place;
use crate::i18n::texts;
use crate::ui::Mark;

/// The mark, one sentence, two ways in.
#[component]
pub fn WelcomePage() -> impl IntoView {
    view! {
        <main class="entrance welcome">
            <div class="welcome__box">
                <Talk />
                <Mark />
                <h1 class="welcome__name">{move || texts().common.app_name}</h1>
                <p class="welcome__tagline">{move || texts().auth.tagline}</p>
                <p class="welcome__pitch">{move || texts().auth.pitch}</p>
                <nav class="welcome__actions" aria-label=move || texts().common.navigation>
                    <a class="button button--primary" href=Place::SignUp.path()>
                        {move || texts().auth.sign_up}
                    </a>
                    <a class="button button--secondary" href=Place::SignIn.path()>
                        {move || texts().auth.sign_in}
                    </a>
                </nav>
            </div>
            <LanguageSwitch />
        </main>
    }
}

/// A glimpse of a conversation: a picture, so readers skip it.
#[component]
fn Talk() -> impl IntoView {
    let line = |at: usize| move || texts().auth.talk[at];
    view! {
        <div class="welcome__talk" aria-hidden="true">
            <span class="welcome__bubble">{line(0)}</span>
            <span class="welcome__bubble welcome__bubble--mine">{line(1)}</span>
            <span class="welcome__bubble">{line(2)}</span>
        </div>
    }
}
