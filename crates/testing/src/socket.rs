//! The other end of the WebSocket.

use std::time::Duration;

use damso_protocol::{
    Authenticate, ClientCommand, Empty, Ready, SUBPROTOCOL, ServerEvent, TypingCommand, Watch,
};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Longer than anything that is awaited takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

fn read_event(text: &str) -> ServerEvent {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// An open socket, and what came down it.
pub struct Inbox {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What `ready` said; `None` before.
    pub ready: Option<Ready>,
}

impl Inbox {
    pub(crate) async fn open(url: &str) -> Self {
        Self::try_open(url, None).await.expect("the socket opens")
    }

    /// Opens a socket as a browser on a page of `origin` would; the status when it is refused.
    pub(crate) async fn try_open(url: &str, origin: Option<&str>) -> Result<Self, u16> {
        let url = format!("{}/api/v1/realtime", url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("the URL is in order");
        let protocol = SUBPROTOCOL.parse().expect("a token is a header value");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        if let Some(origin) = origin {
            request
                .headers_mut()
                .insert("origin", origin.parse().expect("an origin is a header value"));
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((stream, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], SUBPROTOCOL);
                Ok(Self { stream, ready: None })
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("the socket neither opens nor is refused: {error}"),
        }
    }

    pub(crate) async fn connect(url: &str, access_token: &str) -> Self {
        let mut inbox = Self::open(url).await;
        inbox.authenticate(access_token).await;
        match inbox.next().await {
            ServerEvent::Ready(ready) => inbox.ready = Some(ready),
            other => panic!("expected ready, got {other:?}"),
        }
        inbox
    }

    /// Signs the socket in.
    pub async fn authenticate(&mut self, access_token: &str) {
        let access_token = access_token.to_owned();
        self.command(&ClientCommand::Authenticate(Authenticate { access_token }))
            .await;
    }

    /// Says what is on the screen, and waits until the server has understood.
    pub async fn watch(&mut self, conversations: &[damso_domain::ConversationId]) {
        self.command(&ClientCommand::Watch(Watch {
            conversation_ids: conversations.to_vec(),
        }))
        .await;
        self.settle().await;
    }

    /// Says that one is typing.
    pub async fn typing(&mut self, conversation_id: damso_domain::ConversationId) {
        self.command(&ClientCommand::Typing(TypingCommand { conversation_id }))
            .await;
    }

    /// Sends a command.
    pub async fn command(&mut self, command: &ClientCommand) {
        let frame = serde_json::to_string(command).expect("commands serialise");
        self.send_text(&frame).await;
    }

    /// Sends any text.
    pub async fn send_text(&mut self, text: &str) {
        self.send_frame(Message::text(text)).await;
    }

    /// Sends any text; tells whether the socket was still open.
    pub async fn try_send_text(&mut self, text: &str) -> bool {
        self.stream.send(Message::text(text)).await.is_ok()
    }

    /// Sends any frame.
    pub async fn send_frame(&mut self, frame: Message) {
        self.stream.send(frame).await.expect("the socket is open");
    }

    /// The next event.
    pub async fn next(&mut self) -> ServerEvent {
        match self.next_frame().await {
            Message::Text(text) => read_event(&text),
            other => panic!("expected an event, got {other:?}"),
        }
    }

    /// The next event that `pick` takes; others are passed over.
    pub async fn wait_for<T>(&mut self, mut pick: impl FnMut(ServerEvent) -> Option<T>) -> T {
        loop {
            if let Some(picked) = pick(self.next().await) {
                return picked;
            }
        }
    }

    /// The next text message that was stored.
    pub async fn next_message(&mut self) -> damso_protocol::Message {
        self.wait_for(|event| match event {
            ServerEvent::MessageCreated(created) => Some(created.message),
            _ => None,
        })
        .await
    }

    /// The code the server closes with; events before are passed over.
    pub async fn closed_with(&mut self) -> u16 {
        self.until_closed().await.1
    }

    /// The events before the server closes, and the code it closes with.
    pub async fn until_closed(&mut self) -> (Vec<ServerEvent>, u16) {
        let mut events = Vec::new();
        loop {
            match self.next_frame().await {
                Message::Close(frame) => return (events, frame.map_or(1005, |frame| frame.code.into())),
                Message::Text(text) => events.push(read_event(&text)),
                other => panic!("expected an event or the end, got {other:?}"),
            }
        }
    }

    /// Waits until the other end has closed the connection.
    pub async fn until_gone(&mut self) {
        while let Some(Ok(_)) = timeout(PATIENCE, self.stream.next())
            .await
            .expect("the end comes in time")
        {}
    }

    /// Everything up to and including the event that `is_last` takes.
    pub async fn events_until(&mut self, is_last: impl Fn(&ServerEvent) -> bool) -> Vec<ServerEvent> {
        let mut events = Vec::new();
        while !events.last().is_some_and(&is_last) {
            events.push(self.next().await);
        }
        events
    }

    /// Nothing has come but what a ping brings. The answer to the ping comes after everything that was on its
    /// way, so nobody has to wait for silence.
    pub async fn assert_silent(&mut self) {
        let passed = self.settle().await;
        assert!(passed.is_empty(), "expected silence, got {passed:?}");
    }

    /// Waits until everything that was on its way has come; returns it.
    pub async fn settle(&mut self) -> Vec<ServerEvent> {
        self.command(&ClientCommand::Ping(Empty {})).await;
        let mut passed = Vec::new();
        loop {
            match self.next().await {
                ServerEvent::Pong(_) => return passed,
                other => passed.push(other),
            }
        }
    }

    async fn next_frame(&mut self) -> Message {
        loop {
            let frame = timeout(PATIENCE, self.stream.next())
                .await
                .expect("something comes in time");
            match frame.expect("the socket is open").expect("the frame is in order") {
                Message::Ping(_) | Message::Pong(_) => (),
                frame => return frame,
            }
        }
    }
}
