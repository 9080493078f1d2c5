//! What one person does.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context, Result};
use damso_domain::ClientKey;
use serde_json::json;

use crate::accounts::Account;
use crate::http::{HttpClient, Request};
use crate::load::{Arrival, Client};
use crate::receivers::{Deliveries, text};
use crate::seed::Past;
use crate::server::Server;
use crate::socket::{Socket, source_address};

/// One thing that people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// Opens a conversation: its newest page, and tells that it was read.
    Switch,
    /// Scrolls back.
    Older,
    /// Sends a message.
    Send,
    /// Looks at the list of conversations.
    Unread,
    /// Opens a socket and syncs.
    Reconnect,
}

/// What the API has of the plan's mix, with the plan's shares in tenths of a percent.
pub const MIX: [(&str, u32); 5] = [
    ("chat switch with read pointer", 420),
    ("older page", 130),
    ("send", 65),
    ("unread check", 65),
    ("reconnect and sync", 10),
];
const ACTIONS: [Action; 5] = [
    Action::Switch,
    Action::Older,
    Action::Send,
    Action::Unread,
    Action::Reconnect,
];

fn total() -> u32 {
    MIX.iter().map(|(_, weight)| weight).sum()
}

/// The shares in percent, scaled to a hundred.
pub fn shares() -> impl Iterator<Item = (&'static str, f64)> {
    let all = f64::from(total());
    MIX.iter()
        .map(move |(name, weight)| (*name, f64::from(*weight) / all * 100.0))
}

fn pick(random: &mut fastrand::Rng) -> Action {
    let mut at = random.u32(..total());
    for (action, (_, weight)) in ACTIONS.into_iter().zip(MIX) {
        if at < weight {
            return action;
        }
        at -= weight;
    }
    Action::Switch
}

/// Everybody, and where they talk.
pub struct People {
    accounts: Vec<Account>,
    pasts: Vec<(Past, Cell<i64>)>,
    deliveries: Rc<Deliveries>,
}

impl People {
    /// People with a past.
    pub fn new(accounts: Vec<Account>, pasts: Vec<Past>, deliveries: Rc<Deliveries>) -> Self {
        let pasts = pasts.into_iter().map(|past| {
            let last_seq = Cell::new(past.last_seq);
            (past, last_seq)
        });
        Self {
            accounts,
            pasts: pasts.collect(),
            deliveries,
        }
    }
}

/// Does one thing after another, each as somebody else.
pub struct Person {
    http: HttpClient,
    address: SocketAddr,
    people: Rc<People>,
    random: fastrand::Rng,
    number: usize,
}

impl Person {
    /// So many of them.
    pub fn several(server: &Server, people: &Rc<People>, count: usize) -> Vec<Self> {
        let one = |number| Self {
            http: HttpClient::new(server.address),
            address: server.address,
            people: people.clone(),
            random: fastrand::Rng::with_seed(number as u64),
            number,
        };
        (0..count).map(one).collect()
    }

    async fn get(&mut self, account: &Account, path: &str) -> Result<()> {
        let request = Request {
            method: "GET",
            path,
            token: Some(&account.token),
            body: None,
        };
        self.http.expect(200, &request).await.map(drop)
    }

    async fn switch(&mut self, account: &Account, past: &Past, last_seq: i64) -> Result<()> {
        self.get(account, &format!("/conversations/{}/messages?limit=50", past.id))
            .await?;
        let request = Request {
            method: "PUT",
            path: &format!("/conversations/{}/read", past.id),
            token: Some(&account.token),
            body: Some(&json!({ "seq": last_seq }).to_string()),
        };
        self.http.expect(200, &request).await.map(drop)
    }

    async fn send(&mut self, account: &Account, past: &Past, arrival: Arrival) -> Result<()> {
        let receivers = u32::try_from(past.members.len())?;
        let number = self.people.deliveries.announce(arrival, receivers);
        let body = json!({ "client_key": ClientKey::new(), "text": text(number) }).to_string();
        let request = Request {
            method: "POST",
            path: &format!("/conversations/{}/messages", past.id),
            token: Some(&account.token),
            body: Some(&body),
        };
        self.http.expect(201, &request).await.map(drop)
    }

    async fn reconnect(&mut self, account: &Account, past: &Past, last_seq: i64) -> Result<()> {
        // Beyond the addresses of those who stay connected.
        let source = source_address(20_000 + self.number);
        let (_socket, _) = Socket::sign_in(source, self.address, &account.token).await?;
        let rev = last_seq + i64::try_from(past.members.len())?;
        let known = json!({ "id": past.id, "rev": rev, "read_seq": last_seq });
        let body = json!({ "user_rev": 0, "conversations": [known] }).to_string();
        let request = Request {
            method: "POST",
            path: "/sync",
            token: Some(&account.token),
            body: Some(&body),
        };
        self.http.expect(200, &request).await.map(drop)
    }
}

impl Client for Person {
    async fn act(&mut self, arrival: Arrival) -> Result<()> {
        let people = self.people.clone();
        let (past, newest) = self
            .random
            .choice(&people.pasts)
            .context("there is a conversation")?;
        let member = self.random.choice(&past.members).context("it has members")?;
        let account = &people.accounts[*member];
        match pick(&mut self.random) {
            Action::Switch => self.switch(account, past, newest.get()).await,
            Action::Older => {
                let before = self.random.i64(1..=past.last_seq.max(1)) + 1;
                let path = format!("/conversations/{}/messages?limit=50&before={before}", past.id);
                self.get(account, &path).await
            }
            Action::Send => {
                self.send(account, past, arrival).await?;
                newest.set(newest.get() + 1);
                Ok(())
            }
            Action::Unread => self.get(account, "/conversations?limit=50").await,
            Action::Reconnect => self.reconnect(account, past, newest.get()).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_scaled_to_a_hundred_and_picked_accordingly() {
        let sum: f64 = shares().map(|(_, share)| share).sum();
        assert!((sum - 100.0).abs() < 1e-9);
        let mut random = fastrand::Rng::with_seed(1);
        let picked: Vec<Action> = (0..100_000).map(|_| pick(&mut random)).collect();
        for (action, (name, share)) in ACTIONS.into_iter().zip(shares()) {
            let count = picked.iter().filter(|other| **other == action).count();
            let is_near = (count as f64 / 1_000.0 - share).abs() < 1.0;
            assert!(is_near, "{name}: {count} of 100,000 for {share} %");
        }
    }
}
