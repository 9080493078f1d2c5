//! The one place that owns the socket: signs it in, keeps it alive, opens it again.

mod backoff;
mod frame;
mod socket;

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::time::Duration;

use damso_domain::ConversationId;
use damso_protocol::{
    Authenticate, ClientCommand, CloseCode, Empty, Ready, ServerEvent, TypingCommand, Watch,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{ApiClient, ApiError};
use backoff::Backoff;
use frame::Frame;
use socket::{Socket, SocketEvent};

/// How long the server may take to answer `authenticate` or `ping`.
const ANSWER_TIMEOUT_MILLIS: f64 = 15_000.0;
/// How often the state of the socket is looked at.
const TICK: Duration = Duration::from_secs(5);

/// What the socket brings.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// The socket is signed in: sync, then apply what arrives from now on.
    Ready(Box<Ready>),
    /// A fact, or a hint.
    Event(Box<ServerEvent>),
    /// A fact of a kind that this client is too old for. A sync brings what it changed.
    Unknown {
        /// Where, if it is a fact of a conversation.
        conversation_id: Option<ConversationId>,
    },
    /// The server has ended the session.
    SessionEnded,
}

/// Hears what the socket brings, with the frame as it came where the other tabs need it too.
type Handler = Box<dyn Fn(Incoming, &str)>;

/// The connection to the server. It lives until it is dropped.
pub struct Realtime {
    api: ApiClient,
    handler: Handler,
    is_live: ArcRwSignal<bool>,
    state: RefCell<State>,
    /// For closures of the browser, which must not keep the connection alive.
    this: Weak<Realtime>,
}

#[derive(Default)]
struct State {
    socket: Option<Socket>,
    /// Counts the sockets, so that a late event of an old one is not taken for one of the new.
    generation: u32,
    backoff: Backoff,
    watched: Vec<ConversationId>,
    heartbeat_millis: Option<f64>,
    heard_at: f64,
    pinged_at: f64,
    is_opening: bool,
    timers: Vec<IntervalHandle>,
}

impl Realtime {
    /// Opens the connection and keeps it open.
    pub fn start(
        api: ApiClient,
        is_live: ArcRwSignal<bool>,
        handler: impl Fn(Incoming, &str) + 'static,
    ) -> Rc<Self> {
        let realtime = Rc::new_cyclic(|this| Self {
            api,
            handler: Box::new(handler),
            is_live,
            state: RefCell::default(),
            this: this.clone(),
        });
        let ticking = realtime.this.clone();
        let tick = move || ticking.upgrade().into_iter().for_each(|realtime| realtime.tick());
        if let Ok(timer) = set_interval_with_handle(tick, TICK) {
            realtime.state.borrow_mut().timers.push(timer);
        }
        realtime.open();
        realtime
    }

    /// Tells the server what is on the screen.
    pub fn watch(&self, mut conversations: Vec<ConversationId>) {
        conversations.truncate(Watch::MAX);
        self.state.borrow_mut().watched.clone_from(&conversations);
        self.send(&ClientCommand::Watch(Watch {
            conversation_ids: conversations,
        }));
    }

    /// Tells the others that I am typing.
    pub fn typing(&self, conversation_id: ConversationId) {
        self.send(&ClientCommand::Typing(TypingCommand { conversation_id }));
    }

    /// The network is back, or somebody looks at the page again: no reason to wait any longer.
    pub fn wake(&self) {
        if self.is_live.get_untracked() {
            self.ping();
        } else if self.state.borrow().socket.is_none() {
            self.state.borrow_mut().backoff.reset();
            self.open();
        }
    }

    /// Ends the connection for good.
    pub fn stop(&self) {
        let mut state = self.state.borrow_mut();
        state.generation += 1;
        state.socket.take();
        state.timers.drain(..).for_each(|timer| timer.clear());
        drop(state);
        self.is_live.set(false);
    }

    fn open(&self) {
        let generation = {
            let mut state = self.state.borrow_mut();
            if state.is_opening || state.socket.is_some() {
                return;
            }
            state.is_opening = true;
            state.generation += 1;
            state.generation
        };
        let this = self.this.clone();
        let api = self.api;
        spawn_local(async move {
            // The token comes first: a socket has only five seconds to show one.
            let token = api.access_token().await;
            if let Some(realtime) = this.upgrade() {
                realtime.open_with(generation, token);
            }
        });
    }

    fn open_with(&self, generation: u32, token: Result<String, ApiError>) {
        let mut state = self.state.borrow_mut();
        state.is_opening = false;
        if state.generation != generation {
            return;
        }
        let access_token = match token {
            Ok(token) => token,
            Err(ApiError::Unauthenticated) => return,
            Err(_) => {
                drop(state);
                return self.open_later();
            }
        };
        let this = self.this.clone();
        let hello = frame::encode(&ClientCommand::Authenticate(Authenticate { access_token }));
        let socket = Socket::open(hello, move |event| {
            if let Some(realtime) = this.upgrade() {
                realtime.on_socket(generation, event);
            }
        });
        state.heard_at = js_sys::Date::now();
        state.heartbeat_millis = None;
        state.socket = socket;
        let has_failed = state.socket.is_none();
        drop(state);
        if has_failed {
            self.open_later();
        }
    }

    fn open_later(&self) {
        let delay = self.state.borrow_mut().backoff.next_delay();
        let generation = self.state.borrow().generation;
        let this = self.this.clone();
        let open = move || {
            if let Some(realtime) = this
                .upgrade()
                .filter(|this| this.state.borrow().generation == generation)
            {
                realtime.open();
            }
        };
        set_timeout(open, delay);
    }

    fn on_socket(&self, generation: u32, event: SocketEvent) {
        if self.state.borrow().generation != generation {
            return;
        }
        self.state.borrow_mut().heard_at = js_sys::Date::now();
        match event {
            SocketEvent::Text(text) => self.on_frame(frame::decode(&text), &text),
            SocketEvent::Closed(code) => self.on_close(code),
        }
    }

    fn on_frame(&self, frame: Frame, text: &str) {
        match frame {
            Frame::Event(event) => match *event {
                ServerEvent::Ready(ready) => self.on_ready(ready),
                ServerEvent::Pong(_) => (),
                event => (self.handler)(Incoming::Event(Box::new(event)), text),
            },
            Frame::Unknown { conversation_id } => (self.handler)(Incoming::Unknown { conversation_id }, text),
            Frame::Noise => (),
        }
    }

    fn on_ready(&self, ready: Ready) {
        let watched = {
            let mut state = self.state.borrow_mut();
            state.backoff.reset();
            state.heartbeat_millis = Some(f64::from(ready.heartbeat_interval_ms));
            state.watched.clone()
        };
        if !watched.is_empty() {
            self.watch(watched);
        }
        self.is_live.set(true);
        (self.handler)(Incoming::Ready(Box::new(ready)), "");
    }

    fn on_close(&self, code: u16) {
        self.state.borrow_mut().socket.take();
        self.is_live.set(false);
        if code == CloseCode::SessionEnded.as_u16() {
            (self.handler)(Incoming::SessionEnded, "");
        } else if code == CloseCode::AuthenticationFailed.as_u16() {
            self.prove_session();
        } else {
            self.open_later();
        }
    }

    /// The token was not good. A new one shows whether the session still is.
    fn prove_session(&self) {
        self.api.forget_token();
        let this = self.this.clone();
        let api = self.api;
        spawn_local(async move {
            let token = api.access_token().await;
            match this.upgrade() {
                Some(realtime) if token != Err(ApiError::Unauthenticated) => realtime.open_later(),
                _ => (),
            }
        });
    }

    /// Says something now and then, and notices a connection that died without a word.
    fn tick(&self) {
        let now = js_sys::Date::now();
        let (is_silent, is_time) = {
            let state = self.state.borrow();
            let interval = state.heartbeat_millis.unwrap_or(0.0);
            let is_silent = state.socket.is_some() && state.heard_at + interval + ANSWER_TIMEOUT_MILLIS < now;
            let is_time = state
                .heartbeat_millis
                .is_some_and(|interval| state.pinged_at + interval * 0.8 <= now);
            (is_silent, is_time)
        };
        if is_silent {
            // The closing handshake of a dead connection takes its time: nothing waits for it.
            self.on_close(CLOSED_WITHOUT_A_WORD);
        } else if is_time {
            self.ping();
        }
    }

    fn ping(&self) {
        self.state.borrow_mut().pinged_at = js_sys::Date::now();
        self.send(&ClientCommand::Ping(Empty {}));
    }

    fn send(&self, command: &ClientCommand) {
        let state = self.state.borrow();
        if state.heartbeat_millis.is_some()
            && let Some(socket) = &state.socket
        {
            socket.send(&frame::encode(command));
        }
    }
}

/// What a frame brings that another tab has heard.
pub fn read_frame(text: &str) -> Option<Incoming> {
    match frame::decode(text) {
        Frame::Event(event) => Some(Incoming::Event(event)),
        Frame::Unknown { conversation_id } => Some(Incoming::Unknown { conversation_id }),
        Frame::Noise => None,
    }
}

/// As the browser reports it.
const CLOSED_WITHOUT_A_WORD: u16 = 1006;

impl Drop for Realtime {
    fn drop(&mut self) {
        self.stop();
    }
}
