//! Copying.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::Toasts;
use crate::i18n::texts;

/// Copies a text. Says whether it did: browsers have no clipboard for scripts at an insecure address.
pub async fn copy(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    !JsValue::from(clipboard.clone()).is_undefined()
        && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Copies a text and tells what came of it: `done`, or that it failed.
pub fn copy_and_tell(text: String, toasts: Toasts, done: &'static str) {
    spawn_local(async move {
        let said = if copy(&text).await {
            done
        } else {
            texts().common.not_copied
        };
        toasts.show(said);
    });
}
