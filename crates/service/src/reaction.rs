//! Reacting to messages.

use damso_domain::{Emoji, MessageKind, MessageRef, Rev, Timestamp, UserId};
use damso_protocol::{
    ErrorKind, Reaction, ReactionChanged, ReactionPage, Reactions, ReactionsQuery, ServerEvent,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::message::Message;

use crate::access::{self, Change};
use crate::announcement::MessageFact;
use crate::cursor::Paging;
use crate::{Context, ServiceError, ServiceResult, view};

/// Adds reactions, takes them back, and says who reacted.
#[derive(Clone)]
pub struct ReactionService {
    context: Context,
}

/// What is done with a reaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Add,
    TakeBack,
}

impl ReactionService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Reacts to a message and tells everyone who sees it. Once more changes nothing.
    pub async fn add(&self, user: UserId, target: MessageRef, emoji: &str) -> ServiceResult<()> {
        self.change(user, target, emoji, Way::Add).await
    }

    /// Takes a reaction back. One that is not there changes nothing.
    pub async fn remove(&self, user: UserId, target: MessageRef, emoji: &str) -> ServiceResult<()> {
        self.change(user, target, emoji, Way::TakeBack).await
    }

    async fn change(&self, user: UserId, target: MessageRef, emoji: &str, way: Way) -> ServiceResult<()> {
        let emoji = parse(emoji)?;
        let now = Timestamp::now();
        let fact = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                // Who is a member is read under the lock: whoever has been removed before cannot react any more.
                let mut change = Change::begin(conn, user, target.conversation_id).await?;
                change.refuse_if_gone(conn).await?;
                let message = repository::message::find_visible(conn, user, target).await?;
                let message = message.ok_or(ErrorKind::MessageNotFound)?;
                let is_there = message.my_reactions.iter().any(|mine| mine == emoji.as_str());
                if is_there == (way == Way::Add) {
                    return Ok(None);
                }
                if way == Way::Add {
                    change.refuse_if_blocking()?;
                    refuse_unless_open(&message, emoji)?;
                }
                let rev = change.conversation.take_rev();
                match way {
                    Way::Add => repository::reaction::insert(conn, target, user, emoji, (rev, now)).await?,
                    Way::TakeBack => repository::reaction::delete(conn, target, user, emoji, rev).await?,
                }
                repository::conversation::save_numbers(conn, &change.conversation).await?;
                let changed = ReactionChanged {
                    conversation_id: target.conversation_id,
                    seq: target.seq,
                    rev,
                    emoji: emoji.as_str().to_owned(),
                    user_id: user,
                };
                let event = match way {
                    Way::Add => ServerEvent::ReactionAdded(changed),
                    Way::TakeBack => ServerEvent::ReactionRemoved(changed),
                };
                let fact = MessageFact::of(conn, &change, target, event).await?;
                Ok::<_, ServiceError>(Some(fact))
            })
            .await?;
        if let Some(fact) = fact {
            fact.tell(&self.context.hub);
        }
        Ok(())
    }

    /// A page of those who reacted to a message, in the order in which they did.
    pub async fn list(
        &self,
        user: UserId,
        target: MessageRef,
        query: &ReactionsQuery,
    ) -> ServiceResult<ReactionPage> {
        let emoji = query.emoji.as_deref().map(parse).transpose()?;
        let paging = Paging::<Rev>::parse(query.cursor.as_deref(), query.limit)?;
        let profiles = self.context.profiles.clone();
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                access::member(conn, user, target.conversation_id).await?;
                let message = repository::message::find_visible(conn, user, target).await?;
                message.ok_or(ErrorKind::MessageNotFound)?;
                let fetched =
                    repository::reaction::list(conn, target, emoji, paging.after, paging.fetch()).await?;
                let page = paging.page(fetched, |reaction| reaction.rev);
                let mut mentioned = view::Mentioned::default();
                page.items
                    .iter()
                    .for_each(|reaction| mentioned.add(reaction.user_id));
                let items = page.items.into_iter().map(|reaction| Reaction {
                    emoji: reaction.emoji,
                    user_id: reaction.user_id,
                    created_at: reaction.created_at,
                });
                Ok(ReactionPage {
                    items: items.collect(),
                    users: mentioned.load_kept(conn, &profiles, user).await?,
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }
}

/// One kind of reactions, as the wire tells it.
pub(crate) fn view(kind: &repository::reaction::Reactions) -> Reactions {
    Reactions {
        emoji: kind.emoji.clone(),
        count: kind.count,
        user_ids: kind.user_ids.clone(),
    }
}

fn parse(emoji: &str) -> ServiceResult<Emoji> {
    Emoji::parse(emoji).map_err(|_| ErrorKind::NotAnEmoji.into())
}

fn refuse_unless_open(message: &Message, emoji: Emoji) -> ServiceResult<()> {
    if message.kind == MessageKind::System {
        return Err(ErrorKind::NotAllowed.into());
    }
    if message.deleted_at.is_some() {
        return Err(ErrorKind::MessageDeleted.into());
    }
    let is_new_kind = message.reactions.iter().all(|kind| kind.emoji != emoji.as_str());
    if is_new_kind && Reactions::MAX_KINDS <= message.reactions.len() {
        return Err(ErrorKind::TooManyReactions.into());
    }
    Ok(())
}
