//! Storing many messages of many conversations at once.

use damso_domain::{ClientKey, ConversationId, MessageId, Rev, Seq, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::statement::Keep as _;
use crate::{Connection, RepositoryError, RepositoryResult};

/// A message of text, to be stored with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMessage {
    /// Where it goes.
    pub conversation_id: ConversationId,
    /// Who writes it.
    pub author_id: UserId,
    /// Made by the client.
    pub client_key: ClientKey,
    /// What it will be called.
    pub id: MessageId,
    /// What it says.
    pub text: String,
    /// When it was sent.
    pub created_at: Timestamp,
}

/// What became of one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// `None`: its conversation is locked by somebody else, or there is none.
    pub outcome: Option<Outcome>,
    /// Who is in the conversation now; with its first message that was stored or known, if the list at hand is not
    /// that of now.
    pub members: Option<Vec<UserId>>,
}

/// What was done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored, under these numbers. `members_rev` names the list of members as it stands with it.
    Stored {
        /// Its number in the conversation.
        seq: Seq,
        /// The change that it is.
        rev: Rev,
        /// When the conversation's members last changed.
        members_rev: Rev,
        /// Who must never see it.
        withheld_for: Option<UserId>,
    },
    /// Its author has stored a message under this key before.
    Known {
        /// That one's number.
        seq: Seq,
        /// When the conversation's members last changed.
        members_rev: Rev,
        /// Who must never see it.
        withheld_for: Option<UserId>,
    },
    /// Its author is not in the conversation.
    Outsider,
    /// The conversation asks for more than storing: it is missing from somebody's list, or of its two members
    /// one has deleted the account, or the author blocks the other one. Nothing was stored.
    Special,
}

impl Outcome {
    /// When the members last changed of the conversation that is to hear of it.
    pub const fn members_rev(self) -> Option<Rev> {
        match self {
            Self::Stored { members_rev, .. } | Self::Known { members_rev, .. } => Some(members_rev),
            Self::Outsider | Self::Special => None,
        }
    }
}

/// How to get at conversations that somebody else has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Leave them out.
    Skip,
    /// Wait for them.
    Wait,
}

#[derive(QueryableByName)]
struct JudgedRow {
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    seq: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    rev: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    members_rev: Option<i64>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    withheld_for: Option<Vec<Uuid>>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    member_ids: Option<Vec<Uuid>>,
}

impl JudgedRow {
    fn into_judged(self) -> RepositoryResult<Judged> {
        let Self {
            outcome,
            seq,
            rev,
            members_rev,
            withheld_for,
            member_ids,
        } = self;
        let withheld_for = withheld_for
            .iter()
            .flatten()
            .next()
            .copied()
            .map(UserId::from_uuid);
        let outcome = match (outcome.as_str(), seq, rev, members_rev) {
            ("busy", ..) => None,
            ("stored", Some(seq), Some(rev), Some(members_rev)) => Some(Outcome::Stored {
                seq: Seq::new(seq),
                rev: Rev::new(rev),
                members_rev: Rev::new(members_rev),
                withheld_for,
            }),
            ("known", Some(seq), _, Some(members_rev)) => Some(Outcome::Known {
                seq: Seq::new(seq),
                members_rev: Rev::new(members_rev),
                withheld_for,
            }),
            ("outsider", ..) => Some(Outcome::Outsider),
            ("special", ..) => Some(Outcome::Special),
            _ => return Err(RepositoryError::Query(format!("a message became {outcome}"))),
        };
        let members = member_ids.map(|ids| ids.into_iter().map(UserId::from_uuid).collect());
        Ok(Judged { outcome, members })
    }
}

/// Numbers and stores messages in the order given, and says for each what became of it; one statement, and a
/// transaction of its own. No two may have the same conversation, author and key.
///
/// `lists` says for each message which list of its conversation's members is at hand.
pub async fn store(
    conn: &mut Connection,
    messages: &[QueuedMessage],
    lists: &[Option<Rev>],
    lock: Lock,
) -> RepositoryResult<Vec<Judged>> {
    let uuids = |uuid: fn(&QueuedMessage) -> Uuid| messages.iter().map(uuid).collect::<Vec<_>>();
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    let times: Vec<jiff_diesel::Timestamp> = messages
        .iter()
        .map(|message| message.created_at.as_jiff().to_diesel())
        .collect();
    let lists: Vec<Option<i64>> = lists.iter().map(|list| list.map(Rev::as_i64)).collect();
    let mut to_lock = uuids(|message| message.conversation_id.as_uuid());
    to_lock.sort_unstable();
    to_lock.dedup();
    #[cfg(feature = "planted-bugs")]
    crate::planted::before_storing(conn).await?;
    let rows: Vec<JudgedRow> =
        diesel::sql_query("SELECT * FROM store_batch($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind::<Bool, _>(lock == Lock::Wait)
            .bind::<Array<SqlUuid>, _>(to_lock)
            .bind::<Array<SqlUuid>, _>(uuids(|message| message.conversation_id.as_uuid()))
            .bind::<Array<SqlUuid>, _>(uuids(|message| message.author_id.as_uuid()))
            .bind::<Array<SqlUuid>, _>(uuids(|message| message.client_key.as_uuid()))
            .bind::<Array<SqlUuid>, _>(uuids(|message| message.id.as_uuid()))
            .bind::<Array<Text>, _>(texts)
            .bind::<Array<Timestamptz>, _>(times)
            .bind::<Array<Nullable<BigInt>>, _>(lists)
            .kept()
            .load(conn)
            .await?;
    rows.into_iter().map(JudgedRow::into_judged).collect()
}
