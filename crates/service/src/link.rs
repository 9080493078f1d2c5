//! Links that are good once, for a short while, for one thing.

use std::time::Duration;

use damso_domain::Timestamp;
use damso_protocol::ErrorKind;
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::link::{Link, LinkPurpose};
use damso_repository::user::User;

use crate::ServiceResult;
use crate::token::OpaqueToken;

/// How long a link is good for after it was made.
pub const LINK_LIFETIME: Duration = Duration::from_mins(10);

/// The path of the page that a link opens. The token is in the fragment, which browsers send nowhere and no log
/// keeps.
const fn page(purpose: LinkPurpose) -> &'static str {
    match purpose {
        LinkPurpose::VerifyEmail => "/verify",
        LinkPurpose::ResetPassword => "/reset",
    }
}

/// Makes a link, below the address that people know the server by.
pub(crate) async fn make(
    conn: &mut Connection,
    purpose: LinkPurpose,
    link: &Link,
    server_url: &str,
    now: Timestamp,
) -> ServiceResult<String> {
    let token = OpaqueToken::random()?;
    let expires_at = now.after(LINK_LIFETIME);
    repository::link::insert(conn, &token.hash(), purpose, link, expires_at).await?;
    Ok(format!("{server_url}{}#{}", page(purpose), token.encode()))
}

/// Whom a link is about; it is not used up by that.
pub(crate) async fn find(
    conn: &mut Connection,
    token: &OpaqueToken,
    purpose: LinkPurpose,
    now: Timestamp,
) -> ServiceResult<Link> {
    let link = repository::link::find(conn, &token.hash(), purpose, now).await?;
    link.ok_or_else(|| ErrorKind::LinkInvalid.into())
}

/// Uses a link up, in the transaction that does what it is good for. The account is locked from then on.
pub(crate) async fn take(
    conn: &mut Connection,
    token: &OpaqueToken,
    purpose: LinkPurpose,
    now: Timestamp,
) -> ServiceResult<(Link, User)> {
    let link = find(conn, token, purpose, now).await?;
    // The account before the link, as everybody does who takes an account's links away.
    let user = repository::user::lock(conn, &[link.user_id]).await?.pop();
    let user = user.filter(|user| user.disabled_at.is_none());
    let user = user.ok_or(ErrorKind::LinkInvalid)?;
    // Of two at once the second has waited for the lock, and finds nothing left to take.
    if repository::link::delete(conn, &token.hash()).await? {
        Ok((link, user))
    } else {
        Err(ErrorKind::LinkInvalid.into())
    }
}
