//! Answers that several features share.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The bytes of a file.
// Only for descriptions: left to itself, the derive takes bytes for a list of numbers in JSON.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "nothing but its name is used")]
pub(crate) struct FileBytes(Vec<u8>);

/// 201 when the call made it, 200 when it was there.
pub(crate) fn created_or_found(is_new: bool, body: impl Serialize) -> HttpResponse {
    let mut response = if is_new {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    response.json(body)
}
