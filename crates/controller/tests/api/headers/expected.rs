//! What the headers of an answer have to be.

use std::collections::{BTreeMap, BTreeSet};

use damso_testing::Reply;

/// Every header that any answer of ours may have. What is not here tells somebody something that we have not thought of.
const KNOWN: [&str; 31] = [
    "accept-ranges",
    "allow",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-range",
    "content-security-policy",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "etag",
    "last-modified",
    "location",
    "permissions-policy",
    "ratelimit",
    "ratelimit-policy",
    "referrer-policy",
    "retry-after",
    "set-cookie",
    "strict-transport-security",
    "transfer-encoding",
    "upgrade",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-frame-options",
    "x-request-id",
];

/// What a browser may do for nobody. The camera it may use for our own pages alone.
const FORBIDDEN_FEATURES: [&str; 10] = [
    "accelerometer",
    "browsing-topics",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
];

/// The cookies, each with its path.
const COOKIES: [(&str, &str); 3] = [
    ("damso_device_", "/api/v1/auth"),
    ("damso_media_", "/api/v1"),
    ("damso_refresh_", "/api/v1/auth"),
];

/// What depends on the server.
#[derive(Default)]
pub(super) struct Expected {
    /// Whether browsers reach it by https.
    pub(super) is_https: bool,
    /// Where files come from, when they do not come from the server itself.
    pub(super) storage: Option<String>,
}

impl Expected {
    /// An answer that may be a page, or is handled like one.
    #[track_caller]
    pub(super) fn assert_page(&self, what: &str, reply: &Reply, cache: &str) {
        let storage = self.storage.as_deref();
        let with_storage =
            |own: &[&'static str]| own.iter().copied().chain(storage).map(str::to_owned).collect();
        let only = |sources: &[&str]| sources.iter().map(|source| (*source).to_owned()).collect();
        let expected: BTreeMap<&str, BTreeSet<String>> = BTreeMap::from([
            ("default-src", only(&["'none'"])),
            ("script-src", only(&["'self'", "'wasm-unsafe-eval'"])),
            ("style-src", only(&["'self'"])),
            ("img-src", with_storage(&["'self'", "blob:", "data:"])),
            ("media-src", with_storage(&["'self'", "blob:"])),
            ("connect-src", with_storage(&["'self'"])),
            ("font-src", only(&["'self'"])),
            ("manifest-src", only(&["'self'"])),
            ("worker-src", only(&["'self'"])),
            ("base-uri", only(&["'none'"])),
            ("form-action", only(&["'self'"])),
            ("frame-ancestors", only(&["'none'"])),
        ]);
        self.assert_guarded(what, reply, cache, &expected);
    }

    /// Bytes that somebody has sent.
    #[track_caller]
    pub(super) fn assert_file(&self, what: &str, reply: &Reply, cache: &str) {
        let none = || BTreeSet::from(["'none'".to_owned()]);
        let expected = BTreeMap::from([
            ("default-src", none()),
            ("base-uri", none()),
            ("form-action", none()),
            ("frame-ancestors", none()),
            ("sandbox", BTreeSet::new()),
        ]);
        self.assert_guarded(what, reply, cache, &expected);
    }

    #[track_caller]
    fn assert_guarded(
        &self,
        what: &str,
        reply: &Reply,
        cache: &str,
        policy: &BTreeMap<&str, BTreeSet<String>>,
    ) {
        let strict = if self.is_https { "max-age=31536000" } else { "" };
        let embedder = if self.storage.is_some() {
            "credentialless"
        } else {
            "require-corp"
        };
        for (name, value) in [
            ("cache-control", cache),
            ("cross-origin-embedder-policy", embedder),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", strict),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(reply.header(name), value, "{name} of {what}");
        }
        let content = reply.header("content-security-policy");
        assert_eq!(&directives(content), policy, "policy of {what}");
        assert_runs_nothing_foreign(what, content);
        assert_forbids_features(what, reply.header("permissions-policy"));
        assert_eq!(reply.header("x-request-id").len(), 32, "{what}");
        self.assert_cookies(what, reply);
        for (name, value) in &reply.headers {
            assert!(KNOWN.contains(&name.as_str()), "{what} has {name}: {value:?}");
            let single = name == "set-cookie" || reply.headers.get_all(name).iter().count() == 1;
            assert!(single, "{what} has {name} more than once");
            assert_names_no_software(
                what,
                &format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())),
            );
        }
    }

    /// Unreadable for scripts, sent by our own pages alone, and no further than they have to go.
    #[track_caller]
    fn assert_cookies(&self, what: &str, reply: &Reply) {
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (_, path) = COOKIES
                .into_iter()
                .find(|(name, _)| cookie.starts_with(name))
                .unwrap_or_else(|| panic!("{what} sets {cookie}"));
            let mut attributes: BTreeSet<&str> = cookie.split("; ").skip(1).collect();
            let before = attributes.len();
            attributes.retain(|attribute| !attribute.starts_with("Max-Age="));
            assert_eq!(attributes.len() + 1, before, "{what}: how long lives {cookie}?");
            let path = format!("Path={path}");
            let mut expected = BTreeSet::from(["HttpOnly", "SameSite=Strict", path.as_str()]);
            if self.is_https {
                expected.insert("Secure");
            }
            assert_eq!(attributes, expected, "{what}: {cookie}");
        }
    }
}

/// A policy by its directives, each once.
#[track_caller]
fn directives(policy: &str) -> BTreeMap<&str, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for directive in policy.split(';') {
        let mut words = directive.split_whitespace();
        let name = words
            .next()
            .unwrap_or_else(|| panic!("an empty directive in {policy}"));
        let sources = words.map(str::to_owned).collect();
        assert!(all.insert(name, sources).is_none(), "{name} is there twice");
    }
    all
}

/// What holds for any policy, however it is put together.
#[track_caller]
fn assert_runs_nothing_foreign(what: &str, policy: &str) {
    let all = directives(policy);
    let words = all.values().flatten().map(String::as_str).collect::<Vec<_>>();
    for word in [
        "'unsafe-inline'",
        "'unsafe-eval'",
        "'unsafe-hashes'",
        "'strict-dynamic'",
        "*",
        "http:",
        "https:",
    ] {
        assert!(!words.contains(&word), "{what} allows {word}: {policy}");
    }
    let nothing = BTreeSet::from(["'none'".to_owned()]);
    // These do not fall back to `default-src`, and `object-src` does.
    for name in ["base-uri", "frame-ancestors"] {
        assert_eq!(all.get(name), Some(&nothing), "{name} of {what}");
    }
    assert!(all.contains_key("form-action"), "{what}");
    let objects = all.get("object-src").or_else(|| all.get("default-src"));
    assert_eq!(objects, Some(&nothing), "object-src of {what}");
}

#[track_caller]
fn assert_forbids_features(what: &str, policy: &str) {
    let (allowed, forbidden): (Vec<&str>, Vec<&str>) =
        policy.split(", ").partition(|feature| !feature.ends_with("=()"));
    let forbidden: Vec<&str> = forbidden
        .iter()
        .map(|feature| feature.trim_end_matches("=()"))
        .collect();
    assert_eq!(forbidden, FORBIDDEN_FEATURES, "{what}");
    assert_eq!(allowed, ["camera=(self)"], "{what}");
}

/// Who knows the version of a program knows its weaknesses.
#[track_caller]
pub(super) fn assert_names_no_software(what: &str, header: &str) {
    let header = header.to_lowercase();
    for word in ["server:", "powered", "actix", "hyper", "postgres", "rust"] {
        assert!(!header.contains(word), "{what} tells {word}: {header}");
    }
}
