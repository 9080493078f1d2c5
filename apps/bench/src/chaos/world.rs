//! The people of a run, their devices and conversations, and everything that is shared by those who act.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use damso_domain::{ClientKey, ConversationId, UserId};
use damso_repository::Database;
use tokio::sync::Notify;

use super::history::{History, Record, Send};
use super::scene::{befriend, make_rooms};
use super::shelf::Shelf;
use super::tally::Tally;
use crate::accounts::{self, Session};
use crate::server::Server;

/// Devices of each person.
const DEVICES: usize = 2;
/// Times that each second device may be signed out and in again.
const SPARE_SESSIONS: usize = 6;

/// How many of what.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// People, each of whom writes and reads.
    pub people: usize,
    /// Groups whose members change.
    pub groups: usize,
    /// Members of each.
    pub members: usize,
}

/// How long a client waits before it comes back.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// At most before the first try.
    pub first: Duration,
    /// At most before any.
    pub longest: Duration,
}

impl Pace {
    /// What the contract asks of clients.
    pub const CONTRACT: Self = Self {
        first: Duration::from_secs(2),
        longest: Duration::from_secs(10),
    };
    /// Between faults that come every few seconds, clients that waited so long would see little.
    pub const BRISK: Self = Self {
        first: Duration::from_millis(300),
        longest: Duration::from_secs(1),
    };
}

/// Whether somebody is in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// They are.
    In,
    /// They are not.
    Out,
    /// Somebody is changing that.
    Changing,
}

/// A conversation.
pub struct Room {
    /// Which.
    pub id: ConversationId,
    /// Somebody who sees all of it and never leaves.
    pub keeper: usize,
    /// Everybody who was ever in it, by place.
    pub people: Vec<usize>,
    /// Members come and go.
    pub is_group: bool,
    /// Who is in it.
    pub stays: RefCell<BTreeMap<usize, Stay>>,
    /// A number that is known to exist.
    pub known_seq: Cell<i64>,
}

/// One device.
pub struct Device {
    /// For people.
    pub name: String,
    /// Whose.
    pub person: usize,
    /// To sign in with, one after another.
    pub sessions: Vec<Session>,
    /// Which of them.
    pub session: Cell<usize>,
    /// Since when it is connected and has synced.
    pub live_since: Cell<Option<Instant>>,
    /// Where it writes down what it sees.
    pub record: Cell<usize>,
    /// What it keeps.
    pub shelf: RefCell<Option<Shelf>>,
    /// Somebody is about to sign it out.
    pub is_ending: Cell<bool>,
    /// That was acknowledged.
    pub is_signed_out: Cell<bool>,
    /// Breaks its connection in the middle of a frame.
    pub cut: Notify,
}

/// Somebody.
pub struct Person {
    /// Who.
    pub id: UserId,
    /// What they have.
    pub devices: Vec<Rc<Device>>,
}

/// What everybody is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Whatever comes to mind.
    Acting,
    /// End what was begun.
    Finishing,
    /// Give up what has not ended.
    Over,
}

/// Everything.
pub struct World {
    /// Where the server is.
    pub address: SocketAddr,
    /// All randomness comes from it.
    pub seed: u64,
    /// Everybody.
    pub people: Vec<Person>,
    /// All conversations.
    pub rooms: Vec<Room>,
    /// The evidence.
    pub history: RefCell<History>,
    /// What was counted.
    pub tally: Tally,
    /// How fast clients come back.
    pub pace: Cell<Pace>,
    /// What everybody is to do.
    pub phase: Cell<Phase>,
}

impl World {
    /// Makes it on a server that has just started.
    pub async fn create(server: &Server, database: &Database, size: Size, seed: u64) -> Result<Rc<Self>> {
        let accounts = accounts::create(server, database, size.people).await?;
        let ids: Vec<UserId> = accounts.iter().map(|account| account.id).collect();
        befriend(database, ids.clone()).await?;
        let count = DEVICES + SPARE_SESSIONS;
        let sessions = accounts::add_sessions(server, database, &ids, count).await?;
        let mut random = fastrand::Rng::with_seed(seed);
        let rooms = make_rooms(server, database, &ids, &sessions, size, &mut random).await?;
        let mut history = History {
            people: ids.clone(),
            ..History::default()
        };
        let people = ids
            .iter()
            .zip(sessions)
            .enumerate()
            .map(|(person, (id, mut sessions))| {
                let spare = sessions.split_off(1);
                let of_device = [sessions, spare];
                let devices = of_device.into_iter().enumerate().map(|(number, sessions)| {
                    let name = format!("p{person}/{number}");
                    Rc::new(Device::new(name, person, sessions, &mut history))
                });
                Person {
                    id: *id,
                    devices: devices.collect(),
                }
            });
        let people: Vec<Person> = people.collect();
        Ok(Rc::new(Self {
            address: server.address,
            seed,
            people,
            rooms,
            history: RefCell::new(history),
            tally: Tally::default(),
            pace: Cell::new(Pace::BRISK),
            phase: Cell::new(Phase::Acting),
        }))
    }

    /// Whether members of this conversation come and go.
    pub fn is_group(&self, id: ConversationId) -> bool {
        self.rooms.iter().any(|room| room.is_group && room.id == id)
    }

    /// Notes that somebody is about to send a message; returns its place in the evidence.
    pub fn note_send(
        &self,
        person: usize,
        conversation: ConversationId,
        key: ClientKey,
        text: String,
    ) -> usize {
        let sends = &mut self.history.borrow_mut().sends;
        sends.push(Send {
            author: self.people[person].id,
            person,
            conversation,
            key,
            text,
            attempts: 1,
            answers: Vec::new(),
            refused: None,
        });
        sends.len() - 1
    }

    /// Every device.
    pub fn devices(&self) -> impl Iterator<Item = &Rc<Device>> {
        self.people.iter().flat_map(|person| &person.devices)
    }

    /// How many of how many devices are connected and have synced.
    pub fn live(&self) -> (usize, usize) {
        let live = self.devices().filter(|device| device.live_since.get().is_some());
        (live.count(), self.devices().count())
    }
}

impl Device {
    fn new(name: String, person: usize, sessions: Vec<Session>, history: &mut History) -> Self {
        let device = Self {
            name,
            person,
            sessions,
            session: Cell::new(0),
            live_since: Cell::new(None),
            record: Cell::new(0),
            shelf: RefCell::new(None),
            is_ending: Cell::new(false),
            is_signed_out: Cell::new(false),
            cut: Notify::new(),
        };
        device.begin_record(history);
        device
    }

    /// Begins to write down what it sees with its present session.
    pub fn begin_record(&self, history: &mut History) {
        self.record.set(history.records.len());
        history.records.push(Record {
            name: format!("{}.{}", self.name, self.session.get()),
            person: self.person,
            receipts: Vec::new(),
            screens: Vec::new(),
            closed_at: None,
            is_last: true,
            copies: BTreeMap::new(),
        });
    }

    /// The token of its present session.
    pub fn token(&self) -> &str {
        &self.sessions[self.session.get()].token
    }
}

impl Room {
    /// One in which everybody is; the first of them keeps it.
    pub fn new(id: ConversationId, people: Vec<usize>, is_group: bool) -> Self {
        Self {
            id,
            keeper: people[0],
            stays: RefCell::new(people.iter().map(|person| (*person, Stay::In)).collect()),
            people,
            is_group,
            known_seq: Cell::new(0),
        }
    }

    /// Whether somebody is in it.
    pub fn stay(&self, person: usize) -> Stay {
        self.stays.borrow().get(&person).copied().unwrap_or(Stay::Out)
    }

    /// Notes that somebody is in it, or not.
    pub fn set_stay(&self, person: usize, stay: Stay) {
        self.stays.borrow_mut().insert(person, stay);
    }
}
