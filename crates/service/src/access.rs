//! The one place that decides who may touch which conversation and which file: it returns the loaded thing, or refuses.

use damso_domain::{AttachmentId, ConversationId, UserId};
use damso_protocol::ErrorKind;
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::attachment::{self, Attachment};
use damso_repository::conversation::{self, LockedConversation};
use damso_repository::member::{self, Member};

use crate::ServiceResult;

/// The membership of `user`, or `conversation_not_found`: somebody else's conversation is not there.
pub(crate) async fn member(
    conn: &mut Connection,
    user: UserId,
    conversation: ConversationId,
) -> ServiceResult<Member> {
    member::find(conn, conversation, user)
        .await?
        .ok_or_else(|| ErrorKind::ConversationNotFound.into())
}

/// An attachment that `user` may read: their own, or in a message they may see.
pub(crate) async fn attachment(
    conn: &mut Connection,
    user: UserId,
    id: AttachmentId,
) -> ServiceResult<Attachment> {
    let found = attachment::find(conn, id)
        .await?
        .ok_or(ErrorKind::AttachmentNotFound)?;
    let is_held = !attachment::list_held(conn, &[id]).await?.is_empty();
    let is_readable = if is_held {
        attachment::is_visible(conn, user, id).await?
    } else {
        found.owner_id == user
    };
    if is_readable {
        Ok(found)
    } else {
        Err(ErrorKind::AttachmentNotFound.into())
    }
}

/// A conversation that is locked for a change, everyone in it, and who asks. Holding it proves that the lock
/// came first: what was read is what the change will be based on.
pub(crate) struct Change {
    pub(crate) conversation: LockedConversation,
    pub(crate) me: Member,
    pub(crate) members: Vec<Member>,
}

impl Change {
    /// Locks the conversation, then reads who is in it.
    pub(crate) async fn begin(
        conn: &mut Connection,
        user: UserId,
        id: ConversationId,
    ) -> ServiceResult<Self> {
        let conversation = conversation::lock(conn, id)
            .await?
            .ok_or(ErrorKind::ConversationNotFound)?;
        let members = member::list_all(conn, id).await?;
        let me = *members
            .iter()
            .find(|member| member.user_id == user)
            .ok_or(ErrorKind::ConversationNotFound)?;
        Ok(Self {
            conversation,
            me,
            members,
        })
    }

    /// The member with this id.
    pub(crate) fn member(&self, user: UserId) -> ServiceResult<Member> {
        let found = self.members.iter().find(|member| member.user_id == user);
        found.copied().ok_or_else(|| ErrorKind::MemberNotFound.into())
    }

    /// Everyone who hears of the change.
    pub(crate) fn audience(&self) -> Vec<UserId> {
        self.members.iter().map(|member| member.user_id).collect()
    }

    /// Everyone who hears of the change but one, who hears of it otherwise.
    pub(crate) fn audience_without(&self, user: UserId) -> Vec<UserId> {
        let mut others = self.audience();
        others.retain(|member| *member != user);
        others
    }

    /// Who must not hear what the author of this change says: the other one of two, who blocks them.
    pub(crate) fn withheld_for(&self) -> Option<UserId> {
        let blocker = self.members.iter().find(|member| member.is_blocking);
        blocker.map(|member| member.user_id)
    }

    /// Refuses whoever blocks the other one of two: they hear no answer, so they say nothing either.
    pub(crate) fn refuse_if_blocking(&self) -> ServiceResult<()> {
        if self.me.is_blocking {
            return Err(ErrorKind::BlockedByYou.into());
        }
        Ok(())
    }

    /// Refuses an account that was deleted after it had signed in: in its notes and in conversations of two it stays a
    /// member.
    pub(crate) async fn refuse_if_gone(&self, conn: &mut Connection) -> ServiceResult<()> {
        if self.conversation.kind.has_changing_members() {
            return Ok(());
        }
        let me = repository::user::find(conn, self.me.user_id).await?;
        match me {
            Some(me) if me.deleted_at.is_none() => Ok(()),
            _ => Err(ErrorKind::NotAuthenticated.into()),
        }
    }
}
