//! What browsers are told about every answer.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::PublicUrl;

/// The camera is for reading QR codes, which is done where they are shown; nothing that it sees leaves the page.
const PERMISSIONS_POLICY: &str = "accelerometer=(), browsing-topics=(), camera=(self), display-capture=(), \
    geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// The headers of this server.
pub(crate) struct Policy {
    content_security: HeaderValue,
    embedder: HeaderValue,
    is_strict: bool,
}

impl Policy {
    /// `storage_origin` is where browsers reach the object storage, when it is not this server.
    pub(crate) fn new(public_url: Option<&PublicUrl>, storage_origin: Option<&str>) -> Self {
        let storage = storage_origin
            .map(|origin| format!(" {origin}"))
            .unwrap_or_default();
        let policy = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' blob: data:{storage}; media-src 'self' blob:{storage}; connect-src 'self'{storage}; \
             font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'"
        );
        // The only part from outside is an origin, which the storage's own URL parser has let through.
        let fallback = HeaderValue::from_static("default-src 'none'");
        Self {
            content_security: HeaderValue::try_from(policy).unwrap_or(fallback),
            // What comes from elsewhere has to allow it, which buckets seldom do; then nothing may go along with the
            // request for it.
            embedder: HeaderValue::from_static(match storage_origin {
                None => "require-corp",
                Some(_) => "credentialless",
            }),
            // Only where the operator says that this host is to be reached by https: browsers keep it for a year, for
            // each port of the host, which on a machine for trying things out others need without TLS.
            is_strict: public_url.is_some_and(PublicUrl::is_https),
        }
    }

    fn apply(&self, headers: &mut HeaderMap) {
        let fixed = |name| HeaderName::from_static(name);
        let value = |text| HeaderValue::from_static(text);
        for (name, value) in [
            (X_CONTENT_TYPE_OPTIONS, value("nosniff")),
            (X_FRAME_OPTIONS, value("DENY")),
            (REFERRER_POLICY, value("no-referrer")),
            (fixed("permissions-policy"), value(PERMISSIONS_POLICY)),
            (fixed("cross-origin-opener-policy"), value("same-origin")),
            (fixed("cross-origin-embedder-policy"), self.embedder.clone()),
            (fixed("cross-origin-resource-policy"), value("same-origin")),
        ] {
            headers.insert(name, value);
        }
        if self.is_strict {
            headers.insert(STRICT_TRANSPORT_SECURITY, value("max-age=31536000"));
        }
        // Handlers of files set stricter ones of their own.
        if !headers.contains_key(CONTENT_SECURITY_POLICY) {
            headers.insert(CONTENT_SECURITY_POLICY, self.content_security.clone());
        }
        if !headers.contains_key(CACHE_CONTROL) {
            headers.insert(CACHE_CONTROL, value("no-store"));
        }
    }
}

/// Adds the headers to every answer.
pub(crate) async fn add(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let policy = request.app_data::<Data<Policy>>().cloned();
    let mut response = next.call(request).await?;
    if let Some(policy) = policy {
        policy.apply(response.headers_mut());
    }
    Ok(response)
}
