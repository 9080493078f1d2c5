//! What handlers ask of a request: who sends it, and from which device.

use std::future::Future;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Once;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, USER_AGENT};
use actix_web::web::{Data, Query};
use actix_web::{FromRequest, HttpRequest};
use damso_domain::{SessionName, UserId};
use damso_protocol::{ErrorKind, ImageQuery};
use damso_service::auth::Device;
use damso_service::rate::{Limit, Subject};
use damso_service::{CurrentUser, Services};

use crate::error::{ApiError, ApiResult};
use crate::{ControllerConfig, cookies};

const X_FORWARDED_FOR: &str = "x-forwarded-for";

type Extracting<T> = Pin<Box<dyn Future<Output = ApiResult<T>>>>;

fn services(request: &HttpRequest) -> ApiResult<Data<Services>> {
    request
        .app_data::<Data<Services>>()
        .cloned()
        .ok_or_else(|| ErrorKind::Internal.into())
}

fn config(request: &HttpRequest) -> ApiResult<Data<ControllerConfig>> {
    request
        .app_data::<Data<ControllerConfig>>()
        .cloned()
        .ok_or_else(|| ErrorKind::Internal.into())
}

fn bearer(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

/// What a request of somebody who is signed in is counted as.
pub(crate) trait Pace {
    const LIMIT: Limit;
}

/// Most requests.
pub(crate) struct Usual;
/// Looking up handles.
pub(crate) struct LookingUp;
/// Sending messages.
pub(crate) struct Sending;
/// Beginning an upload.
pub(crate) struct Uploading;
/// Telling the operator of somebody.
pub(crate) struct Reporting;

/// Looking for messages.
pub(crate) struct Searching;

impl Pace for Usual {
    const LIMIT: Limit = Limit::Request;
}

impl Pace for LookingUp {
    const LIMIT: Limit = Limit::Lookup;
}

impl Pace for Sending {
    const LIMIT: Limit = Limit::Send;
}

impl Pace for Uploading {
    const LIMIT: Limit = Limit::Upload;
}

impl Pace for Searching {
    const LIMIT: Limit = Limit::Search;
}

impl Pace for Reporting {
    const LIMIT: Limit = Limit::Report;
}

/// Whoever the access token speaks for; without a good one, or too often, the request is refused.
pub(crate) struct Caller<P = Usual>(pub(crate) CurrentUser, PhantomData<P>);

impl<P> Caller<P> {
    pub(crate) const fn id(&self) -> UserId {
        self.0.id
    }
}

impl<P: Pace> FromRequest for Caller<P> {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (services, token) = (services(request), bearer(request));
        Box::pin(async move {
            let token = token.ok_or(ErrorKind::NotAuthenticated)?;
            let services = services?;
            let user = services.auth.authenticate(&token).await?;
            services.limits.take(P::LIMIT, &Subject::User(user.id))?;
            Ok(Self(user, PhantomData))
        })
    }
}

/// Anybody, but not too often from one address.
pub(crate) struct Guest;

impl FromRequest for Guest {
    type Error = ApiError;
    type Future = std::future::Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(config(request).and_then(|config| {
            let subject = Subject::address(address(&config, request));
            services(request)?.limits.take(Limit::Anonymous, &subject)?;
            Ok(Self)
        }))
    }
}

/// Anybody who shows the code of a link, but not too often from one address: nobody is to try many.
pub(crate) struct InviteHolder;

impl FromRequest for InviteHolder {
    type Error = ApiError;
    type Future = std::future::Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(config(request).and_then(|config| {
            let subject = Subject::address(address(&config, request));
            services(request)?.limits.take(Limit::Invite, &subject)?;
            Ok(Self)
        }))
    }
}

/// Whoever reads a picture: somebody signed in, or whoever has a link that shows it.
pub(crate) enum Onlooker {
    /// Somebody signed in.
    Reader,
    /// Whoever has this code.
    InviteHolder(String),
}

impl FromRequest for Onlooker {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let code = Query::<ImageQuery>::from_query(request.query_string());
        // What is wrong with the query is told by whoever takes all of it.
        if let Some(code) = code.ok().and_then(|query| query.into_inner().invite_code) {
            let holder = InviteHolder::from_request(request, payload);
            return Box::pin(async move { holder.await.map(|_| Self::InviteHolder(code)) });
        }
        let reader = Reader::from_request(request, payload);
        Box::pin(async move { reader.await.map(|_| Self::Reader) })
    }
}

/// Whoever reads a picture or a file: by access token, or by the cookie that `<img>` sends.
pub(crate) struct Reader(CurrentUser);

impl Reader {
    pub(crate) const fn id(&self) -> UserId {
        self.0.id
    }

    pub(crate) const fn user(&self) -> CurrentUser {
        self.0
    }
}

impl FromRequest for Reader {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let services = services(request);
        let bearer = bearer(request);
        let cookie = config(request).map(|config| cookies::media_token(&config, request));
        Box::pin(async move {
            let services = services?;
            let user = if let Some(token) = bearer {
                services.auth.authenticate(&token).await?
            } else {
                let token = cookie?.ok_or(ErrorKind::NotAuthenticated)?;
                services.auth.authenticate_media(&token).await?
            };
            services.limits.take(Limit::Media, &Subject::User(user.id))?;
            Ok(Self(user))
        })
    }
}

/// The device a request comes from.
pub(crate) struct FromDevice(pub(crate) Device);

impl FromRequest for FromDevice {
    type Error = ApiError;
    type Future = std::future::Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let agent = request
            .headers()
            .get(USER_AGENT)
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default();
        let name = SessionName::parse(&device_name(agent));
        std::future::ready(config(request).and_then(|config| {
            let name = name.map_err(|_| ApiError::from(ErrorKind::Internal))?;
            Ok(Self(Device {
                name,
                address: address(&config, request),
                known: cookies::device_token(&config, request),
            }))
        }))
    }
}

/// The sender's address. A proxy is believed only if it is a configured one, and only about the last hop.
fn address(config: &ControllerConfig, request: &HttpRequest) -> Option<IpAddr> {
    // A socket for both kinds of addresses shows an IPv4 peer as one of IPv6.
    let peer = request.peer_addr()?.ip().to_canonical();
    if !config
        .trusted_proxies
        .iter()
        .any(|proxy| proxy.to_canonical() == peer)
    {
        if request.headers().contains_key(X_FORWARDED_FOR) {
            warn_of_unknown_proxy(peer);
        }
        return Some(peer);
    }
    let forwarded = request
        .headers()
        .get(X_FORWARDED_FOR)
        .and_then(|value| value.to_str().ok());
    forwarded
        .and_then(|list| list.rsplit(',').next()?.trim().parse().ok())
        .or(Some(peer))
}

/// Said once: behind a proxy that is not believed everybody has one address, and one allowance.
fn warn_of_unknown_proxy(peer: IpAddr) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        tracing::warn!(
            %peer,
            "Somebody sends X-Forwarded-For and is not believed; if it is your proxy, name it in DAMSO_TRUSTED_PROXIES"
        );
    });
}

/// What a device is called in its owner's list: browser and system, as far as the agent tells.
fn device_name(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 7] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Whale/", "Whale"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => {
            let product = agent.split(['/', ' ']).next().unwrap_or_default();
            let product: String = product
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .take(30)
                .collect();
            if product.is_empty() {
                "API".to_owned()
            } else {
                product
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_by_what_they_say() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1";
        for (agent, expected) in [
            (chrome, "Chrome · Linux"),
            (safari, "Safari · iPhone"),
            ("curl/8.5.0", "curl"),
            ("", "API"),
            ("<script>", "script"),
        ] {
            assert_eq!(device_name(agent), expected);
        }
    }
}
