//! A reader that stalls: it is closed as a slow reader, and nobody else is.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use damso_domain::ClientKey;
use damso_protocol::Message;
use serde_json::json;
use tokio::net::TcpSocket;
use tokio::time::{sleep, timeout};

use super::caller::Caller;
use super::history::Answer;
use super::verdict::{Invariant, Violation};
use super::world::{Room, World};
use crate::socket::Socket;

/// More than the server holds back for one reader: its queue, and some 4 MB that fit into the kernel's buffers.
const MESSAGES: usize = 1_800;
/// Three bytes each.
const CHARACTERS: usize = 3_000;
const SENDERS: usize = 16;
/// How long a reader that was closed may take to hear of it.
const LONGEST_CLOSE: Duration = Duration::from_secs(15);
/// What the kernel keeps for it. Less would take long to read in the end.
const WINDOW_BYTES: u32 = 64 * 1024;
const SLOW_READER: u16 = 4007;

/// Opens a socket for somebody who does not read it, and lets the others write to them until it is closed.
pub async fn check(world: &Rc<World>) -> Result<Vec<Violation>> {
    // A conversation of two, so that few have to read all of it.
    let room = world
        .rooms
        .iter()
        .find(|room| !room.is_group && room.people.len() == 2);
    let room = room.context("there is a conversation of two")?;
    let stalled = room.people[1];
    let before = closed_sockets(world);
    let mut socket = open(world.address, world.people[stalled].devices[0].token()).await?;
    let left = Cell::new(MESSAGES);
    let senders = (0..SENDERS).map(|number| write(world, room, number, &left));
    futures_util::future::join_all(senders).await;
    let code = timeout(LONGEST_CLOSE, closed(&mut socket)).await.ok().flatten();
    sleep(Duration::from_millis(300)).await;
    let mut wrong = Vec::new();
    if code != Some(SLOW_READER) {
        let what = format!(
            "a reader that stalled in {} was closed with {code:?}, not with {SLOW_READER}",
            room.id
        );
        wrong.push(Violation::new(Invariant::I10, what));
    }
    let closed = closed_sockets(world) - before;
    if closed != 0 {
        let what = format!("{closed} other sockets were closed because one reader stalled");
        wrong.push(Violation::new(Invariant::I10, what));
    }
    world.tally.count("readers stalled");
    Ok(wrong)
}

async fn open(address: SocketAddr, token: &str) -> Result<Socket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(WINDOW_BYTES)?;
    let stream = socket.connect(address).await?;
    Ok(Socket::sign_in_over(stream, token).await?.0)
}

fn closed_sockets(world: &World) -> u64 {
    let counts = world.tally.counts();
    counts
        .iter()
        .filter(|(name, _)| name.starts_with("sockets "))
        .map(|(_, count)| count)
        .sum()
}

/// One of those who write to it. The keeper's own devices read, so all of it goes out.
async fn write(world: &Rc<World>, room: &Room, number: usize, left: &Cell<usize>) {
    let mut caller = Caller::new(world, 30_000 + number as u64);
    let token = world.people[room.keeper].devices[0].token().to_owned();
    let path = format!("/conversations/{}/messages", room.id);
    while let Some(next) = left.get().checked_sub(1) {
        left.set(next);
        let (key, text) = (ClientKey::new(), "가".repeat(CHARACTERS));
        let body = json!({ "client_key": key, "text": text }).to_string();
        let place = world.note_send(room.keeper, room.id, key, text);
        let answer = caller.until_answered(&token, "POST", &path, Some(&body)).await;
        if let Some((status, body)) = answer
            && let Ok(message) = serde_json::from_slice::<Message>(&body)
        {
            let answer = Answer::new(status, &message);
            world.history.borrow_mut().sends[place].answers.push(answer);
        }
        world.tally.count("messages to a stalled reader");
    }
}

/// Reads until the end, to see how it was closed.
async fn closed(socket: &mut Socket) -> Option<u16> {
    loop {
        match socket.receive(|_| ()).await {
            Ok(None) => (),
            Ok(code) => return code,
            Err(_) => return None,
        }
    }
}
