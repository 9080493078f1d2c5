//! Conversations, written through the repository as the use cases write them.

use anyhow::{Context, Result};
use damso_domain::{ConversationId, ConversationKind, History, Role, Timestamp, UserId};
use damso_repository::conversation::NewConversation;
use damso_repository::member::NewMember;
use damso_repository::{self as repository, Connection, Database};

const PER_TRANSACTION: usize = 200;

/// Stores a conversation with its members; everybody has it in their list.
pub async fn insert(
    conn: &mut Connection,
    new: &NewConversation,
    members: &[(UserId, Role)],
) -> Result<ConversationId> {
    let stored = repository::conversation::insert(conn, new).await?;
    let mut conversation = stored.context("this pair has a conversation already")?;
    for (user_id, role) in members {
        let member = NewMember {
            conversation_id: conversation.id,
            user_id: *user_id,
            role: *role,
            joined_seq: conversation.last_seq(),
            rev: conversation.take_members_rev(),
            is_counted: true,
            is_listed: true,
            joined_at: new.created_at,
        };
        repository::member::insert(conn, &member).await?;
    }
    repository::conversation::save_numbers(conn, &conversation).await?;
    Ok(conversation.id)
}

/// Makes the direct conversations of these pairs.
pub async fn create_directs(
    database: &Database,
    pairs: Vec<(UserId, UserId)>,
) -> Result<Vec<ConversationId>> {
    let mut made = Vec::with_capacity(pairs.len());
    for batch in pairs.chunks(PER_TRANSACTION) {
        let batch = batch.to_vec();
        let ids = database
            .transaction(async move |conn: &mut Connection| {
                let mut ids = Vec::with_capacity(batch.len());
                for pair in batch {
                    let new = NewConversation {
                        kind: ConversationKind::Direct,
                        name: None,
                        pair: Some(pair),
                        history: History::All,
                        created_at: Timestamp::now(),
                    };
                    let members = [(pair.0, Role::Member), (pair.1, Role::Member)];
                    ids.push(insert(conn, &new, &members).await?);
                }
                Ok::<_, anyhow::Error>(ids)
            })
            .await?;
        made.extend(ids);
    }
    Ok(made)
}

/// Makes groups of these people; the first of each owns it. Whoever comes later could read everything.
pub async fn create_groups(database: &Database, groups: Vec<Vec<UserId>>) -> Result<Vec<ConversationId>> {
    let mut made = Vec::with_capacity(groups.len());
    for batch in groups.chunks(PER_TRANSACTION) {
        let batch = batch.to_vec();
        let ids = database
            .transaction(async move |conn: &mut Connection| {
                let mut ids = Vec::with_capacity(batch.len());
                for people in batch {
                    let new = NewConversation {
                        kind: ConversationKind::Group,
                        name: None,
                        pair: None,
                        history: History::All,
                        created_at: Timestamp::now(),
                    };
                    let role = |at| if at == 0 { Role::Owner } else { Role::Member };
                    let members: Vec<_> = people
                        .iter()
                        .enumerate()
                        .map(|(at, user)| (*user, role(at)))
                        .collect();
                    ids.push(insert(conn, &new, &members).await?);
                }
                Ok::<_, anyhow::Error>(ids)
            })
            .await?;
        made.extend(ids);
    }
    Ok(made)
}
