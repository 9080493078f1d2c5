//! Groups: making them, and everything about them that changes.

use damso_domain::{
    ClientKey, ConversationId, ConversationKind, ConversationName, History, MessageKind, Role, Timestamp,
    UserId,
};
use damso_protocol::{Conversation, ErrorKind, FieldErrorKind, SystemNotice, UpdateConversationRequest};
use damso_repository as repository;
use damso_repository::conversation::NewConversation;
use damso_repository::message::{Message, NewMessage};
use damso_repository::user::Picture;
use damso_repository::{Connection, RepositoryError};

use crate::access::Change;
use crate::announcement::{Announcement, created, tell_joined};
use crate::conversation::{Opened, lock_addable};
use crate::image::ImageService;
use crate::{Context, Fields, ServiceError, ServiceResult, member, notice, view};

/// Makes and changes groups.
#[derive(Clone)]
pub struct GroupService {
    context: Context,
    images: ImageService,
}

impl GroupService {
    pub(crate) fn new(context: Context, images: ImageService) -> Self {
        Self { context, images }
    }

    /// Makes a group of friends of `user`, who owns it.
    pub(crate) async fn create(
        &self,
        user: UserId,
        name: Option<String>,
        member_ids: Vec<UserId>,
    ) -> ServiceResult<Opened> {
        let name = parse_name(name.as_deref())?;
        let others = distinct_without(member_ids, user);
        if others.is_empty() {
            return Err(no_members());
        }
        if ConversationKind::MAX_MEMBERS <= others.len() {
            return Err(ErrorKind::GroupFull.into());
        }
        let now = Timestamp::now();
        let (conversation, announcement) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let people = lock_addable(conn, user, &others).await?;
                let new = NewConversation {
                    kind: ConversationKind::Group,
                    name,
                    pair: None,
                    history: History::FromJoin,
                    created_at: now,
                };
                let mut group = repository::conversation::insert(conn, &new)
                    .await?
                    .ok_or_else(|| anyhow::anyhow!("a group has no pair to be in conflict with"))?;
                let me = member::insert(conn, &mut group, &people[0], Role::Owner, now).await?;
                let mut members = vec![me];
                for other in &people[1..] {
                    members.push(member::insert(conn, &mut group, other, Role::Member, now).await?);
                }
                let mut change = Change {
                    conversation: group,
                    me,
                    members,
                };
                insert_system(conn, &mut change, &SystemNotice::GroupCreated, now).await?;
                repository::conversation::save_numbers(conn, &change.conversation).await?;
                let joined =
                    tell_joined(conn, change.conversation.id, &[&[user], &others[..]].concat()).await?;
                let conversation = view::load_conversation(conn, user, change.conversation.id).await?;
                Ok::<_, ServiceError>((
                    conversation,
                    Announcement {
                        to_users: joined,
                        ..Announcement::default()
                    },
                ))
            })
            .await?;
        announcement.tell(&self.context.hub);
        Ok(Opened {
            conversation,
            is_new: true,
        })
    }

    /// Changes name, picture and history setting of a group.
    pub async fn update(
        &self,
        user: UserId,
        id: ConversationId,
        request: UpdateConversationRequest,
    ) -> ServiceResult<Conversation> {
        let name = request.name.map(|name| parse_name(name.as_deref())).transpose()?;
        let avatar = match request.avatar_attachment_id {
            None => None,
            Some(None) => Some(None),
            Some(Some(attachment)) => {
                self.refuse_unless_can_change(user, id).await?;
                Some(Some(self.images.make_from_attachment(user, attachment).await?))
            }
        };
        let history = request.history;
        let now = Timestamp::now();
        let (conversation, announcement) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let mut change = Change::begin(conn, user, id).await?;
                refuse_unless_changeable(&change)?;
                let announcement = update_group(conn, &mut change, name, avatar, history, now).await?;
                let conversation = view::load_conversation(conn, user, id).await?;
                Ok::<_, ServiceError>((conversation, announcement))
            })
            .await?;
        announcement.tell(&self.context.hub);
        Ok(conversation)
    }

    /// Asked before a picture is made, so that nobody makes the server decode one for nothing.
    async fn refuse_unless_can_change(&self, user: UserId, id: ConversationId) -> ServiceResult<()> {
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let change = Change::begin(conn, user, id).await?;
                refuse_unless_changeable(&change)
            })
            .await
    }
}

fn parse_name(name: Option<&str>) -> ServiceResult<Option<ConversationName>> {
    let mut fields = Fields::default();
    let parsed = name.and_then(|name| fields.check("name", ConversationName::parse(name)));
    fields.refuse()?;
    Ok(parsed)
}

fn no_members() -> ServiceError {
    let mut fields = Fields::default();
    fields.add(
        "member_ids",
        FieldErrorKind::OutOfRange,
        "name at least one other person",
    );
    fields.into()
}

pub(crate) fn distinct_without(mut ids: Vec<UserId>, user: UserId) -> Vec<UserId> {
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| *id != user);
    ids
}

pub(crate) fn refuse_unless_group(change: &Change) -> ServiceResult<()> {
    if change.conversation.kind.has_changing_members() {
        Ok(())
    } else {
        Err(ErrorKind::NotAGroup.into())
    }
}

fn refuse_unless_changeable(change: &Change) -> ServiceResult<()> {
    refuse_unless_group(change)?;
    if change.me.role.can_change_group() {
        Ok(())
    } else {
        Err(ErrorKind::NotAllowed.into())
    }
}

async fn update_group(
    conn: &mut Connection,
    change: &mut Change,
    name: Option<Option<ConversationName>>,
    avatar: Option<Option<Picture>>,
    history: Option<History>,
    now: Timestamp,
) -> ServiceResult<Announcement> {
    let mut announcement = Announcement {
        members: change.audience(),
        ..Announcement::default()
    };
    let before = change.conversation.clone();
    if let Some(name) = name {
        change.conversation.name = name.map(ConversationName::into_string);
    }
    if let Some(avatar) = avatar
        && let Some(old) = std::mem::replace(&mut change.conversation.avatar, avatar)
    {
        crate::image::delete_later(conn, old.id, now).await?;
    }
    change.conversation.history = history.unwrap_or(before.history);
    if change.conversation == before {
        return Ok(announcement);
    }
    change.conversation.take_rev();
    repository::conversation::save_settings(conn, &change.conversation).await?;
    announcement.to_members.push(notice::updated(conn, change).await?);
    if change.conversation.name != before.name {
        let said = SystemNotice::NameChanged {
            name: change.conversation.name.clone(),
        };
        let message = insert_system(conn, change, &said, now).await?;
        announcement.to_members.push(created(&message)?.into());
    }
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    Ok(announcement)
}

/// Stores what the conversation says of itself, in the transaction of the change it speaks of.
pub(crate) async fn insert_system(
    conn: &mut Connection,
    change: &mut Change,
    notice: &SystemNotice,
    now: Timestamp,
) -> ServiceResult<Message> {
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
        withheld_for: change.withheld_for(),
        reply_to: None,
        forwarded: false,
        mentions: Vec::new(),
        is_silent: false,
        poll: None,
        created_at: now,
    };
    Ok(repository::message::insert(conn, &new, Vec::new()).await?)
}
