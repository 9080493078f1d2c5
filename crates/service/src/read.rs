//! How far people have read.

use damso_domain::{ConversationId, MessageRef, Seq, UserId};
use damso_protocol::{
    ErrorKind, MarkReadRequest, MemberRead, ReadPosition, Readers, Reads, ServerEvent, UnreadChanged,
};
use damso_repository as repository;
use damso_repository::Connection;

use crate::conversation::membership_updated;
use crate::{Context, ServiceError, ServiceResult, access, view};

/// Moves read pointers and tells who has read what.
#[derive(Clone)]
pub struct ReadService {
    context: Context,
}

impl ReadService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Moves `user`'s pointer forward, to the last message at the most, and takes their mark away that it is unread.
    pub async fn mark_read(
        &self,
        user: UserId,
        conversation: ConversationId,
        request: MarkReadRequest,
    ) -> ServiceResult<ReadPosition> {
        if request.seq < Seq::ZERO {
            return Err(ErrorKind::SeqOutOfRange.into());
        }
        let (position, moved, unmarked) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let before = access::member(conn, user, conversation).await?;
                let last = repository::conversation::find_last_seq(conn, conversation)
                    .await?
                    .unwrap_or_default();
                let seq = request.seq.min(last);
                let moved = repository::member::advance_read(conn, conversation, user, seq).await?;
                let unread = repository::conversation_view::count_unread(conn, user, conversation)
                    .await?
                    .ok_or(ErrorKind::ConversationNotFound)?;
                // Of two readers at once, one has taken it away.
                let is_unmarked = unread.is_marked_unread
                    && repository::member::unmark_unread(conn, conversation, user).await?;
                let unmarked = if is_unmarked {
                    Some(membership_updated(conn, user, conversation).await?)
                } else {
                    None
                };
                let read_seq = if moved.is_some() {
                    seq
                } else {
                    before.read_seq.max(seq)
                };
                Ok::<_, ServiceError>((
                    ReadPosition {
                        read_seq,
                        unread_count: unread.count,
                        mention_count: unread.mentions,
                        rev: unread.rev,
                        user_rev: unread.user_rev,
                    },
                    moved,
                    unmarked,
                ))
            })
            .await?;
        if let Some(event) = unmarked {
            self.context
                .hub
                .to_user(user, &ServerEvent::MembershipUpdated(event));
        }
        // To others it is as if it had not moved for somebody who is not counted, or who blocks the other one of two.
        if let Some(is_shown) = moved {
            let event = UnreadChanged::new(conversation, position);
            self.context.hub.to_user(user, &ServerEvent::UnreadChanged(event));
            if is_shown {
                self.context
                    .hub
                    .reads_moved(conversation, user, Some(position.read_seq));
            }
        }
        Ok(position)
    }

    /// How far everyone who is counted has read; nothing for somebody who is not counted.
    pub async fn list(&self, user: UserId, conversation: ConversationId) -> ServiceResult<Reads> {
        let (kind, members) = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                let me = access::member(conn, user, conversation).await?;
                let kind = repository::conversation::find_kind(conn, conversation).await?;
                let kind = kind.ok_or(ErrorKind::ConversationNotFound)?;
                // Whoever does not show how far they have read is not shown it of others.
                if !me.is_counted {
                    return Ok((kind, Vec::new()));
                }
                let members = repository::member::list_all(conn, conversation).await?;
                Ok::<_, ServiceError>((kind, members))
            })
            .await?;
        let items = members
            .iter()
            .filter(|member| member.is_counted)
            .map(|member| MemberRead {
                user_id: member.user_id,
                joined_seq: view::joined_seq(member, kind),
                read_seq: member.read_seq_for(user),
            });
        Ok(Reads {
            items: items.collect(),
        })
    }

    /// Who has read a message, and who has not; without its author. Nobody for somebody who is not counted.
    pub async fn readers(&self, user: UserId, target: MessageRef) -> ServiceResult<Readers> {
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let me = access::member(conn, user, target.conversation_id).await?;
                let message = repository::message::find_visible(conn, user, target).await?;
                let author = message.ok_or(ErrorKind::MessageNotFound)?.author_id;
                let members = repository::member::list_all(conn, target.conversation_id).await?;
                let (mut read, mut unread) = (view::Mentioned::default(), view::Mentioned::default());
                for member in members {
                    let counts = me.is_counted
                        && member.is_counted
                        && member.user_id != author
                        && member.joined_seq < target.seq;
                    match (counts, target.seq <= member.read_seq_for(user)) {
                        (false, _) => (),
                        (true, true) => read.add(member.user_id),
                        (true, false) => unread.add(member.user_id),
                    }
                }
                Ok(Readers {
                    read: read.load(conn, user).await?,
                    unread: unread.load(conn, user).await?,
                })
            })
            .await
    }
}
