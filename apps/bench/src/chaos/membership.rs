//! Who comes into groups and who leaves them; and whoever is out tries to look.

use std::time::Instant;

use serde_json::json;

use super::history::{Peek, Removal};
use super::person::{Actor, Done};
use super::world::{Room, Stay};

impl Actor {
    /// The keeper brings people in and takes them out; others leave by themselves.
    pub(super) async fn change_members(&mut self, room: &Room) -> Done {
        if !room.is_group {
            return Some(());
        }
        if room.keeper != self.person {
            if room.stay(self.person) == Stay::In && self.random.u8(..4) == 0 {
                let path = format!("/conversations/{}/leave", room.id);
                return self.take_out(room, self.person, "POST", &path).await;
            }
            return Some(());
        }
        let other = self.random.choice(&room.people[1..]).copied()?;
        let id = self.world.people[other].id;
        match room.stay(other) {
            Stay::In => {
                let path = format!("/conversations/{}/members/{id}", room.id);
                self.take_out(room, other, "DELETE", &path).await
            }
            Stay::Out => self.bring_in(room, other).await,
            Stay::Changing => Some(()),
        }
    }

    async fn take_out(&mut self, room: &Room, other: usize, method: &str, path: &str) -> Done {
        room.set_stay(other, Stay::Changing);
        let token = self.token();
        let (status, _) = self.caller.until_answered(&token, method, path, None).await?;
        // Not found: an attempt whose answer was lost had done it.
        if !matches!(status, 204 | 404) {
            self.surprised(method, path, status);
            room.set_stay(other, Stay::In);
            return Some(());
        }
        self.world.tally.count("members removed");
        self.world.history.borrow_mut().removals.push(Removal {
            person: other,
            conversation: room.id,
            acknowledged_at: Instant::now(),
            again_at: None,
        });
        let theirs = self.world.people[other].devices[0].token().to_owned();
        for (request, path) in [
            (
                "reading messages",
                format!("/conversations/{}/messages?limit=1", room.id),
            ),
            ("reading the conversation", format!("/conversations/{}", room.id)),
        ] {
            let (status, _) = self.caller.until_answered(&theirs, "GET", &path, None).await?;
            self.world.history.borrow_mut().peeks.push(Peek {
                person: other,
                conversation: room.id,
                request,
                status,
            });
        }
        room.set_stay(other, Stay::Out);
        Some(())
    }

    /// Somebody who is out tried something.
    pub(super) fn peeked(&self, room: &Room, request: &'static str, status: u16) {
        self.world.history.borrow_mut().peeks.push(Peek {
            person: self.person,
            conversation: room.id,
            request,
            status,
        });
    }

    async fn bring_in(&mut self, room: &Room, other: usize) -> Done {
        room.set_stay(other, Stay::Changing);
        let now = Instant::now();
        for removal in &mut self.world.history.borrow_mut().removals {
            if removal.person == other && removal.conversation == room.id {
                removal.again_at.get_or_insert(now);
            }
        }
        let path = format!("/conversations/{}/members", room.id);
        let body = json!({ "user_ids": [self.world.people[other].id] }).to_string();
        let token = self.token();
        let (status, _) = self
            .caller
            .until_answered(&token, "POST", &path, Some(&body))
            .await?;
        if matches!(status, 200 | 201) {
            self.world.tally.count("members added");
            room.set_stay(other, Stay::In);
        } else {
            self.surprised("POST", &path, status);
            room.set_stay(other, Stay::Out);
        }
        Some(())
    }
}
