//! Birthdays: who is told of them, and of what becomes of them.

use damso_domain::UserId;
use damso_protocol::{ErrorKind, FriendUpdated, ServerEvent};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::user::User;
use damso_repository::user_change::UserChange;

use crate::friendship::Announcements;
use crate::realtime::Hub;
use crate::{ServiceResult, view};

/// Locks an account together with everybody who keeps it as a friend, all in the order of their ids, because their own
/// streams will tell of a change. `None`: somebody else keeps it by now, so it is to be done again.
pub(crate) async fn lock_with_keepers(conn: &mut Connection, user: UserId) -> ServiceResult<Option<User>> {
    let mut ids = keepers(conn, user).await?;
    ids.push(user);
    let locked = repository::user::lock(conn, &ids).await?;
    // A friendship is made and ended under the locks of both, so that these stay as they are.
    if !keepers(conn, user)
        .await?
        .iter()
        .all(|keeper| ids.contains(keeper))
    {
        return Ok(None);
    }
    let own = locked.into_iter().find(|locked| locked.id == user);
    Ok(Some(own.ok_or(ErrorKind::NotAuthenticated)?))
}

async fn keepers(conn: &mut Connection, user: UserId) -> ServiceResult<Vec<UserId>> {
    let found = repository::friend::list_of(conn, user).await?;
    Ok(found.into_iter().map(|(keeper, _)| keeper).collect())
}

/// Prepares what those are told who keep `after` as a friend, if their birthday is another one to them than it was. Their
/// accounts have to be locked.
pub(crate) async fn announce(
    conn: &mut Connection,
    hub: &Hub,
    before: &User,
    after: &User,
) -> ServiceResult<Announcements> {
    if before.told_birthday() == after.told_birthday() {
        return Ok(Announcements::new());
    }
    let mut kept = repository::friend::list_of(conn, after.id).await?;
    // Those from whom it is hidden saw nothing and see nothing.
    kept.retain(|(keeper, _)| !after.hidden_from.contains(keeper));
    tell_keepers(conn, hub, after, &kept).await
}

/// Prepares what one person is told from whom `after` has begun or ended to hide the profile. Both have to be locked.
pub(crate) async fn announce_to(
    conn: &mut Connection,
    hub: &Hub,
    after: &User,
    keeper: UserId,
) -> ServiceResult<Announcements> {
    let friendship = repository::friend::find(conn, keeper, after.id).await?;
    let kept = friendship.filter(|_| after.told_birthday().is_some());
    let kept: Vec<_> = kept.into_iter().map(|friendship| (keeper, friendship)).collect();
    tell_keepers(conn, hub, after, &kept).await
}

async fn tell_keepers(
    conn: &mut Connection,
    hub: &Hub,
    friend: &User,
    kept: &[(UserId, repository::friend::Friendship)],
) -> ServiceResult<Announcements> {
    let keepers: Vec<UserId> = kept.iter().map(|(keeper, _)| *keeper).collect();
    let revs =
        repository::user_change::record_for_each(conn, &keepers, UserChange::Friend(friend.id)).await?;
    let revs: std::collections::HashMap<_, _> = revs.into_iter().collect();
    let told = kept.iter().filter_map(|(keeper, friendship)| {
        let updated = FriendUpdated {
            user_rev: *revs.get(keeper)?,
            friend: view::friend(friendship, friend, *keeper, hub),
        };
        Some((*keeper, ServerEvent::FriendUpdated(updated)))
    });
    Ok(told.collect())
}
