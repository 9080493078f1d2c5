//! `HEAD` wherever there is `GET`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::UPGRADE;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest};

/// Answers `HEAD` as `GET`: the connection remembers what it was asked, and leaves the body out.
pub(crate) async fn as_get(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // A handshake is a `GET` by its own rules.
    if *request.method() == Method::HEAD && !request.headers().contains_key(UPGRADE) {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(WasHead);
    }
    next.call(request).await
}

/// Marks a request that looks like `GET` and is answered without a body.
struct WasHead;

/// Whether only the head of the answer is wanted.
pub(crate) fn was_head(request: &HttpRequest) -> bool {
    request.extensions().contains::<WasHead>()
}
