//! Renewing the access token, once at a time.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use damso_protocol::{AuthResponse, ErrorKind, RefreshRequest};
use js_sys::Promise;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::{ApiClient, ApiError, AuthChange};

/// Tabs of one browser share the refresh cookie, so they take turns.
const LOCK_NAME: &str = "damso-refresh";

type Outcome = Rc<RefCell<Result<(), ApiError>>>;

/// A renewal that is under way; whoever needs a token meanwhile waits for the same one.
#[derive(Clone)]
pub(super) struct Renewal {
    promise: Promise,
    outcome: Outcome,
}

impl Renewal {
    async fn finished(self) -> Result<(), ApiError> {
        let _ = JsFuture::from(self.promise).await;
        self.outcome.borrow().clone()
    }
}

impl ApiClient {
    /// Gets a new access token with the browser's refresh cookie.
    pub(super) async fn renew(self) -> Result<(), ApiError> {
        let running = self.inner().renewal.borrow().clone();
        match running {
            Some(renewal) => renewal.finished().await,
            None => self.start_renewal().finished().await,
        }
    }

    fn start_renewal(self) -> Renewal {
        let outcome: Outcome = Rc::new(RefCell::new(Err(ApiError::Network)));
        let result = outcome.clone();
        let promise = future_to_promise(async move {
            in_turn(async move {
                *result.borrow_mut() = self.renew_now().await;
            })
            .await;
            self.inner().renewal.borrow_mut().take();
            Ok(JsValue::UNDEFINED)
        });
        let renewal = Renewal { promise, outcome };
        *self.inner().renewal.borrow_mut() = Some(renewal.clone());
        renewal
    }

    async fn renew_now(self) -> Result<(), ApiError> {
        match self
            .unsigned::<AuthResponse>("/auth/refresh", &RefreshRequest::default())
            .await
        {
            Ok(auth) => {
                self.adopt(auth);
                Ok(())
            }
            Err(error) if has_ended(&error) => {
                self.forget_token();
                self.inner().tell(AuthChange::Ended);
                Err(ApiError::Unauthenticated)
            }
            Err(error) => Err(error),
        }
    }
}

fn has_ended(error: &ApiError) -> bool {
    matches!(
        error.kind(),
        Some(ErrorKind::RefreshTokenInvalid | ErrorKind::NotAuthenticated)
    )
}

/// Runs `work` while no other tab does. Without Web Locks (an insecure address) it runs at once; the server
/// forgives two tabs that renew in the same moment.
async fn in_turn(work: impl Future<Output = ()> + 'static) {
    let Some(request) = lock_request() else {
        return work.await;
    };
    let (locks, request) = request;
    let callback = Closure::once_into_js(move |_lock: JsValue| -> Promise {
        future_to_promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        })
    });
    if let Ok(granted) = request.call2(&locks, &JsValue::from_str(LOCK_NAME), &callback)
        && let Ok(promise) = granted.dyn_into::<Promise>()
    {
        let _ = JsFuture::from(promise).await;
    }
}

fn lock_request() -> Option<(JsValue, js_sys::Function)> {
    let navigator = web_sys::window()?.navigator();
    let locks = js_sys::Reflect::get(&navigator, &JsValue::from_str("locks")).ok()?;
    if locks.is_undefined() || locks.is_null() {
        return None;
    }
    let request = js_sys::Reflect::get(&locks, &JsValue::from_str("request"))
        .ok()?
        .dyn_into()
        .ok()?;
    Some((locks, request))
}
