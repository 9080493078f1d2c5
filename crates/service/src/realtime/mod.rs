//! Who is connected, and who hears of what.

mod news;
mod order;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytestring::ByteString;
use damso_domain::{ConversationId, Rev, Seq, SessionId, Timestamp, UserId};
use damso_protocol::{CloseCode, Empty, MovedRead, ReadsMoved, ServerEvent, TypingStarted};
use damso_repository::user::Settings;
use dashmap::DashMap;
use tokio::sync::{mpsc, watch};

use crate::token::ACCESS_LIFETIME;
use crate::view;
use news::News;
pub(crate) use news::PresenceNews;
use order::{HOLD, Held, Order};

/// Frames that may wait for one socket; who has more is closed and syncs when it comes back. A batch of messages comes
/// all at once, so there is room for several of the largest.
pub const QUEUE_FRAMES: usize = 1_024;
/// How long pointers that move are gathered before they are told.
const GATHER_READS: Duration = Duration::from_millis(300);
/// How long somebody who is typing is not told of again.
const GATHER_TYPING: Duration = Duration::from_secs(1);
/// How long an ended session is remembered: a little longer than an access token lives.
pub(crate) const REMEMBER_ENDED: Duration = Duration::from_secs(ACCESS_LIFETIME.as_secs() + 60);

/// Who is connected to this process. Delivery knows queues and no rules: services say who is to hear of what.
///
/// Announcing is not `async`, so that nothing can be cancelled between a commit and its announcement.
#[derive(Clone)]
pub struct Hub(Arc<State>);

#[derive(Default)]
struct State {
    next_id: AtomicU64,
    users: DashMap<UserId, Vec<Arc<Connection>>>,
    watchers: DashMap<ConversationId, Vec<Arc<Connection>>>,
    ended: DashMap<SessionId, Timestamp>,
    moved_reads: Mutex<HashMap<ConversationId, HashMap<UserId, Moved>>>,
    /// Held by whoever tells of them.
    telling_reads: Mutex<()>,
    /// Who was told of a moment ago.
    typing: Mutex<HashSet<(ConversationId, UserId)>>,
    /// Of direct conversations: who of the two blocks the other one, or did, as of which change of their own stream.
    /// While somebody does, nobody hears of typing there.
    silent: DashMap<ConversationId, HashMap<UserId, (Rev, bool)>>,
    news: News,
    order: Order,
}

/// The hub's end of one socket.
struct Connection {
    id: u64,
    user_id: UserId,
    session_id: SessionId,
    queue: mpsc::Sender<ByteString>,
    close: watch::Sender<Option<CloseCode>>,
    watched: Mutex<HashSet<ConversationId>>,
    sharing: Mutex<Sharing>,
}

/// How somebody's pointer moved while moves were gathered.
#[derive(Clone, Copy, Debug, Default)]
struct Moved {
    read_seq: Option<Seq>,
    /// Whether they were not counted for a while. What was read before and told after it must not hide that.
    was_uncounted: bool,
}

/// What somebody shows of themselves, and is therefore shown of others.
#[derive(Clone, Copy, Debug, Default)]
struct Sharing {
    /// As of this change of the user's own stream.
    user_rev: Rev,
    reads: bool,
    typing: bool,
    /// Somebody invisible hears others typing, and is not heard.
    is_invisible: bool,
}

impl Connection {
    fn push(&self, frame: &ByteString) {
        // A full queue is a reader that does not keep up. It loses nothing: it syncs when it comes back.
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(frame.clone()) {
            self.close(CloseCode::SlowReader);
        }
    }

    fn close(&self, code: CloseCode) {
        self.close.send_if_modified(|current| {
            let is_first = current.is_none();
            if is_first {
                *current = Some(code);
            }
            is_first
        });
    }

    fn sharing(&self) -> Sharing {
        *self.sharing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest wins: a socket that opens reads its settings while another device may change them.
    fn share(&self, new: Sharing) {
        let mut sharing = self.sharing.lock().unwrap_or_else(PoisonError::into_inner);
        if sharing.user_rev <= new.user_rev {
            *sharing = new;
        }
    }

    fn watched(&self) -> MutexGuard<'_, HashSet<ConversationId>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The socket's end: what to write, and when to close. Dropping it leaves the hub, also in a panic.
pub struct Subscription {
    hub: Hub,
    connection: Arc<Connection>,
    frames: mpsc::Receiver<ByteString>,
    close: watch::Receiver<Option<CloseCode>>,
}

/// What the socket is to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Write these frames.
    Frames(Vec<ByteString>),
    /// Close.
    Close(CloseCode),
}

impl Subscription {
    /// Waits for something to do. Everything that is queued comes at once. Cancel-safe.
    pub async fn next(&mut self) -> Outgoing {
        let code = *self.close.borrow_and_update();
        if let Some(code) = code {
            return Outgoing::Close(code);
        }
        let mut frames = Vec::new();
        tokio::select! {
            biased;
            // The sender lives in `connection`, so waiting for a change cannot fail.
            _ = self.close.changed() => {
                let code = *self.close.borrow_and_update();
                Outgoing::Close(code.unwrap_or(CloseCode::Restarting))
            }
            _ = self.frames.recv_many(&mut frames, QUEUE_FRAMES) => Outgoing::Frames(frames),
        }
    }

    /// What is queued at this moment.
    pub fn take_queued(&mut self) -> Vec<ByteString> {
        std::iter::from_fn(|| self.frames.try_recv().ok()).collect()
    }

    /// Replaces what is on the screen. The caller has checked that the user is in these conversations.
    pub fn watch(&self, conversations: HashSet<ConversationId>) {
        let mut watched = self.connection.watched();
        let gone: Vec<ConversationId> = watched.difference(&conversations).copied().collect();
        let new: Vec<ConversationId> = conversations.difference(&watched).copied().collect();
        *watched = conversations;
        drop(watched);
        for conversation in gone {
            self.hub.0.forget_watcher(conversation, self.connection.id);
        }
        for conversation in new {
            self.hub
                .0
                .watchers
                .entry(conversation)
                .or_default()
                .push(self.connection.clone());
        }
    }

    /// Tells those who look at a conversation that this user is typing there. Only from what is on the user's
    /// own screen, which was checked when it was watched, and only for somebody who shows it.
    pub fn typing(&self, conversation: ConversationId) {
        if self.connection.sharing().shows_typing() && self.connection.watched().contains(&conversation) {
            self.hub.typing(conversation, self.connection.user_id);
        }
    }

    /// What this user shows of themselves, as of `user_rev`. Before it is said, nothing is.
    pub fn share(&self, user_rev: Rev, settings: &Settings) {
        self.connection.share(Sharing::new(user_rev, settings));
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.watch(HashSet::new());
        self.hub.0.forget_connection(&self.connection);
        let user = self.connection.user_id;
        self.hub.0.news.add(|news| {
            news.moved.insert(user);
        });
    }
}

impl Sharing {
    fn shows_typing(self) -> bool {
        self.typing && !self.is_invisible
    }

    fn new(user_rev: Rev, settings: &Settings) -> Self {
        Self {
            user_rev,
            reads: settings.read_receipts,
            typing: settings.typing_indicators,
            is_invisible: view::is_invisible(settings),
        }
    }
}

fn encode(event: &ServerEvent) -> ByteString {
    serde_json::to_string(event)
        .expect("events hold only strings, numbers and lists")
        .into()
}

impl State {
    fn deliver(&self, users: &[UserId], encode: impl Fn() -> ByteString) {
        let mut frame: Option<ByteString> = None;
        for user in users {
            if let Some(connections) = self.users.get(user) {
                let frame = frame.get_or_insert_with(&encode);
                connections.iter().for_each(|connection| connection.push(frame));
            }
        }
    }

    fn deliver_held(&self, held: &Held) {
        self.deliver(&held.users, || held.frame.clone());
    }

    /// Tells those of a conversation's watchers that `is_for` picks.
    fn to_watchers(
        &self,
        conversation: ConversationId,
        event: &ServerEvent,
        is_for: impl Fn(&Connection) -> bool,
    ) {
        if let Some(watchers) = self.watchers.get(&conversation) {
            let mut frame: Option<ByteString> = None;
            for watcher in watchers.iter().filter(|watcher| is_for(watcher)) {
                watcher.push(frame.get_or_insert_with(|| encode(event)));
            }
        }
    }

    fn forget_watcher(&self, conversation: ConversationId, id: u64) {
        if let Some(mut watchers) = self.watchers.get_mut(&conversation) {
            watchers.retain(|watcher| watcher.id != id);
        }
        self.watchers
            .remove_if(&conversation, |_, watchers| watchers.is_empty());
    }

    fn forget_connection(&self, connection: &Connection) {
        if let Some(mut connections) = self.users.get_mut(&connection.user_id) {
            connections.retain(|other| other.id != connection.id);
        }
        self.users
            .remove_if(&connection.user_id, |_, connections| connections.is_empty());
    }
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// Enters a socket that has signed in.
    pub fn subscribe(&self, user: UserId, session: SessionId) -> Subscription {
        let (queue, frames) = mpsc::channel(QUEUE_FRAMES);
        let (close, close_receiver) = watch::channel(None);
        let connection = Arc::new(Connection {
            id: self.0.next_id.fetch_add(1, Ordering::Relaxed),
            user_id: user,
            session_id: session,
            queue,
            close,
            watched: Mutex::default(),
            sharing: Mutex::default(),
        });
        self.0.users.entry(user).or_default().push(connection.clone());
        self.0.news.add(|news| {
            news.moved.insert(user);
            news.newcomers.insert(user);
        });
        // Entered first, then looked: a session that ends in between closes it one way or the other.
        if self.is_ended(session) {
            connection.close(CloseCode::SessionEnded);
        }
        Subscription {
            hub: self.clone(),
            connection,
            frames,
            close: close_receiver,
        }
    }

    /// Tells every socket of these users. Encoded once; the bytes are shared. Facts of a conversation leave in the
    /// order of their numbers: one that comes too early waits for a moment.
    pub(crate) fn to_users(&self, users: &[UserId], event: &ServerEvent) {
        let Some(number) = event.conversation_rev() else {
            return self.0.deliver(users, || encode(event));
        };
        let waits = self.0.order.tell(
            number,
            || self.0.deliver(users, || encode(event)),
            || Held {
                users: users.to_vec(),
                frame: encode(event),
            },
            |held| self.0.deliver_held(held),
        );
        if waits {
            let state = self.0.clone();
            tokio::spawn(async move {
                tokio::time::sleep(HOLD).await;
                state.order.release(number.0, |held| state.deliver_held(held));
            });
        }
    }

    /// Tells every socket of this user.
    pub(crate) fn to_user(&self, user: UserId, event: &ServerEvent) {
        self.to_users(&[user], event);
    }

    /// Tells those who look at a conversation how far somebody has read, together with others who read at
    /// nearly the same time.
    pub(crate) fn reads_moved(&self, conversation: ConversationId, user: UserId, read_seq: Option<Seq>) {
        let mut moved = self.0.moved_reads.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = moved.is_empty();
        let of_user = moved.entry(conversation).or_default().entry(user).or_default();
        // Two devices may tell in another order than they read in; the pointer only moves forward.
        of_user.read_seq = read_seq.map(|seq| of_user.read_seq.map_or(seq, |known| known.max(seq)));
        of_user.was_uncounted |= read_seq.is_none();
        if is_first {
            let state = self.0.clone();
            tokio::spawn(async move {
                tokio::time::sleep(GATHER_READS).await;
                state.tell_moved_reads();
            });
        }
    }

    /// Tells everybody that something may have been missed.
    pub(crate) fn resync_all(&self) {
        let frame = encode(&ServerEvent::Resync(Empty {}));
        for connections in &self.0.users {
            connections.iter().for_each(|connection| connection.push(&frame));
        }
    }

    /// Tells at once what has been gathered, and what waits for facts with smaller numbers.
    pub fn tell_gathered(&self) {
        let state = &self.0;
        state.order.release_all(|held| state.deliver_held(held));
        state.tell_moved_reads();
    }

    /// Tells those who look at a conversation that somebody, who is in it and shows it, is typing; at most once in
    /// a moment.
    pub(crate) fn typing(&self, conversation: ConversationId, user_id: UserId) {
        if self.is_silent(conversation) {
            return;
        }
        let mut typing = self.0.typing.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = typing.is_empty();
        if !typing.insert((conversation, user_id)) {
            return;
        }
        drop(typing);
        if is_first {
            let state = self.0.clone();
            tokio::spawn(async move {
                tokio::time::sleep(GATHER_TYPING).await;
                state
                    .typing
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clear();
            });
        }
        let event = ServerEvent::TypingStarted(TypingStarted {
            conversation_id: conversation,
            user_id,
        });
        self.0.to_watchers(conversation, &event, |watcher| {
            watcher.user_id != user_id && watcher.sharing().typing
        });
    }

    /// One of the two in a direct conversation blocks the other one, or does not any more. The newest wins: two changes
    /// may be noted in another order than they were made in.
    pub(crate) fn silence(
        &self,
        conversation: ConversationId,
        blocker: UserId,
        user_rev: Rev,
        is_blocking: bool,
    ) {
        let mut silent = self.0.silent.entry(conversation).or_default();
        let noted = silent.entry(blocker).or_insert((user_rev, is_blocking));
        if noted.0 <= user_rev {
            *noted = (user_rev, is_blocking);
        }
    }

    fn is_silent(&self, conversation: ConversationId) -> bool {
        let silent = self.0.silent.get(&conversation);
        silent.is_some_and(|silent| silent.values().any(|(_, is_blocking)| *is_blocking))
    }

    /// `viewer` is not shown any more whether `subject` is here.
    pub(crate) fn presence_parted(&self, viewer: UserId, subject: UserId) {
        self.0.news.add(|news| {
            news.parted.insert((viewer, subject));
        });
    }

    /// Whether a socket of this user is open.
    pub(crate) fn is_connected(&self, user: UserId) -> bool {
        self.0.users.contains_key(&user)
    }

    /// What this user shows of themselves from now on.
    pub(crate) fn share(&self, user: UserId, user_rev: Rev, settings: &Settings) {
        if let Some(connections) = self.0.users.get(&user) {
            let sharing = Sharing::new(user_rev, settings);
            connections
                .iter()
                .for_each(|connection| connection.share(sharing));
        }
    }

    /// This user says something else about being here, or lets others see otherwise.
    pub(crate) fn presence_changed(&self, user: UserId) {
        self.0.news.add(|news| {
            news.changed.insert(user);
        });
    }

    /// Waits until friends have to be told something. Cancel-safe.
    pub(crate) async fn presence_news(&self) {
        self.0.news.arrived().await;
    }

    /// Takes up to `most` of each kind of what friends have to be told.
    pub(crate) fn take_presence_news(&self, most: usize) -> PresenceNews {
        self.0.news.take(most)
    }

    /// Puts back what could not be told.
    pub(crate) fn put_back(&self, news: PresenceNews) {
        self.0.news.add(|waiting| {
            waiting.moved.extend(news.moved);
            waiting.changed.extend(news.changed);
            waiting.newcomers.extend(news.newcomers);
            waiting.parted.extend(news.parted);
        });
    }

    /// Nobody of `user` looks at this conversation any more: they are not in it.
    pub(crate) fn unwatch(&self, conversation: ConversationId, user: UserId) {
        if let Some(mut watchers) = self.0.watchers.get_mut(&conversation) {
            for watcher in watchers.iter().filter(|watcher| watcher.user_id == user) {
                watcher.watched().remove(&conversation);
            }
            watchers.retain(|watcher| watcher.user_id != user);
        }
    }

    /// Refuses these sessions from now on and closes their sockets.
    pub(crate) fn end_sessions(&self, user: UserId, sessions: &[SessionId], now: Timestamp) {
        self.remember_ended(sessions, now);
        if let Some(connections) = self.0.users.get(&user) {
            let ended = connections
                .iter()
                .filter(|connection| sessions.contains(&connection.session_id));
            ended.for_each(|connection| connection.close(CloseCode::SessionEnded));
        }
    }

    /// Refuses these sessions from now on; forgets those whose access tokens have expired anyway.
    pub(crate) fn remember_ended(&self, sessions: &[SessionId], now: Timestamp) {
        let oldest = now.before(REMEMBER_ENDED);
        self.0.ended.retain(|_, ended_at| oldest < *ended_at);
        for session in sessions {
            self.0.ended.insert(*session, now);
        }
    }

    /// The sessions of everybody who is connected, each once.
    pub(crate) fn connected_sessions(&self) -> Vec<SessionId> {
        let mut sessions: Vec<SessionId> = self
            .0
            .users
            .iter()
            .flat_map(|connections| {
                connections
                    .iter()
                    .map(|connection| connection.session_id)
                    .collect::<Vec<_>>()
            })
            .collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }

    /// Closes the sockets of these sessions, whoever's they are.
    pub(crate) fn close_sessions(&self, sessions: &HashSet<SessionId>) {
        for connections in &self.0.users {
            connections
                .iter()
                .filter(|connection| sessions.contains(&connection.session_id))
                .for_each(|connection| connection.close(CloseCode::SessionEnded));
        }
    }

    /// Whether the session ended within the life of an access token.
    pub(crate) fn is_ended(&self, session: SessionId) -> bool {
        self.0.ended.contains_key(&session)
    }

    /// Closes every socket; their clients come back.
    pub fn close_all(&self) {
        for connections in &self.0.users {
            connections
                .iter()
                .for_each(|connection| connection.close(CloseCode::Restarting));
        }
    }

    /// How many sockets are signed in.
    pub fn connection_count(&self) -> usize {
        self.0.users.iter().map(|connections| connections.len()).sum()
    }
}

impl State {
    fn tell_moved_reads(&self) {
        // What was gathered first is told first; and whoever returns from here knows that all of it was.
        let _turn = self.telling_reads.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = std::mem::take(&mut *self.moved_reads.lock().unwrap_or_else(PoisonError::into_inner));
        for (conversation_id, reads) in moved {
            let reads = reads.into_iter().flat_map(|(user_id, moved)| {
                let uncounted = (moved.was_uncounted && moved.read_seq.is_some()).then_some(None);
                let told = uncounted.into_iter().chain([moved.read_seq]);
                told.map(move |read_seq| MovedRead { user_id, read_seq })
            });
            let reads = reads.collect();
            self.to_watchers(
                conversation_id,
                &ServerEvent::ReadsMoved(ReadsMoved {
                    conversation_id,
                    reads,
                }),
                |watcher| watcher.sharing().reads,
            );
        }
    }
}
