//! What this browser remembers between two visits, where it is allowed to.

use leptos::prelude::window;
use web_sys::Storage;

/// The browser's store, unless it is switched off.
pub fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}

/// What was remembered.
pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Remembers, or forgets, and says whether it did. Storage may be switched off or full: then what was to be
/// remembered lasts as long as the page.
pub fn set(key: &str, value: Option<&str>) -> bool {
    let Some(storage) = storage() else {
        return false;
    };
    let done = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
    done.is_ok()
}
