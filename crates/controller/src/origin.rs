//! Which origin is ours.

use std::str::FromStr;

use actix_web::http::Uri;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use damso_protocol::ErrorKind;

use crate::ControllerConfig;
use crate::error::ApiResult;

/// Where browsers reach this server: `https://chat.example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    is_https: bool,
    port: u16,
}

/// The text is not the URL of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicUrlError;

impl std::fmt::Display for PublicUrlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("is not of the form https://chat.example.org, without a path")
    }
}

impl std::error::Error for PublicUrlError {}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        let uri: Uri = raw.trim().parse().map_err(|_| PublicUrlError)?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(PublicUrlError);
        };
        let default_port = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return Err(PublicUrlError),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(PublicUrlError);
        }
        let port = uri.port_u16().unwrap_or(default_port);
        let shown_port = if port == default_port {
            String::new()
        } else {
            format!(":{port}")
        };
        Ok(Self {
            origin: format!("{scheme}://{}{shown_port}", host.to_ascii_lowercase()),
            is_https: scheme == "https",
            port,
        })
    }
}

impl PublicUrl {
    /// Scheme, host and, unless it is the scheme's own, port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is reached over TLS.
    pub const fn is_https(&self) -> bool {
        self.is_https
    }

    /// The port browsers use.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

/// Whether a browser sent this from one of our own pages. A request without `Origin` is not a browser's, or is
/// one that browsers send without being asked from another site.
pub(crate) fn is_own(config: &ControllerConfig, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else { return false };
    match &config.public_url {
        Some(public) => origin.eq_ignore_ascii_case(public.origin()),
        None => {
            let host = headers
                .get(HOST)
                .and_then(|host| host.to_str().ok())
                .unwrap_or_default();
            let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
            !host.is_empty() && authority.eq_ignore_ascii_case(host)
        }
    }
}

/// Guards the routes that set or read a cookie against requests from other sites.
pub(crate) fn refuse_cross_site(config: &ControllerConfig, headers: &HeaderMap) -> ApiResult<()> {
    let is_same_site = match headers.get("sec-fetch-site") {
        // "none": typed into the address bar.
        Some(site) => site == "same-origin" || site == "none",
        None => is_own(config, headers),
    };
    if is_same_site {
        Ok(())
    } else {
        Err(ErrorKind::OriginNotAllowed.into())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn public_urls_are_origins() {
        for (raw, expected) in [
            ("https://Chat.example.org/", Some("https://chat.example.org")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("https://chat.example.org:443", Some("https://chat.example.org")),
            ("chat.example.org", None),
            ("ftp://chat.example.org", None),
            ("https://chat.example.org/damso", None),
        ] {
            assert_eq!(
                raw.parse::<PublicUrl>().ok().as_ref().map(PublicUrl::origin),
                expected,
                "{raw}"
            );
        }
    }

    #[test]
    fn other_sites_are_refused() {
        let config = |url: Option<&str>| ControllerConfig {
            public_url: url.map(|url| url.parse().unwrap()),
            is_tls: false,
            port: 8080,
            trusted_proxies: Vec::new(),
        };
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let pair = |(name, value): &(&'static str, &'static str)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            pairs.iter().map(pair).collect::<HeaderMap>()
        };
        let own = [("host", "localhost:8080"), ("origin", "http://localhost:8080")];
        let other = [("host", "localhost:8080"), ("origin", "http://evil.example")];
        let public = Some("https://chat.example.org");
        for (url, headers, expected) in [
            (None, headers(&own), true),
            (None, headers(&other), false),
            (None, headers(&[("host", "localhost:8080")]), true),
            (None, headers(&[("sec-fetch-site", "cross-site")]), false),
            (None, headers(&[("sec-fetch-site", "same-site")]), false),
            (None, headers(&[("sec-fetch-site", "same-origin")]), true),
            (public, headers(&own), false),
            (public, headers(&[("origin", "https://chat.example.org")]), true),
            (public, headers(&[("origin", "null")]), false),
        ] {
            assert_eq!(
                refuse_cross_site(&config(url), &headers).is_ok(),
                expected,
                "{url:?} {headers:?}"
            );
        }
    }
}
