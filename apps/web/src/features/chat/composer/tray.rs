//! What is attached to the message that is being written.

use damso_domain::ConversationId;
use leptos::prelude::*;

use crate::i18n::{explain_error, format, texts};
use crate::stores::{ChatStore, PendingFile, UploadState};
use crate::ui::{Icon, IconButton, IconName};

#[component]
pub(super) fn Tray(id: ConversationId) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let files = StoredValue::new(chats.tray(id));
    view! {
        <ul class="tray" aria-label=move || texts().chat.attached>
            <For each=move || files.with_value(|files| files.get()) key=|file| file.key let(file)>
                <TrayItem id file />
            </For>
        </ul>
    }
}

#[component]
fn TrayItem(id: ConversationId, file: PendingFile) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let PendingFile {
        key,
        file_name,
        size_bytes,
        preview_url,
        state,
        ..
    } = file;
    let state = StoredValue::new(state);
    let upload = Memo::new(move |_| state.with_value(|state| state.get()));
    let name = StoredValue::new(file_name.clone());
    let has_failed = Memo::new(move |_| matches!(&*upload.read(), UploadState::Failed(_)));
    let note = move || match &*upload.read() {
        UploadState::Failed(error) => explain_error(error),
        UploadState::Uploading(_) | UploadState::Done(_) => format::file_size(size_bytes),
    };
    let face = match preview_url {
        Some(url) => view! { <img class="tray__image" src=url alt="" /> }.into_any(),
        None => view! {
            <span class="tray__icon">
                <Icon name=IconName::File />
            </span>
        }
        .into_any(),
    };
    view! {
        <li class="tray__item" class=("tray__item--failed", move || has_failed.get())>
            {face}
            <span class="tray__words">
                <span class="tray__name truncate">{file_name}</span>
                <span class="tray__note truncate">{note}</span>
                <UploadProgress upload />
            </span>
            <Show when=move || has_failed.get()>
                <IconButton
                    icon=IconName::Retry
                    label=move || (texts().chat.retry_file)(&name.get_value())
                    on:click=move |_| chats.retry_upload(key)
                />
            </Show>
            <IconButton
                icon=IconName::Close
                label=move || (texts().chat.remove_file)(&name.get_value())
                on:click=move |_| chats.detach(id, key)
            />
        </li>
    }
}

#[component]
fn UploadProgress(upload: Memo<UploadState>) -> impl IntoView {
    let share = Memo::new(move |_| match &*upload.read() {
        UploadState::Uploading(share) => Some(*share),
        UploadState::Done(_) | UploadState::Failed(_) => None,
    });
    let percent = move || share.get().map_or(100, |share| (share * 100.0).floor() as u32);
    view! {
        <Show when=move || share.get().is_some()>
            <progress
                class="progress"
                max="100"
                prop:value=percent
                aria-label=move || (texts().chat.uploading)(percent())
            ></progress>
        </Show>
    }
}
