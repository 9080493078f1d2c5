//! What the server can do for those who are not signed in.

use damso_protocol::{ServerInfo, SignUp};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ApiClient;
use crate::webauthn;

/// What the server said of itself. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub struct Server(RwSignal<Option<ServerInfo>>);

impl Server {
    /// Asks it, and hands the answer down from here. Without one the forms work all the same: what cannot be done
    /// is refused then.
    pub fn provide() {
        let api = expect_context::<ApiClient>();
        let info = RwSignal::new(None);
        provide_context(Self(info));
        spawn_local(async move {
            if let Ok(answer) = api.server().await {
                info.try_set(Some(answer));
            }
        });
    }

    /// The one of these forms.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Whether it sends mail; `None` while that is not known. Tracked.
    pub fn has_mail(self) -> Option<bool> {
        self.has("mail")
    }

    /// Whether somebody can use a passkey here; `None` while that is not known. Tracked.
    pub fn has_passkeys(self) -> Option<bool> {
        if webauthn::is_supported() {
            self.has("passkeys")
        } else {
            Some(false)
        }
    }

    /// Whether it takes no new accounts. Tracked.
    pub fn is_closed(self) -> bool {
        self.0
            .with(|info| info.as_ref().is_some_and(|info| info.sign_up == SignUp::Closed))
    }

    /// Whether it takes only those who have an invitation. Tracked.
    pub fn is_by_invitation(self) -> bool {
        self.0
            .with(|info| info.as_ref().is_some_and(|info| info.sign_up == SignUp::Invite))
    }

    fn has(self, feature: &str) -> Option<bool> {
        self.0.with(|info| {
            let info = info.as_ref()?;
            Some(info.features.iter().any(|known| known == feature))
        })
    }
}
