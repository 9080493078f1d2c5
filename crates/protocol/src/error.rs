//! Errors as every client sees them: RFC 9457 problems with a stable `kind`.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// Why a request was refused. Stable: clients match on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ErrorKind {
            $($(#[$doc])* $name),+
        }

        impl ErrorKind {
            /// Every kind, for the documentation and for tests.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// One sentence in English for the problem's `title`; clients translate by kind.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

kinds! {
    /// 400. Not JSON, a wrong type, an unknown field, an id that is none.
    MalformedRequest = "The request is not well formed",
    /// 401. No access token, or one that is expired or forged.
    NotAuthenticated = "Sign in first",
    /// 401. The login or the password is wrong; which of them is not told.
    InvalidCredentials = "The login or the password is wrong",
    /// 401. The refresh token is unknown, used up or its session has ended.
    RefreshTokenInvalid = "The session has ended; sign in again",
    /// 403. Known to you, but not allowed.
    NotAllowed = "You may not do this",
    /// 403. A browser sent the request from another site.
    OriginNotAllowed = "This origin may not use this address",
    /// 403. A direct conversation or a group needs friends.
    NotFriends = "Become friends first",
    /// 403. New accounts cannot be made on this server at the moment.
    SignUpClosed = "Sign-up is closed on this server",
    /// 404. There is nothing at this address.
    RouteNotFound = "There is nothing at this address",
    /// 404.
    UserNotFound = "No such user",
    /// 404.
    FriendNotFound = "Not a friend of yours",
    /// 404.
    FriendRequestNotFound = "No such friend request",
    /// 404. Also the answer to someone who is not a member, so that ids give nothing away.
    ConversationNotFound = "No such conversation",
    /// 404. Also the answer to someone who may not see it.
    MessageNotFound = "No such message",
    /// 404.
    MemberNotFound = "Not a member of this conversation",
    /// 404. Also the answer to someone who may not read it.
    AttachmentNotFound = "No such attachment",
    /// 404.
    ImageNotFound = "No such image",
    /// 404.
    SessionNotFound = "No such session",
    /// 405.
    MethodNotAllowed = "This address does not take this method",
    /// 409. Somebody has this handle, or had it within the last 90 days.
    HandleTaken = "This handle is taken",
    /// 409.
    AlreadyFriends = "You are friends already",
    /// 409. The attachment is in another message already; forwarding shares it.
    AttachmentInUse = "This attachment is in a message already",
    /// 409. The notes to oneself and direct conversations have no changing members.
    NotAGroup = "This conversation is not a group",
    /// 409. The notes to oneself cannot be left.
    CannotLeave = "This conversation cannot be left",
    /// 413. The body is larger than this address takes.
    BodyTooLarge = "The body is too large",
    /// 413. The file is larger than an upload may be.
    FileTooLarge = "The file is too large",
    /// 415.
    UnsupportedMediaType = "This media type is not supported here",
    /// 422. See `fields`.
    InvalidFields = "Some fields are not acceptable",
    /// 422. Neither text nor attachment.
    MessageEmpty = "A message needs text or an attachment",
    /// 422. More than 4,000 characters.
    MessageTooLong = "The message is too long",
    /// 422. An attachment of the message has not been completed, or was rejected.
    AttachmentNotReady = "The attachment is not ready",
    /// 422. More than ten attachments.
    TooManyAttachments = "A message holds at most ten attachments",
    /// 422. One cannot ask oneself.
    CannotBefriendSelf = "You cannot be your own friend",
    /// 422. A group has at most 1,000 members.
    GroupFull = "The group is full",
    /// 422. There is no message with this number yet.
    SeqOutOfRange = "There is no message with this number",
    /// 422. The file cannot be read as the picture that it claims to be.
    ImageUnreadable = "The image cannot be read",
    /// 422. More than 50 megapixels, or too much memory to decode.
    ImageTooLarge = "The image has too many pixels",
    /// 422. The uploaded bytes are missing, or not as many as were announced.
    UploadIncomplete = "The upload is not complete",
    /// 422. The upload was not completed in time; start again.
    UploadExpired = "The upload has expired",
    /// 429. See `Retry-After`.
    TooManyRequests = "Too many requests",
    /// 500. Ours to mend; the request id finds it in the log.
    Internal = "Something went wrong on the server",
    /// 503. More work than the server takes on at once; see `Retry-After`.
    Overloaded = "The server is busy",
    /// 503. The database or the storage does not answer; see `Retry-After`.
    Unavailable = "The server cannot do this at the moment",
}

/// Why one field was not acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FieldErrorKind {
    /// Nothing in it.
    Empty,
    /// Fewer characters or items than needed.
    TooShort,
    /// More characters or items than allowed.
    TooLong,
    /// A number beyond its bounds.
    OutOfRange,
    /// A character that is not allowed there.
    InvalidCharacter,
    /// Not of the form it should have.
    InvalidFormat,
    /// A name nobody can take.
    Reserved,
    /// One of the most common passwords.
    TooCommon,
    /// A password equal to the handle or the address.
    SameAsLogin,
    /// Not the current password.
    Wrong,
    /// Names something that is not there.
    Unknown,
}

/// One field that was not acceptable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
