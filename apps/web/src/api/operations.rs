//! One method for each operation of the API.

use damso_domain::{AttachmentId, ConversationId, FriendRequestId, Seq, SessionId, UserId};
use damso_protocol::{
    AddMembersRequest, Attachment, AuthResponse, Block, BlockRequest, ChangePasswordRequest,
    CompleteAttachmentRequest, ConfirmEmailRequest, ConfirmPasswordResetRequest, Conversation, Conversations,
    CreateAttachmentRequest, CreateConversationRequest, CreateFriendRequest, CreateReportRequest,
    CreatedAttachment, CreatedReport, DeleteFor, DeletionReport, DeletionRequest, Direction, Friend,
    FriendRequest, MarkReadRequest, Me, Member, Members, Membership, Message, Messages, MessagesQuery,
    Mutual, OwnPresence, Page, PasskeySignInRequest, PasswordResetRequest, PasswordStrength,
    PasswordStrengthRequest, ReadPosition, Readers, Reads, RenameSessionRequest, SendMessageRequest,
    ServerInfo, Session, Sessions, SetAvatarRequest, SetNoticeRequest, SetPresenceRequest, Settings,
    SignInRequest, SignUpRequest, SyncRequest, SyncResponse, UnreadMentions, UpdateConversationRequest,
    UpdateFriendRequest, UpdateMeRequest, UpdateMemberRequest, UpdateMembershipRequest,
    UpdateSettingsRequest, Upload, UploadPartsRequest, User, Users,
};

use super::http::{self, Call};
use super::urls::{escape, parameter};
use super::{ApiClient, ApiError};
use crate::webauthn::Ceremony;

/// As large as pages come.
const PAGE_LIMIT: u16 = 100;

/// The server and one's own account.
impl ApiClient {
    /// What the server is and allows.
    pub async fn server(self) -> Result<ServerInfo, ApiError> {
        http::send(&Call {
            method: "GET",
            path: "/server",
            body: None,
            token: None,
            outlives_page: false,
        })
        .await?
        .read()
    }

    /// Makes an account and signs in.
    pub async fn sign_up(self, request: &SignUpRequest) -> Result<(), ApiError> {
        let auth: AuthResponse = self.unsigned("/auth/sign-up", request).await?;
        self.adopt(auth);
        Ok(())
    }

    /// How hard a password would be to guess.
    pub async fn judge_password(
        self,
        request: &PasswordStrengthRequest,
    ) -> Result<PasswordStrength, ApiError> {
        self.unsigned("/auth/password-strength", request).await
    }

    /// Opens a session.
    pub async fn sign_in(self, request: &SignInRequest) -> Result<(), ApiError> {
        let auth: AuthResponse = self.unsigned("/auth/sign-in", request).await?;
        self.adopt(auth);
        Ok(())
    }

    /// Opens a session with what a passkey has signed.
    pub async fn sign_in_with_passkey(self, request: &PasskeySignInRequest) -> Result<(), ApiError> {
        let auth: AuthResponse = self.unsigned("/auth/passkey/finish", request).await?;
        self.adopt(auth);
        Ok(())
    }

    /// What a passkey is to sign, whoever's it is.
    pub async fn start_passkey(self) -> Result<Ceremony, ApiError> {
        let answer = self.guest("/auth/passkey/start", None).await?;
        Ceremony::read(&answer.into_text()).ok_or(ApiError::Unreadable)
    }

    /// Asks for a link that sets a new password.
    pub async fn request_password_reset(self, request: &PasswordResetRequest) -> Result<(), ApiError> {
        let body = http::encode(request)?;
        self.guest("/auth/password-reset", Some(body)).await.map(drop)
    }

    /// Sets a new password by such a link.
    pub async fn confirm_password_reset(self, request: &ConfirmPasswordResetRequest) -> Result<(), ApiError> {
        let body = http::encode(request)?;
        self.guest("/auth/password-reset/confirm", Some(body))
            .await
            .map(drop)
    }

    /// Confirms an address by a mailed link.
    pub async fn confirm_email(self, token: String) -> Result<(), ApiError> {
        let body = http::encode(&ConfirmEmailRequest { token })?;
        self.guest("/auth/email-verification/confirm", Some(body))
            .await
            .map(drop)
    }

    /// Goes on with the session of the browser's cookie.
    pub async fn resume(self) -> Result<(), ApiError> {
        self.renew().await
    }

    /// Ends this session.
    pub async fn sign_out(self) -> Result<(), ApiError> {
        self.run("POST", "/auth/sign-out", None).await?;
        self.forget_token();
        Ok(())
    }

    /// My own account.
    pub async fn me(self) -> Result<Me, ApiError> {
        self.get("/me").await
    }

    /// Changes my profile.
    pub async fn update_me(self, request: &UpdateMeRequest) -> Result<Me, ApiError> {
        self.patch("/me", request).await
    }

    /// What I let others see.
    pub async fn settings(self) -> Result<Settings, ApiError> {
        self.get("/me/settings").await
    }

    /// Changes what I let others see.
    pub async fn update_settings(self, request: &UpdateSettingsRequest) -> Result<Settings, ApiError> {
        self.patch("/me/settings", request).await
    }

    /// Says something else about being here.
    pub async fn set_presence(self, request: &SetPresenceRequest) -> Result<OwnPresence, ApiError> {
        self.put("/me/presence", request).await
    }

    /// Takes an uploaded image as my picture.
    pub async fn set_avatar(self, attachment_id: AttachmentId) -> Result<Me, ApiError> {
        self.put("/me/avatar", &SetAvatarRequest { attachment_id }).await
    }

    /// Goes back to the letter.
    pub async fn remove_avatar(self) -> Result<Me, ApiError> {
        self.signed("DELETE", "/me/avatar", None).await?.read()
    }

    /// Changes my password and ends my other sessions.
    pub async fn change_password(self, request: &ChangePasswordRequest) -> Result<(), ApiError> {
        self.run("PUT", "/me/password", Some(http::encode(request)?))
            .await
    }

    /// Deletes my account.
    pub async fn delete_account(self, request: &DeletionRequest) -> Result<DeletionReport, ApiError> {
        self.post("/me/deletion", request).await
    }

    /// Where I am signed in.
    pub async fn sessions(self) -> Result<Sessions, ApiError> {
        self.get("/me/sessions").await
    }

    /// Names a session.
    pub async fn rename_session(self, id: SessionId, name: String) -> Result<Session, ApiError> {
        self.patch(&format!("/me/sessions/{id}"), &RenameSessionRequest { name })
            .await
    }

    /// Ends one session.
    pub async fn end_session(self, id: SessionId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/me/sessions/{id}"), None).await
    }

    /// Ends every session but this one.
    pub async fn end_other_sessions(self) -> Result<(), ApiError> {
        self.run("DELETE", "/me/sessions", None).await
    }
}

/// People.
impl ApiClient {
    /// One account, by id.
    pub async fn user(self, id: UserId) -> Result<User, ApiError> {
        self.get(&format!("/users/{id}")).await
    }

    /// Up to 100 accounts, by id.
    pub async fn users(self, ids: &[UserId]) -> Result<Users, ApiError> {
        let ids: Vec<String> = ids.iter().map(UserId::to_string).collect();
        self.get(&format!("/users?ids={}", ids.join(","))).await
    }

    /// What somebody and I have in common.
    pub async fn mutual(self, id: UserId) -> Result<Mutual, ApiError> {
        self.get(&format!("/users/{id}/mutual")).await
    }

    /// One account, by handle.
    pub async fn user_by_handle(self, handle: &str) -> Result<User, ApiError> {
        self.get(&format!("/users/by-handle/{}", escape(handle))).await
    }

    /// A page of my friends.
    pub async fn friends(self, cursor: Option<&str>) -> Result<Page<Friend>, ApiError> {
        self.get(&format!(
            "/friends?limit={PAGE_LIMIT}{}",
            parameter("cursor", cursor)
        ))
        .await
    }

    /// A page of those I block.
    pub async fn blocks(self, cursor: Option<&str>) -> Result<Page<Block>, ApiError> {
        self.get(&format!(
            "/blocks?limit={PAGE_LIMIT}{}",
            parameter("cursor", cursor)
        ))
        .await
    }

    /// Blocks somebody.
    pub async fn block(self, id: UserId, request: &BlockRequest) -> Result<Block, ApiError> {
        self.put(&format!("/blocks/{id}"), request).await
    }

    /// Lets somebody be again.
    pub async fn unblock(self, id: UserId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/blocks/{id}"), None).await
    }

    /// Reports somebody, or a message.
    pub async fn report(self, request: &CreateReportRequest) -> Result<CreatedReport, ApiError> {
        self.post("/reports", request).await
    }

    /// Changes how I keep a friend.
    pub async fn update_friend(self, id: UserId, request: &UpdateFriendRequest) -> Result<Friend, ApiError> {
        self.patch(&format!("/friends/{id}"), request).await
    }

    /// Ends a friendship.
    pub async fn remove_friend(self, id: UserId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/friends/{id}"), None).await
    }

    /// Asks somebody to become a friend.
    pub async fn create_friend_request(
        self,
        request: &CreateFriendRequest,
    ) -> Result<FriendRequest, ApiError> {
        self.post("/friend-requests", request).await
    }

    /// A page of the open requests to me or from me.
    pub async fn friend_requests(
        self,
        direction: Direction,
        cursor: Option<&str>,
    ) -> Result<Page<FriendRequest>, ApiError> {
        let direction = match direction {
            Direction::Incoming => "incoming",
            Direction::Outgoing => "outgoing",
        };
        let cursor = parameter("cursor", cursor);
        self.get(&format!(
            "/friend-requests?direction={direction}&limit={PAGE_LIMIT}{cursor}"
        ))
        .await
    }

    /// Becomes friends.
    pub async fn accept_friend_request(self, id: FriendRequestId) -> Result<Friend, ApiError> {
        self.signed("POST", &format!("/friend-requests/{id}/accept"), None)
            .await?
            .read()
    }

    /// Says no; the other one is not told.
    pub async fn decline_friend_request(self, id: FriendRequestId) -> Result<(), ApiError> {
        self.run("POST", &format!("/friend-requests/{id}/decline"), None)
            .await
    }

    /// Takes back my own request.
    pub async fn cancel_friend_request(self, id: FriendRequestId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/friend-requests/{id}"), None).await
    }
}

/// Conversations.
impl ApiClient {
    /// A page of my conversations.
    pub async fn conversations(self, cursor: Option<&str>) -> Result<Conversations, ApiError> {
        self.get(&format!(
            "/conversations?limit={PAGE_LIMIT}{}",
            parameter("cursor", cursor)
        ))
        .await
    }

    /// One of my conversations.
    pub async fn conversation(self, id: ConversationId) -> Result<Conversation, ApiError> {
        self.get(&format!("/conversations/{id}")).await
    }

    /// Opens a direct conversation or makes a group.
    pub async fn create_conversation(
        self,
        request: &CreateConversationRequest,
    ) -> Result<Conversation, ApiError> {
        self.post("/conversations", request).await
    }

    /// Changes name, picture or history setting of a group.
    pub async fn update_conversation(
        self,
        id: ConversationId,
        request: &UpdateConversationRequest,
    ) -> Result<Conversation, ApiError> {
        self.patch(&format!("/conversations/{id}"), request).await
    }

    /// Puts a message on top of a conversation.
    pub async fn set_notice(
        self,
        id: ConversationId,
        request: &SetNoticeRequest,
    ) -> Result<Conversation, ApiError> {
        self.put(&format!("/conversations/{id}/notice"), request).await
    }

    /// Takes away what stands on top of a conversation.
    pub async fn remove_notice(self, id: ConversationId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/conversations/{id}/notice"), None)
            .await
    }

    /// Changes how I see a conversation.
    pub async fn update_membership(
        self,
        id: ConversationId,
        request: &UpdateMembershipRequest,
    ) -> Result<Membership, ApiError> {
        self.patch(&format!("/conversations/{id}/membership"), request)
            .await
    }

    /// Leaves a group, or clears a direct conversation for me.
    pub async fn leave_conversation(self, id: ConversationId) -> Result<(), ApiError> {
        self.run("POST", &format!("/conversations/{id}/leave"), None)
            .await
    }

    /// A page of the members.
    pub async fn members(self, id: ConversationId, cursor: Option<&str>) -> Result<Members, ApiError> {
        let cursor = parameter("cursor", cursor);
        self.get(&format!("/conversations/{id}/members?limit={PAGE_LIMIT}{cursor}"))
            .await
    }

    /// Brings friends into a group.
    pub async fn add_members(self, id: ConversationId, user_ids: Vec<UserId>) -> Result<Members, ApiError> {
        self.post(
            &format!("/conversations/{id}/members"),
            &AddMembersRequest { user_ids },
        )
        .await
    }

    /// Gives a member a role; `owner` hands the group over.
    pub async fn update_member(
        self,
        id: ConversationId,
        user: UserId,
        request: &UpdateMemberRequest,
    ) -> Result<Member, ApiError> {
        self.patch(&format!("/conversations/{id}/members/{user}"), request)
            .await
    }

    /// Takes a member out of a group.
    pub async fn remove_member(self, id: ConversationId, user: UserId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/conversations/{id}/members/{user}"), None)
            .await
    }

    /// How far everyone has read.
    pub async fn reads(self, id: ConversationId) -> Result<Reads, ApiError> {
        self.get(&format!("/conversations/{id}/reads")).await
    }

    /// Which unread messages mention me.
    pub async fn unread_mentions(self, id: ConversationId) -> Result<UnreadMentions, ApiError> {
        self.get(&format!("/conversations/{id}/mentions")).await
    }

    /// Moves my read pointer.
    pub async fn mark_read(self, id: ConversationId, seq: Seq) -> Result<ReadPosition, ApiError> {
        self.put(&format!("/conversations/{id}/read"), &MarkReadRequest { seq })
            .await
    }

    /// What changed since the client last heard of it.
    /// With the answer as it came, for the other tabs of this browser.
    pub async fn sync(self, request: &SyncRequest) -> Result<(SyncResponse, String), ApiError> {
        let answer = self.signed("POST", "/sync", Some(http::encode(request)?)).await?;
        Ok((answer.read()?, answer.into_text()))
    }
}

/// Messages and files.
impl ApiClient {
    /// A stretch of a conversation.
    pub async fn messages(self, id: ConversationId, query: &MessagesQuery) -> Result<Messages, ApiError> {
        let position = parameter("before", query.before)
            + &parameter("after", query.after)
            + &parameter("around", query.around);
        let limit = query.limit.unwrap_or(50);
        self.get(&format!("/conversations/{id}/messages?limit={limit}{position}"))
            .await
    }

    /// Sends a message; the same `client_key` again answers the message stored first.
    pub async fn send_message(
        self,
        id: ConversationId,
        request: &SendMessageRequest,
    ) -> Result<Message, ApiError> {
        self.post(&format!("/conversations/{id}/messages"), request).await
    }

    /// Deletes a message for everyone or for me.
    pub async fn delete_message(
        self,
        id: ConversationId,
        seq: Seq,
        audience: DeleteFor,
    ) -> Result<(), ApiError> {
        let audience = match audience {
            DeleteFor::Everyone => "everyone",
            DeleteFor::Me => "me",
        };
        self.run(
            "DELETE",
            &format!("/conversations/{id}/messages/{seq}?for={audience}"),
            None,
        )
        .await
    }

    /// Who has read a message, and who has not.
    pub async fn readers(self, id: ConversationId, seq: Seq) -> Result<Readers, ApiError> {
        self.get(&format!("/conversations/{id}/messages/{seq}/readers"))
            .await
    }

    /// Announces a file and gets the addresses its bytes go to.
    pub async fn create_attachment(
        self,
        request: &CreateAttachmentRequest,
    ) -> Result<CreatedAttachment, ApiError> {
        self.post("/attachments", request).await
    }

    /// Fresh addresses for parts of an upload.
    pub async fn attachment_parts(self, id: AttachmentId, numbers: Vec<u32>) -> Result<Upload, ApiError> {
        self.post(
            &format!("/attachments/{id}/parts"),
            &UploadPartsRequest { numbers },
        )
        .await
    }

    /// Says that all bytes are there.
    pub async fn complete_attachment(
        self,
        id: AttachmentId,
        request: &CompleteAttachmentRequest,
    ) -> Result<Attachment, ApiError> {
        self.post(&format!("/attachments/{id}/complete"), request).await
    }

    /// How far an attachment has come.
    pub async fn attachment(self, id: AttachmentId) -> Result<Attachment, ApiError> {
        self.get(&format!("/attachments/{id}")).await
    }

    /// Drops an attachment that is in no message.
    pub async fn delete_attachment(self, id: AttachmentId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/attachments/{id}"), None).await
    }
}
