//! The root: what every screen shares, and which screen is shown.

mod focus;
mod home;
mod language;
mod lazy;
mod navigator;
mod place;
mod shell;
mod theme;

use damso_domain::UserId;
use leptos::prelude::*;
use leptos::task::spawn_local;

pub use focus::is_looked_at;
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
use crate::stores::local;
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
    start_early(session);
    remember_account(session);
    session.boot();
    // The same account keeps its screens when its token is renewed; another one gets its own.
    let status = Memo::new(move |_| (session.status(), session.me().map(|me| me.id)));
    let screen = move || match (farewell.report(), status.get().0) {
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

/// While the server is still being asked who is signed in: whoever was at the last visit sees what this browser
/// keeps of theirs, and where nobody was, the way in is fetched.
fn start_early(session: Session) {
    let Some(user) = last_account() else {
        return prefetch(&[|| Box::pin(load_entrance())]);
    };
    spawn_local(async move {
        if let Ok(looking) = local::find_owner(user).await
            && let Some(me) = looking.await
        {
            session.go_on_as(me);
        }
    });
}

/// Remembers who is signed in, and does what the other tabs of this browser do: there is one session for all.
fn remember_account(session: Session) {
    Effect::new(move |_| match session.status() {
        SessionStatus::SignedIn => {
            let id = session.me().map(|me| me.id.to_string());
            stored::set(SIGNED_IN, id.as_deref());
        }
        SessionStatus::SignedOut => {
            // Where no screen was drawn that could have done it, as when the session ended while away.
            last_account().into_iter().for_each(local::erase);
            stored::set(SIGNED_IN, None);
        }
        SessionStatus::Booting | SessionStatus::Unreachable => (),
    });
    let _ = window_event_listener(leptos::ev::storage, move |event| {
        if event.key().as_deref() != Some(SIGNED_IN) {
            return;
        }
        match (session.status_now(), last_account()) {
            (SessionStatus::SignedIn, None) => session.end(),
            // Somebody else has signed in: this page has nothing of theirs.
            (SessionStatus::SignedIn, id) if id != session.my_id() => drop(window().location().reload()),
            (SessionStatus::SignedOut, Some(_)) => session.boot(),
            _ => (),
        }
    });
}

fn last_account() -> Option<UserId> {
    stored::get(SIGNED_IN)?.parse().ok()
}

/// Only a hint: who is signed in is for the server to say.
const SIGNED_IN: &str = "damso.signed-in";

/// The page shows a splash of its own until the client runs.
fn remove_splash() {
    if let Some(splash) = document().get_element_by_id("splash") {
        splash.remove();
    }
}
