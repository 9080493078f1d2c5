//! Asking somebody for a passkey.

use damso_protocol::PasskeyAssertion;
use leptos::prelude::*;
use web_sys::AbortController;

use crate::api::{ApiClient, ApiError};
use crate::i18n::access_texts;
use crate::webauthn::{self, Manner, PasskeyError};

/// Asks for a passkey, one question at a time. A `Copy` handle.
#[derive(Clone, Copy)]
pub struct PasskeyQuestion {
    api: ApiClient,
    open: StoredValue<Option<AbortController>, LocalStorage>,
    trouble: RwSignal<Option<Trouble>>,
}

/// Why a passkey did not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There was none to send.
    Browser(PasskeyError),
    /// It belongs to another account than the password.
    OtherAccount,
}

impl PasskeyQuestion {
    /// Nothing asked yet. What is open when the form goes is taken back.
    pub fn new() -> Self {
        let question = Self {
            api: expect_context::<ApiClient>(),
            open: StoredValue::new_local(None),
            trouble: RwSignal::new(None),
        };
        on_cleanup(move || question.take_back());
        question
    }

    /// Asks the server what there is to sign, and somebody to sign it.
    pub async fn ask(self, manner: Manner) -> Result<PasskeyAssertion, ApiError> {
        self.take_back();
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map(AbortController::signal);
        // The form may have gone.
        self.open.try_set_value(controller);
        let ceremony = self.api.start_passkey().await?;
        let answer = webauthn::get(ceremony, manner, signal.as_ref()).await;
        answer.map_err(|error| {
            // Nobody has asked for what was only offered.
            if manner == Manner::Asked {
                self.note(Trouble::Browser(error));
            }
            ApiError::Cancelled
        })
    }

    /// Keeps why it did not do.
    pub fn note(self, trouble: Trouble) {
        self.trouble.try_set(Some(trouble));
    }

    /// Forgets it.
    pub fn forget_trouble(self) {
        self.trouble.try_set(None);
    }

    /// Why it did not do, in words; tracked.
    pub fn trouble(self) -> Option<&'static str> {
        match self.trouble.get()? {
            Trouble::Browser(PasskeyError::Dismissed | PasskeyError::AlreadyThere) => {
                Some(access_texts().passkey_dismissed)
            }
            Trouble::Browser(PasskeyError::Impossible) => Some(access_texts().passkey_impossible),
            Trouble::Browser(PasskeyError::Aborted) => None,
            Trouble::OtherAccount => Some(access_texts().passkey_of_other),
        }
    }

    fn take_back(self) {
        let open = self.open.try_update_value(Option::take).flatten();
        if let Some(open) = open {
            open.abort();
        }
    }
}
