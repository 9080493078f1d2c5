//! Somebody who uses the API.

use std::sync::OnceLock;

use damso_domain::{AttachmentId, UserId};
use damso_protocol::{Attachment, AuthResponse, CreatedAttachment, FriendRequest, Me};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Inbox, Reply, contract};

/// The password of every actor.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody who uses the API, signed in or not.
#[derive(Clone, Debug)]
pub struct Actor {
    url: String,
    /// The session; `None` for somebody who has not signed in.
    pub session: Option<AuthResponse>,
}

fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    // Connections belong to the runtime that opened them, and each test has its own: none is kept.
    CLIENT.get_or_init(|| {
        let builder = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
        builder
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("the client needs no TLS")
    })
}

impl Actor {
    pub(crate) fn anonymous(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            session: None,
        }
    }

    pub(crate) async fn sign_up(url: &str, handle: &str) -> Self {
        let body = json!({
            "handle": handle, "display_name": handle, "password": PASSWORD, "token_transport": "body",
        });
        let anonymous = Self::anonymous(url);
        let session = anonymous.post("/auth/sign-up", &body).await.json();
        Self {
            session: Some(session),
            ..anonymous
        }
    }

    /// The same account on another device.
    pub async fn sign_in_again(&self) -> Self {
        let login = self.session().user.handle.clone();
        let body = json!({ "login": login, "password": PASSWORD, "token_transport": "body" });
        let session = Self::anonymous(&self.url)
            .post("/auth/sign-in", &body)
            .await
            .json();
        Self {
            url: self.url.clone(),
            session: Some(session),
        }
    }

    /// The session.
    pub fn session(&self) -> &AuthResponse {
        self.session.as_ref().expect("the actor has signed in")
    }

    /// The account.
    pub fn id(&self) -> UserId {
        self.session().user.id
    }

    /// A request under the API's base path (or any path that begins with `//`, without its first slash).
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = match path.strip_prefix('/').filter(|rest| rest.starts_with('/')) {
            Some(absolute) => format!("{}{absolute}", self.url),
            None => format!("{}/api/v1{path}", self.url),
        };
        let request = client().request(method, url);
        match &self.session {
            Some(session) => request.bearer_auth(&session.access_token),
            None => request,
        }
    }

    /// Sends a request. Every answer is held against the API's own description.
    pub async fn send_request(&self, request: reqwest::RequestBuilder) -> Reply {
        let request = request.build().expect("the request is in order");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let reply = Reply::read(client().execute(request).await.expect("the server answers")).await;
        contract::check(&method, &path, &reply);
        reply
    }

    /// The same actor with another access token.
    #[must_use]
    pub fn with_token(&self, access_token: impl Into<String>) -> Self {
        let mut other = self.clone();
        other
            .session
            .as_mut()
            .expect("the actor has signed in")
            .access_token = access_token.into();
        other
    }

    /// Nobody, at the same server.
    #[must_use]
    pub fn signed_out(&self) -> Self {
        Self::anonymous(&self.url)
    }

    /// Signs in with this handle and a password.
    pub async fn try_sign_in(&self, password: &str) -> Reply {
        let body =
            json!({ "login": self.session().user.handle, "password": password, "token_transport": "body" });
        self.signed_out().post("/auth/sign-in", &body).await
    }

    /// Exchanges a refresh token.
    pub async fn refresh(&self, token: &str) -> Reply {
        self.signed_out()
            .post("/auth/refresh", &json!({ "refresh_token": token }))
            .await
    }

    /// The refresh token this actor began with.
    pub fn refresh_token(&self) -> &str {
        self.session()
            .refresh_token
            .as_deref()
            .expect("actors ask for it in the body")
    }

    /// The account as its owner sees it.
    pub async fn me(&self) -> Me {
        self.get("/me").await.json()
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Reply {
        self.send_request(self.request(Method::GET, path)).await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send_request(self.request(Method::POST, path).json(body))
            .await
    }

    /// `PUT` with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send_request(self.request(Method::PUT, path).json(body))
            .await
    }

    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send_request(self.request(Method::PATCH, path).json(body))
            .await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send_request(self.request(Method::DELETE, path)).await
    }

    /// Becomes friends with somebody: asks, and they accept.
    pub async fn befriend(&self, other: &Self) {
        let request: FriendRequest = self
            .post("/friend-requests", &json!({ "user_id": other.id() }))
            .await
            .json();
        let accepted = other
            .post(&format!("/friend-requests/{}/accept", request.id), &json!({}))
            .await;
        assert!(accepted.status.is_success(), "{}", accepted.text());
    }

    /// Announces an upload.
    pub async fn create_attachment(&self, name: &str, media_type: &str, size: usize) -> CreatedAttachment {
        let body = json!({ "file_name": name, "media_type": media_type, "size_bytes": size });
        self.post("/attachments", &body).await.json()
    }

    /// Puts bytes to an upload's URL.
    pub async fn put_bytes(&self, created: &CreatedAttachment, bytes: Vec<u8>) -> Reply {
        let part = &created.upload.parts[0];
        let url = if part.url.starts_with('/') {
            format!("{}{}", self.url, part.url)
        } else {
            part.url.clone()
        };
        let mut request = client().put(url).body(bytes);
        for header in &part.headers {
            request = request.header(&header.name, &header.value);
        }
        Reply::read(request.send().await.expect("the storage answers")).await
    }

    /// Says that the bytes are there.
    pub async fn complete_attachment(&self, id: AttachmentId) -> Reply {
        let body = json!({ "parts": [{ "number": 1, "etag": "any" }] });
        self.post(&format!("/attachments/{id}/complete"), &body).await
    }

    /// Uploads a file, from the announcement to its completion.
    pub async fn upload(&self, name: &str, media_type: &str, bytes: Vec<u8>) -> Attachment {
        let created = self.create_attachment(name, media_type, bytes.len()).await;
        let put = self.put_bytes(&created, bytes).await;
        assert!(put.status.is_success(), "{} {}", put.status, put.text());
        self.complete_attachment(created.attachment.id).await.json()
    }

    /// Opens a socket, signs in and waits for `ready`.
    pub async fn connect(&self) -> Inbox {
        Inbox::connect(&self.url, &self.session().access_token).await
    }

    /// Tries to open a socket as a browser on a page of `origin` would.
    pub async fn try_open_socket_from(&self, origin: &str) -> Result<Inbox, u16> {
        Inbox::try_open(&self.url, Some(origin)).await
    }

    /// Opens a socket and does nothing more.
    pub async fn open_socket(&self) -> Inbox {
        Inbox::open(&self.url).await
    }
}
