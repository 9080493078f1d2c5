//! One device: the web client's state, and a network that treats its events badly.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt;

use damso_client_state::model::{PageRequest, Place, ReadsRequest};
use damso_client_state::{Chat, Effects, Model};
use damso_domain::{ConversationId, MessageRef, Seq, SessionId, UserId};
use damso_protocol::{Messages, Reads, ServerEvent, SyncResponse};
use damso_service::Services;
use damso_service::realtime::Subscription;
use fastrand::Rng;

use super::fresh::{self, Shown};

/// How events are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    /// Nothing is lost, but much comes late, twice, or in another order.
    Reliable,
    /// Some are lost.
    Lossy,
}

/// An answer that is on its way.
enum Answer {
    Sync(Vec<SyncResponse>),
    Page(PageRequest, Option<Messages>),
    Reads(ReadsRequest, Option<Reads>),
}

/// One device of somebody.
pub(super) struct Device {
    services: Services,
    network: Network,
    /// In one of so many steps it asks for what it lacks. Whoever waits long misses what was undone meanwhile.
    asks_each: u8,
    model: Model,
    subscription: Subscription,
    /// Frames that come after others.
    late: VecDeque<String>,
    /// Each comes in its time, in any order.
    answers: Vec<Answer>,
    wants: Wants,
    has_lost: bool,
}

/// What has to be asked for.
#[derive(Default)]
struct Wants {
    sync_of_all: bool,
    sync_of: BTreeSet<ConversationId>,
    stale: BTreeSet<ConversationId>,
    stale_messages: BTreeSet<(ConversationId, Seq)>,
    reads: bool,
    unknown_users: BTreeSet<UserId>,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} device of {}", self.network, self.user())
    }
}

impl Device {
    /// Subscribes first, then loads.
    pub(super) async fn open(services: &Services, user: UserId, network: Network, asks_each: u8) -> Self {
        let subscription = subscribe(services, user).await;
        let mut device = Self {
            services: services.clone(),
            network,
            asks_each,
            model: fresh::open(services, user).await,
            subscription,
            late: VecDeque::new(),
            answers: Vec::new(),
            wants: Wants::default(),
            has_lost: false,
        };
        // As a client does that has just loaded: what changed meanwhile, and from when on it is told of profiles.
        device.wants.sync_of_all = true;
        device.ask(true).await;
        device
    }

    pub(super) fn user(&self) -> UserId {
        self.model.me()
    }

    pub(super) fn shown(&self) -> Shown {
        Shown::of(&self.model)
    }

    /// Takes what has come, in the network's own way, and does some of what has to be done about it.
    pub(super) async fn step(&mut self, rng: &mut Rng) {
        for frame in self.subscription.take_queued() {
            let frame = frame.to_string();
            match (rng.u8(..24), self.network) {
                (0 | 1, Network::Lossy) => self.has_lost = true,
                (2, _) => {
                    self.take(&frame);
                    self.take(&frame);
                }
                (3 | 4, _) => self.late.push_back(frame),
                (5, _) => self.late.push_front(frame),
                // As if this client were older than the server.
                (6, _) => self.take(&as_unknown(&frame)),
                _ => self.take(&frame),
            }
        }
        while !self.late.is_empty() && rng.u8(..3) == 0 {
            let frame = self.late.pop_front().unwrap_or_default();
            self.take(&frame);
        }
        if rng.u8(..3) == 0 && !self.answers.is_empty() {
            self.take_answer(rng.usize(..self.answers.len()));
        }
        if rng.u8(..self.asks_each) == 0 {
            self.ask(rng.bool()).await;
        }
    }

    /// Lets everything arrive that is on its way. Whoever has lost something comes back with a new socket.
    pub(super) async fn settle(&mut self) {
        if self.has_lost {
            self.subscription = subscribe(&self.services, self.user()).await;
            self.watch_all().await;
            self.late.clear();
            self.has_lost = false;
            self.wants.sync_of_all = true;
            self.wants.reads = true;
        }
        for frame in self.subscription.take_queued() {
            self.take(&frame);
        }
        while let Some(frame) = self.late.pop_front() {
            self.take(&frame);
        }
        loop {
            while !self.answers.is_empty() {
                self.take_answer(0);
            }
            if !self.ask(true).await {
                return;
            }
        }
    }

    fn take(&mut self, frame: &str) {
        match ServerEvent::from_frame(frame) {
            Ok(event) => {
                let effects = self.model.apply(event, 0.0);
                self.act(effects);
            }
            // The client asks for the conversation that it names, or for everything.
            Err(_) => self.wants.sync_of_all = true,
        }
    }

    /// As the client's stores do.
    fn act(&mut self, effects: Effects) {
        self.wants.sync_of.extend(effects.gaps);
        self.wants.sync_of_all |= effects.has_wide_gap || effects.needs_resync;
        self.wants.stale.extend(effects.stale);
        self.wants.stale_messages.extend(effects.stale_messages);
        self.wants.reads |= !effects.stale_reads.is_empty() || !effects.reset.is_empty();
        self.wants.unknown_users.extend(effects.unknown_users);
    }

    fn take_answer(&mut self, at: usize) {
        match self.answers.remove(at) {
            Answer::Sync(responses) => {
                for response in responses {
                    let effects = self.model.take_sync(response);
                    self.act(effects);
                }
                let effects = self.model.end_sync(0.0);
                self.act(effects);
            }
            Answer::Page(request, Some(page)) => {
                self.model.take_page(request, page);
            }
            Answer::Page(request, None) => {
                self.model.page_failed(request);
            }
            Answer::Reads(request, reads) => {
                let reads = reads.as_ref().map(|reads| reads.items.as_slice());
                self.wants.reads |= self.model.take_reads(request, reads);
            }
        }
    }

    /// Asks for what is wanted; says whether there was anything. Answers to syncs and pages come later.
    async fn ask(&mut self, checks_gaps: bool) -> bool {
        let user = self.user();
        let mut has_asked = self.load_new().await;
        for id in std::mem::take(&mut self.wants.stale) {
            if let Ok(fresh) = self.services.conversations.get(user, id).await {
                let effects = self.model.refresh_conversation(fresh);
                self.act(effects);
            }
            has_asked = true;
        }
        for (conversation_id, seq) in std::mem::take(&mut self.wants.stale_messages) {
            let target = MessageRef { conversation_id, seq };
            if let Ok(message) = self.services.messages.get(user, target).await {
                let effects = self.model.refresh_message(message);
                self.act(effects);
            }
            has_asked = true;
        }
        let unknown: Vec<UserId> = std::mem::take(&mut self.wants.unknown_users)
            .into_iter()
            .collect();
        if !unknown.is_empty() {
            let users = self.services.users.list(user, unknown).await.unwrap();
            self.model.people.learn_all(users.items);
        }
        if std::mem::take(&mut self.wants.reads) {
            self.load_reads().await;
            has_asked = true;
        }
        self.start_sync(checks_gaps).await || has_asked
    }

    async fn start_sync(&mut self, checks_gaps: bool) -> bool {
        // One at a time.
        if self
            .answers
            .iter()
            .any(|answer| matches!(answer, Answer::Sync(_)))
        {
            return true;
        }
        let mut only: Vec<ConversationId> = Vec::new();
        if checks_gaps {
            // What was missing may have come meanwhile.
            only = std::mem::take(&mut self.wants.sync_of).into_iter().collect();
            only.retain(|id| self.model.has_gap(*id));
        }
        let is_of_all = std::mem::take(&mut self.wants.sync_of_all);
        if !is_of_all && only.is_empty() {
            return false;
        }
        self.model.begin_sync();
        let requests = self.model.sync_requests((!is_of_all).then_some(&only));
        let mut responses = Vec::new();
        for request in requests {
            responses.push(self.services.sync.sync(self.user(), request).await.unwrap());
        }
        self.answers.push(Answer::Sync(responses));
        true
    }

    /// Opens every conversation that is not open: watches, then asks for the newest page and the pointers.
    async fn load_new(&mut self) -> bool {
        let ids: Vec<ConversationId> = self.model.chats.iter().map(Chat::id).collect();
        let is_new = |id: &ConversationId| {
            self.model
                .timeline(*id)
                .is_none_or(|timeline| !timeline.is_loaded() && !timeline.is_busy())
        };
        let new: Vec<ConversationId> = ids.into_iter().filter(is_new).collect();
        if new.is_empty() {
            return false;
        }
        self.watch_all().await;
        for id in new {
            let request = self.model.request_page(id, Place::Anywhere);
            let page = self
                .services
                .messages
                .list(self.user(), id, &fresh::newest())
                .await;
            self.answers.push(Answer::Page(request, page.ok()));
        }
        self.load_reads().await;
        true
    }

    async fn watch_all(&self) {
        let ids = self.model.chats.iter().map(Chat::id).collect();
        let own = self.services.conversations.retain_own(self.user(), ids).await;
        self.subscription.watch(HashSet::from_iter(own.unwrap()));
    }

    async fn load_reads(&mut self) {
        let ids: Vec<ConversationId> = self.model.chats.iter().map(Chat::id).collect();
        for id in ids {
            let request = self.model.request_reads(id);
            let reads = self.services.reads.list(self.user(), id).await;
            self.answers.push(Answer::Reads(request, reads.ok()));
        }
    }
}

async fn subscribe(services: &Services, user: UserId) -> Subscription {
    let subscription = services.hub.subscribe(user, SessionId::new());
    services.account.open_socket(user, &subscription).await.unwrap();
    subscription
}

/// The same fact under a name that came after this client; what has no number is left alone.
fn as_unknown(frame: &str) -> String {
    let is_fact = frame.contains("\"rev\":") || frame.contains("\"user_rev\":");
    match frame.split_once("\",\"data\":") {
        Some((_, data)) if is_fact => format!(r#"{{"type":"came_later","data":{data}"#),
        _ => frame.to_owned(),
    }
}
