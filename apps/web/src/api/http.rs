//! One request over `fetch`.

use damso_protocol::{ErrorKind, FieldError};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Request, RequestCache, RequestCredentials, RequestInit, Response};

use super::{ApiError, urls};

/// Longer than any answer of ours takes; uploads go another way.
const TIMEOUT_MILLIS: u32 = 30_000;

/// What to send.
pub(super) struct Call<'a> {
    pub method: &'static str,
    pub path: &'a str,
    pub body: Option<String>,
    pub token: Option<String>,
    /// It goes out even if the page is closed meanwhile.
    pub outlives_page: bool,
}

/// The body of a successful answer.
pub(super) struct Answer(String);

impl Answer {
    /// As it came.
    pub fn into_text(self) -> String {
        self.0
    }

    pub fn read<T: miniserde::Deserialize>(&self) -> Result<T, ApiError> {
        miniserde::json::from_str(&self.0).map_err(|_| ApiError::Unreadable)
    }
}

/// As JSON. Our request types always encode; the error keeps the signature honest.
pub(super) fn encode(body: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(body).map_err(|_| ApiError::Unreadable)
}

pub(super) async fn send(call: &Call<'_>) -> Result<Answer, ApiError> {
    let request = build(call).map_err(|_| ApiError::Network)?;
    let (response, text) = fetch(&request).await?;
    if response.ok() {
        Ok(Answer(text))
    } else {
        Err(refusal(&response, &text))
    }
}

/// A file of the client that is not part of its code. The browser may answer from its cache.
pub(super) async fn fetch_file(address: &str) -> Result<String, ApiError> {
    let init = RequestInit::new();
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MILLIS)));
    let request = Request::new_with_str_and_init(address, &init).map_err(|_| ApiError::Network)?;
    let (response, text) = fetch(&request).await?;
    response.ok().then_some(text).ok_or(ApiError::Unreadable)
}

/// The answer with its whole body.
async fn fetch(request: &Request) -> Result<(Response, String), ApiError> {
    let window = web_sys::window().ok_or(ApiError::Network)?;
    let response = JsFuture::from(window.fetch_with_request(request))
        .await
        .map_err(|_| ApiError::Network)?;
    let response: Response = response.dyn_into().map_err(|_| ApiError::Network)?;
    let text = body_text(&response).await.map_err(|_| ApiError::Network)?;
    Ok((response, text))
}

fn build(call: &Call<'_>) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    if let Some(token) = &call.token {
        headers.set("Authorization", &format!("Bearer {token}"))?;
    }
    let init = RequestInit::new();
    init.set_method(call.method);
    init.set_credentials(RequestCredentials::SameOrigin);
    init.set_cache(RequestCache::NoStore);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MILLIS)));
    if let Some(body) = &call.body {
        headers.set("Content-Type", "application/json")?;
        init.set_body(&JsValue::from_str(body));
    }
    init.set_headers(&headers);
    if call.outlives_page {
        js_sys::Reflect::set(&init, &JsValue::from_str("keepalive"), &JsValue::TRUE)?;
    }
    Request::new_with_str_and_init(&urls::api(call.path), &init)
}

async fn body_text(response: &Response) -> Result<String, JsValue> {
    Ok(JsFuture::from(response.text()?)
        .await?
        .as_string()
        .unwrap_or_default())
}

/// As much of a `Problem` as the client acts on.
#[derive(miniserde::Deserialize)]
struct Refusal {
    kind: ErrorKind,
    fields: Option<Vec<FieldError>>,
}

/// The problem that the server sent, or that something before it answered instead.
fn refusal(response: &Response, text: &str) -> ApiError {
    let retry_after_secs = response
        .headers()
        .get("Retry-After")
        .ok()
        .flatten()
        .and_then(|value| value.trim().parse().ok());
    match miniserde::json::from_str(text) {
        Ok(Refusal { kind, fields }) => ApiError::Refused {
            kind,
            fields: fields.unwrap_or_default(),
            retry_after_secs,
        },
        Err(_) => ApiError::Unreadable,
    }
}
