//! Polls: messages that ask the members of a group to choose.

use damso_domain::{ClientKey, ConversationId, Rev, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::User;

/// Body of `POST /conversations/{conversation_id}/polls`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatePollRequest {
    /// Made by the client, a UUID, as of any message. Sending it twice stores one message.
    pub client_key: ClientKey,
    /// One line of 1 to 300 characters; it becomes the text of the message.
    #[cfg_attr(feature = "openapi", schema(example = "점심 뭐 먹을까?"))]
    pub question: String,
    /// 2 to 10 different lines of 1 to 100 characters each.
    #[cfg_attr(feature = "openapi", schema(example = json!(["김밥", "국수"])))]
    pub options: Vec<String>,
    /// Whether one person can choose several.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_multiple: bool,
    /// Whether nobody is told who has chosen what.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_anonymous: bool,
    /// When nobody can vote any more, within a year; `null`: when it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
}

/// What can be voted for in a message of the kind `poll`, and how it stands. The message's text is the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Poll {
    /// In the order in which they are shown.
    pub options: Vec<PollOption>,
    /// Whether one person can choose several.
    pub is_multiple: bool,
    /// Whether nobody is told who has chosen what.
    pub is_anonymous: bool,
    /// When nobody can vote any more, or could not; `null`: nobody has closed it.
    pub closes_at: Option<Timestamp>,
    /// How many have voted.
    pub voter_count: i64,
    /// The numbers of the options that I have chosen, ascending. `null` in events, which are the same for everyone.
    pub my_options: Option<Vec<i64>>,
}

impl Poll {
    /// How many of those who have chosen an option a poll names.
    pub const NAMED: usize = 10;

    /// Whether nobody can vote any more.
    pub fn is_closed(&self, now: Timestamp) -> bool {
        self.closes_at.is_some_and(|at| at <= now)
    }
}

/// One thing that can be voted for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PollOption {
    /// Its place, from 1; a vote names it.
    pub number: i64,
    /// What it says.
    pub text: String,
    /// How many have chosen it.
    pub votes: i64,
    /// Those who have voted for it first, at most ten, in that order; nobody in an anonymous poll.
    pub user_ids: Vec<UserId>,
}

/// Body of `PUT /conversations/{conversation_id}/messages/{seq}/poll-vote`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PollVoteRequest {
    /// The numbers of what I choose, in place of what I have chosen before. At least one, and one only where the poll
    /// does not take several.
    #[cfg_attr(feature = "openapi", schema(example = json!([1])))]
    pub options: Vec<i64>,
}

/// How one person has voted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PollVote {
    /// Who.
    pub user_id: UserId,
    /// The numbers of what they have chosen, ascending.
    pub options: Vec<i64>,
    /// When they last chose.
    pub created_at: Timestamp,
}

/// A page of the votes in a poll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PollVotePage {
    /// In the order in which people voted.
    pub items: Vec<PollVote>,
    /// Everyone who is mentioned in them.
    pub users: Vec<User>,
    /// Opaque; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// I have voted, otherwise than before, or not any more. Told to my own devices; the message is told to everybody apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct PollVoteUpdated {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// Where.
    pub conversation_id: ConversationId,
    /// In which poll.
    pub seq: Seq,
    /// The conversation's number of the change that this was.
    pub rev: Rev,
    /// The numbers of what I have chosen, ascending; empty when I took it back.
    pub options: Vec<i64>,
}

/// How I have voted in a poll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedPollVote {
    /// Where.
    pub conversation_id: ConversationId,
    /// In which poll.
    pub seq: Seq,
    /// The conversation's number of the change that this was.
    pub rev: Rev,
    /// The numbers of what I have chosen, ascending; empty when I took it back.
    pub options: Vec<i64>,
}
