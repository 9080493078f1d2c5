//! Who is signed in, and whether the browser has a network.

use std::time::Duration;

use damso_domain::{AttachmentId, SessionId, UserId};
use damso_protocol::{
    ChangePasswordRequest, DeletionReport, DeletionRequest, Me, PasskeyAssertion, PasskeySignInRequest,
    SignInRequest, SignUpRequest, UpdateMeRequest,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{ApiClient, ApiError, AuthChange};

/// How long to wait before asking a server again that did not answer at the start.
const BOOT_RETRY: Duration = Duration::from_secs(3);

/// Where the client stands with its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    /// Nobody knows yet: the browser's cookie is being tried.
    Booting,
    /// The server does not answer; it is asked again every few seconds.
    Unreachable,
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn,
}

/// Who is signed in. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub struct Session {
    api: ApiClient,
    status: RwSignal<SessionStatus>,
    me: RwSignal<Option<Me>>,
    current: RwSignal<Option<SessionId>>,
    is_online: RwSignal<bool>,
    /// Whether the end of the session was asked for here, and the answer is on its way.
    is_leaving: StoredValue<bool>,
}

impl Session {
    /// Makes it once, at the root, and listens to the client and the browser.
    pub fn new(api: ApiClient) -> Self {
        let session = Self {
            api,
            status: RwSignal::new(SessionStatus::Booting),
            me: RwSignal::new(None),
            current: RwSignal::new(None),
            is_online: RwSignal::new(window().navigator().on_line()),
            is_leaving: StoredValue::new(false),
        };
        api.on_auth_change(move |change| session.apply(change));
        let _ = window_event_listener(leptos::ev::online, move |_| session.is_online.set(true));
        let _ = window_event_listener(leptos::ev::offline, move |_| session.is_online.set(false));
        session
    }

    /// Goes on with the session of the browser's cookie, if there is one.
    pub fn boot(self) {
        spawn_local(async move {
            match self.api.resume().await {
                Ok(()) | Err(ApiError::Unauthenticated) => (),
                Err(_) => {
                    // With what this browser keeps, there is something to look at meanwhile.
                    if self.status.get_untracked() != SessionStatus::SignedIn {
                        self.status.set(SessionStatus::Unreachable);
                    }
                    set_timeout(move || self.boot(), BOOT_RETRY);
                }
            }
        });
    }

    /// Goes on as somebody of whom this browser keeps a copy, until the server has said whether they still
    /// are signed in.
    pub fn go_on_as(self, me: Me) {
        if matches!(
            self.status.get_untracked(),
            SessionStatus::Booting | SessionStatus::Unreachable
        ) {
            self.me.set(Some(me));
            self.status.set(SessionStatus::SignedIn);
        }
    }

    /// Where the client stands.
    pub fn status(self) -> SessionStatus {
        self.status.get()
    }

    /// Where the client stands, without tracking.
    pub fn status_now(self) -> SessionStatus {
        self.status.get_untracked()
    }

    /// My account. Tracks every change of it.
    pub fn me(self) -> Option<Me> {
        self.me.get()
    }

    /// My account, for views.
    pub fn me_signal(self) -> ReadSignal<Option<Me>> {
        self.me.read_only()
    }

    /// My id, without tracking: it changes only with the whole session.
    pub fn my_id(self) -> Option<UserId> {
        self.me.with_untracked(|me| me.as_ref().map(|me| me.id))
    }

    /// Which of my sessions this is.
    pub fn session_id(self) -> Option<SessionId> {
        self.current.get_untracked()
    }

    /// Whether the browser believes that it has a network.
    pub fn is_online(self) -> bool {
        self.is_online.get()
    }

    /// Signs in.
    pub async fn sign_in(self, request: &SignInRequest) -> Result<(), ApiError> {
        self.api.sign_in(request).await
    }

    /// Signs in with what a passkey has signed.
    pub async fn sign_in_with_passkey(self, passkey_assertion: PasskeyAssertion) -> Result<(), ApiError> {
        let request = PasskeySignInRequest {
            passkey_assertion,
            token_transport: None,
        };
        self.api.sign_in_with_passkey(&request).await
    }

    /// Looks whether this session still lives, after what may have ended it.
    pub async fn look_again(self) {
        if self.status.get_untracked() != SessionStatus::SignedOut {
            // Without an answer it is as it was.
            let _ = self.api.resume().await;
        }
    }

    /// Reads my account anew, after what may have changed it.
    pub async fn read_again(self) {
        if self.status.get_untracked() != SessionStatus::SignedOut
            && let Ok(me) = self.api.me().await
        {
            self.set_me(me);
        }
    }

    /// Makes an account and signs in.
    pub async fn sign_up(self, request: &SignUpRequest) -> Result<(), ApiError> {
        self.api.sign_up(request).await
    }

    /// Whether the end of the session was asked for here, and the answer is on its way.
    pub fn is_leaving(self) -> bool {
        self.is_leaving.get_value()
    }

    /// Signs out. A session that the server has ended already counts as signed out.
    pub async fn sign_out(self) -> Result<(), ApiError> {
        self.is_leaving.set_value(true);
        let answer = self.api.sign_out().await;
        self.is_leaving.set_value(false);
        match answer {
            Ok(()) | Err(ApiError::Unauthenticated) => {
                self.end();
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Changes my profile.
    pub async fn update_profile(self, request: &UpdateMeRequest) -> Result<(), ApiError> {
        self.set_me(self.api.update_me(request).await?);
        Ok(())
    }

    /// Takes an uploaded image as my picture.
    pub async fn set_avatar(self, attachment: AttachmentId) -> Result<(), ApiError> {
        self.set_me(self.api.set_avatar(attachment).await?);
        Ok(())
    }

    /// Goes back to the letter.
    pub async fn remove_avatar(self) -> Result<(), ApiError> {
        self.set_me(self.api.remove_avatar().await?);
        Ok(())
    }

    /// Changes my password and ends my other sessions.
    pub async fn change_password(self, request: &ChangePasswordRequest) -> Result<(), ApiError> {
        self.api.change_password(request).await
    }

    /// Deletes my account. The caller shows the report and then calls [`Session::end`].
    pub async fn delete_account(self, request: &DeletionRequest) -> Result<DeletionReport, ApiError> {
        self.is_leaving.set_value(true);
        let answer = self.api.delete_account(request).await;
        self.is_leaving.set_value(false);
        answer
    }

    /// Takes over a newer copy of my account.
    pub fn set_me(self, me: Me) {
        let is_newer = self
            .me
            .with_untracked(|known| known.as_ref().is_none_or(|known| known.version <= me.version));
        if is_newer {
            self.me.set(Some(me));
        }
    }

    /// Nobody is signed in any more.
    pub fn end(self) {
        self.api.forget_token();
        self.status.set(SessionStatus::SignedOut);
        self.current.set(None);
        self.me.set(None);
    }

    fn apply(self, change: AuthChange) {
        match change {
            AuthChange::SignedIn(auth) => {
                let is_same_user = self.my_id() == Some(auth.user.id);
                self.current.set(Some(auth.session_id));
                if is_same_user {
                    self.set_me(auth.user);
                } else {
                    self.me.set(Some(auth.user));
                }
                if self.status.get_untracked() != SessionStatus::SignedIn {
                    self.status.set(SessionStatus::SignedIn);
                }
            }
            AuthChange::Ended => self.end(),
        }
    }
}
