//! What happens to an account and its owner should know of.

use serde::{Deserialize, Serialize};

use crate::conversation::stored_enum;

stored_enum!(
    /// What has happened to an account.
    SecurityEventKind {
        /// It was made.
        SignedUp = "signed_up",
        /// Somebody signed in with the password, and with a second factor where there is one.
        SignedIn = "signed_in",
        /// Somebody signed in with a passkey.
        SignedInWithPasskey = "signed_in_with_passkey",
        /// A session was ended by another one.
        SessionEnded = "session_ended",
        /// An old refresh token came back: somebody had copied it. Its session has ended.
        TokenReused = "token_reused",
        /// The password was changed.
        PasswordChanged = "password_changed",
        /// A new password was set by a mailed link.
        PasswordReset = "password_reset",
        /// An address was confirmed, or took the place of another one.
        EmailChanged = "email_changed",
        /// Codes from an app are asked for from now on.
        TotpEnabled = "totp_enabled",
        /// They are no longer.
        TotpDisabled = "totp_disabled",
        /// A recovery code took the place of a second factor.
        RecoveryCodeUsed = "recovery_code_used",
        /// There are new recovery codes; the old ones are worthless.
        RecoveryCodesRenewed = "recovery_codes_renewed",
        /// A passkey was added.
        PasskeyAdded = "passkey_added",
        /// A passkey was removed.
        PasskeyRemoved = "passkey_removed",
        /// A copy of everything was asked for.
        ExportRequested = "export_requested",
        /// Somebody has begun to download it.
        ExportDownloaded = "export_downloaded",
        /// The operator made a link that sets a new password.
        ResetLinkIssued = "reset_link_issued",
        /// The operator has closed the account for a while.
        Disabled = "disabled",
        /// The operator has opened it again.
        Enabled = "enabled",
    }
);

impl SecurityEventKind {
    /// Whether the owner hears of it by mail: what somebody else would do first who has got hold of the account, and
    /// what the operator did.
    pub const fn is_mailed(self) -> bool {
        !matches!(self, Self::SignedUp | Self::SessionEnded | Self::ExportDownloaded)
    }
}
