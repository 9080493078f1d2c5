//! What two people have in common, as far as one of them may know.

use damso_domain::UserId;
use damso_protocol::{ErrorKind, Mutual, MutualGroup};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::mutual::Common;

use crate::user::UserService;
use crate::{ServiceResult, view};

/// The most friends, and groups, of one answer.
const MOST: i64 = 100;

impl UserService {
    /// Friends and groups that `viewer` has in common with somebody. With oneself one has nothing in common.
    ///
    /// Groups are told to everybody, because their members know each other. Whether two others are friends is told only to
    /// those who have to do with the person they ask about: who keeps them as a friend, was asked by them, or is in a group
    /// with them. None of that changes by a block.
    pub async fn mutual(&self, viewer: UserId, other: UserId) -> ServiceResult<Mutual> {
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                if repository::user::find(conn, other).await?.is_none() {
                    return Err(ErrorKind::UserNotFound.into());
                }
                if viewer == other {
                    return Ok(Mutual {
                        friends: Vec::new(),
                        friend_count: 0,
                        groups: Vec::new(),
                        group_count: 0,
                    });
                }
                let groups = repository::mutual::list_groups(conn, viewer, other, MOST).await?;
                let friends = if 0 < groups.count || is_acquainted(conn, viewer, other).await? {
                    repository::mutual::list_friends(conn, viewer, other, MOST).await?
                } else {
                    Common {
                        items: Vec::new(),
                        count: 0,
                    }
                };
                let people = repository::user::list(conn, &friends.items).await?;
                let views = repository::conversation_view::list_by_ids(conn, viewer, &groups.items).await?;
                Ok(Mutual {
                    friends: people.iter().map(|user| view::user(user, viewer)).collect(),
                    friend_count: friends.count,
                    groups: views.into_iter().map(group).collect(),
                    group_count: groups.count,
                })
            })
            .await
    }
}

fn group(view: repository::conversation_view::ConversationView) -> MutualGroup {
    MutualGroup {
        id: view.id,
        name: view.membership.name_override.or(view.name),
        avatar: view.avatar.as_ref().map(view::image),
        member_count: view.member_count,
    }
}

/// Whether `viewer` keeps the other one as a friend, or sees a request of theirs.
async fn is_acquainted(conn: &mut Connection, viewer: UserId, other: UserId) -> ServiceResult<bool> {
    if repository::friend::find(conn, viewer, other).await?.is_some() {
        return Ok(true);
    }
    let asked = repository::friend::find_request_between(conn, other, viewer).await?;
    Ok(asked.is_some_and(|request| request.is_seen_by(viewer)))
}
