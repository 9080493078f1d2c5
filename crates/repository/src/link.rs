//! Links that are good once.

use damso_domain::{Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::schema::links;
use crate::session::TokenHash;
use crate::{Connection, RepositoryResult};

/// What a link is good for, and for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Confirming an address.
    VerifyEmail,
    /// Setting a new password.
    ResetPassword,
}

impl LinkPurpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }
}

/// Whom a link was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose account it is about.
    pub user_id: UserId,
    /// The address it went to; `None` when the operator handed it out.
    pub email: Option<String>,
}

/// Stores a link by the hash of its token.
pub async fn insert(
    conn: &mut Connection,
    hash: &TokenHash,
    purpose: LinkPurpose,
    link: &Link,
    expires_at: Timestamp,
) -> RepositoryResult<()> {
    diesel::insert_into(links::table)
        .values((
            links::hash.eq(hash.as_slice()),
            links::user_id.eq(link.user_id.as_uuid()),
            links::purpose.eq(purpose.as_str()),
            links::email.eq(link.email.as_deref()),
            links::expires_at.eq(expires_at.as_jiff().to_diesel()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// The link with this token, if it is for this and has not expired.
pub async fn find(
    conn: &mut Connection,
    hash: &TokenHash,
    purpose: LinkPurpose,
    now: Timestamp,
) -> RepositoryResult<Option<Link>> {
    let row: Option<(Uuid, Option<String>)> = links::table
        .find(hash.as_slice())
        .filter(links::purpose.eq(purpose.as_str()))
        .filter(links::expires_at.gt(now.as_jiff().to_diesel()))
        .select((links::user_id, links::email))
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(|(user_id, email)| Link {
        user_id: UserId::from_uuid(user_id),
        email,
    }))
}

/// Uses a link up; tells whether this caller is the one who did.
pub async fn delete(conn: &mut Connection, hash: &TokenHash) -> RepositoryResult<bool> {
    Ok(diesel::delete(links::table.find(hash.as_slice()))
        .execute(conn)
        .await?
        == 1)
}

/// Makes every link of an account worthless, or those for one thing.
pub async fn delete_all(
    conn: &mut Connection,
    user: UserId,
    purpose: Option<LinkPurpose>,
) -> RepositoryResult<()> {
    let mut query = diesel::delete(links::table)
        .filter(links::user_id.eq(user.as_uuid()))
        .into_boxed();
    if let Some(purpose) = purpose {
        query = query.filter(links::purpose.eq(purpose.as_str()));
    }
    query.execute(conn).await?;
    Ok(())
}

/// Forgets links that have expired.
pub async fn delete_expired(conn: &mut Connection, now: Timestamp) -> RepositoryResult<usize> {
    let expired = links::table.filter(links::expires_at.le(now.as_jiff().to_diesel()));
    Ok(diesel::delete(expired).execute(conn).await?)
}
