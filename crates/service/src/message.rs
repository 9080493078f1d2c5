//! Messages.

use damso_domain::{
    AttachmentId, AttachmentState, ClientKey, ConversationId, ConversationKind, MessageKind, MessageRef,
    MessageText, Timestamp, UserId,
};
use damso_protocol::{
    ConversationJoined, DeleteFor, ErrorKind, Message, MessageDeleted, MessageHidden, MessageWithheld,
    Messages, MessagesQuery, SendMessageRequest, ServerEvent,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::attachment::Attachment;
use damso_repository::message::NewMessage;
use damso_repository::quote::{Quote, Reply};
use damso_repository::user_change::UserChange;

use crate::access::{self, Change};
use crate::announcement::{joined_event, list_who_cannot_see, tell_created, without_quote};
use crate::forward::{begin_with_source, take_forwarded};
use crate::history::Stretch;
use crate::outgoing::Outgoing;
use crate::sending::{Answer, SendQueue};
use crate::{Context, ServiceError, ServiceResult, mention, view};

/// Sends, reads and deletes messages.
#[derive(Clone)]
pub struct MessageService {
    context: Context,
    queue: SendQueue,
}

/// A message that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// As it is stored.
    pub message: Message,
    /// Whether this call stored it; otherwise an earlier one with the same key did.
    pub is_new: bool,
}

impl Sent {
    /// A message that an earlier call stored.
    pub(crate) const fn before(message: Message) -> Self {
        Self {
            message,
            is_new: false,
        }
    }
}

/// What a send has to tell after its commit.
struct Stored {
    message: repository::message::Message,
    audience: Vec<UserId>,
    withheld_for: Option<UserId>,
    /// Those who do not see what it answers.
    without_quote: Vec<UserId>,
    appeared: Vec<(UserId, ConversationJoined)>,
}

impl MessageService {
    pub(crate) fn new(context: Context) -> Self {
        Self {
            queue: SendQueue::start(&context),
            context,
        }
    }

    /// Where messages wait to be stored.
    pub(crate) fn queue(&self) -> SendQueue {
        self.queue.clone()
    }

    /// Stores a message and tells everyone in the conversation. The same key again, whenever and whatever else
    /// is in the request, answers with the message that was stored first.
    pub async fn send(
        &self,
        author: UserId,
        conversation: ConversationId,
        request: &SendMessageRequest,
    ) -> ServiceResult<Sent> {
        let outgoing = match Outgoing::parse(request) {
            Ok(outgoing) => outgoing,
            // A known key is answered all the same.
            Err(refusal) => {
                let first = self.find_sent(author, conversation, request.client_key).await?;
                return first.map(Sent::before).ok_or(refusal);
            }
        };
        if let Some(message) = outgoing.as_row(author, conversation) {
            match self.queue.send(message).await? {
                Answer::Sent(sent) => return Ok(*sent),
                Answer::Special => (),
            }
        }
        self.send_alone(author, conversation, outgoing).await
    }

    /// Sends what takes more than a row: with attachments, as an answer, forwarded, with mentions, silent, or into a
    /// conversation that is missing from somebody's list.
    async fn send_alone(
        &self,
        author: UserId,
        conversation: ConversationId,
        outgoing: Outgoing,
    ) -> ServiceResult<Sent> {
        let now = Timestamp::now();
        let stored = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let key = outgoing.client_key;
                if let Some(first) =
                    repository::message::find_by_client_key(conn, conversation, author, key).await?
                {
                    return Ok(Err(first));
                }
                // The lock comes before all that is decided: what is read after it cannot change before the
                // commit. The key is looked for again.
                let forward_of = outgoing.forward_of;
                let mut change = begin_with_source(conn, author, conversation, forward_of).await?;
                if let Some(first) =
                    repository::message::find_by_client_key(conn, conversation, author, key).await?
                {
                    return Ok(Err(first));
                }
                refuse_if_somebody_is_gone(conn, &change).await?;
                change.refuse_if_blocking()?;
                mention::refuse_wrong(&change, &outgoing.mentions, &[])?;
                let withheld_for = change.withheld_for();
                let (text, attachments) = match forward_of {
                    Some(source) => take_forwarded(conn, author, source).await?,
                    None => {
                        let attachments = take_attachments(conn, author, &outgoing.attachment_ids).await?;
                        (outgoing.text.map(MessageText::into_string), attachments)
                    }
                };
                let reply_to = match outgoing.reply_to {
                    None => None,
                    Some(seq) => Some(
                        quote(
                            conn,
                            author,
                            MessageRef {
                                conversation_id: conversation,
                                seq,
                            },
                        )
                        .await?,
                    ),
                };
                let new = NewMessage {
                    conversation_id: conversation,
                    seq: change.conversation.take_seq(),
                    rev: change.conversation.take_rev(),
                    author_id: author,
                    client_key: outgoing.client_key,
                    kind: MessageKind::User,
                    text,
                    system: None,
                    withheld_for,
                    reply_to,
                    forwarded: forward_of.is_some(),
                    mentions: outgoing.mentions,
                    is_silent: outgoing.is_silent,
                    poll: None,
                    created_at: now,
                };
                let message = repository::message::insert(conn, &new, attachments).await?;
                repository::conversation::save_numbers(conn, &change.conversation).await?;
                let appeared = list_again(conn, &change).await?;
                let audience = change.audience();
                Ok::<_, ServiceError>(Ok(Stored {
                    without_quote: list_who_cannot_see(conn, conversation, outgoing.reply_to, &audience)
                        .await?,
                    message,
                    audience,
                    withheld_for,
                    appeared,
                }))
            })
            .await?;
        let stored = match stored {
            Err(first) => return Ok(Sent::before(view::message(&first)?)),
            Ok(stored) => stored,
        };
        self.context.unindexed.note(conversation);
        Ok(Sent {
            message: self.tell(stored)?,
            is_new: true,
        })
    }

    /// Tells of a message that was stored, and returns it as its author sees it.
    fn tell(&self, stored: Stored) -> ServiceResult<Message> {
        let message = view::message(&stored.message)?;
        let (unquoted, audience): (Vec<_>, Vec<_>) = stored
            .audience
            .into_iter()
            .partition(|id| stored.without_quote.contains(id));
        let hub = &self.context.hub;
        tell_created(hub, &audience, stored.withheld_for, message.clone());
        tell_created(
            hub,
            &unquoted,
            stored.withheld_for,
            without_quote(message.clone()),
        );
        for (user, event) in stored.appeared {
            hub.to_user(user, &ServerEvent::ConversationJoined(event));
        }
        Ok(message)
    }

    /// What the author stored under this key, who may have left since.
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

    /// A stretch of a conversation, as far as `user` may see it.
    pub async fn list(
        &self,
        user: UserId,
        conversation: ConversationId,
        query: &MessagesQuery,
    ) -> ServiceResult<Messages> {
        let stretch = Stretch::parse(query)?;
        let profiles = self.context.profiles.clone();
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let found = stretch.load(conn, user, conversation).await?;
                let items = view::messages(&found.items)?;
                let mut mentioned = view::Mentioned::default();
                items.iter().for_each(|message| mentioned.add_message(message));
                Ok(Messages {
                    users: mentioned.load_kept(conn, &profiles, user).await?,
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
                let found = repository::message::find_visible(conn, user, target).await?;
                if found.is_none() {
                    access::member(conn, user, target.conversation_id).await?;
                }
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
                #[cfg(feature = "planted-bugs")]
                let rev = crate::planted::stamp_of_deletion(rev, message.rev);
                let viewers = repository::message::list_viewers(conn, target).await?;
                let held = repository::message::mark_deleted(conn, target, rev, now).await?;
                repository::conversation::drop_deleted_notice(conn, &mut change.conversation).await?;
                repository::conversation::save_numbers(conn, &change.conversation).await?;
                crate::object::delete_unheld_later(conn, &held, now).await?;
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
                let user_rev = repository::user_change::record(conn, &[change]).await?[0];
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

/// What a message answers that is being sent. It may have been deleted meanwhile: that takes nothing from the answer.
async fn quote(conn: &mut Connection, author: UserId, target: MessageRef) -> ServiceResult<Reply> {
    let quoted = repository::message::find_visible(conn, author, target).await?;
    let quoted = quoted.ok_or(ErrorKind::MessageNotFound)?;
    if quoted.kind == MessageKind::System {
        return Err(ErrorKind::NotAllowed.into());
    }
    Ok(Reply {
        seq: target.seq,
        quote: Some(Quote::of(&quoted)),
    })
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

/// Puts the conversation back into the lists it is not in, but for those from whom the message is withheld, and
/// prepares what to tell their owners.
async fn list_again(
    conn: &mut Connection,
    change: &Change,
) -> ServiceResult<Vec<(UserId, ConversationJoined)>> {
    let unlisted: Vec<UserId> = change
        .members
        .iter()
        .filter(|member| !member.is_listed && !member.is_blocking)
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
    let revs = repository::user_change::record(conn, &changes).await?;
    let mut appeared = Vec::with_capacity(unlisted.len());
    for (user, user_rev) in unlisted.into_iter().zip(revs) {
        appeared.push((user, joined_event(conn, user, id, user_rev).await?));
    }
    Ok(appeared)
}
