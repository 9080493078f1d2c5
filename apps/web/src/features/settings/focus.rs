//! Where the keyboard goes after a question that came between a press and what it was for.
//!
//! A dialog gives the focus back to what had it. A button that is at work cannot have it, so that it would be lost.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{AddEventListenerOptions, Element, HtmlElement};

/// What has the focus, if it is more than the page.
pub fn current() -> Option<HtmlElement> {
    let element = document().active_element()?;
    let is_page = document().body().is_some_and(|body| *body == element);
    (!is_page).then(|| element.unchecked_into())
}

/// Gives the focus back, unless something else has it by then. While a dialog is open that has opened since, this
/// waits for its end.
pub fn give_back(element: HtmlElement) {
    // After everything has been drawn that the answer changes.
    request_animation_frame(move || {
        let dialog = document().query_selector("dialog[open]").ok().flatten();
        match dialog {
            Some(dialog) if !dialog.contains(Some(&element)) => after(&dialog, element),
            _ if current().is_some() => (),
            // It may have gone with what it was for.
            _ if element.is_connected() => drop(element.focus()),
            _ => focus_main(),
        }
    });
}

fn after(dialog: &Element, element: HtmlElement) {
    let options = AddEventListenerOptions::new();
    options.set_once(true);
    let then = Closure::once_into_js(move || give_back(element));
    // It fails only for what is no function.
    let _ = dialog.add_event_listener_with_callback_and_add_event_listener_options(
        "close",
        then.unchecked_ref(),
        &options,
    );
}

fn focus_main() {
    let main = document().get_element_by_id("main");
    if let Some(main) = main.and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
        // An element that refuses the focus leaves it where it is.
        let _ = main.focus();
    }
}
