//! Ids, value objects and the rules that need no database.
//!
//! Invariant: pure. No I/O, no clock of its own but [`Timestamp::now`], no framework; it builds for
//! wasm32, so the client asks the same questions as the server. A value exists only when it is valid:
//! constructors are called `parse` and return a typed error.

mod attachment;
mod birthday;
mod conversation;
mod email;
#[cfg(feature = "emoji")]
mod emoji;
mod export;
mod handle;
mod hangul;
mod id;
mod invite_link;
mod keyboard;
mod lean;
mod locale;
pub mod markup;
mod mention;
mod name;
mod name_query;
mod number;
mod password;
mod poll;
mod presence;
mod reach;
mod read;
mod report;
#[cfg(feature = "normalize")]
mod search;
mod security_event;
mod text;
mod time;

pub use attachment::{AttachmentKind, AttachmentState, FileName, FileNameError, UploadSize, UploadSizeError};
pub use birthday::{Birthday, BirthdayError, BirthdayVisibility, CalendarDay, MonthDay};
pub use conversation::{ConversationKind, History, MessageKind, Role};
pub use email::{EmailAddress, EmailAddressError};
#[cfg(feature = "emoji")]
pub use emoji::{Emoji, NotAnEmoji};
pub use export::ExportState;
pub use handle::{Handle, HandleError};
pub use id::{
    AttachmentId, ClientKey, ConversationId, ExportId, FolderId, FriendRequestId, ImageId, InviteId,
    InviteLinkId, MessageId, MessageRef, PasskeyId, ReportId, SecurityEventId, SessionId, UserId,
};
pub use invite_link::{InviteLifetime, InviteLifetimeError, InviteUses, InviteUsesError};
pub use locale::Locale;
pub use mention::{Mention, MentionError, mention_ranges};
pub use name::{
    ConversationName, DisplayName, FolderName, NameError, PollOptionText, PollQuestion, PresenceText,
    RequestMessage, SessionName, StatusMessage,
};
pub use name_query::NameQuery;
pub use number::{PageSize, Rev, Seq};
pub use password::{Password, PasswordError};
pub use poll::{Ballot, BallotError, PollOptions, PollOptionsError, is_poll_closing_time};
pub use presence::{PresenceStatus, PresenceVisibility, ShownStatus};
pub use reach::{FriendRequestsFrom, GroupAddsFrom, MessagesFrom};
pub use read::{ReadState, unread_by};
pub use report::{Remark, RemarkError, ReportReason};
#[cfg(feature = "normalize")]
pub use search::{Highlight, SearchQuery, SearchQueryError, search_key};
pub use security_event::SecurityEventKind;
pub use text::{DraftText, DraftTooLong, EXCERPT_CHARS, MessageText, MessageTextError, excerpt};
pub use time::Timestamp;
