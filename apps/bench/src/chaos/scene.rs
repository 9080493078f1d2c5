//! Setting the scene: everybody is friends with everybody, and there are conversations of every kind.

use anyhow::{Context, Result};
use damso_domain::{ConversationId, ConversationKind, Timestamp, UserId};
use damso_protocol::Conversations;
use damso_repository::{self as repository, Connection, Database};
use serde_json::json;

use super::world::{Room, Size};
use crate::accounts::Session;
use crate::http::{HttpClient, Request};
use crate::rooms;
use crate::server::Server;

/// Only friends can be brought into a group.
pub async fn befriend(database: &Database, people: Vec<UserId>) -> Result<()> {
    database
        .transaction(async move |conn: &mut Connection| {
            for (at, one) in people.iter().enumerate() {
                for other in &people[at + 1..] {
                    repository::friend::insert_both(conn, *one, *other, Timestamp::now()).await?;
                }
            }
            Ok::<_, anyhow::Error>(())
        })
        .await
}

/// Notes to oneself, pairs of neighbours, and groups. What was said before somebody joined is closed in every
/// second group.
pub async fn make_rooms(
    server: &Server,
    database: &Database,
    ids: &[UserId],
    sessions: &[Vec<Session>],
    size: Size,
    random: &mut fastrand::Rng,
) -> Result<Vec<Room>> {
    let pairs: Vec<(usize, usize)> = (0..ids.len())
        .map(|at| (at, (at + 1) % ids.len()))
        .step_by(2)
        .collect();
    let directs = pairs
        .iter()
        .map(|(one, other)| (ids[*one], ids[*other]))
        .collect();
    let directs = rooms::create_directs(database, directs).await?;
    let mut rooms: Vec<Room> = directs
        .into_iter()
        .zip(pairs)
        .map(|(id, (one, other))| Room::new(id, vec![one, other], false))
        .collect();
    let mut http = HttpClient::new(server.address);
    for (person, sessions) in sessions.iter().enumerate() {
        let id = notes_of(&mut http, &sessions[0].token).await?;
        rooms.push(Room::new(id, vec![person], false));
    }
    let groups: Vec<Vec<usize>> = (0..size.groups)
        .map(|_| random.choose_multiple(0..ids.len(), size.members))
        .collect();
    let members = groups
        .iter()
        .map(|group| group.iter().map(|at| ids[*at]).collect());
    let stored = rooms::create_groups(database, members.collect()).await?;
    for (number, (id, group)) in stored.into_iter().zip(groups).enumerate() {
        if number % 2 == 1 {
            let body = json!({ "history": "from_join" }).to_string();
            let request = Request {
                method: "PATCH",
                path: &format!("/conversations/{id}"),
                token: Some(&sessions[group[0]][0].token),
                body: Some(&body),
            };
            http.expect(200, &request).await?;
        }
        rooms.push(Room::new(id, group, true));
    }
    Ok(rooms)
}

/// Everybody's notes to themselves were made with the account.
async fn notes_of(http: &mut HttpClient, token: &str) -> Result<ConversationId> {
    let request = Request {
        method: "GET",
        path: "/conversations",
        token: Some(token),
        body: None,
    };
    let list: Conversations = serde_json::from_slice(http.expect(200, &request).await?)?;
    let mut notes = list
        .items
        .iter()
        .filter(|item| item.kind == ConversationKind::SelfChat);
    notes
        .next()
        .map(|item| item.id)
        .context("somebody has no notes to themselves")
}
