//! What can go wrong between a service and the database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// The answer of every query function.
pub type RepositoryResult<T> = Result<T, RepositoryError>;

/// What can go wrong between a service and the database. Small on purpose: the service gives it a meaning.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The row that had to be there is not.
    #[error("no such row")]
    NotFound,
    /// A uniqueness or reference constraint was broken.
    #[error("the constraint {constraint} was broken")]
    Conflict {
        /// Its name in the schema.
        constraint: String,
    },
    /// The database does not answer, or gave up on this transaction; the same call may succeed later.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The query itself is wrong, or the row does not hold what it should.
    #[error("the query failed: {0}")]
    Query(String),
}

impl From<DieselError> for RepositoryError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation,
                info,
            ) => Self::Conflict {
                constraint: info.constraint_name().unwrap_or("unnamed").to_owned(),
            },
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction,
                info,
            ) => Self::Unavailable(info.message().to_owned()),
            DieselError::BrokenTransactionManager => Self::Unavailable("the connection was lost".to_owned()),
            DieselError::DatabaseError(_, info) if is_passing(info.message()) => {
                Self::Unavailable(info.message().to_owned())
            }
            other => Self::Query(other.to_string()),
        }
    }
}

/// PostgreSQL says these while it starts, stops, sorts out a deadlock or has no room; Diesel has no kind for them.
fn is_passing(message: &str) -> bool {
    [
        "deadlock detected",
        "the database system is",
        "terminating connection",
        "connection closed",
        "too many clients",
        "No space left on device",
    ]
    .iter()
    .any(|passing| message.contains(passing))
}

/// A stored text that is none of the values its column allows.
pub(crate) fn stored<T>(value: Option<T>, column: &str) -> RepositoryResult<T> {
    value.ok_or_else(|| RepositoryError::Query(format!("{column} holds an unknown value")))
}
