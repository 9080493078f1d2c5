//! HTTP and WebSocket: translate, call one use case, translate back.
//!
//! Invariant: no rule of the product is decided here, and nothing here knows SQL. Routes, their documentation
//! and their handlers stand together, one module for each feature; [`configure`] registers all of them.

mod account;
mod answer;
mod attachment;
mod auth;
mod block;
mod body;
mod conversation;
mod cookies;
mod documentation;
mod draft;
mod email;
mod error;
mod export;
mod extract;
mod folder;
mod friend;
mod head;
mod headers;
mod image;
mod invite_link;
mod message;
mod notice;
mod operations;
mod origin;
mod passkey;
mod paths;
mod poll;
mod proof;
mod reaction;
mod realtime;
mod report;
mod request_id;
mod requiredness;
mod reset;
mod search;
mod security_log;
mod session;
mod settings;
mod shared_media;
mod storage;
mod strictness;
mod sync;
mod totp;
mod user;
mod web;

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::web::{Data, JsonConfig, PathConfig, QueryConfig};
use actix_web::{App, Error, dev};
use damso_service::Services;
use damso_service::ports::DirectUploads;
use utoipa_actix_web::AppExt as _;

pub use documentation::openapi;
pub use origin::PublicUrl;
pub use web::WebClient;

/// The most bytes of a JSON body; the longest message in four-byte characters, escaped, fits several times.
pub const MAX_JSON_BYTES: usize = 256 * 1024;

/// What the controllers need to know of where they run.
#[derive(Clone)]
pub struct ControllerConfig {
    /// Where browsers reach this server; without it every `Origin` that equals the `Host` is ours.
    pub public_url: Option<PublicUrl>,
    /// Whether it serves TLS itself, without a proxy in front of it.
    pub is_tls: bool,
    /// The port it listens on; cookies ignore ports, so their names carry it.
    pub port: u16,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl ControllerConfig {
    /// Whether browsers reach it by https, and by nothing else.
    fn is_https(&self) -> bool {
        self.is_tls || self.public_url.as_ref().is_some_and(PublicUrl::is_https)
    }
}

/// Everything a request can reach.
#[derive(Clone)]
pub struct Server {
    /// The use cases.
    pub services: Services,
    /// Where this server runs.
    pub config: ControllerConfig,
    /// The client to serve.
    pub web: Arc<WebClient>,
    /// Takes uploads to this server's own storage; `None` when they go straight to S3.
    pub direct_uploads: Option<Arc<dyn DirectUploads>>,
}

/// The application of one worker.
pub fn app(
    server: Server,
) -> App<
    impl dev::ServiceFactory<
        dev::ServiceRequest,
        Config = (),
        Response = dev::ServiceResponse<impl actix_web::body::MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let Server {
        services,
        config,
        web,
        direct_uploads,
    } = server;
    let policy = headers::Policy::new(
        config.public_url.as_ref(),
        services.objects.public_origin().as_deref(),
    );
    let (app, _) = App::new()
        .app_data(Data::new(services))
        .app_data(Data::new(config))
        .app_data(Data::from(web))
        .app_data(Data::new(storage::Uploads(direct_uploads)))
        .app_data(Data::new(policy))
        .app_data(
            JsonConfig::default()
                .limit(MAX_JSON_BYTES)
                .error_handler(error::json_error),
        )
        .app_data(QueryConfig::default().error_handler(|error, _| error::malformed(&error).into()))
        .app_data(PathConfig::default().error_handler(|error, _| error::malformed(&error).into()))
        .into_utoipa_app()
        .configure(documentation::configure)
        .split_for_parts();
    app.configure(storage::configure)
        .default_service(actix_web::web::to(web::serve))
        .wrap(from_fn(head::as_get))
        .wrap(from_fn(headers::add))
        .wrap(from_fn(request_id::assign))
}
