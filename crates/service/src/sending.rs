//! Storing messages of text in batches: while one transaction is under way, the next batch gathers.
//!
//! No timer is involved, so a lone message waits for nothing, and a thousand at once share a few commits.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use damso_domain::{ClientKey, ConversationId, MessageKind, MessageRef, Rev, UserId};
use damso_protocol::ErrorKind;
use damso_repository as repository;
use damso_repository::message::Message;
use damso_repository::send::{Lock, Outcome, QueuedMessage};
use damso_repository::{Connection, Database};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use crate::announcement::tell_created;
use crate::audience::{Audience, Audiences};
use crate::message::Sent;
use crate::realtime::Hub;
use crate::{Context, ServiceError, ServiceResult, view};

/// The most messages of one transaction.
const MOST_IN_BATCH: usize = 256;
/// The most that wait for their batch; whoever comes then is told that the server is busy.
const MOST_WAITING: usize = 8_192;
/// How many conversations that somebody else has locked are waited for at once. Each wait holds a connection.
const MOST_LANES_AT_WORK: usize = 4;
/// How long a batch is tried again when the database does not answer. A client waits longer than this.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before the second try; doubled with each.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What became of a message in its batch.
pub(crate) enum Answer {
    /// It is stored.
    Sent(Sent),
    /// Its conversation asks for more than storing, so it has to be sent alone.
    Special,
}

type Reply = oneshot::Sender<ServiceResult<Answer>>;

/// Takes messages in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SendQueue(mpsc::Sender<Waiting>);

struct Waiting {
    message: QueuedMessage,
    reply: Reply,
}

/// One message of a batch, and everybody who asked for it to be stored.
struct Letter {
    message: QueuedMessage,
    replies: Vec<Reply>,
}

/// What a transaction did with a batch.
struct Stored {
    /// For each message, in order; `None`: its conversation was not locked.
    outcomes: Vec<Option<Outcome>>,
    /// The messages that were known before.
    known: HashMap<MessageRef, Message>,
    audiences: HashMap<ConversationId, Audience>,
}

struct Batcher {
    database: Database,
    hub: Hub,
    audiences: Audiences,
    lanes: Lanes,
}

/// Conversations that somebody else has locked, with what waits for each. Later messages to them wait as well,
/// so that nobody is overtaken.
struct Lanes {
    waiting: Mutex<HashMap<ConversationId, Vec<Letter>>>,
    at_work: Semaphore,
}

impl SendQueue {
    /// Starts the batches. They end when the last queue is dropped.
    pub(crate) fn start(context: &Context) -> Self {
        let (queue, incoming) = mpsc::channel(MOST_WAITING);
        let batcher = Batcher {
            database: context.database.clone(),
            hub: context.hub.clone(),
            audiences: Audiences::new(),
            lanes: Lanes {
                waiting: Mutex::default(),
                at_work: Semaphore::new(MOST_LANES_AT_WORK),
            },
        };
        context.database.runtime().spawn(Arc::new(batcher).run(incoming));
        Self(queue)
    }

    /// Stores a message and tells everyone in the conversation. It is stored and told also when the caller
    /// goes away meanwhile.
    pub(crate) async fn send(&self, message: QueuedMessage) -> ServiceResult<Answer> {
        let (reply, answer) = oneshot::channel();
        self.0
            .try_send(Waiting { message, reply })
            .map_err(|_| ServiceError::Overloaded)?;
        answer.await.unwrap_or_else(|_| {
            Err(ServiceError::Unavailable(
                "a batch of messages broke off".to_owned(),
            ))
        })
    }
}

impl Batcher {
    async fn run(self: Arc<Self>, mut incoming: mpsc::Receiver<Waiting>) {
        let mut gathered = Vec::new();
        while 0 < incoming.recv_many(&mut gathered, MOST_IN_BATCH).await {
            let letters = self.lanes.keep_waiting(join_equal(gathered.drain(..)));
            let batcher = self.clone();
            // In a task of its own, so that a panic ends this batch and not all that follow.
            let flush = tokio::spawn(async move {
                let busy = batcher.flush(letters, Lock::Skip).await;
                batcher.open_lanes(busy);
            });
            if let Err(error) = flush.await {
                tracing::error!(%error, "A batch of messages broke off");
            }
        }
    }

    /// Stores letters, tells of them and answers them. Returns those whose conversation was locked by somebody
    /// else.
    async fn flush(&self, letters: Vec<Letter>, lock: Lock) -> Vec<Letter> {
        let mut busy = Vec::new();
        let mut batches = vec![letters];
        while let Some(mut letters) = batches.pop() {
            match self.store_patiently(&letters, lock).await {
                Ok(stored) => busy.extend(self.settle(letters, stored, lock)),
                // One of them cannot be stored. It harms nobody else: the halves are tried apart.
                Err(ServiceError::Internal(_)) if 1 < letters.len() => {
                    let second = letters.split_off(letters.len() / 2);
                    batches.extend([second, letters]);
                }
                Err(error) => refuse(letters, &error),
            }
        }
        busy
    }

    /// Tries again while the database does not answer. Nothing is stored twice by it: what an attempt stored
    /// whose answer was lost is known to the next one by its key.
    async fn store_patiently(&self, letters: &[Letter], lock: Lock) -> ServiceResult<Stored> {
        let give_up_at = Instant::now() + PATIENCE;
        let mut pause = FIRST_PAUSE;
        loop {
            let messages = letters.iter().map(|letter| letter.message.clone()).collect();
            let storing = self.store(messages, lock);
            #[cfg(feature = "planted-bugs")]
            let storing = crate::planted::answered_early(storing);
            match storing.await {
                Err(ServiceError::Unavailable(cause)) if Instant::now() + pause < give_up_at => {
                    tracing::warn!(cause, "A batch of messages is stored again");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                result => return result,
            }
        }
    }

    async fn store(&self, messages: Vec<QueuedMessage>, lock: Lock) -> ServiceResult<Stored> {
        let audiences = self.audiences.clone();
        self.database
            .transaction(async move |conn: &mut Connection| {
                let mut ids: Vec<_> = messages.iter().map(|message| message.conversation_id).collect();
                ids.sort_unstable();
                ids.dedup();
                // The locks come first: whatever is read after them cannot change before the commit.
                let locked = repository::send::lock(conn, &ids, lock).await?;
                let is_ready: Vec<bool> = messages
                    .iter()
                    .map(|message| locked.contains(&message.conversation_id))
                    .collect();
                let ready: Vec<QueuedMessage> = messages
                    .into_iter()
                    .filter(|message| locked.contains(&message.conversation_id))
                    .collect();
                let outcomes = repository::send::store(conn, &ready).await?;
                let known = load_known(conn, &ready, &outcomes).await?;
                let audiences = audiences.load(conn, &lists(&ready, &outcomes)).await?;
                let mut outcomes = outcomes.into_iter();
                Ok(Stored {
                    outcomes: is_ready
                        .into_iter()
                        .map(|is_ready| if is_ready { outcomes.next() } else { None })
                        .collect(),
                    known,
                    audiences,
                })
            })
            .await
    }

    /// After the commit: tells and answers, in the order of the numbers. Not `async`, so that nothing can be
    /// cancelled in between.
    fn settle(&self, letters: Vec<Letter>, stored: Stored, lock: Lock) -> Vec<Letter> {
        let Stored {
            outcomes,
            known,
            audiences,
        } = stored;
        let mut busy = Vec::new();
        for (letter, outcome) in letters.into_iter().zip(outcomes) {
            let conversation = letter.message.conversation_id;
            let audience = audiences.get(&conversation);
            match outcome {
                None if lock == Lock::Skip => busy.push(letter),
                None | Some(Outcome::Outsider) => {
                    refuse([letter], &ErrorKind::ConversationNotFound.into());
                }
                Some(Outcome::Special) => letter.replies.into_iter().for_each(|reply| {
                    let _ = reply.send(Ok(Answer::Special));
                }),
                Some(Outcome::Stored {
                    seq,
                    rev,
                    withheld_for,
                    ..
                }) => {
                    let message = Message {
                        id: letter.message.id,
                        conversation_id: conversation,
                        seq,
                        rev,
                        author_id: letter.message.author_id,
                        client_key: letter.message.client_key,
                        kind: MessageKind::User,
                        text: Some(letter.message.text),
                        system: None,
                        attachments: Vec::new(),
                        created_at: letter.message.created_at,
                        deleted_at: None,
                    };
                    self.tell(&message, audience, withheld_for);
                    answer(&message, true, letter.replies);
                }
                Some(Outcome::Known {
                    seq, withheld_for, ..
                }) => {
                    let target = MessageRef {
                        conversation_id: conversation,
                        seq,
                    };
                    match known.get(&target) {
                        // An attempt of ours stored it, and its answer was lost: nobody has been told yet.
                        Some(message) if message.id == letter.message.id => {
                            self.tell(message, audience, withheld_for);
                            answer(message, true, letter.replies);
                        }
                        Some(message) => answer(message, false, letter.replies),
                        None => refuse([letter], &ErrorKind::MessageNotFound.into()),
                    }
                }
            }
        }
        busy
    }

    fn tell(&self, message: &Message, audience: Option<&Audience>, withheld_for: Option<UserId>) {
        if let (Ok(message), Some(audience)) = (view::message(message), audience) {
            tell_created(&self.hub, audience, withheld_for, message);
        }
    }

    fn open_lanes(self: &Arc<Self>, busy: Vec<Letter>) {
        for id in self.lanes.add(busy) {
            let batcher = self.clone();
            tokio::spawn(async move {
                let mut lane = Lane {
                    lanes: &batcher.lanes,
                    id,
                    is_open: true,
                };
                while let Some(letters) = lane.take() {
                    // Never closed while the lanes exist.
                    let Ok(_place) = batcher.lanes.at_work.acquire().await else {
                        return;
                    };
                    batcher.flush(letters, Lock::Wait).await;
                }
            });
        }
    }
}

impl Lanes {
    fn waiting(&self) -> MutexGuard<'_, HashMap<ConversationId, Vec<Letter>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts into its lane what has one, and returns the rest.
    fn keep_waiting(&self, letters: Vec<Letter>) -> Vec<Letter> {
        let mut waiting = self.waiting();
        let mut rest = Vec::with_capacity(letters.len());
        for letter in letters {
            match waiting.get_mut(&letter.message.conversation_id) {
                Some(lane) => lane.push(letter),
                None => rest.push(letter),
            }
        }
        rest
    }

    /// Puts letters into lanes and returns those lanes that are new.
    fn add(&self, letters: Vec<Letter>) -> Vec<ConversationId> {
        let mut waiting = self.waiting();
        let mut new = Vec::new();
        for letter in letters {
            match waiting.entry(letter.message.conversation_id) {
                Entry::Occupied(mut lane) => lane.get_mut().push(letter),
                Entry::Vacant(place) => {
                    new.push(*place.key());
                    place.insert(vec![letter]);
                }
            }
        }
        new
    }
}

/// The lane of one conversation, while somebody works it off.
struct Lane<'a> {
    lanes: &'a Lanes,
    id: ConversationId,
    is_open: bool,
}

impl Lane<'_> {
    /// What waits, at most one batch of it; `None` once nothing does: the lane is closed then.
    fn take(&mut self) -> Option<Vec<Letter>> {
        let mut waiting = self.lanes.waiting();
        let lane = waiting.get_mut(&self.id)?;
        if lane.is_empty() {
            waiting.remove(&self.id);
            self.is_open = false;
            return None;
        }
        let rest = lane.split_off(lane.len().min(MOST_IN_BATCH));
        Some(join_equal_letters(std::mem::replace(lane, rest)))
    }
}

/// Closes a lane that a panic left open, which would be waited in for ever. One that was closed in order is not
/// touched: the next of the same conversation may be open already.
impl Drop for Lane<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.lanes.waiting().remove(&self.id);
        }
    }
}

/// One letter for each message, however many ask for it: the same key twice in a batch takes one number.
fn join_equal(gathered: impl Iterator<Item = Waiting>) -> Vec<Letter> {
    join_equal_letters(gathered.map(|Waiting { message, reply }| Letter {
        message,
        replies: vec![reply],
    }))
}

fn join_equal_letters(letters: impl IntoIterator<Item = Letter>) -> Vec<Letter> {
    let mut places: HashMap<(ConversationId, UserId, ClientKey), usize> = HashMap::new();
    let mut joined: Vec<Letter> = Vec::new();
    for letter in letters {
        let QueuedMessage {
            conversation_id,
            author_id,
            client_key,
            ..
        } = letter.message;
        match places.entry((conversation_id, author_id, client_key)) {
            Entry::Occupied(at) => joined[*at.get()].replies.extend(letter.replies),
            Entry::Vacant(place) => {
                place.insert(joined.len());
                joined.push(letter);
            }
        }
    }
    joined
}

async fn load_known(
    conn: &mut Connection,
    messages: &[QueuedMessage],
    outcomes: &[Outcome],
) -> ServiceResult<HashMap<MessageRef, Message>> {
    let refs: Vec<MessageRef> = messages
        .iter()
        .zip(outcomes)
        .filter_map(|(message, outcome)| match outcome {
            Outcome::Known { seq, .. } => Some(MessageRef {
                conversation_id: message.conversation_id,
                seq: *seq,
            }),
            Outcome::Stored { .. } | Outcome::Outsider | Outcome::Special => None,
        })
        .collect();
    if refs.is_empty() {
        return Ok(HashMap::new());
    }
    let found = repository::message::list_by_refs(conn, &refs).await?;
    Ok(found
        .into_iter()
        .map(|message| {
            let target = MessageRef {
                conversation_id: message.conversation_id,
                seq: message.seq,
            };
            (target, message)
        })
        .collect())
}

/// Which list of members each conversation has, where somebody is to be told.
fn lists(messages: &[QueuedMessage], outcomes: &[Outcome]) -> HashMap<ConversationId, Rev> {
    messages
        .iter()
        .zip(outcomes)
        .filter_map(|(message, outcome)| match outcome {
            Outcome::Stored { members_rev, .. } | Outcome::Known { members_rev, .. } => {
                Some((message.conversation_id, *members_rev))
            }
            Outcome::Outsider | Outcome::Special => None,
        })
        .collect()
}

fn answer(message: &Message, is_new: bool, replies: Vec<Reply>) {
    let view = view::message(message);
    for (at, reply) in replies.into_iter().enumerate() {
        let answer = match &view {
            Ok(message) => Ok(Answer::Sent(Sent {
                message: message.clone(),
                is_new: is_new && at == 0,
            })),
            Err(error) => Err(error.repeat()),
        };
        // Whoever asked may have gone.
        let _ = reply.send(answer);
    }
}

fn refuse(letters: impl IntoIterator<Item = Letter>, error: &ServiceError) {
    for reply in letters.into_iter().flat_map(|letter| letter.replies) {
        let _ = reply.send(Err(error.repeat()));
    }
}
