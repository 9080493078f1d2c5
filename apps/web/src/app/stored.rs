//! Small choices that this browser remembers, where it is allowed to.

use leptos::prelude::window;

/// What was remembered.
pub fn get(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Remembers, or forgets. Storage may be switched off or full: then the choice lasts as long as the page.
pub fn set(key: &str, value: Option<&str>) {
    let Ok(Some(storage)) = window().local_storage() else {
        return;
    };
    let _ = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}
