//! Files for the person's own disk.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

/// Lets the browser download what `url` answers, as `name`, or as the answer says where that is empty.
pub fn download(url: &str, name: &str) {
    // The name is one that every document knows.
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(url);
        link.set_download(name);
        link.click();
    }
}
