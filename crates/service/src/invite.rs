//! Codes that let somebody make an account.

use damso_domain::Timestamp;
use damso_protocol::ErrorKind;
use damso_repository as repository;
use damso_repository::{Connection, Database};

use crate::ServiceResult;
use crate::token::OpaqueToken;

/// A code that was good when it was looked at.
pub(crate) struct Invitation(OpaqueToken);

/// Looks whether a code lets somebody in, without using it. What is wrong with it is not told.
pub(crate) async fn find(database: &Database, code: &str, now: Timestamp) -> ServiceResult<Invitation> {
    let token = OpaqueToken::parse(code.trim()).ok_or(ErrorKind::InviteInvalid)?;
    let hash = token.hash();
    let is_good = database
        .run(async move |conn: &mut Connection| repository::invite::is_good(conn, &hash, now).await)
        .await?;
    if is_good {
        Ok(Invitation(token))
    } else {
        Err(ErrorKind::InviteInvalid.into())
    }
}

impl Invitation {
    /// Uses it, in the transaction that makes the account: of two who are there for the last use one gets in.
    pub(crate) async fn take(&self, conn: &mut Connection, now: Timestamp) -> ServiceResult<()> {
        if repository::invite::take(conn, &self.0.hash(), now).await? {
            Ok(())
        } else {
            Err(ErrorKind::InviteInvalid.into())
        }
    }
}
