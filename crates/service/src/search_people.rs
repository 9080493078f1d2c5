//! Finding one's own friends and conversations by their names.

use std::collections::HashMap;

use damso_domain::{NameQuery, UserId};
use damso_protocol::{FieldErrorKind, FoundPeople, SearchPeopleQuery};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::conversation_view::ConversationView;
use damso_repository::friend::Friendship;
use damso_repository::search_people::Named;

use crate::search::SearchService;
use crate::{Fields, ServiceResult, view};

/// The most friends, and conversations, of one answer.
const MOST: usize = 50;

impl SearchService {
    /// Friends and conversations of `user`, by what `user` calls them and by every name of theirs.
    ///
    /// An account has as many friends as it wants, and names are found by what no index knows: half a syllable, or the
    /// other keyboard layout. So all names are read, and few of what they name.
    pub async fn people(&self, user: UserId, asked: &SearchPeopleQuery) -> ServiceResult<FoundPeople> {
        let query = parse(asked)?;
        let (hub, profiles) = (self.context.hub.clone(), self.context.profiles.clone());
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let friends = found(&query, repository::search_people::list_friends(conn, user).await?);
                let conversations = found(
                    &query,
                    repository::search_people::list_conversations(conn, user).await?,
                );
                let friendships = repository::friend::list_among(conn, user, &friends).await?;
                let friendships = in_order(&friends, friendships, |friendship: &Friendship| {
                    friendship.friend_id
                });
                let views = repository::conversation_view::list_by_ids(conn, user, &conversations).await?;
                let views = in_order(&conversations, views, |view: &ConversationView| view.id);
                let conversations = view::conversations(conn, user, &views).await?;
                let mut mentioned = view::Mentioned::default();
                for conversation in &conversations {
                    mentioned.add_conversation(conversation);
                }
                Ok(FoundPeople {
                    friends: view::friends(conn, &hub, user, &friendships).await?,
                    users: mentioned.load_kept(conn, &profiles, user).await?,
                    conversations,
                })
            })
            .await
    }
}

fn parse(asked: &SearchPeopleQuery) -> ServiceResult<NameQuery> {
    let mut fields = Fields::default();
    let query = NameQuery::new(&asked.query);
    if SearchPeopleQuery::MAX_CHARS < asked.query.chars().count() {
        fields.add("query", FieldErrorKind::TooLong, "holds at most 100 characters");
    } else if query.is_empty() {
        fields.add("query", FieldErrorKind::Empty, "is empty");
    }
    fields.refuse()?;
    Ok(query)
}

fn found<T>(query: &NameQuery, named: Vec<Named<T>>) -> Vec<T> {
    let is_found = |named: &Named<T>| named.names.iter().any(|name| query.finds(name));
    let found = named.into_iter().filter(is_found).map(|named| named.id);
    found.take(MOST).collect()
}

/// `items` in the order of their `ids`; what is gone by now is left out.
fn in_order<I: Copy + Eq + std::hash::Hash, T>(ids: &[I], items: Vec<T>, id_of: fn(&T) -> I) -> Vec<T> {
    let mut items: HashMap<I, T> = items.into_iter().map(|item| (id_of(&item), item)).collect();
    ids.iter().filter_map(|id| items.remove(id)).collect()
}
