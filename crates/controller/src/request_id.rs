//! A name for each answer, and an end for each request.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, rt};
use damso_protocol::ErrorKind;
use uuid::Uuid;

use crate::error::ApiError;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request that is being answered; empty outside of one.
pub(crate) fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Gives each request an id and each answer its header, so that what a user saw is found in the log. An id that
/// a client sends is not taken over: it would end up in the log.
///
/// The request is answered in a task of its own. actix drops a handler as soon as its client is gone, and
/// between a commit and its announcement that would be one announcement lost; a task runs to its end.
pub(crate) async fn assign(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = Uuid::now_v7().simple().to_string();
    let value = HeaderValue::from_str(&id);
    let answered = rt::spawn(CURRENT.scope(id, async move { next.call(request).await })).await;
    let mut response = answered.map_err(|_| ApiError::from(ErrorKind::Internal))??;
    if let Ok(value) = value {
        response.headers_mut().insert(HEADER, value);
    }
    Ok(response)
}
