//! Why a call did not succeed.

use damso_protocol::{ErrorKind, FieldError, FieldErrorKind};

/// Why a call did not succeed.
#[derive(Clone, Debug, PartialEq)]
pub enum ApiError {
    /// The server refused, and said why.
    Refused {
        /// Why; stable.
        kind: ErrorKind,
        /// What is wrong with which field.
        fields: Vec<FieldError>,
        /// When to try again, where it said so.
        retry_after_secs: Option<u32>,
    },
    /// There was no answer: offline, a lost connection, or it took too long.
    Network,
    /// There is no session any more.
    Unauthenticated,
    /// There was an answer, but not one of ours: a proxy's page, or a newer server.
    Unreadable,
    /// Stopped on purpose.
    Cancelled,
}

impl ApiError {
    /// What is refused for one reason alone.
    pub const fn refused(kind: ErrorKind) -> Self {
        Self::Refused {
            kind,
            fields: Vec::new(),
            retry_after_secs: None,
        }
    }

    /// The stable kind, when the server refused.
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::Refused { kind, .. } => Some(*kind),
            Self::Network | Self::Unauthenticated | Self::Unreadable | Self::Cancelled => None,
        }
    }

    /// What is wrong with one field of the request.
    pub fn field(&self, name: &str) -> Option<FieldErrorKind> {
        match self {
            Self::Refused { fields, .. } => fields
                .iter()
                .find(|field| field.field == name)
                .map(|field| field.kind),
            Self::Network | Self::Unauthenticated | Self::Unreadable | Self::Cancelled => None,
        }
    }

    /// Whether the same request may succeed later without a change.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Network | Self::Unreadable => true,
            Self::Unauthenticated | Self::Cancelled => false,
            Self::Refused { kind, .. } => matches!(
                kind,
                ErrorKind::TooManyRequests
                    | ErrorKind::Internal
                    | ErrorKind::Overloaded
                    | ErrorKind::Unavailable
            ),
        }
    }

    /// How long the server asked to wait.
    pub fn retry_after_secs(&self) -> Option<u32> {
        match self {
            Self::Refused { retry_after_secs, .. } => *retry_after_secs,
            Self::Network | Self::Unauthenticated | Self::Unreadable | Self::Cancelled => None,
        }
    }
}
