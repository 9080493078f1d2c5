//! Giving a link away: as text, through the system, or as a QR code.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::ShareData;

use crate::i18n::invites;
use crate::ui::{Button, ButtonKind, CopyButton, IconName, Qr};

/// A link with all the ways to give it away.
#[component]
pub fn ShareLink(
    /// Where it leads.
    url: String,
    /// What goes along with it where the system shares it.
    #[prop(into)]
    words: Signal<String>,
    /// Whether its QR code is there from the beginning.
    #[prop(optional)]
    is_open: bool,
) -> impl IntoView {
    let shows_qr = RwSignal::new(is_open);
    let drawn = url.clone();
    let shared = url.clone();
    let share = move |_| {
        let (url, words) = (shared.clone(), words.get_untracked());
        spawn_local(async move {
            let data = ShareData::new();
            data.set_text(&words);
            data.set_url(&url);
            // Whoever closes what the system shows has shared nothing, and knows.
            let _ = JsFuture::from(window().navigator().share_with_data(&data)).await;
        });
    };
    let toggle_words = move || {
        if shows_qr.get() {
            invites().hide_qr
        } else {
            invites().show_qr
        }
    };
    view! {
        <div class="share">
            <Show when=move || shows_qr.get()>
                <Qr text=drawn.clone() label=move || invites().qr />
            </Show>
            <input
                class="share__link"
                type="text"
                readonly
                aria-label=move || invites().link_label
                prop:value=url.clone()
                on:focus:target=|event| event.target().select()
            />
            <div class="share__actions">
                <CopyButton text=url label=move || invites().copy />
                {can_share()
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Secondary small=true icon=IconName::Share on:click=share>
                                {move || invites().share}
                            </Button>
                        }
                    })}
                {(!is_open)
                    .then(|| {
                        view! {
                            <Button
                                kind=ButtonKind::Secondary
                                small=true
                                on:click=move |_| shows_qr.update(|shows| *shows = !*shows)
                            >
                                {toggle_words}
                            </Button>
                        }
                    })}
            </div>
        </div>
    }
}

/// Few desktop browsers can, and none at an insecure address.
fn can_share() -> bool {
    js_sys::Reflect::has(&window().navigator(), &JsValue::from_str("share")).unwrap_or(false)
}
