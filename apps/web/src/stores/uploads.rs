//! Files on their way: in the tray of a composer first, in a message that waits for them later.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use damso_client_state::EchoFile;
use damso_domain::{AttachmentKind, ClientKey, ConversationId, UploadSize};
use damso_protocol::{Attachment, ErrorKind, SendMessageRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{File, HtmlImageElement, Url};

use super::core::{Core, Part};
use crate::api::{ApiError, Cancel};

/// How far a file of a tray has come.
#[derive(Clone, Debug, PartialEq)]
pub enum UploadState {
    /// The share of its bytes that went, from 0 to 1.
    Uploading(f64),
    /// It is on the server.
    Done(Box<Attachment>),
    /// It did not get there.
    Failed(ApiError),
}

/// A file in the tray of a composer.
#[derive(Clone)]
pub struct PendingFile {
    /// Names it.
    pub key: ClientKey,
    /// As the person named it.
    pub file_name: String,
    /// How large it is.
    pub size_bytes: i64,
    /// Where a picture can be shown from.
    pub preview_url: Option<String>,
    /// How far it has come.
    pub state: ArcRwSignal<UploadState>,
    /// Of a picture, once the browser has looked.
    size: ArcRwSignal<Option<(i32, i32)>>,
}

impl PartialEq for PendingFile {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

struct Upload {
    file: File,
    cancel: Cancel,
    pending: PendingFile,
}

/// The files of all trays and waiting messages.
#[derive(Default)]
pub(super) struct State {
    uploads: RefCell<HashMap<ClientKey, Upload>>,
    trays: RefCell<HashMap<ConversationId, ArcRwSignal<Vec<PendingFile>>>>,
}

impl State {
    /// The tray of a conversation's composer.
    pub fn tray(&self, id: ConversationId) -> ArcRwSignal<Vec<PendingFile>> {
        self.trays.borrow_mut().entry(id).or_default().clone()
    }

    /// Whether the bytes of a file are at hand in this page.
    pub fn has_bytes(&self, key: ClientKey) -> bool {
        self.uploads.borrow().contains_key(&key)
    }

    fn is_in_tray(&self, key: ClientKey) -> bool {
        let trays = self.trays.borrow();
        trays
            .values()
            .any(|tray| tray.with_untracked(|tray| tray.iter().any(|file| file.key == key)))
    }

    /// Lets go of a file that is stored.
    pub fn forget(&self, key: ClientKey) {
        let forgotten = self.uploads.borrow_mut().remove(&key);
        if let Some(url) = forgotten.and_then(|upload| upload.pending.preview_url) {
            // The stored picture takes a moment to load in place of this one.
            set_timeout(
                move || drop(Url::revoke_object_url(&url)),
                std::time::Duration::from_secs(30),
            );
        }
    }

    /// Stops everything.
    pub fn cancel_all(&self) {
        for upload in self.uploads.take().into_values() {
            upload.cancel.cancel();
        }
    }
}

impl Core {
    /// Puts files into a tray and begins to upload them. Returns what was not acceptable.
    pub fn attach(self: &Rc<Self>, id: ConversationId, files: Vec<File>) -> Option<ErrorKind> {
        let tray = self.uploads.tray(id);
        let mut refused = None;
        for file in files {
            match self.check(&file, tray.with_untracked(Vec::len)) {
                Ok(()) => {
                    let pending = self.register(file);
                    let key = pending.key;
                    tray.update(|tray| tray.push(pending));
                    self.start_upload(key);
                }
                Err(kind) => refused = Some(kind),
            }
        }
        refused
    }

    fn check(&self, file: &File, in_tray: usize) -> Result<(), ErrorKind> {
        let limits = self.limits.borrow();
        let most_bytes = limits
            .as_ref()
            .map_or(UploadSize::MAX_BYTES, |limits| limits.upload_bytes);
        let most_files = limits
            .as_ref()
            .map_or(SendMessageRequest::MAX_ATTACHMENTS, |limits| {
                limits.message_attachments
            });
        if most_files <= in_tray {
            Err(ErrorKind::TooManyAttachments)
        } else if most_bytes < file.size() as u64 {
            Err(ErrorKind::FileTooLarge)
        } else if file.size() < 1.0 {
            Err(ErrorKind::UploadIncomplete)
        } else {
            Ok(())
        }
    }

    fn register(self: &Rc<Self>, file: File) -> PendingFile {
        let preview_url = is_shown_as_picture(&file.type_())
            .then(|| Url::create_object_url_with_blob(&file).ok())
            .flatten();
        let pending = PendingFile {
            key: ClientKey::new(),
            file_name: file.name(),
            size_bytes: file.size() as i64,
            preview_url,
            state: ArcRwSignal::new(UploadState::Uploading(0.0)),
            size: ArcRwSignal::new(None),
        };
        if let Some(url) = &pending.preview_url {
            measure(url, pending.size.clone());
        }
        let upload = Upload {
            file,
            cancel: Cancel::default(),
            pending: pending.clone(),
        };
        self.uploads.uploads.borrow_mut().insert(pending.key, upload);
        pending
    }

    /// Uploads a file whose bytes are at hand, from its beginning.
    pub fn start_upload(self: &Rc<Self>, key: ClientKey) {
        let (file, cancel, state) = {
            let mut uploads = self.uploads.uploads.borrow_mut();
            let Some(upload) = uploads.get_mut(&key) else {
                return;
            };
            upload.cancel = Cancel::default();
            (
                upload.file.clone(),
                upload.cancel.clone(),
                upload.pending.state.clone(),
            )
        };
        state.set(UploadState::Uploading(0.0));
        let core = self.clone();
        spawn_local(async move {
            let watcher = Rc::downgrade(&core);
            let shown = state.clone();
            let on_progress = move |share: f64| {
                shown.set(UploadState::Uploading(share));
                if let Some(core) = watcher.upgrade() {
                    core.change(&[Part::Outbox], |model| {
                        model.outbox.upload_progressed(key, share);
                    });
                }
            };
            match core.api.upload(&file, &cancel, on_progress).await {
                Ok(attachment) => core.upload_completed(key, &state, attachment),
                Err(ApiError::Cancelled) => (),
                Err(error) => core.upload_failed(key, &state, error),
            }
        });
    }

    fn upload_completed(
        self: &Rc<Self>,
        key: ClientKey,
        state: &ArcRwSignal<UploadState>,
        attachment: Attachment,
    ) {
        state.set(UploadState::Done(Box::new(attachment.clone())));
        let message = self.change(&[Part::Outbox], |model| {
            model.outbox.upload_completed(key, attachment)
        });
        if let Some(message) = message {
            self.keep_message(message);
        }
    }

    fn upload_failed(self: &Rc<Self>, key: ClientKey, state: &ArcRwSignal<UploadState>, error: ApiError) {
        let kind = error.kind().unwrap_or(ErrorKind::UploadIncomplete);
        state.set(UploadState::Failed(error));
        let message = self.change(&[Part::Outbox, Part::Chats], |model| {
            model.outbox.upload_failed(key, kind)
        });
        if let Some(message) = message {
            self.keep_message(message);
        }
    }

    /// Lets go of the files of messages that are stored.
    pub fn release_files(&self) {
        let is_used =
            |key: ClientKey| self.uploads.is_in_tray(key) || self.peek(|model| model.outbox.has_file(key));
        let keys: Vec<ClientKey> = self.uploads.uploads.borrow().keys().copied().collect();
        for key in keys.into_iter().filter(|key| !is_used(*key)) {
            self.uploads.forget(key);
        }
    }

    /// Takes a file out of its tray, and back from the server.
    pub fn detach(self: &Rc<Self>, id: ConversationId, key: ClientKey) {
        let tray = self.uploads.tray(id);
        let state = tray.with_untracked(|tray| {
            tray.iter()
                .find(|file| file.key == key)
                .map(|file| file.state.clone())
        });
        tray.update(|tray| tray.retain(|file| file.key != key));
        if let Some(UploadState::Done(attachment)) = state.map(|state| state.get_untracked()) {
            let api = self.api;
            spawn_local(async move {
                // What is in no message is cleaned up by the server anyway.
                let _ = api.delete_attachment(attachment.id).await;
            });
        }
        self.drop_upload(key);
    }

    /// Stops an upload and lets go of its file.
    pub fn drop_upload(&self, key: ClientKey) {
        if let Some(upload) = self.uploads.uploads.borrow().get(&key) {
            upload.cancel.cancel();
        }
        self.uploads.forget(key);
    }

    /// Puts back what a message holds that was called off, before what is in the tray.
    pub fn put_into_tray(&self, id: ConversationId, files: Vec<EchoFile>) {
        let at_hand = |file: &EchoFile| {
            let uploads = self.uploads.uploads.borrow();
            uploads.get(&file.key).map(|upload| upload.pending.clone())
        };
        let files: Vec<PendingFile> = files
            .into_iter()
            .map(|file| at_hand(&file).unwrap_or_else(|| PendingFile::of_echo(file)))
            .collect();
        if !files.is_empty() {
            self.uploads
                .tray(id)
                .update(|tray| drop(tray.splice(0..0, files)));
        }
    }

    /// Empties a tray into a message. What has failed is tried once more with it.
    pub fn take_tray(self: &Rc<Self>, id: ConversationId) -> Vec<EchoFile> {
        let tray = self.uploads.tray(id);
        let files = tray.get_untracked();
        tray.update(Vec::clear);
        let has_failed = |file: &&PendingFile| matches!(file.state.get_untracked(), UploadState::Failed(_));
        files
            .iter()
            .filter(has_failed)
            .for_each(|file| self.start_upload(file.key));
        files.into_iter().map(PendingFile::into_echo).collect()
    }
}

impl PendingFile {
    /// A file that another page has uploaded.
    fn of_echo(file: EchoFile) -> Self {
        let size = file.width.zip(file.height);
        let state = match file.uploaded {
            Some(attachment) => UploadState::Done(Box::new(attachment)),
            None => UploadState::Failed(ApiError::Network),
        };
        Self {
            key: file.key,
            file_name: file.file_name,
            size_bytes: file.size_bytes,
            preview_url: file.preview_url,
            state: ArcRwSignal::new(state),
            size: ArcRwSignal::new(size),
        }
    }

    fn into_echo(self) -> EchoFile {
        let size = self.size.get_untracked();
        let (progress, uploaded) = match self.state.get_untracked() {
            UploadState::Uploading(share) => (share, None),
            UploadState::Done(attachment) => (1.0, Some(*attachment)),
            UploadState::Failed(_) => (0.0, None),
        };
        EchoFile {
            key: self.key,
            file_name: self.file_name,
            size_bytes: self.size_bytes,
            kind: if size.is_some() {
                AttachmentKind::Image
            } else {
                AttachmentKind::File
            },
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
            preview_url: self.preview_url,
            progress,
            uploaded,
        }
    }
}

/// What every browser shows and the server takes for a picture.
fn is_shown_as_picture(media_type: &str) -> bool {
    matches!(
        media_type,
        "image/png" | "image/jpeg" | "image/webp" | "image/gif"
    )
}

/// Asks the browser how large a picture is, upright.
fn measure(url: &str, size: ArcRwSignal<Option<(i32, i32)>>) {
    let Ok(image) = HtmlImageElement::new() else {
        return;
    };
    let measured = image.clone();
    let on_load = Closure::once_into_js(move || {
        let pixels = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
        size.set(Some((
            pixels(measured.natural_width()),
            pixels(measured.natural_height()),
        )));
    });
    image.set_onload(Some(on_load.unchecked_ref()));
    image.set_src(url);
}
