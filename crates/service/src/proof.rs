//! Proofs besides the session: what a stolen token must not be enough for.

use std::time::Duration;

use damso_domain::Timestamp;
use damso_protocol::ErrorKind;
use damso_repository as repository;
use damso_repository::Connection;

use crate::{Context, CurrentUser, ServiceResult};

/// How long a proof is good for.
pub const PROOF_LIFETIME: Duration = Duration::from_mins(10);

/// Refuses a session that has not shown a moment ago that it is its owner who uses it.
pub(crate) async fn require(context: &Context, user: CurrentUser) -> ServiceResult<()> {
    let proved_at = context
        .database
        .run(async move |conn: &mut Connection| {
            repository::session::find_proved_at(conn, user.session_id).await
        })
        .await?;
    match proved_at {
        Some(proved_at) if Timestamp::now() < proved_at.after(PROOF_LIFETIME) => Ok(()),
        _ => Err(ErrorKind::ReauthenticationRequired.into()),
    }
}
