//! Messages and how far people have read.

use damso_domain::{
    AttachmentId, AttachmentState, ClientKey, ConversationId, ConversationKind, MessageKind, MessageRef,
    MessageText, MessageTextError, Seq, Timestamp, UserId,
};
use damso_protocol::{
    ConversationJoined, DeleteFor, ErrorKind, MarkReadRequest, MemberRead, Message, MessageCreated,
    MessageDeleted, MessageHidden, MessageWithheld, Messages, MessagesQuery, ReadPosition, Readers, Reads,
    SendMessageRequest, ServerEvent, SystemNotice, UnreadChanged,
};
use damso_repository as repository;
use damso_repository::attachment::Attachment;
use damso_repository::message::{Direction, NewMessage};
use damso_repository::user::UserChange;
use damso_repository::{Connection, RepositoryError};

use crate::access::{self, Change};
use crate::cursor::page_size;
use crate::{Context, ServiceError, ServiceResult, view};

/// Sends, reads and deletes messages, and moves read pointers.
#[derive(Clone)]
pub struct MessageService {
    context: Context,
}

/// What somebody wants to say, once it is in order.
struct Draft {
    client_key: ClientKey,
    text: Option<MessageText>,
    attachment_ids: Vec<AttachmentId>,
}

impl Draft {
    fn parse(request: &SendMessageRequest) -> ServiceResult<Self> {
        if SendMessageRequest::MAX_ATTACHMENTS < request.attachment_ids.len() {
            return Err(ErrorKind::TooManyAttachments.into());
        }
        let text = match request.text.as_deref().map(MessageText::parse) {
            Some(Ok(text)) => Some(text),
            Some(Err(MessageTextError::TooLong { .. })) => return Err(ErrorKind::MessageTooLong.into()),
            Some(Err(MessageTextError::Empty)) | None if request.attachment_ids.is_empty() => {
                return Err(ErrorKind::MessageEmpty.into());
            }
            Some(Err(MessageTextError::Empty)) | None => None,
        };
        Ok(Self {
            client_key: request.client_key,
            text,
            attachment_ids: request.attachment_ids.clone(),
        })
    }
}

/// A message that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// As it is stored.
    pub message: Message,
    /// Whether this call stored it; otherwise an earlier one with the same key did.
    pub is_new: bool,
}

/// What a send has to tell after its commit.
struct Stored {
    message: repository::message::Message,
    audience: Vec<UserId>,
    appeared: Vec<(UserId, ConversationJoined)>,
}

impl MessageService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Stores a message and tells everyone in the conversation. The same key again, whenever and whatever else
    /// is in the request, answers with the message that was stored first.
    pub async fn send(
        &self,
        author: UserId,
        conversation: ConversationId,
        request: &SendMessageRequest,
    ) -> ServiceResult<Sent> {
        if let Some(message) = self.find_sent(author, conversation, request.client_key).await? {
            return Ok(Sent {
                message,
                is_new: false,
            });
        }
        let draft = Draft::parse(request)?;
        let now = Timestamp::now();
        let stored = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                // The lock comes first: whatever is read after it cannot change before the commit.
                let mut change = Change::begin(conn, author, conversation).await?;
                let key = draft.client_key;
                if let Some(first) =
                    repository::message::find_by_client_key(conn, conversation, author, key).await?
                {
                    return Ok(Err(first));
                }
                refuse_if_somebody_is_gone(conn, &change).await?;
                let attachments = take_attachments(conn, author, &draft.attachment_ids).await?;
                let new = NewMessage {
                    conversation_id: conversation,
                    seq: change.conversation.take_seq(),
                    rev: change.conversation.take_rev(),
                    author_id: author,
                    client_key: draft.client_key,
                    kind: MessageKind::User,
                    text: draft.text.map(MessageText::into_string),
                    system: None,
                    created_at: now,
                };
                let message = repository::message::insert(conn, &new, attachments).await?;
                repository::conversation::save_numbers(conn, &change.conversation).await?;
                let appeared = list_again(conn, &change).await?;
                Ok::<_, ServiceError>(Ok(Stored {
                    message,
                    audience: change.audience(),
                    appeared,
                }))
            })
            .await?;
        match stored {
            Err(first) => Ok(Sent {
                message: view::message(&first)?,
                is_new: false,
            }),
            Ok(stored) => {
                let message = view::message(&stored.message)?;
                self.announce_created(&stored.audience, message.clone());
                for (user, event) in stored.appeared {
                    self.context
                        .hub
                        .to_user(user, &ServerEvent::ConversationJoined(event));
                }
                Ok(Sent {
                    message,
                    is_new: true,
                })
            }
        }
    }

    /// A key that is known is answered before anything else is asked: the author may have left since.
    async fn find_sent(
        &self,
        author: UserId,
        conversation: ConversationId,
        key: ClientKey,
    ) -> ServiceResult<Option<Message>> {
        let first = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                repository::message::find_by_client_key(conn, conversation, author, key).await
            })
            .await?;
        first.as_ref().map(view::message).transpose()
    }

    fn announce_created(&self, audience: &[UserId], message: Message) {
        self.context
            .hub
            .to_users(audience, &ServerEvent::MessageCreated(MessageCreated { message }));
    }

    /// A stretch of a conversation, as far as `user` may see it.
    pub async fn list(
        &self,
        user: UserId,
        conversation: ConversationId,
        query: &MessagesQuery,
    ) -> ServiceResult<Messages> {
        let stretch = Stretch::parse(query)?;
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                access::member(conn, user, conversation).await?;
                let found = stretch.load(conn, user, conversation).await?;
                let items = view::messages(&found.items)?;
                let mut mentioned = view::Mentioned::default();
                items.iter().for_each(|message| mentioned.add_message(message));
                Ok(Messages {
                    users: mentioned.load(conn).await?,
                    items,
                    has_more_before: found.has_more_before,
                    has_more_after: found.has_more_after,
                })
            })
            .await
    }

    /// One message, if `user` may see it.
    pub async fn get(&self, user: UserId, target: MessageRef) -> ServiceResult<Message> {
        let message = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                access::member(conn, user, target.conversation_id).await?;
                let found = repository::message::find_visible(conn, user, target).await?;
                found.ok_or_else(|| ServiceError::from(ErrorKind::MessageNotFound))
            })
            .await?;
        view::message(&message)
    }

    /// Deletes a message, for everyone or for `user` alone. Deleting it again changes nothing.
    pub async fn delete(&self, user: UserId, target: MessageRef, audience: DeleteFor) -> ServiceResult<()> {
        match audience {
            DeleteFor::Everyone => self.delete_for_everyone(user, target).await,
            DeleteFor::Me => self.hide(user, target).await,
        }
    }

    async fn delete_for_everyone(&self, user: UserId, target: MessageRef) -> ServiceResult<()> {
        let now = Timestamp::now();
        let announcement = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let mut change = Change::begin(conn, user, target.conversation_id).await?;
                let message = repository::message::find_visible(conn, user, target).await?;
                let message = message.ok_or(ErrorKind::MessageNotFound)?;
                let is_admin = change.conversation.kind == ConversationKind::Group
                    && change.me.role.can_delete_messages_of_others();
                if message.kind == MessageKind::System || (message.author_id != user && !is_admin) {
                    return Err(ErrorKind::NotAllowed.into());
                }
                if message.deleted_at.is_some() {
                    return Ok(None);
                }
                let rev = change.conversation.take_rev();
                let viewers = repository::message::list_viewers(conn, target).await?;
                let held = repository::message::mark_deleted(conn, target, rev, now).await?;
                repository::conversation::save_numbers(conn, &change.conversation).await?;
                crate::attachment::delete_unheld_later(conn, &held, now).await?;
                let deleted = MessageDeleted {
                    conversation_id: target.conversation_id,
                    seq: target.seq,
                    rev,
                    author_id: message.author_id,
                    deleted_at: now,
                };
                let (viewers, others): (Vec<_>, Vec<_>) =
                    change.audience().into_iter().partition(|id| viewers.contains(id));
                Ok::<_, ServiceError>(Some((viewers, others, deleted)))
            })
            .await?;
        if let Some((viewers, others, deleted)) = announcement {
            self.announce_deleted(&viewers, &others, deleted);
        }
        Ok(())
    }

    /// Who could not see the message learns its numbers only, so that none is missing.
    fn announce_deleted(&self, viewers: &[UserId], others: &[UserId], deleted: MessageDeleted) {
        let withheld = MessageWithheld {
            conversation_id: deleted.conversation_id,
            seq: deleted.seq,
            rev: deleted.rev,
        };
        let hub = &self.context.hub;
        hub.to_users(viewers, &ServerEvent::MessageDeleted(deleted));
        hub.to_users(others, &ServerEvent::MessageWithheld(withheld));
    }

    async fn hide(&self, user: UserId, target: MessageRef) -> ServiceResult<()> {
        let event = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                access::member(conn, user, target.conversation_id).await?;
                let Some(message) = repository::message::find_visible(conn, user, target).await? else {
                    return Err(ErrorKind::MessageNotFound.into());
                };
                if !repository::message::hide(conn, user, target, message.id).await? {
                    return Ok(None);
                }
                let change = (user, UserChange::HiddenMessage(message.id));
                let user_rev = repository::user::record_changes(conn, &[change]).await?[0];
                let MessageRef { conversation_id, seq } = target;
                Ok::<_, ServiceError>(Some(MessageHidden {
                    user_rev,
                    conversation_id,
                    seq,
                }))
            })
            .await?;
        if let Some(event) = event {
            self.context.hub.to_user(user, &ServerEvent::MessageHidden(event));
        }
        Ok(())
    }

    /// Moves `user`'s pointer forward, to the last message at the most.
    pub async fn mark_read(
        &self,
        user: UserId,
        conversation: ConversationId,
        request: MarkReadRequest,
    ) -> ServiceResult<ReadPosition> {
        if request.seq < Seq::ZERO {
            return Err(ErrorKind::SeqOutOfRange.into());
        }
        let (position, has_moved, is_counted) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let before = access::member(conn, user, conversation).await?;
                let last = repository::conversation::find_last_seq(conn, conversation)
                    .await?
                    .unwrap_or_default();
                let seq = request.seq.min(last);
                let has_moved = repository::member::advance_read(conn, conversation, user, seq).await?;
                let unread_count = repository::conversation::count_unread(conn, user, conversation).await?;
                let read_seq = if has_moved { seq } else { before.read_seq.max(seq) };
                Ok::<_, ServiceError>((
                    ReadPosition {
                        read_seq,
                        unread_count,
                    },
                    has_moved,
                    before.is_counted,
                ))
            })
            .await?;
        if has_moved {
            let ReadPosition {
                read_seq,
                unread_count,
            } = position;
            let event = UnreadChanged {
                conversation_id: conversation,
                read_seq,
                unread_count,
            };
            self.context.hub.to_user(user, &ServerEvent::UnreadChanged(event));
            if is_counted {
                self.context.hub.reads_moved(conversation, user, Some(read_seq));
            }
        }
        Ok(position)
    }

    /// How far everyone who is counted has read.
    pub async fn reads(&self, user: UserId, conversation: ConversationId) -> ServiceResult<Reads> {
        let members = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                access::member(conn, user, conversation).await?;
                Ok::<_, ServiceError>(repository::member::list_all(conn, conversation).await?)
            })
            .await?;
        let items = members
            .iter()
            .filter(|member| member.is_counted)
            .map(|member| MemberRead {
                user_id: member.user_id,
                joined_seq: member.joined_seq,
                read_seq: member.read_seq,
            });
        Ok(Reads {
            items: items.collect(),
        })
    }

    /// Who has read a message, and who has not; without its author.
    pub async fn readers(&self, user: UserId, target: MessageRef) -> ServiceResult<Readers> {
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                access::member(conn, user, target.conversation_id).await?;
                let message = repository::message::find_visible(conn, user, target).await?;
                let author = message.ok_or(ErrorKind::MessageNotFound)?.author_id;
                let members = repository::member::list_all(conn, target.conversation_id).await?;
                let (mut read, mut unread) = (view::Mentioned::default(), view::Mentioned::default());
                for member in members {
                    let counts =
                        member.is_counted && member.user_id != author && member.joined_seq < target.seq;
                    match (counts, target.seq <= member.read_seq) {
                        (false, _) => (),
                        (true, true) => read.add(member.user_id),
                        (true, false) => unread.add(member.user_id),
                    }
                }
                Ok(Readers {
                    read: read.load(conn).await?,
                    unread: unread.load(conn).await?,
                })
            })
            .await
    }
}

/// Accounts that are deleted stay in their notes and in conversations of two. The other one of two is told that
/// nobody listens any more; the account itself may have been signed in when this request began.
async fn refuse_if_somebody_is_gone(conn: &mut Connection, change: &Change) -> ServiceResult<()> {
    if change.conversation.kind.has_changing_members() {
        return Ok(());
    }
    let members = repository::user::list(conn, &change.audience()).await?;
    let mut gone = members
        .iter()
        .filter(|user| user.deleted_at.is_some())
        .map(|user| user.id);
    match gone.next() {
        None => Ok(()),
        Some(id) if id == change.me.user_id => Err(ErrorKind::NotAuthenticated.into()),
        Some(_) => Err(ErrorKind::NotAllowed.into()),
    }
}

/// Locks the attachments of a message that is being sent and checks each: the author's own, complete, and in
/// no message yet. In the order in which they were named.
async fn take_attachments(
    conn: &mut Connection,
    author: UserId,
    ids: &[AttachmentId],
) -> ServiceResult<Vec<Attachment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let locked = repository::attachment::lock(conn, ids).await?;
    let taken: Vec<Attachment> = ids
        .iter()
        .map(|id| {
            let found = locked
                .iter()
                .find(|attachment| attachment.id == *id && attachment.owner_id == author);
            let found = found.ok_or(ErrorKind::AttachmentNotFound)?;
            match found.state {
                AttachmentState::Ready | AttachmentState::Processing => Ok(found.clone()),
                AttachmentState::Uploading | AttachmentState::Rejected => {
                    Err(ErrorKind::AttachmentNotReady.into())
                }
            }
        })
        .collect::<ServiceResult<_>>()?;
    let mut distinct = ids.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < ids.len() || !repository::attachment::list_held(conn, ids).await?.is_empty() {
        return Err(ErrorKind::AttachmentInUse.into());
    }
    Ok(taken)
}

/// Puts the conversation back into the lists it is not in, and prepares what to tell their owners.
async fn list_again(
    conn: &mut Connection,
    change: &Change,
) -> ServiceResult<Vec<(UserId, ConversationJoined)>> {
    let unlisted: Vec<UserId> = change
        .members
        .iter()
        .filter(|member| !member.is_listed)
        .map(|member| member.user_id)
        .collect();
    if unlisted.is_empty() {
        return Ok(Vec::new());
    }
    let id = change.conversation.id;
    repository::member::mark_listed(conn, id, &unlisted).await?;
    let changes: Vec<_> = unlisted
        .iter()
        .map(|user| (*user, UserChange::Conversation(id)))
        .collect();
    let revs = repository::user::record_changes(conn, &changes).await?;
    let mut appeared = Vec::with_capacity(unlisted.len());
    for (user, user_rev) in unlisted.into_iter().zip(revs) {
        appeared.push((user, joined_event(conn, user, id, user_rev).await?));
    }
    Ok(appeared)
}

/// What somebody is told whose list the conversation has come into.
pub(crate) async fn joined_event(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
    user_rev: damso_domain::Rev,
) -> ServiceResult<ConversationJoined> {
    let conversation = view::load_conversation(conn, user, id)
        .await?
        .ok_or(ErrorKind::ConversationNotFound)?;
    let mut mentioned = view::Mentioned::default();
    mentioned.add_conversation(&conversation);
    Ok(ConversationJoined {
        user_rev,
        users: mentioned.load(conn).await?,
        conversation,
    })
}

/// Stores what the conversation says of itself, in the transaction of the change it speaks of.
pub(crate) async fn insert_system(
    conn: &mut Connection,
    change: &mut Change,
    notice: &SystemNotice,
    now: Timestamp,
) -> ServiceResult<repository::message::Message> {
    let system = serde_json::to_value(notice)
        .map_err(|error| RepositoryError::Query(format!("messages.system: {error}")))?;
    let new = NewMessage {
        conversation_id: change.conversation.id,
        seq: change.conversation.take_seq(),
        rev: change.conversation.take_rev(),
        author_id: change.me.user_id,
        client_key: ClientKey::new(),
        kind: MessageKind::System,
        text: None,
        system: Some(system),
        created_at: now,
    };
    Ok(repository::message::insert(conn, &new, Vec::new()).await?)
}

/// Which part of a conversation is asked for.
#[derive(Clone, Copy)]
struct Stretch {
    position: Position,
    size: usize,
}

#[derive(Clone, Copy)]
enum Position {
    Newest,
    Before(Seq),
    After(Seq),
    Around(Seq),
}

/// What was found of it.
struct Found {
    items: Vec<repository::message::Message>,
    has_more_before: bool,
    has_more_after: bool,
}

impl Stretch {
    fn parse(query: &MessagesQuery) -> ServiceResult<Self> {
        let size = page_size(query.limit)?.as_usize();
        let position = match (query.before, query.after, query.around) {
            (None, None, None) => Position::Newest,
            (Some(seq), None, None) => Position::Before(Seq::new(seq)),
            (None, Some(seq), None) => Position::After(Seq::new(seq)),
            (None, None, Some(seq)) => Position::Around(Seq::new(seq)),
            _ => return Err(ErrorKind::MalformedRequest.into()),
        };
        Ok(Self { position, size })
    }

    async fn load(
        self,
        conn: &mut Connection,
        user: UserId,
        conversation: ConversationId,
    ) -> ServiceResult<Found> {
        match self.position {
            Position::Newest => self.before(conn, user, conversation, Seq::new(i64::MAX)).await,
            Position::Before(seq) => {
                let mut found = self.before(conn, user, conversation, seq).await?;
                found.has_more_after = has_any(
                    conn,
                    user,
                    conversation,
                    Direction::After(Seq::new(seq.as_i64().saturating_sub(1))),
                )
                .await?;
                Ok(found)
            }
            Position::After(seq) => {
                let mut found = self.after(conn, user, conversation, seq).await?;
                found.has_more_before =
                    has_any(conn, user, conversation, Direction::Before(seq.next())).await?;
                Ok(found)
            }
            Position::Around(seq) => {
                let half = Self {
                    size: self.size / 2,
                    ..self
                };
                let mut found = half.before(conn, user, conversation, seq).await?;
                let rest = Self {
                    size: self.size - found.items.len(),
                    ..self
                };
                let after = rest
                    .after(conn, user, conversation, Seq::new(seq.as_i64().saturating_sub(1)))
                    .await?;
                found.items.extend(after.items);
                found.has_more_after = after.has_more_after;
                Ok(found)
            }
        }
    }

    /// Ends before `seq`.
    async fn before(
        self,
        conn: &mut Connection,
        user: UserId,
        conversation: ConversationId,
        seq: Seq,
    ) -> ServiceResult<Found> {
        let limit = fetch(self.size);
        let mut items =
            repository::message::list(conn, user, conversation, Direction::Before(seq), limit).await?;
        let has_more_before = self.size < items.len();
        items.truncate(self.size);
        items.reverse();
        Ok(Found {
            items,
            has_more_before,
            has_more_after: false,
        })
    }

    /// Begins after `seq`.
    async fn after(
        self,
        conn: &mut Connection,
        user: UserId,
        conversation: ConversationId,
        seq: Seq,
    ) -> ServiceResult<Found> {
        let limit = fetch(self.size);
        let mut items =
            repository::message::list(conn, user, conversation, Direction::After(seq), limit).await?;
        let has_more_after = self.size < items.len();
        items.truncate(self.size);
        Ok(Found {
            items,
            has_more_before: false,
            has_more_after,
        })
    }
}

/// One more than is wanted, to see whether there is more.
fn fetch(size: usize) -> i64 {
    i64::try_from(size + 1).unwrap_or(i64::MAX)
}

async fn has_any(
    conn: &mut Connection,
    user: UserId,
    conversation: ConversationId,
    direction: Direction,
) -> ServiceResult<bool> {
    Ok(!repository::message::list(conn, user, conversation, direction, 1)
        .await?
        .is_empty())
}
