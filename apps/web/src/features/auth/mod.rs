//! The way in: welcome, sign-in, sign-up.

mod frame;
mod sign_in;
mod sign_up;
mod welcome;

use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

pub(crate) use sign_up::password_praise;

use crate::app::{Fetched, Navigator, Place};
use crate::i18n::texts;
use sign_in::SignInPage;
use sign_up::SignUpPage;
use welcome::WelcomePage;

/// See [`Entrance`].
#[wasm_split(entrance, fallible, preload(load_entrance))]
pub(crate) fn entrance() -> Fetched<AnyView> {
    Ok(view! { <Entrance /> }.into_any())
}

/// The screens for those who are not signed in.
#[component]
fn Entrance() -> impl IntoView {
    let navigator = Navigator::expect();
    Effect::new(move |_| document().set_title(texts().common.app_name));
    move || match navigator.place() {
        Place::SignIn => view! { <SignInPage /> }.into_any(),
        Place::SignUp => view! { <SignUpPage /> }.into_any(),
        _ => view! { <WelcomePage /> }.into_any(),
    }
}
