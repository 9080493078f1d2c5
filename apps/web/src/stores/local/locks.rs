//! Web Locks: what only one tab may do, and a sign of life of each.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::window;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A lock. Dropping it, or the end of the page, gives it back.
pub(super) struct Held(Function);

impl Drop for Held {
    fn drop(&mut self) {
        // Settling a promise cannot fail.
        let _ = self.0.call0(&JsValue::NULL);
    }
}

/// Whether this browser has them here: only at a secure address.
pub(super) fn are_there() -> bool {
    manager().is_some()
}

/// How to get a lock that somebody else has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Not at all: `granted` gets nothing then.
    IfFree,
    /// As soon as it is given back.
    Wait,
    /// At once.
    Steal,
}

/// Asks for a lock. `ended` runs when somebody steals it later, or when the browser refuses to give any: it says
/// whether it was had.
pub(super) fn request(
    name: &str,
    manner: Manner,
    granted: impl FnOnce(Option<Held>) + 'static,
    ended: impl FnOnce(bool) + 'static,
) {
    let Some((locks, request)) = manager() else { return };
    let options = Object::new();
    // They fail only on frozen objects.
    let _ = Reflect::set(
        &options,
        &"ifAvailable".into(),
        &(manner == Manner::IfFree).into(),
    );
    let _ = Reflect::set(&options, &"steal".into(), &(manner == Manner::Steal).into());
    let had = Rc::new(Cell::new(false));
    let has = had.clone();
    let callback = Closure::once_into_js(move |lock: JsValue| -> Promise {
        if lock.is_null() {
            granted(None);
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        has.set(true);
        let mut resolve = None;
        let promise = Promise::new(&mut |settle, _| resolve = Some(settle));
        granted(resolve.map(Held));
        promise
    });
    let Ok(promise) = request.call3(&locks, &name.into(), &options, &callback) else {
        return ended(false);
    };
    spawn_local(async move {
        if JsFuture::from(promise.unchecked_into::<Promise>()).await.is_err() {
            ended(had.get());
        }
    });
}

fn manager() -> Option<(JsValue, Function)> {
    let locks = Reflect::get(&window().navigator(), &"locks".into()).ok()?;
    let request = Reflect::get(&locks, &"request".into()).ok()?;
    Some((locks, request.dyn_into().ok()?))
}
