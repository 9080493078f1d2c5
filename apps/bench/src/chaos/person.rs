//! What somebody does: writes, reads, deletes, signs devices out.

use std::rc::Rc;
use std::time::{Duration, Instant};

use damso_domain::{ClientKey, ConversationId};
use damso_protocol::{Message, ReadPosition};
use serde_json::json;
use tokio::time::sleep;

use super::caller::{Caller, Reply};
use super::history::{Answer, Deletion, Ending, Read};
use super::verdict::{Invariant, Violation};
use super::world::{Phase, Room, Stay, World};

/// Between two things somebody does: this long, and up to so much more.
const SHORTEST_PAUSE: Duration = Duration::from_millis(60);
const MORE_PAUSE: Duration = Duration::from_millis(340);

/// Somebody at work.
pub struct Actor {
    pub(super) world: Rc<World>,
    pub(super) person: usize,
    pub(super) random: fastrand::Rng,
    pub(super) caller: Caller,
    /// For what happens at the same time.
    second: Caller,
    /// What they wrote and may delete.
    own: Vec<(ConversationId, i64)>,
    written: usize,
}

/// Acts until the phase ends, and then ends what was begun.
pub async fn act(world: Rc<World>, person: usize) {
    let seed = person as u64;
    let mut actor = Actor {
        person,
        random: fastrand::Rng::with_seed(world.seed.wrapping_add(seed * 7_919)),
        caller: Caller::new(&world, 2_000 + seed),
        second: Caller::new(&world, 4_000 + seed),
        world,
        own: Vec::new(),
        written: 0,
    };
    while actor.world.phase.get() == Phase::Acting {
        sleep(SHORTEST_PAUSE + MORE_PAUSE.mul_f64(actor.random.f64())).await;
        if actor.step().await.is_none() {
            let what = format!("a request of p{person} had no answer until the end");
            actor.world.tally.violated(Violation::new(Invariant::I9, what));
        }
    }
}

/// `None`: there was no answer until the end of the run.
pub type Done = Option<()>;

impl Actor {
    pub(super) fn token(&self) -> String {
        // The first device is never signed out.
        self.world.people[self.person].devices[0].token().to_owned()
    }

    async fn step(&mut self) -> Done {
        let world = self.world.clone();
        let mine: Vec<&Room> = world
            .rooms
            .iter()
            .filter(|room| room.people.contains(&self.person))
            .collect();
        let Some(room) = self.random.choice(&mine) else {
            return Some(());
        };
        match self.random.u8(..100) {
            0..60 => self.write(room).await,
            60..76 => self.read(room).await,
            76..86 => self.delete().await,
            86..98 => self.change_members(room).await,
            _ => self.sign_out_second_device().await,
        }
    }

    /// Sends a message, in one of the ways in which that goes wrong.
    async fn write(&mut self, room: &Room) -> Done {
        let stay = room.stay(self.person);
        if stay == Stay::Changing || (stay == Stay::Out && self.random.u8(..10) != 0) {
            return Some(());
        }
        self.written += 1;
        let key = ClientKey::new();
        let text = format!(
            "p{} says {}{}",
            self.person,
            self.written,
            " 말".repeat(self.random.usize(..40))
        );
        let body = json!({ "client_key": key, "text": text }).to_string();
        let path = format!("/conversations/{}/messages", room.id);
        let token = self.token();
        let place = self.world.note_send(self.person, room.id, key, text);
        match self.random.u8(..100) {
            // The answer gets lost.
            0..15 => {
                self.caller.abandon(&token, &path, &body, 1.0).await;
                self.world.tally.count("answers not waited for");
                self.caller.pause().await;
                self.note_attempt(place);
            }
            // The connection breaks in the middle of the request. It is sent again under the same key.
            15..20 => {
                let share = self.random.f64() * 0.95;
                self.caller.abandon(&token, &path, &body, share).await;
                self.world.tally.count("requests cut");
                self.note_attempt(place);
            }
            // Twice at once.
            20..30 => {
                let (one, other) = tokio::join!(
                    self.caller.once(&token, "POST", &path, Some(&body)),
                    self.second.once(&token, "POST", &path, Some(&body)),
                );
                self.world.tally.count("keys sent twice at once");
                self.note_attempt(place);
                let has_answer = [one, other]
                    .into_iter()
                    .flatten()
                    .any(|reply| self.note_answer(place, room, &reply));
                if has_answer {
                    return Some(());
                }
                self.note_attempt(place);
            }
            _ => (),
        }
        loop {
            if let Some(reply) = self.caller.once(&token, "POST", &path, Some(&body)).await
                && self.note_answer(place, room, &reply)
            {
                break;
            }
            if self.world.phase.get() == Phase::Over {
                return None;
            }
            self.note_attempt(place);
            self.caller.pause().await;
        }
        if stay == Stay::Out && room.stay(self.person) == Stay::Out {
            let status = self.world.history.borrow().sends[place]
                .answers
                .first()
                .map_or(404, |answer| answer.status);
            self.peeked(room, "writing", status);
        }
        Some(())
    }

    fn note_attempt(&self, place: usize) {
        self.world.history.borrow_mut().sends[place].attempts += 1;
        self.world.tally.count("sends retried");
    }

    /// Whether the server has said yes or no.
    fn note_answer(&mut self, place: usize, room: &Room, (status, body): &Reply) -> bool {
        let mut history = self.world.history.borrow_mut();
        let send = &mut history.sends[place];
        match status {
            200 | 201 => {
                let Ok(message) = serde_json::from_slice::<Message>(body) else {
                    return false;
                };
                let seq = message.seq.as_i64();
                send.answers.push(Answer::new(*status, &message));
                room.known_seq.set(room.known_seq.get().max(seq));
                self.own.push((room.id, seq));
                true
            }
            408 | 429 | 500.. => false,
            refused => {
                send.refused = Some(*refused);
                true
            }
        }
    }

    async fn read(&mut self, room: &Room) -> Done {
        let known = room.known_seq.get();
        if known == 0 || room.stay(self.person) != Stay::In {
            return Some(());
        }
        let seq = known - self.random.i64(0..known.min(5));
        let body = json!({ "seq": seq }).to_string();
        let path = format!("/conversations/{}/read", room.id);
        let token = self.token();
        let (status, answer) = self
            .caller
            .until_answered(&token, "PUT", &path, Some(&body))
            .await?;
        if let (200, Ok(position)) = (status, serde_json::from_slice::<ReadPosition>(&answer)) {
            self.world.tally.count("reads acknowledged");
            self.world.history.borrow_mut().reads.push(Read {
                person: self.person,
                conversation: room.id,
                seq: position.read_seq.as_i64(),
            });
        }
        Some(())
    }

    /// Deletes something of one's own, for everyone; sometimes for oneself, but then the keeper must not, who
    /// tells in the end what there is.
    async fn delete(&mut self) -> Done {
        if self.own.is_empty() {
            return Some(());
        }
        let at = self.random.usize(..self.own.len());
        let (conversation, seq) = self.own.swap_remove(at);
        let world = self.world.clone();
        let room = world.rooms.iter().find(|room| room.id == conversation)?;
        let is_hidden = room.keeper != self.person && self.random.u8(..4) == 0;
        let audience = if is_hidden { "me" } else { "everyone" };
        let path = format!("/conversations/{conversation}/messages/{seq}?for={audience}");
        let token = self.token();
        let (status, _) = self.caller.until_answered(&token, "DELETE", &path, None).await?;
        if status == 204 {
            let name = if is_hidden {
                "messages hidden"
            } else {
                "messages deleted"
            };
            self.world.tally.count(name);
            if !is_hidden {
                self.world
                    .history
                    .borrow_mut()
                    .deletions
                    .push(Deletion { conversation, seq });
            }
        }
        Some(())
    }

    /// Ends the session of the second device from the first. It signs in again, with nothing.
    async fn sign_out_second_device(&mut self) -> Done {
        let world = self.world.clone();
        let device = &world.people[self.person].devices[1];
        let number = device.session.get();
        if device.is_ending.get() || device.sessions.len() <= number + 1 {
            return Some(());
        }
        device.is_ending.set(true);
        let (old, record) = (device.sessions[number].clone(), device.record.get());
        let path = format!("/me/sessions/{}", old.id);
        let token = self.token();
        let (status, _) = self.caller.until_answered(&token, "DELETE", &path, None).await?;
        let acknowledged_at = Instant::now();
        if !matches!(status, 204 | 404) {
            self.surprised("DELETE", &path, status);
        }
        let (status_after, _) = self.caller.until_answered(&old.token, "GET", "/me", None).await?;
        self.world.tally.count("sessions ended");
        let mut history = self.world.history.borrow_mut();
        history.records[record].is_last = false;
        device.is_signed_out.set(true);
        history.endings.push(Ending {
            record,
            acknowledged_at,
            status_after,
        });
        Some(())
    }

    /// Nobody refuses this, in any order of things.
    pub(super) fn surprised(&self, method: &str, path: &str, status: u16) {
        let what = format!("{method} {path} of p{} was answered with {status}", self.person);
        self.world.tally.violated(Violation::new(Invariant::I9, what));
    }
}
