//! Moving between places, with the browser's own back and forward.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement};

use super::{Area, Place};

/// Where the client is, and how to go elsewhere. A `Copy` handle, handed down by context.
///
/// Plain links (`<a href=Place::Chats.path()>`) lead there without loading the page anew; `go` is for what
/// happens without a link.
#[derive(Clone, Copy)]
pub struct Navigator {
    place: RwSignal<Place>,
    /// What the link had after its `#` that led here.
    token: RwSignal<Option<String>>,
    /// Where somebody wanted to go who had to sign in first.
    wanted: StoredValue<Option<Place>>,
}

impl Navigator {
    /// Makes it once, at the root, and hands it down from here.
    pub fn provide() -> Self {
        let navigator = Self {
            place: RwSignal::new(current_place()),
            token: RwSignal::new(None),
            wanted: StoredValue::new(None),
        };
        navigator.take_token();
        let _ = window_event_listener(ev::popstate, move |_| {
            navigator.arrive(current_place());
            navigator.take_token();
        });
        let _ = window_event_listener(ev::click, move |event| {
            if let Some(place) = followed_place(&event) {
                event.prevent_default();
                navigator.go(place);
            }
        });
        provide_context(navigator);
        navigator
    }

    /// The one of this page.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Where the client is; tracked.
    pub fn place(self) -> Place {
        self.place.get()
    }

    /// Where the client is, without tracking.
    pub fn place_now(self) -> Place {
        self.place.get_untracked()
    }

    /// What the mailed link had after its `#` that led here; tracked. It is nowhere else any more.
    pub fn token(self) -> Option<String> {
        self.token.get()
    }

    /// It is good for nothing more.
    pub fn forget_token(self) {
        self.token.set(None);
    }

    /// Goes there; the back button comes back.
    pub fn go(self, place: Place) {
        let now = self.place_now();
        if place == now {
            return;
        }
        let stays = matches!((place, now), (Place::Message(to, _), Place::Chat(from)) if to == from);
        // From a message of a conversation nobody goes back to the same conversation.
        self.write(place, if stays { Write::Replace } else { Write::Push });
    }

    /// Goes there in place of where the client is.
    pub fn replace(self, place: Place) {
        self.write(place, Write::Replace);
    }

    /// To the place that lies above this one.
    pub fn go_up(self) {
        self.go(self.place_now().parent());
    }

    /// To the entrance; after signing in the client comes back to where it is.
    pub fn leave_to_sign_in(self) {
        let place = self.place_now();
        if !matches!(place, Place::Unknown) {
            self.wanted.set_value(Some(place));
        }
        self.replace(Place::Welcome);
    }

    /// To a form of the entrance; after signing in the client comes back to where it is, also when the page was loaded
    /// anew meanwhile.
    pub fn leave_to(self, form: Place) {
        let place = self.place_now();
        self.wanted.set_value(Some(place));
        keep_wanted(Some(place));
        self.go(form);
    }

    /// From the entrance to where somebody wanted to go.
    pub fn enter(self) {
        let kept = kept_wanted();
        keep_wanted(None);
        let wanted = self.wanted.try_update_value(Option::take).flatten().or(kept);
        self.replace(wanted.unwrap_or(Place::Friends));
    }

    /// Writes the address of where the client is: `/` leads to friends, and says so from then on.
    pub fn spell_out(self) {
        let place = self.place_now();
        if !matches!(place, Place::Unknown) {
            self.replace(place);
        }
    }

    /// What was wanted belongs to the account that is gone.
    pub fn forget_wanted(self) {
        keep_wanted(None);
        self.wanted.set_value(None);
    }

    /// Takes the token of a mailed link out of the address, where others could see it, and out of the history.
    fn take_token(self) {
        let place = self.place_now();
        let hash = window().location().hash().unwrap_or_default();
        if place.area() == Area::Mailed
            && let Some(token) = hash.strip_prefix('#')
        {
            self.replace(place);
            self.token.set((!token.is_empty()).then(|| token.to_owned()));
        }
    }

    fn write(self, place: Place, write: Write) {
        if let Ok(history) = window().history() {
            let path = place.path();
            // A browser may refuse after very many changes; the client moves on all the same.
            let _ = match write {
                Write::Push => history.push_state_with_url(&JsValue::NULL, "", Some(&path)),
                Write::Replace => history.replace_state_with_url(&JsValue::NULL, "", Some(&path)),
            };
        }
        self.arrive(place);
    }

    fn arrive(self, place: Place) {
        if self.place.get_untracked() != place {
            self.token.set(None);
            self.place.set(place);
        }
    }
}

/// Kept as long as the tab, and by it alone.
const WANTED: &str = "damso.wanted";

fn kept_wanted() -> Option<Place> {
    let path = window().session_storage().ok()??.get_item(WANTED).ok()??;
    Some(Place::from_path(&path)).filter(|place| !matches!(place, Place::Unknown))
}

/// Where there is no storage, it lasts as long as the page.
fn keep_wanted(place: Option<Place>) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = match place {
            Some(place) => storage.set_item(WANTED, &place.path()),
            None => storage.remove_item(WANTED),
        };
    }
}

#[derive(Clone, Copy)]
enum Write {
    Push,
    Replace,
}

fn current_place() -> Place {
    window()
        .location()
        .pathname()
        .map_or(Place::Unknown, |path| Place::from_path(&path))
}

/// The place that a click on a link leads to, unless the browser should follow it itself: another site, a
/// download, a new tab.
fn followed_place(event: &ev::MouseEvent) -> Option<Place> {
    let is_plain = event.button() == 0
        && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
        && !event.default_prevented();
    if !is_plain {
        return None;
    }
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let link = target
        .closest("a[href]")
        .ok()??
        .dyn_into::<HtmlAnchorElement>()
        .ok()?;
    let stays_here = link.target().is_empty() && !link.has_attribute("download");
    stays_here.then(|| place_of(&link.href())).flatten()
}

/// The place of this client that a whole address leads to. Files and pictures lie on the same origin, but they are no
/// places, and one with a part behind `#` is for the browser to follow.
pub fn place_of(address: &str) -> Option<Place> {
    let origin = window().location().origin().ok()?;
    let path = address
        .strip_prefix(&origin)
        .filter(|path| path.starts_with('/'))?;
    if path.contains('#') {
        return None;
    }
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    match Place::from_path(path) {
        Place::Unknown => None,
        place => Some(place),
    }
}
