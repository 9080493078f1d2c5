//! A history: many messages in conversations of which a few are very busy.
//!
//! Messages of all conversations are stored in the order of time, mixed, as people write them: a page of one
//! conversation then lies scattered over the table, as it does in a real one.

use anyhow::Result;
use damso_domain::{ClientKey, ConversationId, MessageKind, Rev, Seq, Timestamp, UserId};
use damso_repository::message::NewMessage;
use damso_repository::{self as repository, Connection, Database};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::accounts::Account;
use crate::rooms;
use crate::zipf::Zipf;

const PER_STATEMENT: usize = 4_000;
const AT_ONCE: usize = 3;

/// A conversation with a past.
pub struct Past {
    /// Which.
    pub id: ConversationId,
    /// Who is in it, by their place among the accounts.
    pub members: Vec<usize>,
    /// How many messages it has.
    pub last_seq: i64,
}

/// How much of it there is to be.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Groups of random people.
    pub conversations: usize,
    /// People in each.
    pub members: usize,
    /// Messages in all of them together.
    pub messages: usize,
    /// What the message with this number says.
    pub text: fn(usize) -> String,
}

/// Makes the conversations and what was said in them.
pub async fn fill(database: &Database, accounts: &[Account], size: Size) -> Result<Vec<Past>> {
    let mut random = fastrand::Rng::with_seed(11);
    let everybody: Vec<usize> = (0..accounts.len()).collect();
    let members: Vec<Vec<usize>> = (0..size.conversations)
        .map(|_| random.choose_multiple(everybody.iter().copied(), size.members))
        .collect();
    let people = |group: &Vec<usize>| group.iter().map(|at| accounts[*at].id).collect::<Vec<_>>();
    let ids = rooms::create_groups(database, members.iter().map(people).collect()).await?;
    let mut pasts: Vec<Past> = ids
        .into_iter()
        .zip(members)
        .map(|(id, members)| Past {
            id,
            members,
            last_seq: 0,
        })
        .collect();
    write(database, accounts, &mut pasts, size).await?;
    save_numbers(database, &pasts).await?;
    Ok(pasts)
}

async fn write(database: &Database, accounts: &[Account], pasts: &mut [Past], size: Size) -> Result<()> {
    let Size { messages, text, .. } = size;
    let mut random = fastrand::Rng::with_seed(13);
    let zipf = Zipf::new(pasts.len());
    let batches = (0..messages).step_by(PER_STATEMENT).map(|start| {
        let numbers = start..messages.min(start + PER_STATEMENT);
        let next = |number: usize| {
            let past = &mut pasts[zipf.pick(&mut random)];
            past.last_seq += 1;
            let author = past.members[number % past.members.len()];
            message(past, accounts[author].id, text(number))
        };
        numbers.map(next).collect::<Vec<_>>()
    });
    stream::iter(batches)
        .map(|batch| store(database, batch))
        .buffer_unordered(AT_ONCE)
        .enumerate()
        .map(|(done, result)| {
            if done % 250 == 0 {
                eprintln!("seeding: {} of {messages} messages", done * PER_STATEMENT);
            }
            result
        })
        .try_collect()
        .await
}

fn message(past: &Past, author: UserId, text: String) -> NewMessage {
    let joins = i64::try_from(past.members.len()).unwrap_or(i64::MAX);
    NewMessage {
        conversation_id: past.id,
        seq: Seq::new(past.last_seq),
        rev: Rev::new(joins + past.last_seq),
        author_id: author,
        client_key: ClientKey::new(),
        kind: MessageKind::User,
        text: Some(text),
        system: None,
        withheld_for: None,
        reply_to: None,
        forwarded: false,
        mentions: Vec::new(),
        is_silent: false,
        poll: None,
        created_at: Timestamp::now(),
    }
}

async fn store(database: &Database, messages: Vec<NewMessage>) -> Result<()> {
    database
        .run(async move |conn: &mut Connection| Ok(repository::message::insert_many(conn, &messages).await?))
        .await
}

/// The numbers that [`message`] gave out, taken after the fact from where they are to come from.
async fn save_numbers(database: &Database, pasts: &[Past]) -> Result<()> {
    for chunk in pasts.chunks(500) {
        let chunk: Vec<(ConversationId, i64)> = chunk.iter().map(|past| (past.id, past.last_seq)).collect();
        database
            .transaction(async move |conn: &mut Connection| {
                for (id, last_seq) in chunk {
                    if let Some(mut conversation) = repository::conversation::lock(conn, id).await? {
                        for _ in 0..last_seq {
                            conversation.take_seq();
                            conversation.take_rev();
                        }
                        repository::conversation::save_numbers(conn, &conversation).await?;
                    }
                }
                Ok::<_, anyhow::Error>(())
            })
            .await?;
    }
    Ok(())
}
