//! The web client: one page, rendered in the browser, speaking the public API.
//!
//! Invariant: only [`api`] builds URLs and only [`realtime`] owns a socket. Components read stores and call
//! their methods; they fetch nothing themselves. [`app::Navigator`] is the one way to move between places
//! (`Navigator::expect().go(Place::Chat(id))`, or a plain link to `Place::path`). Decisions that need no
//! browser live in `damso-client-state`, where they are tested natively.

pub mod api;
pub mod app;
mod download;
pub mod features;
pub mod i18n;
pub mod realtime;
pub mod session;
mod stored;
pub mod stores;
pub mod ui;
pub mod webauthn;

/// Draws the client into the page.
pub fn start() {
    leptos::mount::mount_to_body(app::App);
}
