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

/// Remembers, or forgets. Storage may be switched off or full: then it lasts as long as the page.
pub fn set(key: &str, value: Option<&str>) {
    let Some(storage) = storage() else { return };
    let _ = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}
