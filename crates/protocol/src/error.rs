//! Errors as every client sees them: RFC 9457 problems with a stable `kind`.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $wire:tt = $text:literal),+ $(,)?) => {
        /// Why a request was refused. Stable: clients match on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, miniserde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ErrorKind {
            $($(#[$doc])* #[serde(rename = $wire)] $name),+
        }

        impl ErrorKind {
            /// Every kind, for the documentation and for tests.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// As the wire spells it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire),+ }
            }

            /// One sentence in English for the problem's `title`; clients translate by kind.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

kinds! {
    /// 400. Not JSON, a wrong type, an unknown field, an id that is none.
    MalformedRequest "malformed_request" = "The request is not well formed",
    /// 401. No access token, or one that is expired or forged.
    NotAuthenticated "not_authenticated" = "Sign in first",
    /// 401. The login or the password is wrong; which of them is not told.
    InvalidCredentials "invalid_credentials" = "The login or the password is wrong",
    /// 401. The password is right, and the account has a second factor: send `code` or `passkey_assertion` too.
    SecondFactorRequired "second_factor_required" = "A second factor is needed",
    /// 401. The code or the passkey is not the account's, or was used before.
    SecondFactorInvalid "second_factor_invalid" = "The second factor is not right",
    /// 401. The passkey is not known here, or what it has signed is not in order.
    PasskeyInvalid "passkey_invalid" = "The passkey cannot be used",
    /// 401. The refresh token is unknown, used up or its session has ended.
    RefreshTokenInvalid "refresh_token_invalid" = "The session has ended; sign in again",
    /// 403. Known to you, but not allowed.
    NotAllowed "not_allowed" = "You may not do this",
    /// 403. Only for a session that has shown within the last ten minutes whose it is: `POST /auth/reauthenticate`.
    ReauthenticationRequired "reauthentication_required" = "Show first that it is you",
    /// 403. A browser sent the request from another site.
    OriginNotAllowed "origin_not_allowed" = "This origin may not use this address",
    /// 403. Others have taken you out of the group: no link leads back, until somebody adds you again.
    RemovedFromGroup "removed_from_group" = "You were removed from this group; somebody in it has to add you again",
    /// 403. A direct conversation or a group needs friends.
    NotFriends "not_friends" = "Become friends first",
    /// 403. They take friend requests from nobody, or only from friends of their friends.
    FriendRequestNotAllowed "friend_request_not_allowed" = "This person takes no friend requests from you",
    /// 403. Somebody who is meant comes into groups by a link only.
    GroupAddNotAllowed "group_add_not_allowed" = "Somebody among them joins groups by a link only",
    /// 403. What is meant needs the other one, whom you have blocked.
    BlockedByYou "blocked_by_you" = "You have blocked this person; unblock them first",
    /// 403. The operator has closed this account. Told only to whoever could sign in otherwise.
    AccountDisabled "account_disabled" = "This account has been disabled by the operator",
    /// 403. New accounts need an invitation on this server: send `invite_code`.
    SignUpInviteRequired "sign_up_invite_required" = "An invitation is needed to sign up on this server",
    /// 403. There is no such invitation, or it is used up, has expired or was taken back; which, is not told.
    InviteInvalid "invite_invalid" = "The invitation is not valid",
    /// 403. New accounts cannot be made on this server at the moment.
    SignUpClosed "sign_up_closed" = "Sign-up is closed on this server",
    /// 403. This server sends no mail; its operator can make a link.
    MailUnavailable "mail_unavailable" = "This server sends no mail",
    /// 403. Passkeys need a server with a name and https.
    PasskeysUnavailable "passkeys_unavailable" = "Passkeys cannot be used on this server",
    /// 404. There is nothing at this address.
    RouteNotFound "route_not_found" = "There is nothing at this address",
    /// 404.
    UserNotFound "user_not_found" = "No such user",
    /// 404.
    FriendNotFound "friend_not_found" = "Not a friend of yours",
    /// 404.
    FriendRequestNotFound "friend_request_not_found" = "No such friend request",
    /// 404. Also the answer to someone who is not a member, so that ids give nothing away.
    ConversationNotFound "conversation_not_found" = "No such conversation",
    /// 404. Also the answer to someone who may not see it.
    MessageNotFound "message_not_found" = "No such message",
    /// 404.
    MemberNotFound "member_not_found" = "Not a member of this conversation",
    /// 404. Also the answer to someone who may not read it.
    AttachmentNotFound "attachment_not_found" = "No such attachment",
    /// 404.
    ImageNotFound "image_not_found" = "No such image",
    /// 404.
    SessionNotFound "session_not_found" = "No such session",
    /// 404.
    PasskeyNotFound "passkey_not_found" = "No such passkey",
    /// 404. The link is unknown, was used, has expired, or is about something that is no longer so.
    LinkInvalid "link_invalid" = "The link is not valid any more",
    /// 404. There is no such link, or it is used up, has expired or was taken back; which, is not told.
    InviteNotFound "invite_not_found" = "The invite link is not valid",
    /// 404. Also the answer to everybody but its owner.
    ExportNotFound "export_not_found" = "No such export",
    /// 404. There is no such folder of mine.
    FolderNotFound "folder_not_found" = "There is no such folder",
    /// 405.
    MethodNotAllowed "method_not_allowed" = "This address does not take this method",
    /// 409. Codes from an app are asked for already; turn them off first.
    TotpEnabled "totp_enabled" = "Codes from an app are in use already",
    /// 409. Codes from an app are not asked for, or are not being set up.
    TotpNotEnabled "totp_not_enabled" = "Codes from an app are not in use",
    /// 409. Somebody has this handle, or had it within the last 90 days.
    HandleTaken "handle_taken" = "This handle is taken",
    /// 409.
    AlreadyFriends "already_friends" = "You are friends already",
    /// 409. The attachment is in another message already; forwarding shares it.
    AttachmentInUse "attachment_in_use" = "This attachment is in a message already",
    /// 409. What it said is gone, so it cannot be changed or reacted to.
    MessageDeleted "message_deleted" = "The message was deleted",
    /// 409. It was forwarded: what it says is somebody else's.
    MessageForwarded "message_forwarded" = "A forwarded message cannot be changed",
    /// 409. A poll can be neither changed nor forwarded.
    MessageIsPoll "message_is_poll" = "A poll can be neither changed nor forwarded",
    /// 409. The message asks nobody to choose.
    NotAPoll "not_a_poll" = "This message is not a poll",
    /// 409. Its time is over, or it was closed.
    PollClosed "poll_closed" = "The poll is closed",
    /// 409. Who has chosen what is told of open polls only.
    PollAnonymous "poll_anonymous" = "The poll is anonymous",
    /// 409. The notes to oneself and direct conversations have no changing members.
    NotAGroup "not_a_group" = "This conversation is not a group",
    /// 409. The notes to oneself cannot be left.
    CannotLeave "cannot_leave" = "This conversation cannot be left",
    /// 413. The body is larger than this address takes.
    BodyTooLarge "body_too_large" = "The body is too large",
    /// 413. The file is larger than an upload may be.
    FileTooLarge "file_too_large" = "The file is too large",
    /// 415.
    UnsupportedMediaType "unsupported_media_type" = "This media type is not supported here",
    /// 422. See `fields`.
    InvalidFields "invalid_fields" = "Some fields are not acceptable",
    /// 422. Neither text nor attachment.
    MessageEmpty "message_empty" = "A message needs text or an attachment",
    /// 422. `text`, `attachment_ids`, `reply_to_seq` or `mention_spans` beside `forward_of`.
    ForwardNotAlone "forward_not_alone" = "Nothing else can be said beside what is forwarded",
    /// 422. More than 4,000 characters.
    MessageTooLong "message_too_long" = "The message is too long",
    /// 422. A mention is no stretch of one line of the text that begins with `@`, is longer than 64 UTF-16 units, they are
    /// not in the order of the text, or everybody is among them and `mentions_all` does not say so, or the other way round.
    MentionInvalid "mention_invalid" = "A mention does not fit the text",
    /// 422. Only who is in the group can be mentioned.
    MentionNotMember "mention_not_member" = "Only members of the group can be mentioned",
    /// 422. More than fifty mentions.
    TooManyMentions "too_many_mentions" = "A message holds at most fifty mentions",
    /// 422. An attachment of the message has not been completed, or was rejected.
    AttachmentNotReady "attachment_not_ready" = "The attachment is not ready",
    /// 422. The archive is still being made, or could not be.
    ExportNotReady "export_not_ready" = "The export is not ready",
    /// 422. The archive is gone: its time was over, or a newer one took its place.
    ExportExpired "export_expired" = "The export has expired",
    /// 422. More than ten attachments.
    TooManyAttachments "too_many_attachments" = "A message holds at most ten attachments",
    /// 422. Not one emoji that Unicode recommends (RGI), fully qualified: `❤` needs its U+FE0F.
    NotAnEmoji "not_an_emoji" = "This is not a fully qualified emoji",
    /// 422. A message takes at most twenty kinds of reactions; those that are there can still be joined.
    TooManyReactions "too_many_reactions" = "A message takes at most twenty kinds of reactions",
    /// 422. The vote names something that is none of the options.
    PollOptionUnknown "poll_option_unknown" = "This is none of the options",
    /// 422. The vote names several options, and the poll takes one.
    PollTakesOne "poll_takes_one" = "Only one option can be chosen in this poll",
    /// 422. An account has at most twenty.
    TooManyPasskeys "too_many_passkeys" = "You have as many passkeys as possible",
    /// 422. One cannot ask oneself.
    CannotBefriendSelf "cannot_befriend_self" = "You cannot be your own friend",
    /// 422. One cannot block oneself.
    CannotBlockSelf "cannot_block_self" = "You cannot block yourself",
    /// 422. One cannot report oneself.
    CannotReportSelf "cannot_report_self" = "You cannot report yourself",
    /// 422. An account blocks at most 1,000 people.
    TooManyBlocks "too_many_blocks" = "You have blocked as many people as possible",
    /// 422. A group has at most 1,000 members.
    GroupFull "group_full" = "The group is full",
    /// 422. A group has at most twenty links that are good; take one back first.
    TooManyInvites "too_many_invites" = "The group has as many invite links as possible",
    /// 422. An account has at most twenty folders.
    TooManyFolders "too_many_folders" = "You have as many folders as possible",
    /// 422. There is no message with this number yet.
    SeqOutOfRange "seq_out_of_range" = "There is no message with this number",
    /// 422. The file cannot be read as the picture that it claims to be.
    ImageUnreadable "image_unreadable" = "The image cannot be read",
    /// 422. More than 50 megapixels, or too much memory to decode.
    ImageTooLarge "image_too_large" = "The image has too many pixels",
    /// 422. The uploaded bytes are missing, or not as many as were announced.
    UploadIncomplete "upload_incomplete" = "The upload is not complete",
    /// 422. The upload was not completed in time; start again.
    UploadExpired "upload_expired" = "The upload has expired",
    /// 429. See `Retry-After`.
    TooManyRequests "too_many_requests" = "Too many requests",
    /// 500. Ours to mend; the request id finds it in the log.
    Internal "internal" = "Something went wrong on the server",
    /// 503. More work than the server takes on at once; see `Retry-After`.
    Overloaded "overloaded" = "The server is busy",
    /// 503. The database or the storage does not answer; see `Retry-After`.
    Unavailable "unavailable" = "The server cannot do this at the moment",
}

/// Why one field was not acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FieldErrorKind {
    /// Nothing in it.
    #[serde(rename = "empty")]
    Empty,
    /// Fewer characters or items than needed.
    #[serde(rename = "too_short")]
    TooShort,
    /// More characters or items than allowed.
    #[serde(rename = "too_long")]
    TooLong,
    /// A number beyond its bounds.
    #[serde(rename = "out_of_range")]
    OutOfRange,
    /// A character that is not allowed there.
    #[serde(rename = "invalid_character")]
    InvalidCharacter,
    /// Not of the form it should have.
    #[serde(rename = "invalid_format")]
    InvalidFormat,
    /// A name nobody can take.
    #[serde(rename = "reserved")]
    Reserved,
    /// One of the most common passwords.
    #[serde(rename = "too_common")]
    TooCommon,
    /// A password equal to the handle or the address.
    #[serde(rename = "same_as_login")]
    SameAsLogin,
    /// Not the current password.
    #[serde(rename = "wrong")]
    Wrong,
    /// Names something that is not there.
    #[serde(rename = "unknown")]
    Unknown,
    /// Says the same twice.
    #[serde(rename = "duplicate")]
    Duplicate,
}

/// One field that was not acceptable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Its name in the request.
    pub field: String,
    /// What is wrong with it; stable.
    pub kind: FieldErrorKind,
    /// For people, in English.
    pub detail: String,
}

/// The body of every error answer, `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `/errors/<kind>`.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// One sentence in English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// More about this one case, for people; `null` when the title says it all.
    pub detail: Option<String>,
    /// Why; stable.
    pub kind: ErrorKind,
    /// Names this answer in the server's log.
    pub request_id: String,
    /// What is wrong with which field; empty when the whole request is meant.
    #[serde(default)]
    pub fields: Vec<FieldError>,
}
