//! Reading what comes down the socket.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::event::{Empty, ServerEvent};

/// What stands in a frame beside its type.
trait Payload {
    type Error;

    fn read<T: DeserializeOwned + miniserde::Deserialize>(&self) -> Result<T, Self::Error>;

    fn unknown(kind: &str) -> Self::Error;
}

impl ServerEvent {
    /// Reads a frame with little code, for the web client.
    pub fn from_frame(text: &str) -> miniserde::Result<Self> {
        let Head { kind } = miniserde::json::from_str(text)?;
        Self::from_payload(&kind, &LeanPayload { text })
    }

    fn from_payload<P: Payload>(kind: &str, payload: &P) -> Result<Self, P::Error> {
        Ok(match kind {
            "ready" => Self::Ready(payload.read()?),
            "pong" => Self::Pong(Empty {}),
            "resync" => Self::Resync(Empty {}),
            "message_created" => Self::MessageCreated(payload.read()?),
            "message_updated" => Self::MessageUpdated(payload.read()?),
            "message_deleted" => Self::MessageDeleted(payload.read()?),
            "message_withheld" => Self::MessageWithheld(payload.read()?),
            "messages_erased" => Self::MessagesErased(payload.read()?),
            "reaction_added" => Self::ReactionAdded(payload.read()?),
            "reaction_removed" => Self::ReactionRemoved(payload.read()?),
            "conversation_updated" => Self::ConversationUpdated(payload.read()?),
            "member_added" => Self::MemberAdded(payload.read()?),
            "member_updated" => Self::MemberUpdated(payload.read()?),
            "member_removed" => Self::MemberRemoved(payload.read()?),
            "conversation_joined" => Self::ConversationJoined(payload.read()?),
            "conversation_left" => Self::ConversationLeft(payload.read()?),
            "membership_updated" => Self::MembershipUpdated(payload.read()?),
            "message_hidden" => Self::MessageHidden(payload.read()?),
            "friend_added" => Self::FriendAdded(payload.read()?),
            "friend_updated" => Self::FriendUpdated(payload.read()?),
            "friend_removed" => Self::FriendRemoved(payload.read()?),
            "friend_request_received" => Self::FriendRequestReceived(payload.read()?),
            "friend_request_closed" => Self::FriendRequestClosed(payload.read()?),
            "settings_updated" => Self::SettingsUpdated(payload.read()?),
            "folders_updated" => Self::FoldersUpdated(payload.read()?),
            "draft_updated" => Self::DraftUpdated(payload.read()?),
            "poll_vote_updated" => Self::PollVoteUpdated(payload.read()?),
            "block_added" => Self::BlockAdded(payload.read()?),
            "block_removed" => Self::BlockRemoved(payload.read()?),
            "session_ended" => Self::SessionEnded(payload.read()?),
            "reads_moved" => Self::ReadsMoved(payload.read()?),
            "unread_changed" => Self::UnreadChanged(payload.read()?),
            "profile_updated" => Self::ProfileUpdated(payload.read()?),
            "typing_started" => Self::TypingStarted(payload.read()?),
            "presence_changed" => Self::PresenceChanged(payload.read()?),
            other => return Err(P::unknown(other)),
        })
    }
}

/// The type of a frame.
#[derive(miniserde::Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: String,
}

/// The rest of a frame.
#[derive(miniserde::Deserialize)]
struct Body<T> {
    data: T,
}

/// Reads the frame a second time, now that it is known what is in it: its type may stand behind.
struct LeanPayload<'a> {
    text: &'a str,
}

impl Payload for LeanPayload<'_> {
    type Error = miniserde::Error;

    fn read<T: DeserializeOwned + miniserde::Deserialize>(&self) -> miniserde::Result<T> {
        miniserde::json::from_str(self.text).map(|Body { data }| data)
    }

    fn unknown(_: &str) -> miniserde::Error {
        miniserde::Error
    }
}

/// A frame before anyone looks into it.
#[derive(Deserialize)]
struct RawFrame<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    data: &'a RawValue,
}

struct RawPayload<'a, E> {
    data: &'a RawValue,
    error: PhantomData<E>,
}

impl<E: serde::de::Error> Payload for RawPayload<'_, E> {
    type Error = E;

    fn read<T: DeserializeOwned + miniserde::Deserialize>(&self) -> Result<T, E> {
        serde_json::from_str(self.data.get()).map_err(E::custom)
    }

    fn unknown(kind: &str) -> E {
        E::custom(format_args!("unknown event {kind}"))
    }
}

impl<'de> Deserialize<'de> for ServerEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let RawFrame { kind, data } = RawFrame::deserialize(deserializer)?;
        let payload = RawPayload {
            data,
            error: PhantomData,
        };
        Self::from_payload(&kind, &payload)
    }
}
