//! Every address the client uses.

use damso_domain::{AttachmentId, ImageId};
use damso_protocol::{BASE_PATH, Variant};

pub(super) fn api(path: &str) -> String {
    format!("{BASE_PATH}{path}")
}

/// `&name=value`, or nothing when there is no value.
pub(super) fn parameter(name: &str, value: Option<impl ToString>) -> String {
    value
        .map(|value| format!("&{name}={}", escape(&value.to_string())))
        .unwrap_or_default()
}

/// A path segment or a value, as an address may carry it.
pub(super) fn escape(raw: &str) -> String {
    js_sys::encode_uri_component(raw).into()
}

/// A picture of a person or a group; `size` in pixels of the screen.
pub fn image_url(id: ImageId, size: u16) -> String {
    api(&format!("/images/{id}?size={size}"))
}

/// The picture of an invitation, for whoever has its code.
pub fn invite_image_url(id: ImageId, code: &str) -> String {
    api(&format!("/images/{id}?size=512&invite_code={}", escape(code)))
}

/// A file of a message, for `<img>`: the browser signs the request with its media cookie.
pub fn attachment_url(id: AttachmentId, variant: Variant) -> String {
    let variant = match variant {
        Variant::Original => "original",
        Variant::Preview => "preview",
        Variant::Thumbnail => "thumbnail",
    };
    api(&format!("/attachments/{id}/content?variant={variant}"))
}

/// A file of a message as it was sent, for a download link.
pub fn download_url(id: AttachmentId) -> String {
    attachment_url(id, Variant::Original)
}

/// Where the socket is opened.
pub fn realtime_url() -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss"
    } else {
        "ws"
    };
    Some(format!(
        "{scheme}://{}{}",
        location.host().ok()?,
        api("/realtime")
    ))
}
