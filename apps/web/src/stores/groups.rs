//! Making conversations, and what belongs to a group.

use std::time::Duration;

use damso_domain::{AttachmentId, ConversationId, Role, Seq, Timestamp, UserId};
use damso_protocol::{
    CreateConversationRequest, Members, SetNoticeRequest, UpdateConversationRequest, UpdateMemberRequest,
    UpdateMembershipRequest,
};

use super::ChatStore;
use super::core::{Core, Part};
use crate::api::ApiError;

/// "Until I turn it on again": a hundred years.
pub const MUTED_FOR_EVER: Duration = Duration::from_hours(100 * 365 * 24);

impl ChatStore {
    /// The conversation with one person, or with myself; made when there is none.
    pub async fn open_direct(self, user_id: UserId) -> Result<ConversationId, ApiError> {
        let core = self.core();
        let is_me = user_id == core.me();
        let known = core.peek(|model| {
            if is_me {
                model.chats.self_chat()
            } else {
                model.chats.direct_with(user_id)
            }
        });
        if let Some(id) = known {
            return Ok(id);
        }
        let conversation = core
            .api
            .create_conversation(&CreateConversationRequest::Direct { user_id })
            .await?;
        let id = conversation.id;
        core.take(|model| model.put_conversation(conversation));
        Ok(id)
    }

    /// Makes a group.
    pub async fn create_group(
        self,
        name: Option<String>,
        member_ids: Vec<UserId>,
    ) -> Result<ConversationId, ApiError> {
        let core = self.core();
        let conversation = core
            .api
            .create_conversation(&CreateConversationRequest::Group { name, member_ids })
            .await?;
        let id = conversation.id;
        core.take(|model| model.put_conversation(conversation));
        Ok(id)
    }

    /// Keeps a conversation on top of my list, or not.
    pub async fn set_pinned(self, id: ConversationId, is_pinned: bool) -> Result<(), ApiError> {
        let request = UpdateMembershipRequest {
            is_pinned: Some(is_pinned),
            ..UpdateMembershipRequest::default()
        };
        self.update_membership(id, request).await
    }

    /// Keeps a conversation quiet for so long, or not any more.
    pub async fn set_muted(self, id: ConversationId, time: Option<Duration>) -> Result<(), ApiError> {
        let request = UpdateMembershipRequest {
            muted_until: Some(time.map(|time| Timestamp::now().after(time))),
            ..UpdateMembershipRequest::default()
        };
        self.update_membership(id, request).await
    }

    /// Puts a conversation away, or brings it back.
    pub async fn set_archived(self, id: ConversationId, is_archived: bool) -> Result<(), ApiError> {
        let request = UpdateMembershipRequest {
            is_archived: Some(is_archived),
            ..UpdateMembershipRequest::default()
        };
        self.update_membership(id, request).await
    }

    /// Shows a conversation as unread until it is read.
    pub async fn mark_unread(self, id: ConversationId) -> Result<(), ApiError> {
        let request = UpdateMembershipRequest {
            is_marked_unread: Some(true),
            ..UpdateMembershipRequest::default()
        };
        self.update_membership(id, request).await
    }

    /// Reads a conversation up to its end, without looking into it.
    pub async fn mark_all_read(self, id: ConversationId) -> Result<(), ApiError> {
        let core = self.core();
        let last = core.peek(|model| model.chats.get(id).map(|chat| chat.conversation.last_seq));
        core.read_up_to(id, last.unwrap_or_default()).await
    }

    /// Gives a conversation a name that only I see, or takes it away.
    pub async fn set_own_name(self, id: ConversationId, name: Option<String>) -> Result<(), ApiError> {
        let request = UpdateMembershipRequest {
            name_override: Some(name),
            ..UpdateMembershipRequest::default()
        };
        self.update_membership(id, request).await
    }

    pub(super) async fn update_membership(
        self,
        id: ConversationId,
        request: UpdateMembershipRequest,
    ) -> Result<(), ApiError> {
        let core = self.core();
        let membership = core.api.update_membership(id, &request).await?;
        core.take(|model| model.put_membership(id, membership));
        Ok(())
    }

    /// Leaves a group, or clears a direct conversation for me.
    pub async fn leave(self, id: ConversationId) -> Result<(), ApiError> {
        // It goes from the list with its event, which carries a number of its own.
        self.core().api.leave_conversation(id).await
    }

    /// Names a group; `None` names it after its members.
    pub async fn rename(self, id: ConversationId, name: Option<String>) -> Result<(), ApiError> {
        let request = UpdateConversationRequest {
            name: Some(name),
            ..UpdateConversationRequest::default()
        };
        self.core().api.update_conversation(id, &request).await.map(drop)
    }

    /// Gives a group a picture; `None` draws its members.
    pub async fn set_picture(
        self,
        id: ConversationId,
        picture: Option<AttachmentId>,
    ) -> Result<(), ApiError> {
        let request = UpdateConversationRequest {
            avatar_attachment_id: Some(picture),
            ..UpdateConversationRequest::default()
        };
        self.core().api.update_conversation(id, &request).await.map(drop)
    }

    /// Puts a message on top of a conversation. It stands there with its event.
    pub async fn set_notice(self, id: ConversationId, seq: Seq) -> Result<(), ApiError> {
        let request = SetNoticeRequest { seq };
        self.core().api.set_notice(id, &request).await.map(drop)
    }

    /// Takes away what stands on top of a conversation. It goes with its event.
    pub async fn remove_notice(self, id: ConversationId) -> Result<(), ApiError> {
        self.core().api.remove_notice(id).await
    }

    /// Brings friends into a group.
    pub async fn add_members(self, id: ConversationId, user_ids: Vec<UserId>) -> Result<(), ApiError> {
        self.core().api.add_members(id, user_ids).await.map(drop)
    }

    /// Takes a member out of a group.
    pub async fn remove_member(self, id: ConversationId, user: UserId) -> Result<(), ApiError> {
        self.core().api.remove_member(id, user).await
    }

    /// Gives a member a role; `owner` hands the group over.
    pub async fn set_role(self, id: ConversationId, user: UserId, role: Role) -> Result<(), ApiError> {
        self.core()
            .api
            .update_member(id, user, &UpdateMemberRequest { role })
            .await
            .map(drop)
    }

    /// Reads everyone who is in a conversation.
    pub async fn load_members(self, id: ConversationId) -> Result<(), ApiError> {
        let core = self.core();
        let members = all_members(&core, id).await?;
        core.change(&[Part::Chats, Part::People, Part::Timelines], |model| {
            model.load_members(id, members);
        });
        Ok(())
    }
}

async fn all_members(core: &Core, id: ConversationId) -> Result<Members, ApiError> {
    let mut all = core.api.members(id, None).await?;
    while let Some(cursor) = all.next_cursor.take() {
        let page = core.api.members(id, Some(&cursor)).await?;
        all.items.extend(page.items);
        all.users.extend(page.users);
        all.next_cursor = page.next_cursor;
    }
    Ok(all)
}
