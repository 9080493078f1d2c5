//! What the screens before signing in share.

use damso_domain::Locale;
use leptos::{html, prelude::*};

use crate::app::choose_language;
use crate::i18n::{locale, texts};
use crate::ui::Mark;

/// A card in the middle of the page.
#[component]
pub fn EntranceCard(
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// A sentence below it.
    #[prop(into)]
    text: Signal<String>,
    /// Takes the focus to the heading: for a card without a field, which takes the place of another one.
    #[prop(optional)]
    is_answer: bool,
    /// The form.
    children: Children,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    if is_answer {
        heading.on_load(|heading| {
            // After the card is in the page.
            request_animation_frame(move || drop(heading.focus()));
        });
    }
    view! {
        <main class="entrance">
            <div class="entrance__card">
                <Mark />
                <h1 class="entrance__title" node_ref=heading tabindex=is_answer.then_some("-1")>
                    {move || title.get()}
                </h1>
                <p class="entrance__text">{move || text.get()}</p>
                {children()}
            </div>
            <LanguageSwitch />
        </main>
    }
}

/// The other language, one press away for somebody who cannot read this one.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let button = move |choice: Locale, name: &'static str| {
        view! {
            <button
                class="language-switch__choice"
                type="button"
                lang=choice.as_str()
                aria-pressed=move || if locale() == choice { "true" } else { "false" }
                on:click=move |_| choose_language(choice)
            >
                {name}
            </button>
        }
    };
    view! {
        <div class="language-switch" role="group" aria-label=move || texts().auth.language>
            {button(Locale::Ko, "한국어")}
            {button(Locale::En, "English")}
        </div>
    }
}
