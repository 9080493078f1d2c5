//! What stands in the paths.

use damso_domain::{
    AttachmentId, ConversationId, ExportId, FolderId, FriendRequestId, ImageId, PasskeyId, SessionId, UserId,
};
use serde::Deserialize;
use utoipa::IntoParams;

macro_rules! path {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Deserialize, IntoParams)]
        #[into_params(parameter_in = Path)]
        pub(crate) struct $name {
            $($(#[$field_doc])* pub(crate) $field: $type),+
        }
    };
}

path!(
    /// One conversation.
    ConversationPath {
        /// The conversation.
        conversation_id: ConversationId,
    }
);
path!(
    /// One folder.
    FolderPath {
        /// The folder.
        folder_id: FolderId,
    }
);
path!(
    /// One message.
    MessagePath {
        /// The conversation.
        conversation_id: ConversationId,
        /// The message's number there.
        seq: i64,
    }
);
path!(
    /// One kind of reaction to a message.
    ReactionPath {
        /// The conversation.
        conversation_id: ConversationId,
        /// The message's number there.
        seq: i64,
        /// One fully qualified emoji, percent-encoded.
        emoji: String,
    }
);
path!(
    /// One member.
    MemberPath {
        /// The conversation.
        conversation_id: ConversationId,
        /// The member.
        user_id: UserId,
    }
);
path!(
    /// One person.
    UserPath {
        /// The person.
        user_id: UserId,
    }
);
path!(
    /// One person, by handle.
    HandlePath {
        /// 3 to 20 of `a-z 0-9 _ .`
        handle: String,
    }
);
path!(
    /// One friend request.
    FriendRequestPath {
        /// The request.
        friend_request_id: FriendRequestId,
    }
);
path!(
    /// One link that was handed out.
    InvitePath {
        /// Its code.
        code: String,
    }
);
path!(
    /// One link into a group.
    GroupInvitePath {
        /// The conversation.
        conversation_id: ConversationId,
        /// Its code.
        code: String,
    }
);
path!(
    /// One passkey.
    PasskeyPath {
        /// The passkey.
        passkey_id: PasskeyId,
    }
);
path!(
    /// One session.
    SessionPath {
        /// The session.
        session_id: SessionId,
    }
);
path!(
    /// One export.
    ExportPath {
        /// The export.
        export_id: ExportId,
    }
);
path!(
    /// One attachment.
    AttachmentPath {
        /// The attachment.
        attachment_id: AttachmentId,
    }
);
path!(
    /// One picture.
    ImagePath {
        /// The picture.
        image_id: ImageId,
    }
);
