//! A device that stays connected, as the contract demands: subscribe, then sync, then apply; on a gap, sync.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use damso_domain::ConversationId;
use damso_protocol::{Conversations, ServerEvent, SyncResponse};
use tokio::time::{self, sleep, sleep_until, timeout};

use super::caller::Caller;
use super::history::Receipt;
use super::shelf::{Shelf, Todo};
use super::verdict::{Invariant, Violation};
use super::world::{Device, Phase, World};
use crate::receivers::{HEARTBEAT, PING};
use crate::socket::{ClosedEarly, Socket, source_address};

/// A client gives up on an attempt to connect that takes longer.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(15);
/// How long a gap may last before the client asks.
const GAP: Duration = Duration::from_millis(300);
/// The socket broke without a word.
const BROKEN: u16 = 1006;

/// A device at work.
struct Client {
    world: Rc<World>,
    device: Rc<Device>,
    caller: Option<Caller>,
    random: fastrand::Rng,
    /// What came while something else was waited for.
    frames: Vec<(Instant, Vec<u8>)>,
    /// How the socket ended, as soon as it has.
    ended: Option<(Instant, u16)>,
    /// What has to be loaded.
    load: BTreeSet<ConversationId>,
    /// Whether the server said that it may have missed something.
    resync: bool,
}

/// Lives until the run is over.
pub async fn live(world: Rc<World>, device: Rc<Device>, number: usize) {
    let seed = 1_000 + number as u64;
    let mut client = Client {
        caller: None,
        random: fastrand::Rng::with_seed(world.seed ^ seed),
        world,
        device,
        frames: Vec::new(),
        ended: None,
        load: BTreeSet::new(),
        resync: false,
    };
    let mut longest = Duration::ZERO;
    while client.world.phase.get() != Phase::Over {
        sleep(longest.mul_f64(client.random.f64())).await;
        let pace = client.world.pace.get();
        longest = pace.longest.min(longest.max(pace.first / 2) * 2);
        let attempt = timeout(LONGEST_ATTEMPT, client.connect(number)).await;
        if let Ok(Ok(mut socket)) = attempt {
            longest = pace.first;
            let code = client.stay(&mut socket).await;
            client.world.tally.count(close_name(code));
        } else if let Ok(Err(error)) = attempt {
            client.note_refusal(&error);
        }
        let ended_at = client.ended.map_or_else(Instant::now, |(at, _)| at);
        client.leave(ended_at);
        if client.device.is_signed_out.get() {
            client.sign_in_again();
        }
    }
}

const fn close_name(code: u16) -> &'static str {
    match code {
        1001 => "sockets closed: restarting",
        4003 => "sockets closed: session ended",
        4007 => "sockets closed: slow reader",
        BROKEN => "sockets broken",
        _ => "sockets closed otherwise",
    }
}

impl Client {
    /// Subscribes, then syncs. The first time there is nothing to compare with, so everything is loaded.
    async fn connect(&mut self, number: usize) -> Result<Socket> {
        self.ended = None;
        self.frames.clear();
        let token = self.device.token().to_owned();
        let (mut socket, ready) = Socket::sign_in(source_address(number), self.world.address, &token).await?;
        self.with_record(|record| record.closed_at = None);
        let ServerEvent::Ready(ready) = serde_json::from_slice(&ready)? else {
            bail!("the first frame is not `ready`");
        };
        let is_new = self.device.shelf.borrow().is_none();
        if is_new {
            let owner = self.world.people[self.device.person].id;
            let list = self.list(&mut socket, &token).await?;
            self.load = list.items.iter().map(|item| item.id).collect();
            *self.device.shelf.borrow_mut() = Some(Shelf::new(owner, ready.user_rev));
        } else {
            self.sync(&mut socket).await?;
        }
        Ok(socket)
    }

    async fn list(&mut self, socket: &mut Socket, token: &str) -> Result<Conversations> {
        let mut caller = self.take_caller();
        let asking = caller.once(token, "GET", "/conversations?limit=100", None);
        let answer = self.meanwhile(socket, asking).await;
        self.caller = Some(caller);
        match answer {
            Some((200, body)) => Ok(serde_json::from_slice(&body)?),
            other => bail!("the list was answered with {:?}", other.map(|(status, _)| status)),
        }
    }

    /// Lost when what it was taken for is broken off; then there is a new one.
    fn take_caller(&mut self) -> Caller {
        let seed = 6_000 + self.device.record.get() as u64;
        self.caller
            .take()
            .unwrap_or_else(|| Caller::new(&self.world, seed))
    }

    async fn sync(&mut self, socket: &mut Socket) -> Result<()> {
        // What is said while this is on its way is about later.
        let was_told = std::mem::take(&mut self.resync);
        let synced = self.sync_once(socket).await;
        self.resync |= was_told && synced.is_err();
        synced
    }

    async fn sync_once(&mut self, socket: &mut Socket) -> Result<()> {
        let position = self.device.shelf.borrow().as_ref().map(Shelf::position);
        let body = serde_json::to_string(&position.context("a device that syncs has a shelf")?)?;
        let token = self.device.token().to_owned();
        let mut caller = self.take_caller();
        let asking = caller.once(&token, "POST", "/sync", Some(&body));
        let answer = self.meanwhile(socket, asking).await;
        self.caller = Some(caller);
        let Some((200, body)) = answer else {
            bail!("the sync was not answered");
        };
        let answer: SyncResponse = serde_json::from_slice(&body)?;
        self.world.tally.count("syncs");
        let todo = self.on_shelf(|shelf| shelf.take_sync(&answer));
        self.load.extend(todo.load);
        for left in &answer.left {
            self.load.remove(left);
        }
        Ok(())
    }

    /// Waits for something else, and goes on reading.
    async fn meanwhile<T>(&mut self, socket: &mut Socket, other: impl Future<Output = T>) -> T {
        let mut other = std::pin::pin!(other);
        while self.ended.is_none() {
            tokio::select! {
                done = &mut other => return done,
                () = read(socket, &mut self.frames, &mut self.ended) => (),
            }
        }
        other.await
    }

    /// Reads until the socket ends; returns its code.
    async fn stay(&mut self, socket: &mut Socket) -> u16 {
        let device = self.device.clone();
        let mut gap_at: Option<time::Instant> = None;
        let mut ping_at = time::Instant::now() + HEARTBEAT;
        loop {
            let todo = self.take_frames();
            self.load_all(socket).await;
            if let Some((_, code)) = self.ended {
                return code;
            }
            let is_current = self.frames.is_empty() && self.load.is_empty();
            if is_current && device.live_since.get().is_none() {
                device.live_since.set(Some(Instant::now()));
            }
            let asks = todo.has_gap || !self.load.is_empty();
            gap_at = match gap_at {
                _ if !asks => None,
                None => Some(time::Instant::now() + GAP + GAP.mul_f64(self.random.f64())),
                same => same,
            };
            if !self.frames.is_empty() {
                continue;
            }
            tokio::select! {
                () = read(socket, &mut self.frames, &mut self.ended) => (),
                () = device.cut.notified() => {
                    // It breaks in the middle of a frame.
                    let _ = socket.send_half(PING).await;
                    return BROKEN;
                }
                () = sleep_until(gap_at.unwrap_or(ping_at)), if gap_at.is_some() => {
                    gap_at = None;
                    if todo.has_gap {
                        self.world.tally.count("gaps");
                        // Asked again after the next pause when it fails.
                        let _ = self.sync(socket).await;
                    }
                }
                () = sleep_until(ping_at) => {
                    ping_at += HEARTBEAT;
                    if socket.send_text(PING).await.is_err() {
                        return BROKEN;
                    }
                }
            }
        }
    }

    fn take_frames(&mut self) -> Todo {
        for (at, frame) in std::mem::take(&mut self.frames) {
            let Ok(event) = serde_json::from_slice::<ServerEvent>(&frame) else {
                let text = String::from_utf8_lossy(&frame).into_owned();
                let what = format!("{} was sent what is no event: {text}", self.device.name);
                self.world.tally.violated(Violation::new(Invariant::I3, what));
                continue;
            };
            self.world.tally.count("events received");
            if let ServerEvent::Resync(_) = event {
                self.world.tally.count("told to sync");
                self.resync = true;
            }
            if let Some((conversation, rev)) = event.conversation_rev()
                && self.world.is_group(conversation)
            {
                let rev = rev.as_i64();
                let receipt = Receipt {
                    at,
                    conversation,
                    rev,
                };
                self.with_record(|record| record.receipts.push(receipt));
            }
            let todo = self.on_shelf(|shelf| shelf.take_event(event));
            self.load.extend(todo.load);
        }
        let has_gap = self.on_shelf(|shelf| Todo {
            has_gap: shelf.has_gap(),
            ..Todo::default()
        });
        Todo {
            has_gap: has_gap.has_gap || self.resync,
            ..Todo::default()
        }
    }

    async fn load_all(&mut self, socket: &mut Socket) {
        let token = self.device.token().to_owned();
        for id in self.load.clone() {
            let from = self
                .device
                .shelf
                .borrow()
                .as_ref()
                .and_then(|shelf| shelf.loaded_from(id));
            let mut caller = self.take_caller();
            let loading = timeout(LONGEST_ATTEMPT, caller.load(&token, id, from));
            let Ok(loaded) = self.meanwhile(socket, loading).await else {
                return;
            };
            self.caller = Some(caller);
            self.load.remove(&id);
            self.world.tally.count("conversations loaded");
            self.on_shelf(|shelf| match loaded {
                Some(loaded) => shelf.take_loaded(&loaded.conversation, loaded.from, &loaded.messages),
                None => shelf.forget(id),
            });
        }
    }

    fn on_shelf<T: Default>(&self, work: impl FnOnce(&mut Shelf) -> T) -> T {
        self.device
            .shelf
            .borrow_mut()
            .as_mut()
            .map(work)
            .unwrap_or_default()
    }

    fn with_record(&self, work: impl FnOnce(&mut super::history::Record)) {
        let mut history = self.world.history.borrow_mut();
        work(&mut history.records[self.device.record.get()]);
    }

    fn leave(&mut self, at: Instant) {
        self.device.live_since.set(None);
        self.with_record(|record| {
            record.closed_at.get_or_insert(at);
        });
    }

    /// The session has ended; the next one begins with nothing.
    fn sign_in_again(&mut self) {
        self.load.clear();
        let shelf = self.device.shelf.borrow_mut().take();
        self.with_record(|record| record.screens = shelf.map(|shelf| shelf.screens()).unwrap_or_default());
        self.device.session.set(self.device.session.get() + 1);
        self.device.begin_record(&mut self.world.history.borrow_mut());
        self.device.is_ending.set(false);
        self.device.is_signed_out.set(false);
    }

    /// After 4001 a client does not come back, so nobody may get it whose session is good.
    fn note_refusal(&self, error: &anyhow::Error) {
        let code = error.downcast_ref::<ClosedEarly>().map(|closed| closed.0);
        if let Some(4001 | 4003) = code
            && !self.device.is_ending.get()
        {
            let what = format!(
                "{} was closed with {} although its session is good: a client does not come back after that",
                self.device.name,
                code.unwrap_or_default()
            );
            self.world.tally.violated(Violation::new(Invariant::I8, what));
        }
    }
}

async fn read(socket: &mut Socket, frames: &mut Vec<(Instant, Vec<u8>)>, ended: &mut Option<(Instant, u16)>) {
    let received = socket
        .receive(|text| frames.push((Instant::now(), text.to_vec())))
        .await;
    match received {
        Ok(None) => (),
        Ok(Some(code)) => *ended = Some((Instant::now(), code)),
        Err(_) => *ended = Some((Instant::now(), BROKEN)),
    }
}
