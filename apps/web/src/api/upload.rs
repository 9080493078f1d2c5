//! Uploads: announce, put the bytes with progress, complete.
//!
//! `fetch` reports no upload progress, so the bytes go by `XMLHttpRequest`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use damso_domain::AttachmentId;
use damso_protocol::{
    Attachment, CompleteAttachmentRequest, CompletedPart, CreateAttachmentRequest, CreatedAttachment,
    UploadPart,
};
use js_sys::Promise;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, ProgressEvent, XmlHttpRequest};

use super::{ApiClient, ApiError};

/// How often one part is tried before the upload counts as failed.
pub const MAX_ATTEMPTS: u32 = 3;

/// Stops an upload from outside.
#[derive(Clone, Default)]
pub struct Cancel {
    is_cancelled: Rc<Cell<bool>>,
    request: Rc<RefCell<Option<XmlHttpRequest>>>,
}

impl Cancel {
    /// Stops the upload as soon as possible.
    pub fn cancel(&self) {
        self.is_cancelled.set(true);
        // Taken out first: aborting calls listeners that look at it again.
        let request = self.request.borrow_mut().take();
        if let Some(request) = request {
            let _ = request.abort();
        }
    }

    fn check(&self) -> Result<(), ApiError> {
        if self.is_cancelled.get() {
            Err(ApiError::Cancelled)
        } else {
            Ok(())
        }
    }
}

impl ApiClient {
    /// Uploads a file. `on_progress` hears the share of bytes that went, from 0 to 1.
    pub async fn upload(
        self,
        file: &File,
        cancel: &Cancel,
        on_progress: impl Fn(f64) + 'static,
    ) -> Result<Attachment, ApiError> {
        let created = self.create_attachment(&announcement(file)).await?;
        let id = created.attachment.id;
        let result = self
            .upload_parts(file, created, cancel, Rc::new(on_progress))
            .await;
        if result.is_err() {
            // Not awaited for its result: what is never completed is cleaned up by the server anyway.
            leptos::task::spawn_local(async move {
                let _ = self.delete_attachment(id).await;
            });
        }
        result
    }

    async fn upload_parts(
        self,
        file: &File,
        created: CreatedAttachment,
        cancel: &Cancel,
        on_progress: Rc<dyn Fn(f64)>,
    ) -> Result<Attachment, ApiError> {
        let total = file.size().max(1.0);
        let part_size = created.upload.part_size_bytes.max(1) as f64;
        let mut parts = Vec::with_capacity(created.upload.parts.len());
        for part in created.upload.parts {
            let start = part_size * f64::from(part.number.saturating_sub(1));
            let end = (start + part_size).min(file.size());
            let blob = file
                .slice_with_f64_and_f64(start, end)
                .map_err(|_| ApiError::Network)?;
            let on_progress = on_progress.clone();
            let progress = move |sent: f64| on_progress(((start + sent) / total).min(1.0));
            let etag = self
                .put_part(created.attachment.id, &part, &blob, cancel, Rc::new(progress))
                .await?;
            parts.push(CompletedPart {
                number: part.number,
                etag,
            });
        }
        cancel.check()?;
        self.complete_attachment(created.attachment.id, &CompleteAttachmentRequest { parts })
            .await
    }

    /// Tries one part a few times, with a fresh address each time.
    async fn put_part(
        self,
        id: AttachmentId,
        part: &UploadPart,
        blob: &Blob,
        cancel: &Cancel,
        on_progress: Rc<dyn Fn(f64)>,
    ) -> Result<String, ApiError> {
        let mut part = part.clone();
        for attempt in 1..=MAX_ATTEMPTS {
            cancel.check()?;
            match put(&part, blob, cancel, on_progress.clone()).await {
                Ok(etag) => return Ok(etag),
                Err(error) if attempt == MAX_ATTEMPTS || error == ApiError::Cancelled => return Err(error),
                Err(_) => {
                    let fresh = self.attachment_parts(id, vec![part.number]).await?;
                    part = fresh.parts.into_iter().next().unwrap_or(part);
                }
            }
        }
        Err(ApiError::Network)
    }
}

fn announcement(file: &File) -> CreateAttachmentRequest {
    let media_type = match file.type_() {
        empty if empty.is_empty() => "application/octet-stream".to_owned(),
        known => known,
    };
    CreateAttachmentRequest {
        file_name: file.name(),
        media_type,
        size_bytes: file.size() as u64,
    }
}

/// Puts one part and returns its `ETag`.
async fn put(
    part: &UploadPart,
    blob: &Blob,
    cancel: &Cancel,
    on_progress: Rc<dyn Fn(f64)>,
) -> Result<String, ApiError> {
    let request = open(part).map_err(|_| ApiError::Network)?;
    *cancel.request.borrow_mut() = Some(request.clone());
    let progress =
        Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| on_progress(event.loaded()));
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    }
    let sent = finished(&request);
    request
        .send_with_opt_blob(Some(blob))
        .map_err(|_| ApiError::Network)?;
    let _ = JsFuture::from(sent).await;
    cancel.request.borrow_mut().take();
    cancel.check()?;
    match request.status() {
        Ok(200..=299) => Ok(request
            .get_response_header("ETag")
            .ok()
            .flatten()
            .unwrap_or_default()),
        _ => Err(ApiError::Network),
    }
}

fn open(part: &UploadPart) -> Result<XmlHttpRequest, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open("PUT", &part.url)?;
    for header in &part.headers {
        // Browsers set these themselves and complain when a script tries.
        if !["content-length", "host"].contains(&header.name.to_lowercase().as_str()) {
            request.set_request_header(&header.name, &header.value)?;
        }
    }
    Ok(request)
}

/// Resolves when the request is over, whatever came of it.
fn finished(request: &XmlHttpRequest) -> Promise {
    Promise::new(&mut |resolve, _reject| request.set_onloadend(Some(&resolve)))
}
