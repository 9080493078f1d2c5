//! Where the keyboard is after a screen has changed.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};

use super::{Navigator, Place};

/// Gives the focus a place when the element that had it went away: back on a list, the row one came from;
/// elsewhere the main part of the screen.
pub fn follow(navigator: Navigator) {
    Effect::new(move |previous: Option<Place>| {
        let place = navigator.place();
        if let Some(previous) = previous.filter(|previous| *previous != place) {
            // After the new screen has been drawn.
            request_animation_frame(move || rescue(&document(), previous));
        }
        place
    });
}

/// Whether somebody looks at this tab.
pub fn is_looked_at() -> bool {
    !document().hidden() && document().has_focus().unwrap_or(false)
}

fn rescue(document: &Document, previous: Place) {
    let has_focus = document.active_element().is_some_and(|element| {
        let is_body = document.body().is_some_and(|body| *body == element);
        !is_body && is_visible(element.unchecked_ref())
    });
    if has_focus {
        return;
    }
    let row = format!("a[href='{}']", previous.path());
    let target = [row.as_str(), "#main"].into_iter().find_map(|selector| {
        let element = document
            .query_selector(selector)
            .ok()??
            .dyn_into::<HtmlElement>()
            .ok()?;
        is_visible(&element).then_some(element)
    });
    if let Some(target) = target {
        // An element that refuses the focus leaves it where it is.
        let _ = target.focus();
    }
}

fn is_visible(element: &HtmlElement) -> bool {
    0.0 < element.get_bounding_client_rect().width()
}
