//! The message that stands on top of a conversation.

use damso_domain::{ConversationId, MessageKind, MessageRef, Seq, Timestamp, UserId};
use damso_protocol::{Conversation, ConversationUpdated, ErrorKind, Message, ServerEvent, SystemNotice};
use damso_repository as repository;
use damso_repository::Connection;

use crate::access::Change;
use crate::announcement::{Fact, list_who_cannot_see, tell_created};
use crate::group::insert_system;
use crate::{Context, ServiceError, ServiceResult, view};

/// Puts messages on top of conversations, and takes them away.
#[derive(Clone)]
pub struct NoticeService {
    context: Context,
}

/// What a change of the notice has to tell after its commit.
struct Told {
    members: Vec<UserId>,
    updated: Fact,
    said: Message,
    withheld_for: Option<UserId>,
}

impl NoticeService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Puts a message on top, in place of what stands there, and tells everyone in the conversation. The one that stands
    /// there already changes nothing.
    pub async fn set(&self, user: UserId, id: ConversationId, seq: Seq) -> ServiceResult<Conversation> {
        self.change(user, id, Some(seq)).await
    }

    /// Takes away what stands on top, also from who does not see it. Where nothing does, nothing changes.
    pub async fn remove(&self, user: UserId, id: ConversationId) -> ServiceResult<Conversation> {
        self.change(user, id, None).await
    }

    async fn change(
        &self,
        user: UserId,
        id: ConversationId,
        wanted: Option<Seq>,
    ) -> ServiceResult<Conversation> {
        let now = Timestamp::now();
        let (conversation, told) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let mut change = Change::begin(conn, user, id).await?;
                change.refuse_if_gone(conn).await?;
                change.refuse_if_blocking()?;
                if !change.conversation.kind.allows_notice_by(change.me.role) {
                    return Err(ErrorKind::NotAllowed.into());
                }
                if let Some(seq) = wanted {
                    refuse_unless_suitable(conn, user, at(id, seq)).await?;
                }
                let told = if change.conversation.notice == wanted {
                    None
                } else {
                    change.conversation.notice = wanted;
                    Some(store(conn, &mut change, now).await?)
                };
                let conversation = view::load_conversation(conn, user, id).await?;
                Ok::<_, ServiceError>((conversation, told))
            })
            .await?;
        if let Some(told) = told {
            let hub = &self.context.hub;
            told.updated.tell(hub, &told.members);
            tell_created(hub, &told.members, told.withheld_for, told.said);
        }
        Ok(conversation)
    }
}

const fn at(conversation_id: ConversationId, seq: Seq) -> MessageRef {
    MessageRef { conversation_id, seq }
}

async fn refuse_unless_suitable(
    conn: &mut Connection,
    user: UserId,
    target: MessageRef,
) -> ServiceResult<()> {
    let message = repository::message::find_visible(conn, user, target).await?;
    let message = message.ok_or(ErrorKind::MessageNotFound)?;
    if message.kind == MessageKind::System {
        return Err(ErrorKind::NotAllowed.into());
    }
    if message.deleted_at.is_some() {
        return Err(ErrorKind::MessageDeleted.into());
    }
    Ok(())
}

/// Stores what stands on top from now on, and that the conversation says so.
async fn store(conn: &mut Connection, change: &mut Change, now: Timestamp) -> ServiceResult<Told> {
    change.conversation.take_rev();
    repository::conversation::save_notice(conn, &change.conversation).await?;
    let updated = updated(conn, change).await?;
    let notice = match change.conversation.notice {
        Some(_) => SystemNotice::NoticeSet,
        None => SystemNotice::NoticeRemoved,
    };
    let said = insert_system(conn, change, &notice, now).await?;
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    Ok(Told {
        members: change.audience(),
        updated,
        said: view::message(&said)?,
        withheld_for: change.withheld_for(),
    })
}

/// What is told of a conversation that changed with its latest number: what stands on top is told to those alone who may
/// see that message.
pub(crate) async fn updated(conn: &mut Connection, change: &Change) -> ServiceResult<Fact> {
    let conversation = &change.conversation;
    let notice = match conversation.notice {
        None => None,
        Some(seq) => {
            let found = repository::message::list_by_refs(conn, &[at(conversation.id, seq)], None).await?;
            found.first().map(view::message).transpose()?
        }
    };
    let blind = list_who_cannot_see(conn, conversation.id, conversation.notice, &change.audience()).await?;
    let event = ServerEvent::ConversationUpdated(ConversationUpdated {
        conversation_id: conversation.id,
        rev: conversation.rev(),
        name: conversation.name.clone(),
        avatar: conversation.avatar.as_ref().map(view::image),
        history: conversation.history,
        notice: notice.map(Message::into_notice).map(Box::new),
    });
    Ok(Fact::about_conversation(event, blind))
}
