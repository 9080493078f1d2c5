//! What the server says in the end, asked afresh by everybody.

use std::collections::BTreeMap;
use std::rc::Rc;

use anyhow::{Context, Result, ensure};
use damso_domain::ConversationId;
use damso_protocol::{Conversation, Conversations, Message};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use super::caller::{Caller, Loaded};
use super::history::{Answer, Line, Send, Truth, View};
use super::world::World;

/// How many ask at once.
const AT_ONCE: usize = 8;

/// Writes down what the devices have.
pub fn collect_copies(world: &World) {
    let mut history = world.history.borrow_mut();
    for device in world.devices() {
        let record = &mut history.records[device.record.get()];
        if let Some(shelf) = device.shelf.borrow().as_ref() {
            record.copies = shelf.at_end();
            record.screens = shelf.screens();
        }
    }
}

/// Asks for everything.
pub async fn fetch(world: &Rc<World>) -> Result<Truth> {
    let mut truth = Truth::default();
    let wanted = first_loaded(world);
    let views: Vec<Vec<_>> = stream::iter(0..world.people.len())
        .map(|person| fetch_person(world, person, &wanted))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    for (person, loaded) in views.into_iter().flatten() {
        let id = loaded.conversation.id;
        let lines: Vec<Line> = loaded.messages.iter().map(Line::from).collect();
        let membership = &loaded.conversation.membership;
        let view = View {
            rev: loaded.conversation.rev.as_i64(),
            read_seq: membership.read_seq.as_i64(),
            unread: loaded.conversation.unread_count,
            lines,
        };
        let room = world.rooms.iter().find(|room| room.id == id);
        if room.is_some_and(|room| room.keeper == person) {
            let last_seq = loaded.conversation.last_seq.as_i64();
            truth.histories.insert(id, (last_seq, view.lines.clone()));
        }
        truth.views.insert((person, id), view);
    }
    Ok(truth)
}

/// From which message on each person has something loaded, on any device. Keepers tell everything.
fn first_loaded(world: &World) -> BTreeMap<(usize, ConversationId), i64> {
    let history = world.history.borrow();
    let mut first = BTreeMap::new();
    for record in history.records.iter().filter(|record| record.is_last) {
        for (id, copy) in &record.copies {
            let from = first.entry((record.person, *id)).or_insert(copy.from);
            *from = copy.from.min(*from);
        }
    }
    first.extend(world.rooms.iter().map(|room| ((room.keeper, room.id), 1)));
    first
}

/// At which change each conversation of each person is.
pub async fn fetch_revs(world: &Rc<World>) -> Result<BTreeMap<(usize, ConversationId), i64>> {
    let lists: Vec<_> = stream::iter(0..world.people.len())
        .map(|person| fetch_list(world, person))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let revs = lists.into_iter().enumerate().flat_map(|(person, list)| {
        let rev = move |item: Conversation| ((person, item.id), item.rev.as_i64());
        list.items.into_iter().map(rev)
    });
    Ok(revs.collect())
}

async fn fetch_list(world: &Rc<World>, person: usize) -> Result<Conversations> {
    let mut caller = Caller::new(world, 11_000 + person as u64);
    let token = world.people[person].devices[0].token().to_owned();
    let answer = caller
        .until_answered(&token, "GET", "/conversations?limit=100", None)
        .await;
    let (status, body) = answer.context("the list of conversations was not answered")?;
    ensure!(
        status == 200,
        "the list of conversations was answered with {status}"
    );
    let list: Conversations = serde_json::from_slice(&body)?;
    ensure!(
        list.next_cursor.is_none(),
        "there are more conversations than fit a page"
    );
    Ok(list)
}

async fn fetch_person(
    world: &Rc<World>,
    person: usize,
    wanted: &BTreeMap<(usize, ConversationId), i64>,
) -> Result<Vec<(usize, Loaded)>> {
    let mut caller = Caller::new(world, 10_000 + person as u64);
    let token = world.people[person].devices[0].token().to_owned();
    let list = fetch_list(world, person).await?;
    let mut loaded = Vec::with_capacity(list.items.len());
    for item in list.items {
        let from = wanted.get(&(person, item.id)).copied();
        let found = caller.load(&token, item.id, from).await;
        loaded.push((person, found.context("a listed conversation cannot be loaded")?));
    }
    Ok(loaded)
}

/// Asks for every key once more, with another text. Returns what was answered, in the order of the sends.
pub async fn ask_again(world: &Rc<World>) -> Vec<Option<(u16, Option<Answer>)>> {
    let sends: Vec<Send> = world.history.borrow().sends.clone();
    // Each of a few clients takes its share, so that connections are used again.
    let share = sends.len().div_ceil(2 * AT_ONCE).max(1);
    let shares = sends.chunks(share).enumerate().map(|(number, sends)| async move {
        let mut caller = Caller::new(world, 20_000 + number as u64);
        let mut answers = Vec::with_capacity(sends.len());
        for send in sends {
            answers.push(ask_for(world, &mut caller, send).await);
        }
        answers
    });
    futures_util::future::join_all(shares).await.concat()
}

async fn ask_for(world: &World, caller: &mut Caller, send: &Send) -> Option<(u16, Option<Answer>)> {
    if send.answers.is_empty() {
        return None;
    }
    let body = json!({ "client_key": send.key, "text": "asked again" }).to_string();
    let path = format!("/conversations/{}/messages", send.conversation);
    let token = world.people[send.person].devices[0].token().to_owned();
    let (status, body) = caller.until_answered(&token, "POST", &path, Some(&body)).await?;
    let message: Option<Message> = serde_json::from_slice(&body).ok();
    let of_key = message.filter(|message| message.client_key == send.key);
    Some((status, of_key.map(|message| Answer::new(status, &message))))
}
