//! People who send messages over HTTP.

use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context, Result};
use damso_domain::{ClientKey, ConversationId};

use crate::accounts::Account;
use crate::http::{HttpClient, Request};
use crate::load::{Arrival, Client};
use crate::receivers::{Deliveries, text};

/// Where messages go: conversations, who may write there, and how many sockets hear of it.
pub struct Scene {
    /// Everybody.
    pub accounts: Vec<Account>,
    /// Where they talk.
    pub talks: Vec<Talk>,
    /// What arrives.
    pub deliveries: Rc<Deliveries>,
}

/// One conversation.
pub struct Talk {
    path: String,
    /// Members, by their place in [`Scene::accounts`].
    members: Vec<usize>,
}

impl Talk {
    /// A conversation of these people, all of whom are connected.
    pub fn new(id: ConversationId, members: Vec<usize>) -> Self {
        Self {
            path: format!("/conversations/{id}/messages"),
            members,
        }
    }
}

/// Sends one message after another as whoever's turn it is, over one connection.
pub struct Sender {
    http: HttpClient,
    scene: Rc<Scene>,
    random: fastrand::Rng,
}

impl Sender {
    /// So many of them, each with random choices of its own.
    pub fn several(address: SocketAddr, scene: &Rc<Scene>, count: usize) -> Vec<Self> {
        let senders = (0..count).map(|number| Self {
            http: HttpClient::new(address),
            scene: scene.clone(),
            random: fastrand::Rng::with_seed(number as u64),
        });
        senders.collect()
    }
}

impl Client for Sender {
    async fn act(&mut self, arrival: Arrival) -> Result<()> {
        let talk = self
            .random
            .choice(&self.scene.talks)
            .context("there is a conversation")?;
        let author = self.random.choice(&talk.members).context("it has members")?;
        let receivers = u32::try_from(talk.members.len())?;
        let number = self.scene.deliveries.announce(arrival, receivers);
        let body = format!(
            r#"{{"client_key":"{}","text":"{}"}}"#,
            ClientKey::new(),
            text(number)
        );
        let request = Request {
            method: "POST",
            path: &talk.path,
            token: Some(&self.scene.accounts[*author].token),
            body: Some(&body),
        };
        self.http.expect(201, &request).await.map(drop)
    }
}
