//! People who lose their socket and come back.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use damso_domain::ConversationId;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::accounts::Account;
use crate::http::{HttpClient, Request};
use crate::socket::{Socket, source_address};

/// The server's limit of open files is for sockets and requests together, and the sockets take most of it.
pub const HTTP_CONNECTIONS: usize = 256;
/// The contract: the first try within this time, doubling, at most the other.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A client gives up on an attempt that takes longer.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(30);

/// Somebody with one device.
pub struct Person {
    number: usize,
    token: RefCell<String>,
    refresh_token: RefCell<String>,
    /// What the client has: the body of its `/sync`.
    position: String,
}

impl Person {
    /// Somebody in one group, who knows of everything up to its members.
    pub fn new(number: usize, account: Account, group: ConversationId, members: usize) -> Self {
        let known = json!({ "id": group, "rev": members, "read_seq": 0 });
        Self {
            number,
            token: RefCell::new(account.token),
            refresh_token: RefCell::new(account.refresh_token),
            position: json!({ "user_rev": 0, "conversations": [known] }).to_string(),
        }
    }

    /// The access token.
    pub fn token(&self) -> String {
        self.token.borrow().clone()
    }
}

/// One storm, shared by everybody in it.
pub struct Storm {
    address: SocketAddr,
    has_expired: bool,
    permits: Semaphore,
    connections: RefCell<Vec<HttpClient>>,
    /// How many have synced since.
    pub back: Cell<usize>,
    /// How many times somebody tried.
    pub attempts: Cell<usize>,
}

impl Storm {
    /// A storm at a server.
    pub fn new(address: SocketAddr, has_expired: bool) -> Rc<Self> {
        Rc::new(Self {
            address,
            has_expired,
            permits: Semaphore::new(HTTP_CONNECTIONS),
            connections: RefCell::new(Vec::new()),
            back: Cell::new(0),
            attempts: Cell::new(0),
        })
    }

    /// Waits until the socket is lost, comes back, and then stays until the storm is over.
    pub async fn live(self: Rc<Self>, person: Rc<Person>, mut socket: Socket) {
        while let Ok(None) = socket.receive(|_| ()).await {}
        drop(socket);
        let mut random = fastrand::Rng::with_seed(person.number as u64);
        let mut longest = FIRST_PAUSE;
        let mut needs_token = self.has_expired;
        loop {
            sleep(longest.mul_f64(random.f64())).await;
            longest = LONGEST_PAUSE.min(longest * 2);
            self.attempts.set(self.attempts.get() + 1);
            let attempt = timeout(LONGEST_ATTEMPT, self.come_back(&person, &mut needs_token)).await;
            if let Ok(Ok(mut socket)) = attempt {
                self.back.set(self.back.get() + 1);
                while let Ok(None) = socket.receive(|_| ()).await {}
                return;
            }
        }
    }

    /// Refreshes if it must, subscribes, and only then syncs.
    async fn come_back(&self, person: &Person, needs_token: &mut bool) -> Result<Socket> {
        if *needs_token {
            self.refresh(person).await?;
            *needs_token = false;
        }
        let token = person.token();
        let source = source_address(person.number);
        let (socket, _) = Socket::sign_in(source, self.address, &token).await?;
        self.request("/sync", Some(&token), &person.position).await?;
        Ok(socket)
    }

    async fn refresh(&self, person: &Person) -> Result<()> {
        let body = json!({ "refresh_token": *person.refresh_token.borrow() }).to_string();
        let answer = self.request("/auth/refresh", None, &body).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        *person.token.borrow_mut() = text("access_token").context("the answer has an access token")?;
        *person.refresh_token.borrow_mut() =
            text("refresh_token").context("the answer has a refresh token")?;
        Ok(())
    }

    async fn request(&self, path: &str, token: Option<&str>, body: &str) -> Result<Vec<u8>> {
        let _permit = self.permits.acquire().await?;
        let free = self.connections.borrow_mut().pop();
        let mut http = free.unwrap_or_else(|| HttpClient::new(self.address));
        let request = Request {
            method: "POST",
            path,
            token,
            body: Some(body),
        };
        let answer = http.expect(200, &request).await.map(<[u8]>::to_vec);
        self.connections.borrow_mut().push(http);
        answer
    }
}
