//! Recovery codes, the one time that they are shown.

use damso_domain::Timestamp;
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url};

use crate::download::download;
use crate::i18n::{format, security};
use crate::session::Session;
use crate::ui::{Button, ButtonKind, CopyButton, Dialog, IconName};

/// Which codes are on the screen.
#[derive(Clone, Copy)]
pub(super) struct ShownCodes {
    is_open: RwSignal<bool>,
    codes: RwSignal<Vec<String>>,
}

impl ShownCodes {
    /// None.
    pub(super) fn new() -> Self {
        Self {
            is_open: RwSignal::new(false),
            codes: RwSignal::new(Vec::new()),
        }
    }

    /// Shows them until somebody says that they are kept.
    pub(super) fn show(self, codes: Vec<String>) {
        self.codes.try_set(codes);
        self.is_open.try_set(true);
    }

    fn close(self) {
        self.is_open.set(false);
        self.codes.set(Vec::new());
    }
}

/// Shows new codes. Nothing but its button closes it, because nobody sees them again.
#[component]
pub(super) fn CodesDialog(codes: ShownCodes) -> impl IntoView {
    view! {
        <Dialog open=codes.is_open title=move || security().codes_shown_title is_held=true>
            <CodesForm codes />
        </Dialog>
    }
}

#[component]
fn CodesForm(codes: ShownCodes) -> impl IntoView {
    let session = expect_context::<Session>();
    let are_kept = RwSignal::new(false);
    let list = codes.codes.get_untracked();
    let handle = session
        .me_signal()
        .with_untracked(|me| me.as_ref().map(|me| me.handle.clone()));
    let file = move || {
        let head = (security().codes_file_head)(
            &handle.clone().unwrap_or_default(),
            &format::long_date(Timestamp::now()),
        );
        format!("{head}\n{}\n", codes.codes.get_untracked().join("\n"))
    };
    let all = list.join("\n");
    let item = |code: String| view! { <li><code>{code}</code></li> };
    view! {
        <p class="dialog__text">{move || security().codes_shown_text}</p>
        <ul class="codes" aria-label=move || security().codes>{list.into_iter().map(item).collect_view()}</ul>
        <div class="codes__actions">
            <CopyButton text=all label=move || security().codes_copy />
            <Button
                kind=ButtonKind::Secondary
                small=true
                icon=IconName::Download
                on:click=move |_| save(security().codes_file, &file())
            >
                {move || security().codes_download}
            </Button>
        </div>
        <label class="codes__kept">
            <input
                class="check"
                type="checkbox"
                prop:checked=move || are_kept.get()
                on:change:target=move |event| are_kept.set(event.target().checked())
            />
            <span>{move || security().codes_kept}</span>
        </label>
        <div class="dialog__actions">
            <Button
                disabled=Signal::derive(move || !are_kept.get())
                on:click=move |_| codes.close()
            >
                {move || security().done}
            </Button>
        </div>
    }
}

/// Downloads a text. It does nothing where the browser does not let scripts make files.
fn save(name: &str, text: &str) {
    let _ = offer(name, text);
}

fn offer(name: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/plain;charset=utf-8");
    let parts = Array::of1(&JsValue::from_str(text));
    let url = Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&parts, &kind)?)?;
    download(&url, name);
    Url::revoke_object_url(&url)
}
