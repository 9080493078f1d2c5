//! Storing messages of text in batches: while one is being stored, the next gathers. It begins when that one is
//! committed, so that the database works while those of the first batch are told and answered.
//!
//! No timer is involved, so a lone message waits for nothing, and a thousand at once share a few commits.

mod lanes;
mod under_way;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use damso_domain::{ClientKey, ConversationId, MessageKind, MessageRef, UserId};
use damso_protocol::ErrorKind;
use damso_repository as repository;
use damso_repository::message::Message;
use damso_repository::send::{Judged, Lock, Outcome, QueuedMessage};
use damso_repository::{Connection, Database};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use crate::announcement::tell_created;
use crate::audience::{Audience, Audiences, Kept};
use crate::message::Sent;
use crate::realtime::Hub;
use crate::search_index::Unindexed;
use crate::{Context, ServiceError, ServiceResult, view};

#[cfg(feature = "planted-bugs")]
use crate::planted::{Bug, is_chosen};
use lanes::Lanes;
use under_way::UnderWay;

/// The most messages of one transaction.
const MOST_IN_BATCH: usize = 256;
/// The most that wait for their batch; whoever comes then is told that the server is busy.
const MOST_WAITING: usize = 8_192;
/// How long a batch is tried again when the database does not answer. A client waits longer than this.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before the second try; doubled with each.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What became of a message in its batch.
pub(crate) enum Answer {
    /// It is stored.
    Sent(Box<Sent>),
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

/// Held by the batch that is being stored.
type Turn = OwnedSemaphorePermit;

/// What a transaction did with a batch.
struct Stored {
    /// For each message, in order; `None`: its conversation was not locked.
    outcomes: Vec<Option<Outcome>>,
    /// The messages that were known before.
    known: HashMap<MessageRef, Message>,
    audiences: HashMap<ConversationId, Kept>,
}

struct Batcher {
    database: Database,
    hub: Hub,
    audiences: Audiences,
    lanes: Lanes,
    unindexed: Unindexed,
}

impl SendQueue {
    /// Starts the batches. They end when the last queue is dropped.
    pub(crate) fn start(context: &Context) -> Self {
        let (queue, incoming) = mpsc::channel(MOST_WAITING);
        let batcher = Batcher {
            database: context.database.clone(),
            hub: context.hub.clone(),
            audiences: Audiences::new(),
            lanes: Lanes::new(),
            unindexed: context.unindexed.clone(),
        };
        context.database.runtime().spawn(Arc::new(batcher).run(incoming));
        Self(queue)
    }

    /// How many messages wait for their batch.
    pub(crate) fn waiting(&self) -> usize {
        self.0.max_capacity() - self.0.capacity()
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
        let storing = Arc::new(Semaphore::new(1));
        let mut gathered = Vec::new();
        let mut under_way = UnderWay::default();
        // Never closed while this runs.
        while let Ok(turn) = storing.clone().acquire_owned().await {
            under_way.make_room().await;
            if gathered.is_empty() && incoming.recv_many(&mut gathered, MOST_IN_BATCH).await == 0 {
                return;
            }
            while gathered.len() < MOST_IN_BATCH
                && let Ok(waiting) = incoming.try_recv()
            {
                gathered.push(waiting);
            }
            let (blocked, free) = under_way.divide(gathered);
            gathered = blocked;
            if free.is_empty() {
                under_way.wait().await;
                continue;
            }
            let letters = self.lanes.keep_waiting(join_equal(free.into_iter()));
            if letters.is_empty() {
                continue;
            }
            let conversations = letters
                .iter()
                .map(|letter| letter.message.conversation_id)
                .collect();
            let batcher = self.clone();
            under_way.start(conversations, async move {
                let busy = batcher.flush(letters, Lock::Skip, Some(turn)).await;
                batcher.open_lanes(busy);
            });
        }
    }

    /// Stores letters, tells of them and answers them. Returns those whose conversation was locked by somebody
    /// else. Gives the turn to the next batch once it is committed.
    async fn flush(&self, letters: Vec<Letter>, lock: Lock, mut turn: Option<Turn>) -> Vec<Letter> {
        let mut busy = Vec::new();
        let mut batches = vec![letters];
        while let Some(mut letters) = batches.pop() {
            match self.store_patiently(&letters, lock, turn.take()).await {
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
    async fn store_patiently(
        &self,
        letters: &[Letter],
        lock: Lock,
        mut turn: Option<Turn>,
    ) -> ServiceResult<Stored> {
        let give_up_at = Instant::now() + PATIENCE;
        let mut pause = FIRST_PAUSE;
        loop {
            let messages = letters.iter().map(|letter| letter.message.clone()).collect();
            let storing = self.store(messages, lock, turn.take());
            #[cfg(feature = "planted-bugs")]
            let storing = crate::planted::answered_early(storing);
            match storing.await {
                Err(ServiceError::Unavailable(cause)) if Instant::now() + pause < give_up_at => {
                    tracing::warn!(cause, "A batch of messages is stored again");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                // It may have been stored all the same, and nobody was told.
                Err(error @ ServiceError::Unavailable(_)) => {
                    self.database.doubt_commit();
                    return Err(error);
                }
                result => return result,
            }
        }
    }

    async fn store(
        &self,
        messages: Vec<QueuedMessage>,
        lock: Lock,
        turn: Option<Turn>,
    ) -> ServiceResult<Stored> {
        let conversations: Vec<_> = messages.iter().map(|message| message.conversation_id).collect();
        let mut audiences = self.audiences.at_hand(conversations.iter().copied()).await;
        let at_hand: Vec<_> = messages
            .iter()
            .map(|message| {
                Some(
                    audiences
                        .get(&message.conversation_id)?
                        .at_hand(message.author_id),
                )
            })
            .collect();
        let judged = self
            .database
            .run(async move |conn: &mut Connection| {
                repository::send::store(conn, &messages, &at_hand, lock).await
            })
            .await?;
        drop(turn);
        let mut outcomes = Vec::with_capacity(judged.len());
        for (id, Judged { outcome, members }) in conversations.iter().zip(judged) {
            if let Some(members) = members.map(Kept::from) {
                #[cfg(feature = "planted-bugs")]
                if audiences.contains_key(id) && is_chosen(Bug::StaleMembership) {
                    outcomes.push(outcome);
                    continue;
                }
                // Where something known is told again, somebody may not have it on their list: that one is not kept,
                // as it would be looked at the long way until the members change.
                if matches!(outcome, Some(Outcome::Stored { .. })) {
                    self.audiences.keep(*id, members.clone()).await;
                }
                audiences.insert(*id, members);
            }
            outcomes.push(outcome);
        }
        let known = self.load_known(&conversations, &outcomes).await?;
        Ok(Stored {
            outcomes,
            known,
            audiences,
        })
    }

    /// The messages that were stored by an earlier call.
    async fn load_known(
        &self,
        conversations: &[ConversationId],
        outcomes: &[Option<Outcome>],
    ) -> ServiceResult<HashMap<MessageRef, Message>> {
        let refs: Vec<MessageRef> = conversations
            .iter()
            .zip(outcomes)
            .filter_map(|(conversation_id, outcome)| match outcome {
                Some(Outcome::Known { seq, .. }) => Some(MessageRef {
                    conversation_id: *conversation_id,
                    seq: *seq,
                }),
                _ => None,
            })
            .collect();
        if refs.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self
            .database
            .run(async move |conn: &mut Connection| {
                repository::message::list_by_refs(conn, &refs, None).await
            })
            .await?;
        let by_ref = found.into_iter().map(|message| {
            let target = MessageRef {
                conversation_id: message.conversation_id,
                seq: message.seq,
            };
            (target, message)
        });
        Ok(by_ref.collect())
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
            let audience = audiences.get(&conversation).map(|kept| &kept.audience);
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
                        edited_at: None,
                        reactions: Vec::new(),
                        my_reactions: Vec::new(),
                        reply_to: None,
                        forwarded: false,
                        mentions: Vec::new(),
                        is_silent: false,
                        poll: None,
                        my_options: Vec::new(),
                    };
                    self.unindexed.note(conversation);
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
                            self.unindexed.note(conversation);
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
                let mut lane = batcher.lanes.enter(id);
                while let Some(letters) = lane.take() {
                    let Some(_place) = batcher.lanes.place().await else {
                        return;
                    };
                    batcher.flush(letters, Lock::Wait, None).await;
                }
            });
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

fn answer(message: &Message, is_new: bool, replies: Vec<Reply>) {
    let view = view::message(message);
    for (at, reply) in replies.into_iter().enumerate() {
        let answer = match &view {
            Ok(message) => Ok(Answer::Sent(Box::new(Sent {
                message: message.clone(),
                is_new: is_new && at == 0,
            }))),
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
