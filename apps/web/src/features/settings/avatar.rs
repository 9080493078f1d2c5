//! Choosing, looking at and removing the profile picture.

use leptos::task::spawn_local;
use leptos::{html, prelude::*};
use web_sys::{File, HtmlInputElement, Url};

use crate::api::{ApiClient, ApiError, Cancel};
use crate::i18n::{explain_error, texts};
use crate::session::Session;
use crate::ui::{Avatar, AvatarSize, Button, ButtonKind, Dialog, Face, IconName, Toasts};

/// What an `<input type="file">` offers.
const PICTURES: &str = "image/jpeg,image/png,image/webp,image/gif";

/// A picture that was chosen and not yet taken, with an address the page can show it at.
struct Candidate {
    file: File,
    url: String,
}

impl Candidate {
    fn new(file: File) -> Option<Self> {
        let url = Url::create_object_url_with_blob(&file).ok()?;
        Some(Self { file, url })
    }
}

impl Drop for Candidate {
    fn drop(&mut self) {
        // Fails only for an address that was never made.
        let _ = Url::revoke_object_url(&self.url);
    }
}

/// The picture, and how to change it.
#[component]
pub fn AvatarEditor() -> impl IntoView {
    let session = expect_context::<Session>();
    let toasts = Toasts::expect();
    let input = NodeRef::<html::Input>::new();
    let candidate = RwSignal::new_local(None::<Candidate>);
    let is_open = RwSignal::new(false);
    let is_removing = RwSignal::new(false);
    let face = Memo::new(move |_| session.me().map(|me| Face::from(&me)));
    let has_picture =
        Memo::new(move |_| face.with(|face| face.as_ref().is_some_and(|face| face.image.is_some())));
    let choose = move |element: HtmlInputElement| {
        let file = element.files().and_then(|files| files.get(0));
        // Emptied, so that choosing the same file again is noticed.
        element.set_value("");
        let Some(file) = file else { return };
        if !file.type_().starts_with("image/") {
            toasts.show(texts().settings.not_a_picture);
            return;
        }
        candidate.set(Candidate::new(file));
        is_open.set(true);
    };
    let remove = move |_| {
        is_removing.set(true);
        spawn_local(async move {
            match session.remove_avatar().await {
                Ok(()) => toasts.show(texts().settings.picture_removed),
                Err(error) => toasts.show(explain_error(&error)),
            }
            is_removing.try_set(false);
        });
    };
    view! {
        <div class="avatar-editor">
            {move || face.get().map(|face| view! { <Avatar face size=AvatarSize::Huge /> })}
            <div class="avatar-editor__words">
                <div class="avatar-editor__buttons">
                    <Button
                        kind=ButtonKind::Secondary
                        small=true
                        icon=IconName::Camera
                        on:click=move |_| {
                            if let Some(input) = input.get_untracked() {
                                input.click();
                            }
                        }
                    >
                        {move || texts().settings.change_picture}
                    </Button>
                    <Show when=move || has_picture.get()>
                        <Button kind=ButtonKind::Plain small=true busy=is_removing on:click=remove>
                            {move || texts().settings.remove_picture}
                        </Button>
                    </Show>
                </div>
                <p class="avatar-editor__hint">{move || texts().settings.picture_hint}</p>
            </div>
            <input
                class="sr-only"
                type="file"
                accept=PICTURES
                tabindex="-1"
                aria-hidden="true"
                node_ref=input
                on:change:target=move |event| choose(event.target())
            />
            <Dialog open=is_open title=move || texts().settings.picture_title>
                <CandidateView candidate is_open />
            </Dialog>
        </div>
    }
}

/// How the chosen picture will look, and the button that takes it.
#[component]
fn CandidateView(
    candidate: RwSignal<Option<Candidate>, LocalStorage>,
    is_open: RwSignal<bool>,
) -> impl IntoView {
    let api = expect_context::<ApiClient>();
    let session = expect_context::<Session>();
    let toasts = Toasts::expect();
    let progress = RwSignal::new(None::<f64>);
    let cancel = StoredValue::new_local(Cancel::default());
    // Closing the dialog stops the upload.
    on_cleanup(move || {
        if let Some(cancel) = cancel.try_get_value() {
            cancel.cancel();
        }
    });
    let take = move |_| {
        let Some(file) = candidate.with_untracked(|candidate| candidate.as_ref().map(|one| one.file.clone()))
        else {
            return;
        };
        progress.set(Some(0.0));
        let cancel = cancel.get_value();
        spawn_local(async move {
            let result = take_picture(api, session, &file, &cancel, progress).await;
            progress.try_set(None);
            match result {
                Ok(()) => {
                    toasts.show(texts().settings.picture_saved);
                    is_open.try_set(false);
                }
                Err(ApiError::Cancelled) => (),
                Err(error) => toasts.show(explain_error(&error)),
            }
        });
    };
    let url = move || candidate.with(|candidate| candidate.as_ref().map(|one| one.url.clone()));
    view! {
        <div class="crop">
            <img class="crop__picture" src=url alt=move || texts().settings.picture />
            <p>{move || texts().settings.picture_text}</p>
            <Show when=move || progress.get().is_some()>
                <progress
                    class="progress"
                    max="1"
                    aria-label=move || texts().settings.uploading
                    prop:value=move || progress.get().unwrap_or(0.0)
                ></progress>
            </Show>
        </div>
        <div class="dialog__actions">
            <Button kind=ButtonKind::Secondary on:click=move |_| is_open.set(false)>
                {move || texts().common.cancel}
            </Button>
            <Button busy=Signal::derive(move || progress.get().is_some()) on:click=take>
                {move || texts().settings.use_picture}
            </Button>
        </div>
    }
}

async fn take_picture(
    api: ApiClient,
    session: Session,
    file: &File,
    cancel: &Cancel,
    progress: RwSignal<Option<f64>>,
) -> Result<(), ApiError> {
    let report = move |share| {
        // The dialog may have been closed meanwhile.
        let _ = progress.try_set(Some(share));
    };
    let attachment = api.upload(file, cancel, report).await?;
    session.set_avatar(attachment.id).await
}
