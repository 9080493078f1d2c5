//! The way in: welcome, sign-in, sign-up, and what mailed links open.

mod code;
mod email;
mod frame;
mod invitation;
mod new_password;
mod passkey;
mod reset;
mod second_step;
mod server;
mod sign_in;
mod sign_up;
mod strength;
mod verify;
mod welcome;

use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

pub(crate) use strength::Strength;

use crate::app::{Fetched, InviteCode, Navigator, Place};
use crate::i18n::texts;
use invitation::InvitationPage;
use new_password::NewPasswordPage;
use reset::ResetPage;
use server::Server;
use sign_in::SignInPage;
use sign_up::SignUpPage;
use verify::VerifyPage;
use welcome::WelcomePage;

/// See [`WelcomePage`].
#[wasm_split(entrance, fallible, preload(load_entrance))]
pub(crate) fn entrance() -> Fetched<AnyView> {
    keep_title();
    Ok(view! { <WelcomePage /> }.into_any())
}

/// See [`Forms`].
#[wasm_split(access, fallible, preload(load_access))]
pub(crate) fn access() -> Fetched<AnyView> {
    Ok(view! { <Forms /> }.into_any())
}

/// See [`InvitationPage`].
#[wasm_split(access, fallible, preload(load_invitation))]
pub(crate) fn invitation(code: InviteCode) -> Fetched<AnyView> {
    Ok(view! { <Invitation code /> }.into_any())
}

/// See [`Mailed`].
#[wasm_split(mailed, fallible, preload(load_mailed))]
pub(crate) fn mailed() -> Fetched<AnyView> {
    Ok(view! { <Mailed /> }.into_any())
}

/// The forms to come in by.
#[component]
fn Forms() -> impl IntoView {
    let navigator = Navigator::expect();
    keep_title();
    Server::provide();
    move || match navigator.place() {
        Place::SignUp => view! { <SignUpPage /> }.into_any(),
        _ => view! { <SignInPage /> }.into_any(),
    }
}

/// What mailed links open, and where they are asked for.
#[component]
fn Mailed() -> impl IntoView {
    let navigator = Navigator::expect();
    keep_title();
    Server::provide();
    move || match (navigator.place(), navigator.token()) {
        (Place::Verify, token) => view! { <VerifyPage token /> }.into_any(),
        (_, Some(token)) => view! { <NewPasswordPage token /> }.into_any(),
        (_, None) => view! { <ResetPage /> }.into_any(),
    }
}

/// What an invite link opens.
#[component]
fn Invitation(code: InviteCode) -> impl IntoView {
    keep_title();
    Server::provide();
    view! { <InvitationPage code /> }
}

/// Nothing unread is counted out here.
fn keep_title() {
    Effect::new(move |_| document().set_title(texts().common.app_name));
}
