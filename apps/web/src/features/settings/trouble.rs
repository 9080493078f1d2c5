//! What may go wrong where both the browser and the server have a say.

use damso_protocol::ErrorKind;

use crate::api::ApiError;
use crate::i18n::{explain_error, security};
use crate::webauthn::PasskeyError;

/// Why something with a passkey did not succeed.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// The server said no, or nothing.
    Api(ApiError),
    /// There was nothing to send.
    Passkey(PasskeyError),
}

impl Trouble {
    /// Whether somebody has called it off who knows of it.
    pub fn is_wanted(&self) -> bool {
        matches!(
            self,
            Self::Api(ApiError::Cancelled) | Self::Passkey(PasskeyError::Aborted)
        )
    }

    /// In words.
    pub fn explain(&self) -> String {
        match self {
            Self::Passkey(PasskeyError::Dismissed | PasskeyError::Aborted) => {
                security().passkey_called_off.to_owned()
            }
            Self::Passkey(PasskeyError::AlreadyThere) => security().passkey_known.to_owned(),
            Self::Passkey(PasskeyError::Impossible) => security().passkey_failed.to_owned(),
            Self::Api(error) if is_foreign(error) => security().passkey_wrong.to_owned(),
            Self::Api(error) => explain_error(error),
        }
    }
}

/// The passkey is not one of this account, or has been removed from it.
fn is_foreign(error: &ApiError) -> bool {
    error.kind() == Some(ErrorKind::PasskeyInvalid) || error.field("passkey_assertion").is_some()
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<PasskeyError> for Trouble {
    fn from(error: PasskeyError) -> Self {
        Self::Passkey(error)
    }
}
