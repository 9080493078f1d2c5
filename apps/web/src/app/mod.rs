//! The root: what every screen shares, and which screen is shown.

mod focus;
mod home;
mod language;
mod lazy;
mod navigator;
mod news;
mod place;
mod shell;
mod theme;

use damso_domain::UserId;
use leptos::prelude::*;
use leptos::task::spawn_local;

pub use focus::is_looked_at;
pub use language::choose as choose_language;
pub use lazy::{Fetched, Lazy, Load, prefetch};
pub use navigator::{Navigator, place_of};
pub use news::News;
pub use place::{Area, InviteCode, Place, SettingsSection};
pub use theme::{Theme, ThemeChoice};

use crate::api::ApiClient;
use crate::features::auth::{
    access, entrance, invitation, load_access, load_entrance, load_invitation, load_mailed, mailed,
};
use crate::features::settings::{Farewell, deletion_report, load_deletion_report};
use crate::i18n::texts;
use crate::session::{Session, SessionStatus};
use crate::stored;
use crate::stores::local;
use crate::ui::{Banner, IconName, Mark, ToastRegion, Toasts};
use home::Home;

/// The whole client.
#[component]
pub fn App() -> impl IntoView {
    let api = ApiClient::new();
    provide_context(api);
    let session = Session::new(api);
    provide_context(session);
    let navigator = Navigator::provide();
    News::provide();
    Toasts::provide();
    Theme::provide();
    let farewell = Farewell::provide();
    language::follow(session);
    remove_splash();
    guard_entrance(session, navigator);
    start_early(session, navigator);
    remember_account(session);
    session.boot();
    let screen = Memo::new(move |_| Screen::of(session, navigator.place()));
    let screen = move || match (farewell.report(), screen.get()) {
        (Some(report), _) => view! {
            <Lazy
                load=|| Box::pin(load_deletion_report())
                draw=Box::new(move || Box::pin(deletion_report(report.clone())))
                is_main=true
            />
        }
        .into_any(),
        (None, Screen::Splash { is_unreachable }) => view! { <Splash is_unreachable /> }.into_any(),
        (None, Screen::Entrance) => view! {
            <Lazy load=|| Box::pin(load_entrance()) draw=Box::new(|| Box::pin(entrance())) is_main=true />
        }
        .into_any(),
        (None, Screen::Access) => view! {
            <Lazy load=|| Box::pin(load_access()) draw=Box::new(|| Box::pin(access())) is_main=true />
        }
        .into_any(),
        (None, Screen::Mailed) => view! {
            <Lazy load=|| Box::pin(load_mailed()) draw=Box::new(|| Box::pin(mailed())) is_main=true />
        }
        .into_any(),
        (None, Screen::Invite(code)) => view! {
            <Lazy
                load=|| Box::pin(load_invitation())
                draw=Box::new(move || Box::pin(invitation(code)))
                is_main=true
            />
        }
        .into_any(),
        (None, Screen::Home(_)) => view! { <Home /> }.into_any(),
    };
    view! {
        {screen}
        <ToastRegion />
    }
}

/// What fills the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Screen {
    /// Until it is known who is signed in.
    Splash { is_unreachable: bool },
    /// The first thing that those see who are not.
    Entrance,
    /// The forms to come in by.
    Access,
    /// What mailed links open.
    Mailed,
    /// What an invite link opens.
    Invite(InviteCode),
    /// For those who are. The same account keeps its screens when its token is renewed; another one gets its own.
    Home(Option<UserId>),
}

impl Screen {
    fn of(session: Session, place: Place) -> Self {
        if place.area() == Area::Mailed {
            return Self::Mailed;
        }
        if let Place::Invite(code) = place {
            return Self::Invite(code);
        }
        match session.status() {
            SessionStatus::Booting => Self::Splash {
                is_unreachable: false,
            },
            SessionStatus::Unreachable => Self::Splash { is_unreachable: true },
            SessionStatus::SignedOut if is_form(place) => Self::Access,
            SessionStatus::SignedOut => Self::Entrance,
            SessionStatus::SignedIn => Self::Home(session.me().map(|me| me.id)),
        }
    }
}

const fn is_form(place: Place) -> bool {
    matches!(place, Place::SignIn | Place::SignUp)
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
        match (session.status(), navigator.place().area()) {
            // A link is for whoever has it.
            (_, Area::Mailed | Area::Invite) | (SessionStatus::SignedOut, Area::Entrance) => (),
            (SessionStatus::SignedOut, _) => navigator.leave_to_sign_in(),
            (SessionStatus::SignedIn, Area::Entrance) => navigator.enter(),
            _ => (),
        }
    });
}

/// While the server is still being asked who is signed in: whoever was at the last visit sees what this browser
/// keeps of theirs, and where nobody was, the way in is fetched.
fn start_early(session: Session, navigator: Navigator) {
    let Some(user) = last_account() else {
        let is_form = is_form(navigator.place_now()) || navigator.place_now().area() == Area::Invite;
        return prefetch(if is_form { FORMS } else { WELCOME });
    };
    spawn_local(async move {
        if let Ok(looking) = local::find_owner(user).await
            && let Some(me) = looking.await
        {
            session.go_on_as(me);
        }
    });
}

/// What the welcome is drawn by, and what people open from there.
const WELCOME: &[Load] = &[|| Box::pin(load_entrance()), || Box::pin(load_access())];
/// What the forms are drawn by.
const FORMS: &[Load] = &[|| Box::pin(load_access())];

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
