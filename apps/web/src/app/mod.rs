//! The root: what every screen shares, and which screen is shown.

mod focus;
mod home;
mod language;
mod lazy;
mod navigator;
mod place;
mod shell;
mod theme;

use leptos::prelude::*;

pub use language::choose as choose_language;
pub use lazy::{Fetched, Lazy};
pub use navigator::Navigator;
pub use place::{Area, Place, SettingsSection};
pub use theme::{Theme, ThemeChoice};

use crate::api::ApiClient;
use crate::features::auth::{entrance, load_entrance};
use crate::features::settings::{Farewell, deletion_report, load_deletion_report};
use crate::i18n::texts;
use crate::session::{Session, SessionStatus};
use crate::stored;
use crate::ui::{Banner, IconName, Mark, ToastRegion, Toasts};
use home::Home;
use lazy::prefetch;

/// The whole client.
#[component]
pub fn App() -> impl IntoView {
    let api = ApiClient::new();
    provide_context(api);
    let session = Session::new(api);
    provide_context(session);
    let navigator = Navigator::provide();
    Toasts::provide();
    Theme::provide();
    let farewell = Farewell::provide();
    language::follow(session);
    remove_splash();
    guard_entrance(session, navigator);
    fetch_entrance_early(session);
    session.boot();
    // The same account keeps its screens when its token is renewed.
    let status = Memo::new(move |_| session.status());
    let screen = move || match (farewell.report(), status.get()) {
        (Some(report), _) => view! {
            <Lazy
                load=|| Box::pin(load_deletion_report())
                draw=Box::new(move || Box::pin(deletion_report(report.clone())))
                is_main=true
            />
        }
        .into_any(),
        (None, SessionStatus::Booting) => view! { <Splash is_unreachable=false /> }.into_any(),
        (None, SessionStatus::Unreachable) => view! { <Splash is_unreachable=true /> }.into_any(),
        (None, SessionStatus::SignedOut) => view! {
            <Lazy load=|| Box::pin(load_entrance()) draw=Box::new(|| Box::pin(entrance())) is_main=true />
        }
        .into_any(),
        (None, SessionStatus::SignedIn) => view! { <Home /> }.into_any(),
    };
    view! {
        {screen}
        <ToastRegion />
    }
}

/// While it is not known who is signed in. The page's own splash looked the same, so nothing jumps.
#[component]
fn Splash(is_unreachable: bool) -> impl IntoView {
    view! {
        <main class="splash">
            <Mark />
            <Banner when=is_unreachable icon=IconName::Offline text=move || texts().errors.network />
        </main>
    }
}

/// Nobody sees a screen that is not theirs, and everybody gets back to where they wanted to go.
fn guard_entrance(session: Session, navigator: Navigator) {
    Effect::new(move |_| {
        let is_at_entrance = navigator.place().area() == Area::Entrance;
        match session.status() {
            SessionStatus::SignedOut if !is_at_entrance => navigator.leave_to_sign_in(),
            SessionStatus::SignedIn if is_at_entrance => navigator.enter(),
            _ => (),
        }
    });
}

/// Where nobody was signed in at the last visit, the way in is fetched while the server is still being asked.
fn fetch_entrance_early(session: Session) {
    if stored::get(SIGNED_IN).is_none() {
        prefetch(&[|| Box::pin(load_entrance())]);
    }
    Effect::new(move |_| match session.status() {
        SessionStatus::SignedIn => stored::set(SIGNED_IN, Some("1")),
        SessionStatus::SignedOut => stored::set(SIGNED_IN, None),
        SessionStatus::Booting | SessionStatus::Unreachable => (),
    });
}

/// Only a hint: who is signed in is for the server to say.
const SIGNED_IN: &str = "damso.signed-in";

/// The page shows a splash of its own until the client runs.
fn remove_splash() {
    if let Some(splash) = document().get_element_by_id("splash") {
        splash.remove();
    }
}
