//! Reading a link from a QR code, with what the browser has for it. Nothing of a picture leaves the page.

use std::time::Duration;

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::task::spawn_local;
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlInputElement, MediaStream, MediaStreamConstraints};

use crate::app::{InviteCode, Navigator, Place};
use crate::i18n::invites;
use crate::ui::{Button, ButtonKind, IconName};

/// How long to wait between two looks through the camera.
const LOOK: Duration = Duration::from_millis(250);

/// The browser's own reader of codes, which only some have.
#[derive(Clone)]
struct Reader(JsValue);

impl Reader {
    fn find() -> Option<Self> {
        let class: Function = Reflect::get(&window(), &"BarcodeDetector".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let options = Object::new();
        Reflect::set(&options, &"formats".into(), &Array::of1(&"qr_code".into())).ok()?;
        let reader = Reflect::construct(&class, &Array::of1(&options)).ok()?;
        Some(Self(reader))
    }

    /// What the first code in a picture says.
    async fn read(&self, picture: &JsValue) -> Option<String> {
        let detect: Function = Reflect::get(&self.0, &"detect".into()).ok()?.dyn_into().ok()?;
        let promise: Promise = detect.call1(&self.0, picture).ok()?.dyn_into().ok()?;
        let codes: Array = JsFuture::from(promise).await.ok()?.dyn_into().ok()?;
        Reflect::get(&codes.get(0), &"rawValue".into()).ok()?.as_string()
    }
}

/// The invitation that an address of this server leads to.
fn invitation(text: &str) -> Option<InviteCode> {
    let url = web_sys::Url::new(text).ok()?;
    if url.origin() != window().location().origin().ok()? {
        return None;
    }
    match Place::from_path(&url.pathname()) {
        Place::Invite(code) => Some(code),
        _ => None,
    }
}

/// Reads a code through the camera or from a picture, and follows it.
#[component]
pub fn Scanner() -> impl IntoView {
    let Some(reader) = Reader::find() else {
        return view! { <p class="scan__text">{move || invites().no_reader}</p> }.into_any();
    };
    let scan = Scan::new(reader);
    on_cleanup(move || scan.stop());
    let can_film = window().is_secure_context();
    view! {
        <div class="scan">
            <p class="scan__text">
                {move || if can_film { invites().scan_text } else { invites().no_camera_here }}
            </p>
            <Show when=move || scan.stream.with(Option::is_some)>
                <Viewfinder scan />
            </Show>
            <p class="form-error" role="alert">
                {move || scan.trouble.get().map(Trouble::words)}
            </p>
            <div class="scan__actions">
                {can_film
                    .then(|| {
                        view! {
                            <Button
                                kind=ButtonKind::Secondary
                                small=true
                                icon=IconName::Camera
                                on:click=move |_| scan.toggle()
                            >
                                {move || {
                                    if scan.stream.with(Option::is_some) {
                                        invites().stop_camera
                                    } else {
                                        invites().camera
                                    }
                                }}
                            </Button>
                        }
                    })}
                <label class="button button--secondary button--small scan__file">
                    <span class="button__text">{move || invites().picture}</span>
                    <input
                        class="sr-only"
                        type="file"
                        accept="image/*"
                        on:change:target=move |event| scan.read_file(&event.target())
                    />
                </label>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Viewfinder(scan: Scan) -> impl IntoView {
    let video = NodeRef::<html::Video>::new();
    video.on_load(move |video| {
        scan.stream
            .with_untracked(|stream| video.set_src_object(stream.as_ref()));
        scan.look(video.into());
    });
    view! { <video class="scan__video" node_ref=video autoplay muted playsinline aria-label=move || invites().viewfinder></video> }
}

#[derive(Clone, Copy)]
enum Trouble {
    NoCode,
    Foreign,
    Refused,
}

impl Trouble {
    fn words(self) -> &'static str {
        match self {
            Self::NoCode => invites().no_code,
            Self::Foreign => invites().foreign_code,
            Self::Refused => invites().camera_refused,
        }
    }
}

#[derive(Clone, Copy)]
struct Scan {
    reader: StoredValue<Reader, LocalStorage>,
    stream: RwSignal<Option<MediaStream>, LocalStorage>,
    trouble: RwSignal<Option<Trouble>>,
    navigator: Navigator,
}

impl Scan {
    fn new(reader: Reader) -> Self {
        Self {
            reader: StoredValue::new_local(reader),
            stream: RwSignal::new_local(None),
            trouble: RwSignal::new(None),
            navigator: Navigator::expect(),
        }
    }

    fn toggle(self) {
        if self.stream.with_untracked(Option::is_some) {
            self.stop();
            return;
        }
        self.trouble.set(None);
        spawn_local(async move {
            let stream = film().await;
            if stream.is_none() {
                self.trouble.try_set(Some(Trouble::Refused));
            }
            // Who has closed this meanwhile is filmed no longer.
            if let Some(Some(unused)) = self.stream.try_set(stream) {
                end(&unused);
            }
        });
    }

    fn stop(self) {
        if let Some(Some(stream)) = self.stream.try_update(Option::take) {
            end(&stream);
        }
    }

    /// Looks again and again, as long as the camera is on.
    fn look(self, video: JsValue) {
        set_timeout(
            move || {
                let is_on = self.stream.try_with_untracked(Option::is_some);
                let Some(reader) = self.reader.try_get_value().filter(|_| is_on == Some(true)) else {
                    return;
                };
                spawn_local(async move {
                    match reader.read(&video).await {
                        Some(text) if self.follow(&text) => (),
                        _ => self.look(video),
                    }
                });
            },
            LOOK,
        );
    }

    fn read_file(self, input: &HtmlInputElement) {
        let file = input.files().and_then(|files| files.get(0));
        // The same file can be chosen again.
        input.set_value("");
        let (Some(file), Some(reader)) = (file, self.reader.try_get_value()) else {
            return;
        };
        self.trouble.set(None);
        spawn_local(async move {
            match reader.read(&file).await {
                Some(text) => drop(self.follow(&text)),
                None => drop(self.trouble.try_set(Some(Trouble::NoCode))),
            }
        });
    }

    /// Goes where a code leads, if it leads anywhere here.
    fn follow(self, text: &str) -> bool {
        let Some(code) = invitation(text) else {
            self.trouble.try_set(Some(Trouble::Foreign));
            return false;
        };
        self.stop();
        self.navigator.go(Place::Invite(code));
        true
    }
}

/// The camera that looks away from whoever holds the device; `None` where there is none, or it is not allowed.
async fn film() -> Option<MediaStream> {
    let constraints = MediaStreamConstraints::new();
    let video = Object::new();
    Reflect::set(&video, &"facingMode".into(), &"environment".into()).ok()?;
    constraints.set_video(&video);
    let devices = window().navigator().media_devices().ok()?;
    let asked = devices.get_user_media_with_constraints(&constraints).ok()?;
    JsFuture::from(asked).await.ok()?.dyn_into().ok()
}

fn end(stream: &MediaStream) {
    for track in stream.get_tracks() {
        if let Ok(track) = track.dyn_into::<web_sys::MediaStreamTrack>() {
            track.stop();
        }
    }
}
