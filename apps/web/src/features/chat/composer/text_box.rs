//! The size of the text box, and what kind of device it is on.

use leptos::prelude::window;
use web_sys::HtmlTextAreaElement;

/// Grows with its lines up to the height that its stylesheet allows.
pub(super) fn fit(node: &HtmlTextAreaElement) {
    let style = node.style();
    // Setting a known property of an element's own style cannot fail.
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", node.scroll_height()));
}

/// Whether the main way of pointing is a finger: there Enter breaks the line and a button sends.
pub(super) fn has_coarse_pointer() -> bool {
    window()
        .match_media("(pointer: coarse)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}
