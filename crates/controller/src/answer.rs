//! Answers that several features share.

use actix_web::HttpResponse;
use serde::Serialize;

/// 201 when the call made it, 200 when it was there.
pub(crate) fn created_or_found(is_new: bool, body: impl Serialize) -> HttpResponse {
    let mut response = if is_new {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    response.json(body)
}
