//! Invitations, as the operator makes them.

use std::time::Duration;

use damso_domain::{InviteId, Timestamp};
use damso_repository::invite::Invite;

use super::shape::{AdminError, AdminErrorKind, AdminResult, InviteState, ListedInvite, NewInvite};
use super::{AdminService, Connection, MOST_ITEMS, repository};
use crate::token::OpaqueToken;

/// The most accounts that one invitation lets in.
pub const MOST_USES: u32 = 10_000;
/// How long an invitation is good for at the most.
pub const LONGEST_LIFETIME: Duration = Duration::from_hours(24 * 365);

/// Which invitation the operator means.
enum Which {
    Id(InviteId),
    Code(OpaqueToken),
}

impl Which {
    fn parse(raw: &str) -> Option<Self> {
        // Of a link the code is what comes last.
        let raw = raw.trim();
        let raw = raw.rsplit_once("invite=").map_or(raw, |(_, code)| code);
        let id = raw.parse().ok().map(Self::Id);
        id.or_else(|| OpaqueToken::parse(raw).map(Self::Code))
    }
}

impl AdminService {
    pub(super) async fn create_invite(&self, max_uses: u32, lifetime_secs: u64) -> AdminResult<NewInvite> {
        let lifetime = Duration::from_secs(lifetime_secs);
        let invalid = |message: String| AdminError::new(AdminErrorKind::Invalid, message);
        if max_uses == 0 || MOST_USES < max_uses {
            return Err(invalid(format!("an invitation has 1 to {MOST_USES} uses")));
        }
        if lifetime.is_zero() || LONGEST_LIFETIME < lifetime {
            return Err(invalid("an invitation is good for a second to a year".to_owned()));
        }
        let (token, now) = (OpaqueToken::random()?, Timestamp::now());
        let invite = Invite {
            id: InviteId::new(),
            max_uses: i32::try_from(max_uses).unwrap_or(i32::MAX),
            uses: 0,
            created_at: now,
            expires_at: now.after(lifetime),
            revoked_at: None,
        };
        let (hash, stored) = (token.hash(), invite.clone());
        self.context
            .database
            .run(async move |conn: &mut Connection| repository::invite::insert(conn, &hash, &stored).await)
            .await?;
        tracing::info!(invite.id = %invite.id, max_uses, "The operator has made an invitation");
        let code = token.encode();
        let link = format!("{}/sign-up?invite={code}", self.context.post.server_url());
        Ok(NewInvite {
            invite: listed(&invite, now),
            code,
            link,
        })
    }

    pub(super) async fn list_invites(&self, limit: u16) -> AdminResult<Vec<ListedInvite>> {
        let limit = limit.clamp(1, MOST_ITEMS).into();
        let invites = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::invite::list(conn, limit).await)
            .await?;
        let now = Timestamp::now();
        Ok(invites.iter().map(|invite| listed(invite, now)).collect())
    }

    /// Takes an invitation back, by its id or its code: nobody gets in by it any more.
    pub(super) async fn revoke_invite(&self, invite: &str) -> AdminResult<ListedInvite> {
        let now = Timestamp::now();
        let which = Which::parse(invite).ok_or_else(unknown)?;
        let revoked = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                let id = match which {
                    Which::Id(id) => Some(id),
                    Which::Code(token) => repository::invite::find_by_hash(conn, &token.hash()).await?,
                };
                match id {
                    Some(id) => repository::invite::revoke(conn, id, now).await,
                    None => Ok(None),
                }
            })
            .await?;
        let revoked = revoked.ok_or_else(unknown)?;
        tracing::info!(invite.id = %revoked.id, "The operator has taken an invitation back");
        Ok(listed(&revoked, now))
    }
}

/// What was asked for may be a code that was mistyped, so that it is not repeated.
fn unknown() -> AdminError {
    AdminError::new(AdminErrorKind::NotFound, "there is no such invitation")
}

fn listed(invite: &Invite, now: Timestamp) -> ListedInvite {
    let state = if invite.revoked_at.is_some() {
        InviteState::Revoked
    } else if invite.max_uses <= invite.uses {
        InviteState::UsedUp
    } else if invite.expires_at <= now {
        InviteState::Expired
    } else {
        InviteState::Good
    };
    ListedInvite {
        id: invite.id,
        state,
        uses: invite.uses,
        max_uses: invite.max_uses,
        created_at: invite.created_at,
        expires_at: invite.expires_at,
    }
}
