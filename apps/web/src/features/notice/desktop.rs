//! Notifications of the desktop, through the Notifications API.

use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// Whether notifications may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Nobody has said yes or no.
    Undecided,
    /// They may.
    Granted,
    /// They may not; only the browser's own settings change that.
    Denied,
    /// This browser has none, or not on a page without TLS.
    Unsupported,
}

/// Whether notifications may be shown now.
pub fn permission() -> Permission {
    let is_there = js_sys::Reflect::has(&window(), &"Notification".into()).unwrap_or(false);
    if !is_there || !window().is_secure_context() {
        return Permission::Unsupported;
    }
    match Notification::permission() {
        NotificationPermission::Granted => Permission::Granted,
        NotificationPermission::Denied => Permission::Denied,
        _ => Permission::Undecided,
    }
}

/// Asks the browser to ask. Only of use while somebody presses something.
pub async fn ask() -> Permission {
    if permission() == Permission::Undecided
        && let Ok(asked) = Notification::request_permission()
    {
        // Whatever came of it is read below.
        let _ = JsFuture::from(asked).await;
    }
    permission()
}

/// A notification on the desktop; goes when it is dropped.
pub(super) struct Shown {
    inner: Notification,
    _on_click: Closure<dyn FnMut()>,
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.inner.set_onclick(None);
        self.inner.close();
    }
}

/// Shows one. Those with one tag replace each other.
pub(super) fn show(title: &str, body: &str, tag: &str, on_click: impl Fn() + 'static) -> Option<Shown> {
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(tag);
    options.set_icon("/favicon.svg");
    // The page's own sound is softer, and can be turned off.
    options.set_silent(Some(true));
    // Some browsers on phones let only a service worker show them.
    let inner = Notification::new_with_options(title, &options).ok()?;
    let shown = inner.clone();
    let on_click = Closure::<dyn FnMut()>::new(move || {
        let _ = window().focus();
        shown.close();
        on_click();
    });
    inner.set_onclick(Some(on_click.as_ref().unchecked_ref()));
    Some(Shown {
        inner,
        _on_click: on_click,
    })
}
