//! What two people have in common.
//!
//! A block takes one row of the two that a friendship is, and nobody may see that. So of the friendships of *others* either
//! row counts: as long as one is there, it looks to third people as it did before. Of one's own only one's own row does:
//! whom one has blocked one does not have in common with anybody.

use damso_domain::UserId;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::schema::friendships;
use crate::{Connection, RepositoryResult};

/// Whether somebody whom `user` keeps as a friend is one of `other`.
pub async fn has_common_friend(conn: &mut Connection, user: UserId, other: UserId) -> RepositoryResult<bool> {
    let (user, other) = (user.as_uuid(), other.as_uuid());
    let theirs = diesel::alias!(friendships as theirs);
    let is_theirs = exists(
        theirs.filter(
            theirs
                .field(friendships::user_id)
                .eq(other)
                .and(theirs.field(friendships::friend_id).eq(friendships::friend_id))
                .or(theirs
                    .field(friendships::friend_id)
                    .eq(other)
                    .and(theirs.field(friendships::user_id).eq(friendships::friend_id))),
        ),
    );
    let query = friendships::table
        .filter(friendships::user_id.eq(user))
        .filter(friendships::friend_id.ne(other))
        .filter(is_theirs);
    Ok(diesel::select(exists(query)).get_result(conn).await?)
}
