//! Why a use case did not do what was asked.

use damso_protocol::{ErrorKind, FieldError, FieldErrorKind};
use damso_repository::RepositoryError;

use crate::ports::ObjectStoreError;
use crate::rate::TooFast;

/// The answer of every use case.
pub type ServiceResult<T> = Result<T, ServiceError>;

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The caller can act on this.
    #[error("{}", .0.kind.title())]
    Refused(Refusal),
    /// More work than is taken on at once; the same call may succeed soon.
    #[error("overloaded")]
    Overloaded,
    /// The caller does this too often.
    #[error("too fast")]
    TooFast(TooFast),
    /// The database or the storage does not answer; the same call may succeed later. For the log.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The caller cannot act on this. The cause is for the log, never for the wire.
    #[error("internal error: {0:#}")]
    Internal(anyhow::Error),
}

/// A refusal as the wire tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub kind: ErrorKind,
    /// More about this one case.
    pub detail: Option<String>,
    /// What is wrong with which field.
    pub fields: Vec<FieldError>,
}

impl ServiceError {
    /// The same once more, for another caller who waited for the same thing.
    pub(crate) fn repeat(&self) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(refusal.clone()),
            Self::Overloaded => Self::Overloaded,
            Self::TooFast(too_fast) => Self::TooFast(*too_fast),
            Self::Unavailable(cause) => Self::Unavailable(cause.clone()),
            Self::Internal(cause) => Self::Internal(anyhow::anyhow!("{cause:#}")),
        }
    }
}

impl From<ErrorKind> for ServiceError {
    fn from(kind: ErrorKind) -> Self {
        Self::Refused(Refusal {
            kind,
            detail: None,
            fields: Vec::new(),
        })
    }
}

impl From<RepositoryError> for ServiceError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Unavailable(cause) => Self::Unavailable(cause),
            other => Self::Internal(other.into()),
        }
    }
}

impl From<ObjectStoreError> for ServiceError {
    fn from(error: ObjectStoreError) -> Self {
        match error {
            ObjectStoreError::Unavailable(cause) => Self::Unavailable(cause),
            other => Self::Internal(other.into()),
        }
    }
}

impl From<anyhow::Error> for ServiceError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

/// Collects what is wrong with the fields of a request, so that one answer names all of it.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// Notes a field that is not acceptable.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "texts and errors are handed over as they come"
    )]
    pub fn add(&mut self, field: &str, kind: FieldErrorKind, detail: impl ToString) {
        self.0.push(FieldError {
            field: field.to_owned(),
            kind,
            detail: detail.to_string(),
        });
    }

    /// The parsed value, or a note of why there is none.
    pub fn check<T, E>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T>
    where
        E: std::error::Error + FieldProblem,
    {
        parsed.map_err(|error| self.add(field, error.kind(), &error)).ok()
    }

    /// Refuses if anything was noted.
    pub fn refuse(self) -> ServiceResult<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.into())
        }
    }
}

impl From<Fields> for ServiceError {
    fn from(fields: Fields) -> Self {
        Self::Refused(Refusal {
            kind: ErrorKind::InvalidFields,
            detail: None,
            fields: fields.0,
        })
    }
}

/// How a domain error is told about a field.
pub trait FieldProblem {
    /// The stable kind.
    fn kind(&self) -> FieldErrorKind;
}

impl FieldProblem for damso_domain::HandleError {
    fn kind(&self) -> FieldErrorKind {
        match self {
            Self::TooShort => FieldErrorKind::TooShort,
            Self::TooLong => FieldErrorKind::TooLong,
            Self::StartsWithoutLetter => FieldErrorKind::InvalidFormat,
            Self::InvalidCharacter => FieldErrorKind::InvalidCharacter,
            Self::Reserved => FieldErrorKind::Reserved,
        }
    }
}

impl FieldProblem for damso_domain::NameError {
    fn kind(&self) -> FieldErrorKind {
        match self {
            Self::Empty => FieldErrorKind::Empty,
            Self::TooLong { .. } => FieldErrorKind::TooLong,
        }
    }
}

impl FieldProblem for damso_domain::PollOptionsError {
    fn kind(&self) -> FieldErrorKind {
        match self {
            Self::TooFew => FieldErrorKind::TooShort,
            Self::TooMany => FieldErrorKind::TooLong,
            Self::Text { error, .. } => error.kind(),
            Self::Twice { .. } => FieldErrorKind::Duplicate,
        }
    }
}

impl FieldProblem for damso_domain::PasswordError {
    fn kind(&self) -> FieldErrorKind {
        match self {
            Self::TooShort => FieldErrorKind::TooShort,
            Self::TooLong => FieldErrorKind::TooLong,
            Self::TooCommon => FieldErrorKind::TooCommon,
            Self::SameAsLogin => FieldErrorKind::SameAsLogin,
        }
    }
}

impl FieldProblem for damso_domain::BirthdayError {
    fn kind(&self) -> FieldErrorKind {
        match self {
            Self::NoDay => FieldErrorKind::InvalidFormat,
            Self::OutOfRange => FieldErrorKind::OutOfRange,
        }
    }
}

impl FieldProblem for damso_domain::EmailAddressError {
    fn kind(&self) -> FieldErrorKind {
        FieldErrorKind::InvalidFormat
    }
}

impl FieldProblem for damso_domain::FileNameError {
    fn kind(&self) -> FieldErrorKind {
        match self {
            Self::Empty => FieldErrorKind::Empty,
            Self::TooLong => FieldErrorKind::TooLong,
        }
    }
}

impl FieldProblem for damso_domain::InviteUsesError {
    fn kind(&self) -> FieldErrorKind {
        FieldErrorKind::OutOfRange
    }
}

impl FieldProblem for damso_domain::InviteLifetimeError {
    fn kind(&self) -> FieldErrorKind {
        FieldErrorKind::OutOfRange
    }
}

impl FieldProblem for damso_domain::SearchQueryError {
    fn kind(&self) -> FieldErrorKind {
        match self {
            Self::Empty => FieldErrorKind::Empty,
            Self::TooLong => FieldErrorKind::TooLong,
        }
    }
}

impl FieldProblem for damso_domain::RemarkError {
    fn kind(&self) -> FieldErrorKind {
        match self {
            Self::TooLong => FieldErrorKind::TooLong,
        }
    }
}
