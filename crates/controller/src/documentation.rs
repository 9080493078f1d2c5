//! The API's own description, made from the same routes that serve it.

use std::sync::OnceLock;

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get};
use damso_protocol::{BASE_PATH, ErrorKind};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, path::Operation, tag::TagBuilder};
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt as _, scope};

use crate::error::ApiError;
use crate::{
    account, attachment, auth, block, conversation, draft, email, export, folder, friend, image, invite_link,
    message, notice, operations, passkey, poll, proof, reaction, realtime, report, requiredness, reset,
    search, security_log, session, settings, shared_media, strictness, sync, totp, user,
};

/// Everything that can be asked for, and where.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(
            // The router tries one path after another: what is asked for most comes first.
            scope(BASE_PATH)
                .configure(message::configure)
                .configure(reaction::configure)
                .configure(poll::configure)
                .configure(sync::configure)
                .configure(search::configure)
                .configure(shared_media::configure)
                .configure(conversation::configure)
                .configure(notice::configure)
                .configure(draft::configure)
                .configure(auth::configure)
                .configure(proof::configure)
                .configure(reset::configure)
                .configure(account::configure)
                .configure(email::configure)
                .configure(totp::configure)
                .configure(passkey::configure)
                .configure(security_log::configure)
                .configure(session::configure)
                .configure(settings::configure)
                .configure(folder::configure)
                .configure(user::configure)
                .configure(friend::configure)
                .configure(block::configure)
                .configure(invite_link::configure)
                .configure(report::configure)
                .configure(realtime::configure)
                .configure(attachment::configure)
                .configure(image::configure)
                .configure(export::configure)
                .configure(operations::configure)
                .service(get_openapi),
        )
        .service(
            scope("/api")
                .service(get_docs)
                .service(get_docs_script)
                .service(get_docs_style),
        )
        .configure(operations::configure_probes);
}

/// The description of this API (OpenAPI 3.1).
pub fn openapi() -> OpenApi {
    let (_, mut api) = actix_web::App::new()
        .into_utoipa_app()
        .configure(configure)
        .split_for_parts();
    api.info = InfoBuilder::new()
        .title("Damso")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("docs/introduction.md")))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    api.tags = Some(
        [
            (
                "account",
                "Signing up and in, one's own profile, password and devices.",
            ),
            (
                "people",
                "Other people, friends and the requests that lead there.",
            ),
            (
                "conversations",
                "Notes to oneself, direct conversations and groups.",
            ),
            ("messages", "Messages and how far people have read."),
            ("sync", "The WebSocket, and catching up after a gap."),
            ("attachments", "Uploads, downloads and pictures."),
            ("server", "About the server itself."),
        ]
        .into_iter()
        .map(|(name, description)| {
            TagBuilder::new()
                .name(name)
                .description(Some(description))
                .build()
        })
        .collect(),
    );
    describe_security(api.components.get_or_insert_default());
    for item in api.paths.paths.values_mut() {
        for operation in [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ]
        .into_iter()
        .flatten()
        {
            describe_common_refusals(operation);
        }
    }
    requiredness::require_answers(&mut api);
    strictness::describe_requests(&mut api);
    api
}

fn describe_security(components: &mut Components) {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    components.add_security_scheme("access_token", SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::with_description(
        "damso_media",
        "Set at sign-in and refresh; its name carries the port.",
    );
    components.add_security_scheme("media_cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
}

/// The kinds that a description of a refusal names, each in its backticks.
fn kinds(description: &str) -> impl Iterator<Item = &str> {
    description.split_inclusive(&[',', ';'][..]).filter_map(|part| {
        let end = part.rfind('`')?;
        Some(&part[part.find('`')?..=end])
    })
}

/// What any operation may answer, written once.
fn describe_common_refusals(operation: &mut Operation) {
    let mut common = vec![
        ("400", "`malformed_request`"),
        ("429", "`too_many_requests`; see `Retry-After`"),
        ("500", "`internal`"),
        ("503", "`overloaded`, `unavailable`; see `Retry-After`"),
    ];
    if operation.security.is_some() {
        common.push(("401", "`not_authenticated`"));
    }
    if operation.request_body.is_some() {
        common.extend([("413", "`body_too_large`"), ("415", "`unsupported_media_type`")]);
    }
    for (status, description) in common {
        let problem = || {
            let schema = Ref::from_schema_name("Problem");
            ContentBuilder::new().schema(Some(schema)).build()
        };
        let own = operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| {
                let response = ResponseBuilder::new().description(description);
                RefOr::T(response.content("application/problem+json", problem()).build())
            });
        // An operation may have reasons of its own for the same status.
        if let RefOr::T(own) = own
            && !kinds(description).any(|kind| own.description.contains(kind))
        {
            own.description = format!("{}, {description}", own.description);
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with(['4', '5']), response)
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response
                .content
                .insert("application/problem+json".to_owned(), content);
        }
    }
}

fn description() -> &'static (OpenApi, String) {
    static DESCRIPTION: OnceLock<(OpenApi, String)> = OnceLock::new();
    DESCRIPTION.get_or_init(|| {
        let api = openapi();
        let json = api.to_json().unwrap_or_default();
        (api, json)
    })
}

/// This description.
#[utoipa::path(tag = "server", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = serde_json::Value)))]
#[get("/openapi.json")]
async fn get_openapi() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(description().1.as_str())
}

/// This description, to be read by people.
#[utoipa::path(tag = "server", responses((status = 200, description = "A page", content_type = "text/html", body = String)))]
#[get("/docs")]
async fn get_docs() -> HttpResponse {
    page("text/html; charset=utf-8", include_str!("docs/docs.html"))
}

/// The script of that page.
#[utoipa::path(tag = "server", responses((status = 200, description = "A script", content_type = "text/javascript", body = String)))]
#[get("/docs.js")]
async fn get_docs_script() -> HttpResponse {
    page("text/javascript; charset=utf-8", include_str!("docs/docs.js"))
}

/// The style of that page.
#[utoipa::path(tag = "server", responses((status = 200, description = "A style sheet", content_type = "text/css", body = String)))]
#[get("/docs.css")]
async fn get_docs_style() -> HttpResponse {
    page("text/css; charset=utf-8", include_str!("docs/docs.css"))
}

fn page(media_type: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .body(body)
}

/// Nothing has taken the request: either there is nothing at its path, or it takes other methods.
pub(crate) fn unmatched(request: &HttpRequest) -> HttpResponse {
    let methods = methods_at(&description().0, request.path());
    if methods.is_empty() {
        return ApiError::from(ErrorKind::RouteNotFound).error_response();
    }
    method_not_allowed(&methods)
}

/// There is something at the path, for these methods.
pub(crate) fn method_not_allowed(methods: &[Method]) -> HttpResponse {
    let mut response = ApiError::from(ErrorKind::MethodNotAllowed).error_response();
    let allowed = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    if let Ok(allowed) = allowed.parse() {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

fn methods_at(api: &OpenApi, path: &str) -> Vec<Method> {
    let segments: Vec<&str> = path.split('/').collect();
    let matches = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        template.len() == segments.len()
            && template
                .iter()
                .zip(&segments)
                .all(|(want, have)| want == have || (want.starts_with('{') && !have.is_empty()))
    };
    let mut methods = Vec::new();
    for (_, item) in api.paths.paths.iter().filter(|(template, _)| matches(template)) {
        let present = [
            (item.get.is_some(), Method::GET),
            (item.get.is_some(), Method::HEAD),
            (item.put.is_some(), Method::PUT),
            (item.post.is_some(), Method::POST),
            (item.delete.is_some(), Method::DELETE),
            (item.patch.is_some(), Method::PATCH),
        ];
        methods.extend(
            present
                .into_iter()
                .filter(|(is_present, _)| *is_present)
                .map(|(_, method)| method),
        );
    }
    methods
}
