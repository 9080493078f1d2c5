//! Changing what a message says.

use damso_domain::{MessageKind, MessageRef, MessageText, MessageTextError, Rev, Timestamp, UserId};
use damso_protocol::{
    EditMessageRequest, ErrorKind, Message, MessageCreated, MessageEdit, Page, PageQuery, ServerEvent,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::message_edit::NewText;
use damso_repository::quote::Quote;

use crate::access::{self, Change};
use crate::announcement::MessageFact;
use crate::cursor::Paging;
use crate::{Context, ServiceError, ServiceResult, mention, view};

/// Changes messages, and tells their authors what they said before.
#[derive(Clone)]
pub struct EditService {
    context: Context,
}

impl EditService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Replaces the text of a message of one's own, and whom it mentions, and tells everyone who sees it. The same again
    /// changes nothing.
    pub async fn edit(
        &self,
        author: UserId,
        target: MessageRef,
        request: &EditMessageRequest,
    ) -> ServiceResult<Message> {
        let text = parse(request)?;
        let mentions = mention::parse(text.as_ref(), &request.mention_spans, request.mentions_all)?;
        let now = Timestamp::now();
        let (message, fact) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let mut change = Change::begin(conn, author, target.conversation_id).await?;
                change.refuse_if_gone(conn).await?;
                change.refuse_if_blocking()?;
                let mut message = load_own(conn, author, target).await?;
                if message.deleted_at.is_some() {
                    return Err(ErrorKind::MessageDeleted.into());
                }
                if message.kind == MessageKind::Poll {
                    return Err(ErrorKind::MessageIsPoll.into());
                }
                if message.forwarded {
                    return Err(ErrorKind::MessageForwarded.into());
                }
                if text.is_none() && message.attachments.is_empty() {
                    return Err(ErrorKind::MessageEmpty.into());
                }
                mention::refuse_wrong(&change, &mentions, &message.mentions)?;
                let is_same_text = message.text.as_deref() == text.as_ref().map(MessageText::as_str);
                if is_same_text && message.mentions == mentions {
                    return Ok((view::message(&message)?, None));
                }
                let rev = change.conversation.take_rev();
                let new = NewText {
                    text: text.as_ref(),
                    mentions: &mentions,
                };
                repository::message_edit::replace_text(conn, &message, new, rev, now).await?;
                repository::conversation::save_numbers(conn, &change.conversation).await?;
                message.text = text.map(MessageText::into_string);
                message.mentions = mentions;
                message.rev = rev;
                message.edited_at = Some(now);
                let told = with_quote(conn, message.clone()).await?;
                let event = ServerEvent::MessageUpdated(MessageCreated::new(view::message(&told)?));
                let message = view::message(&message)?;
                let fact = MessageFact::of(conn, &change, target, event).await?;
                Ok::<_, ServiceError>((message, Some(fact)))
            })
            .await?;
        if let Some(fact) = fact {
            self.context.unindexed.note(target.conversation_id);
            fact.tell(&self.context.hub);
        }
        Ok(message)
    }

    /// A page of what a message of one's own said before, the oldest first.
    pub async fn list(
        &self,
        author: UserId,
        target: MessageRef,
        query: &PageQuery,
    ) -> ServiceResult<Page<MessageEdit>> {
        let paging = Paging::<Rev>::parse(query.cursor.as_deref(), query.limit)?;
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                access::member(conn, author, target.conversation_id).await?;
                load_own(conn, author, target).await?;
                let fetched =
                    repository::message_edit::list(conn, target, paging.after, paging.fetch()).await?;
                let page = paging.page(fetched, |earlier| earlier.rev);
                let items = page.items.into_iter().map(|earlier| MessageEdit {
                    text: earlier.text,
                    written_at: earlier.written_at,
                });
                Ok(Page {
                    items: items.collect(),
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }
}

fn parse(request: &EditMessageRequest) -> ServiceResult<Option<MessageText>> {
    match request.text.as_deref().map(MessageText::parse) {
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(MessageTextError::TooLong { .. })) => Err(ErrorKind::MessageTooLong.into()),
        Some(Err(MessageTextError::Empty)) | None => Ok(None),
    }
}

/// The message with what it answers, which its author may have hidden since: the others are told all the same.
async fn with_quote(
    conn: &mut Connection,
    mut message: repository::message::Message,
) -> ServiceResult<repository::message::Message> {
    if let Some(reply) = message.reply_to.as_mut().filter(|reply| reply.quote.is_none()) {
        let target = MessageRef {
            conversation_id: message.conversation_id,
            seq: reply.seq,
        };
        let quoted = repository::message::list_by_refs(conn, &[target], None).await?;
        reply.quote = quoted.first().map(Quote::of);
    }
    Ok(message)
}

/// A message that `author` sees and has written.
async fn load_own(
    conn: &mut Connection,
    author: UserId,
    target: MessageRef,
) -> ServiceResult<repository::message::Message> {
    let message = repository::message::find_visible(conn, author, target).await?;
    let message = message.ok_or(ErrorKind::MessageNotFound)?;
    if message.kind == MessageKind::System || message.author_id != author {
        return Err(ErrorKind::NotAllowed.into());
    }
    Ok(message)
}
