//! The web client, from memory.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, VARY,
};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use bytes::Bytes;
use damso_protocol::ErrorKind;

use crate::documentation;
use crate::error::ApiError;

const INDEX: &str = "index.html";
/// Everything under it has its content's hash in its name.
const HASHED: &str = "assets/";

/// The files of the client, each with its precompressed copies.
#[derive(Default)]
pub struct WebClient(HashMap<String, File>);

#[derive(Default)]
struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    etag: String,
}

impl WebClient {
    /// Takes every file with its path, `/` between folders; `x.br` and `x.gz` are the copies of `x`.
    pub fn from_files(files: impl IntoIterator<Item = (String, Cow<'static, [u8]>)>) -> Self {
        let mut client = Self::default();
        for (path, bytes) in files {
            let bytes = match bytes {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            if let Some(plain) = path.strip_suffix(".br") {
                client.0.entry(plain.to_owned()).or_default().brotli = Some(bytes);
            } else if let Some(plain) = path.strip_suffix(".gz") {
                client.0.entry(plain.to_owned()).or_default().gzip = Some(bytes);
            } else {
                let file = client.0.entry(path).or_default();
                file.etag = etag(&bytes);
                file.plain = bytes;
            }
        }
        client
    }

    /// Reads every file below a folder.
    pub fn from_folder(folder: &Path) -> std::io::Result<Self> {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(name) = path.strip_prefix(folder) {
                    let name = name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
                    files.push((name, Cow::Owned(std::fs::read(&path)?)));
                }
            }
        }
        Ok(Self::from_files(files))
    }

    /// Whether there is a client at all.
    pub fn is_empty(&self) -> bool {
        !self.0.contains_key(INDEX)
    }
}

/// Not a secret and not a signature: tells two versions of a file apart (FNV-1a, 64 bits).
fn etag(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("\"{hash:016x}\"")
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Whatever no route has taken: a file of the client, or the client itself, which knows its own pages. Under
/// `/api` there is nothing but the API.
pub(crate) async fn serve(request: HttpRequest, client: Data<WebClient>) -> HttpResponse {
    let path = request.path().trim_start_matches('/');
    if matches!(path.split('/').next(), Some("api" | "storage")) {
        return documentation::unmatched(&request);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return documentation::method_not_allowed(&[Method::GET, Method::HEAD]);
    }
    let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.') || path.starts_with("u/");
    let name = if is_page { INDEX } else { path };
    match client.0.get(name) {
        Some(file) => respond(&request, name, file),
        None if is_page => HttpResponse::NotFound()
            .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
            .body("This server was built without its web client. The API is at /api/docs."),
        None => ApiError::from(ErrorKind::RouteNotFound).error_response(),
    }
}

fn respond(request: &HttpRequest, name: &str, file: &File) -> HttpResponse {
    let headers = request.headers();
    let mut response = HttpResponse::Ok();
    let cache = if name.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    response
        .insert_header((CACHE_CONTROL, HeaderValue::from_static(cache)))
        .insert_header((ETAG, file.etag.as_str()))
        .insert_header((VARY, "Accept-Encoding"));
    if headers
        .get(IF_NONE_MATCH)
        .is_some_and(|tag| tag.as_bytes() == file.etag.as_bytes())
    {
        return response
            .status(actix_web::http::StatusCode::NOT_MODIFIED)
            .finish();
    }
    response.insert_header((CONTENT_TYPE, media_type(name)));
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let accepts = |coding: &str| {
        accepted
            .split(',')
            .any(|item| item.split(';').next().map(str::trim) == Some(coding))
    };
    match (&file.brotli, &file.gzip) {
        (Some(brotli), _) if accepts("br") => response
            .insert_header((CONTENT_ENCODING, "br"))
            .body(brotli.clone()),
        (_, Some(gzip)) if accepts("gzip") => response
            .insert_header((CONTENT_ENCODING, "gzip"))
            .body(gzip.clone()),
        _ => response.body(file.plain.clone()),
    }
}
