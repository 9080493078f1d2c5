//! The one place that builds URLs and speaks HTTP with the server.
//!
//! [`ApiClient`] attaches the access token, renews it before it expires or after a `401`, and turns every
//! answer into a protocol type or an [`ApiError`].

mod drafts;
mod emoji;
mod error;
mod exports;
mod folders;
mod http;
mod invites;
mod operations;
mod polls;
mod reactions;
mod refresh;
mod search;
mod security;
mod upload;
mod urls;

use std::cell::RefCell;
use std::rc::Rc;

use damso_protocol::{AuthResponse, ErrorKind};
use leptos::prelude::*;
use serde::Serialize;

pub use error::ApiError;
pub use exports::export_url;
pub use upload::{Cancel, MAX_ATTEMPTS};
pub use urls::{attachment_url, download_url, image_url, invite_image_url, realtime_url};

use http::{Answer, Call};

/// A session began, went on or ended.
#[derive(Clone, Debug)]
pub enum AuthChange {
    /// There is a new access token.
    SignedIn(Box<AuthResponse>),
    /// The server does not know the session any more.
    Ended,
}

struct AccessToken {
    value: String,
    renew_at_millis: f64,
}

type Listener = Rc<dyn Fn(AuthChange)>;

#[derive(Default)]
struct Inner {
    token: RefCell<Option<AccessToken>>,
    renewal: RefCell<Option<refresh::Renewal>>,
    listener: RefCell<Option<Listener>>,
}

/// Calls the server. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub struct ApiClient {
    inner: StoredValue<Rc<Inner>, LocalStorage>,
}

impl ApiClient {
    /// Without a session. Make it once, at the root, so that it outlives every request.
    #[expect(clippy::new_without_default, reason = "it belongs to a reactive owner")]
    pub fn new() -> Self {
        Self {
            inner: StoredValue::new_local(Rc::default()),
        }
    }

    /// Hears of sessions that begin, go on or end.
    pub fn on_auth_change(self, listener: impl Fn(AuthChange) + 'static) {
        *self.inner().listener.borrow_mut() = Some(Rc::new(listener));
    }

    /// A token that is good for the next seconds, for the socket's first frame.
    pub async fn access_token(self) -> Result<String, ApiError> {
        if let Some(token) = self.inner().fresh_token() {
            return Ok(token);
        }
        self.renew().await?;
        self.inner().any_token().ok_or(ApiError::Unauthenticated)
    }

    /// Forgets the access token, after the session was ended on purpose.
    pub fn forget_token(self) {
        self.inner().token.borrow_mut().take();
    }

    fn inner(self) -> Rc<Inner> {
        self.inner.get_value()
    }

    fn adopt(self, auth: AuthResponse) {
        let inner = self.inner();
        *inner.token.borrow_mut() = Some(AccessToken::from_response(&auth));
        inner.tell(AuthChange::SignedIn(Box::new(auth)));
    }

    async fn get<T: miniserde::Deserialize>(self, path: &str) -> Result<T, ApiError> {
        self.signed("GET", path, None).await?.read()
    }

    async fn post<T: miniserde::Deserialize>(self, path: &str, body: &impl Serialize) -> Result<T, ApiError> {
        self.signed("POST", path, Some(http::encode(body)?)).await?.read()
    }

    async fn put<T: miniserde::Deserialize>(self, path: &str, body: &impl Serialize) -> Result<T, ApiError> {
        self.signed("PUT", path, Some(http::encode(body)?)).await?.read()
    }

    async fn patch<T: miniserde::Deserialize>(
        self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        self.signed("PATCH", path, Some(http::encode(body)?))
            .await?
            .read()
    }

    /// For operations that answer `204`.
    async fn run(self, method: &'static str, path: &str, body: Option<String>) -> Result<(), ApiError> {
        self.signed(method, path, body).await.map(drop)
    }

    async fn unsigned<T: miniserde::Deserialize>(
        self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        self.guest(path, Some(http::encode(body)?)).await?.read()
    }

    /// For operations that need no session.
    async fn guest(self, path: &str, body: Option<String>) -> Result<Answer, ApiError> {
        http::send(&Call {
            method: "POST",
            path,
            body,
            token: None,
            outlives_page: false,
        })
        .await
    }

    /// Sends with the access token; a token that is refused is renewed once.
    async fn signed(
        self,
        method: &'static str,
        path: &str,
        body: Option<String>,
    ) -> Result<Answer, ApiError> {
        self.signed_call(Call {
            method,
            path,
            body,
            token: None,
            outlives_page: false,
        })
        .await
    }

    async fn signed_call(self, mut call: Call<'_>) -> Result<Answer, ApiError> {
        call.token = Some(self.access_token().await?);
        match http::send(&call).await {
            Err(error) if error.kind() == Some(ErrorKind::NotAuthenticated) => {
                // Another request may have renewed it meanwhile.
                if self.inner().any_token() == call.token {
                    self.renew().await?;
                }
                call.token = self.inner().any_token();
                http::send(&call).await
            }
            answer => answer,
        }
    }
}

impl Inner {
    fn fresh_token(&self) -> Option<String> {
        let token = self.token.borrow();
        token
            .as_ref()
            .filter(|token| js_sys::Date::now() < token.renew_at_millis)
            .map(|token| token.value.clone())
    }

    fn any_token(&self) -> Option<String> {
        self.token.borrow().as_ref().map(|token| token.value.clone())
    }

    fn tell(&self, change: AuthChange) {
        // Cloned out first: the listener may call back into the client.
        let listener = self.listener.borrow().clone();
        if let Some(listener) = listener {
            listener(change);
        }
    }
}

impl AccessToken {
    /// Renewing half a minute early leaves time for the request that carries it.
    const MARGIN_SECS: u32 = 30;

    fn from_response(auth: &AuthResponse) -> Self {
        let lifetime_secs = auth.expires_in_secs.saturating_sub(Self::MARGIN_SECS).max(1);
        Self {
            value: auth.access_token.clone(),
            renew_at_millis: js_sys::Date::now() + f64::from(lifetime_secs) * 1_000.0,
        }
    }
}
