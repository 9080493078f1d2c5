//! Requests of one client, asked again until there is an answer.

use std::rc::Rc;
use std::time::Duration;

use damso_domain::ConversationId;
use damso_protocol::{Conversation, Message, Messages};
use tokio::time::{sleep, timeout};

use super::verdict::{Invariant, Violation};
use super::world::{Phase, World};
use crate::http::{HttpClient, Request};

/// How long a client waits for an answer; longer than the server tries to store a message.
const PATIENCE: Duration = Duration::from_secs(8);
/// At most between two tries.
const LONGEST_PAUSE: Duration = Duration::from_millis(400);
/// The largest page.
const PAGE: usize = 100;

/// An answer: the status and the body.
pub type Reply = (u16, Vec<u8>);

/// One client's requests.
pub struct Caller {
    world: Rc<World>,
    http: HttpClient,
    random: fastrand::Rng,
}

/// A conversation with its newest messages.
pub struct Loaded {
    /// As it was before the messages were asked for.
    pub conversation: Conversation,
    /// None is missing from this number on.
    pub from: i64,
    /// Ascending.
    pub messages: Vec<Message>,
}

impl Caller {
    /// A client of this world.
    pub fn new(world: &Rc<World>, seed: u64) -> Self {
        Self {
            http: HttpClient::new(world.address),
            random: fastrand::Rng::with_seed(world.seed ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            world: world.clone(),
        }
    }

    /// Asks once; `None`: there was no answer.
    pub async fn once(&mut self, token: &str, method: &str, path: &str, body: Option<&str>) -> Option<Reply> {
        let request = Request {
            method,
            path,
            token: Some(token),
            body,
        };
        let answer = timeout(PATIENCE, self.http.send(&request)).await;
        if let Ok(Ok(answer)) = answer {
            self.world.tally.answered(answer.status);
            if answer.status == 500 {
                let body = String::from_utf8_lossy(answer.body);
                let what = format!("{method} {path} was answered with 500: {body}");
                self.world.tally.violated(Violation::new(Invariant::I9, what));
            }
            return Some((answer.status, answer.body.to_vec()));
        }
        self.world.tally.count("answers lost");
        None
    }

    /// Sends a share of a request and hangs up.
    pub async fn abandon(&mut self, token: &str, path: &str, body: &str, share: f64) {
        let request = Request {
            method: "POST",
            path,
            token: Some(token),
            body: Some(body),
        };
        // Whether it went out is not known to a client either.
        let _ = timeout(PATIENCE, self.http.abandon(&request, share)).await;
    }

    /// Asks again and again until the server has said yes or no; `None` when the run is over before.
    pub async fn until_answered(
        &mut self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> Option<Reply> {
        loop {
            if let Some((status, body)) = self.once(token, method, path, body).await
                && !matches!(status, 408 | 429 | 500..)
            {
                return Some((status, body));
            }
            if self.world.phase.get() == Phase::Over {
                return None;
            }
            self.pause().await;
        }
    }

    /// Waits a little.
    pub async fn pause(&mut self) {
        sleep(LONGEST_PAUSE.mul_f64(self.random.f64())).await;
    }

    /// Loads a conversation and its messages, from `from` on at the latest and down to what was read. `None`:
    /// the caller is not in it.
    pub async fn load(&mut self, token: &str, id: ConversationId, from: Option<i64>) -> Option<Loaded> {
        let path = format!("/conversations/{id}");
        let (status, body) = self.until_answered(token, "GET", &path, None).await?;
        if status != 200 {
            return None;
        }
        let conversation: Conversation = serde_json::from_slice(&body).ok()?;
        let unread = conversation.membership.read_seq.as_i64() + 1;
        let mut loaded = Loaded {
            from: i64::MAX,
            conversation,
            messages: Vec::new(),
        };
        while from.unwrap_or(i64::MAX).min(unread) < loaded.from {
            let before = if loaded.from == i64::MAX {
                String::new()
            } else {
                format!("&before={}", loaded.from)
            };
            let path = format!("/conversations/{id}/messages?limit={PAGE}{before}");
            let (status, body) = self.until_answered(token, "GET", &path, None).await?;
            if status != 200 {
                return None;
            }
            let page: Messages = serde_json::from_slice(&body).ok()?;
            loaded.messages.splice(0..0, page.items);
            loaded.from = match loaded.messages.first() {
                Some(first) if page.has_more_before => first.seq.as_i64(),
                _ => 1,
            };
        }
        Some(loaded)
    }
}
