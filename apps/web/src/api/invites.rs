//! Links that people hand out: one method for each operation.

use damso_domain::ConversationId;
use damso_protocol::{
    Conversation, CreateGroupInviteRequest, FriendInvite, GroupInvite, GroupInvites, InvitePreview,
};

use super::http::{self, Call};
use super::{ApiClient, ApiError};

impl ApiClient {
    /// Makes a link by which one person becomes my friend.
    pub async fn create_friend_invite(self) -> Result<FriendInvite, ApiError> {
        self.signed("POST", "/me/friend-invites", None).await?.read()
    }

    /// Takes back every link by which somebody may become my friend.
    pub async fn remove_friend_invites(self) -> Result<(), ApiError> {
        self.run("DELETE", "/me/friend-invites", None).await
    }

    /// The links into a group.
    pub async fn group_invites(self, id: ConversationId) -> Result<GroupInvites, ApiError> {
        self.get(&format!("/conversations/{id}/invites")).await
    }

    /// Makes a link into a group.
    pub async fn create_group_invite(
        self,
        id: ConversationId,
        request: &CreateGroupInviteRequest,
    ) -> Result<GroupInvite, ApiError> {
        self.post(&format!("/conversations/{id}/invites"), request).await
    }

    /// Takes a link into a group back.
    pub async fn remove_group_invite(self, id: ConversationId, code: &str) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/conversations/{id}/invites/{code}"), None)
            .await
    }

    /// What a link leads to; nobody has to be signed in.
    pub async fn invite(self, code: &str) -> Result<InvitePreview, ApiError> {
        http::send(&Call {
            method: "GET",
            path: &format!("/invites/{code}"),
            body: None,
            token: None,
            outlives_page: false,
        })
        .await?
        .read()
    }

    /// Comes into a group by a link.
    pub async fn join_group(self, code: &str) -> Result<Conversation, ApiError> {
        self.signed("POST", &format!("/invites/{code}/join"), None)
            .await?
            .read()
    }
}
