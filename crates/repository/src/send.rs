//! Storing many messages of many conversations at once.

use std::collections::BTreeMap;

use damso_domain::{ClientKey, ConversationId, MessageId, Rev, Seq, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::conversation::MembersVersion;
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

/// What is known of the members of a message's conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtHand {
    /// Which list of them it is.
    pub version: MembersVersion,
    /// Its author is one of them and blocks nobody, and storing it is all there is to do.
    pub is_plain: bool,
    /// Who must never see it.
    pub withheld_for: Option<UserId>,
}

/// Who is in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// Which list of them it is.
    pub version: MembersVersion,
    /// They.
    pub ids: Vec<UserId>,
    /// Those of two who block the other one.
    pub blocking: Vec<UserId>,
    /// Sending to it takes no more than storing, as long as this is the list, for those who block nobody.
    pub is_plain: bool,
}

/// What became of one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// `None`: its conversation is locked by somebody else, or there is none.
    pub outcome: Option<Outcome>,
    /// Who is in the conversation now; with its first message that was stored or known, if the list at hand is not
    /// that of now.
    pub members: Option<Members>,
}

/// What was done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored, under these numbers.
    Stored {
        /// Its number in the conversation.
        seq: Seq,
        /// The change that it is.
        rev: Rev,
        /// Who must never see it.
        withheld_for: Option<UserId>,
    },
    /// Its author has stored a message under this key before.
    Known {
        /// That one's number.
        seq: Seq,
        /// Who must never see it.
        withheld_for: Option<UserId>,
    },
    /// Its author is not in the conversation.
    Outsider,
    /// The conversation asks for more than storing: it is missing from somebody's list, or of its two members
    /// one has deleted the account, or the author blocks the other one. Nothing was stored.
    Special,
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
    members_version: Option<i64>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    withheld_for: Option<Vec<Uuid>>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    member_ids: Option<Vec<Uuid>>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    blocking: Option<Vec<Uuid>>,
    #[diesel(sql_type = Bool)]
    is_plain: bool,
}

impl JudgedRow {
    fn into_judged(self) -> RepositoryResult<Judged> {
        let Self {
            outcome,
            seq,
            rev,
            members_version,
            withheld_for,
            member_ids,
            blocking,
            is_plain,
        } = self;
        let withheld_for = withheld_for
            .iter()
            .flatten()
            .next()
            .copied()
            .map(UserId::from_uuid);
        let outcome = match (outcome.as_str(), seq, rev) {
            ("busy", ..) => None,
            ("stored", Some(seq), Some(rev)) => Some(Outcome::Stored {
                seq: Seq::new(seq),
                rev: Rev::new(rev),
                withheld_for,
            }),
            ("known", Some(seq), _) => Some(Outcome::Known {
                seq: Seq::new(seq),
                withheld_for,
            }),
            ("outsider", ..) => Some(Outcome::Outsider),
            ("special", ..) => Some(Outcome::Special),
            _ => return Err(RepositoryError::Query(format!("a message became {outcome}"))),
        };
        let users = |ids: Vec<Uuid>| ids.into_iter().map(UserId::from_uuid).collect();
        let members = member_ids.zip(members_version).map(|(ids, version)| Members {
            version: MembersVersion::new(version),
            ids: users(ids),
            blocking: users(blocking.unwrap_or_default()),
            is_plain,
        });
        Ok(Judged { outcome, members })
    }
}

/// Numbers and stores messages in the order given, and says for each what became of it. No two may have the same
/// conversation, author and key. `at_hand` says for each message what is known of its conversation's members.
///
/// Mostly one statement, and two where some of them are not as plain as it seemed; each is a transaction of its own.
pub async fn store(
    conn: &mut Connection,
    messages: &[QueuedMessage],
    at_hand: &[Option<AtHand>],
    lock: Lock,
) -> RepositoryResult<Vec<Judged>> {
    #[cfg(feature = "planted-bugs")]
    crate::planted::before_storing(conn).await?;
    let mut outcomes = match lock {
        Lock::Skip => store_plain(conn, messages, at_hand).await?,
        Lock::Wait => vec![None; messages.len()],
    };
    let left: Vec<usize> = (0..messages.len()).filter(|at| outcomes[*at].is_none()).collect();
    if !left.is_empty() {
        let rest: Vec<&QueuedMessage> = left.iter().map(|at| &messages[*at]).collect();
        let versions: Vec<Option<i64>> = left
            .iter()
            .map(|at| at_hand[*at].map(|list| list.version.as_i64()))
            .collect();
        let judged = store_any(conn, &rest, &versions, lock).await?;
        for (at, judged) in left.into_iter().zip(judged) {
            outcomes[at] = Some(judged);
        }
    }
    let unjudged = Judged {
        outcome: None,
        members: None,
    };
    Ok(outcomes
        .into_iter()
        .map(|judged| judged.unwrap_or_else(|| unjudged.clone()))
        .collect())
}

#[derive(QueryableByName)]
struct PlainRow {
    #[diesel(sql_type = BigInt)]
    slot: i64,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = BigInt)]
    rev: i64,
}

/// The messages of one conversation: which list of members is at hand, and where the messages stand in the batch.
struct Slot {
    version: MembersVersion,
    places: Vec<usize>,
}

/// The short way for those that are plain. `None`: it was not, or is not any more.
async fn store_plain(
    conn: &mut Connection,
    messages: &[QueuedMessage],
    at_hand: &[Option<AtHand>],
) -> RepositoryResult<Vec<Option<Judged>>> {
    let mut judged = vec![None; messages.len()];
    // By their ids, the order in which conversations are locked.
    let mut slots: BTreeMap<Uuid, Slot> = BTreeMap::new();
    for (place, (message, list)) in messages.iter().zip(at_hand).enumerate() {
        let Some(list) = list.filter(|list| list.is_plain) else {
            continue;
        };
        let slot = slots
            .entry(message.conversation_id.as_uuid())
            .or_insert_with(|| Slot {
                version: list.version,
                places: Vec::new(),
            });
        slot.places.push(place);
    }
    if slots.is_empty() {
        return Ok(judged);
    }
    let rows = match insert_plain(conn, messages, at_hand, &slots).await {
        Ok(rows) => rows,
        Err(error @ RepositoryError::Unavailable(_)) => return Err(error),
        // A key that another server stored in this moment, or a text that cannot be: the long way tells which.
        Err(error) => {
            tracing::debug!(%error, "A batch is stored the long way");
            return Ok(judged);
        }
    };
    let slots: Vec<Slot> = slots.into_values().collect();
    for PlainRow { slot, last_seq, rev } in rows {
        let slot = usize::try_from(slot - 1).ok().and_then(|at| slots.get(at));
        let slot =
            slot.ok_or_else(|| RepositoryError::Query("an unknown conversation was stored".to_owned()))?;
        for (nth, place) in (1..).zip(&slot.places) {
            judged[*place] = Some(Judged {
                outcome: Some(Outcome::Stored {
                    seq: Seq::new(last_seq + nth),
                    rev: Rev::new(rev + nth),
                    withheld_for: at_hand[*place].and_then(|list| list.withheld_for),
                }),
                members: None,
            });
        }
    }
    Ok(judged)
}

async fn insert_plain(
    conn: &mut Connection,
    messages: &[QueuedMessage],
    at_hand: &[Option<AtHand>],
    slots: &BTreeMap<Uuid, Slot>,
) -> RepositoryResult<Vec<PlainRow>> {
    let ids: Vec<Uuid> = slots.keys().copied().collect();
    let versions: Vec<i64> = slots.values().map(|slot| slot.version.as_i64()).collect();
    let mut counts = Vec::with_capacity(slots.len());
    let (mut of_slot, mut nths, mut chosen, mut blocking) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (number, slot) in (1_i64..).zip(slots.values()) {
        let mut count = 0_i64;
        for place in &slot.places {
            count += 1;
            of_slot.push(number);
            nths.push(count);
            chosen.push(&messages[*place]);
            blocking.push(
                at_hand[*place]
                    .and_then(|list| list.withheld_for)
                    .map(UserId::as_uuid),
            );
        }
        counts.push(count);
    }
    let columns = Columns::of(&chosen);
    Ok(
        diesel::sql_query("SELECT * FROM store_plain($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<Array<BigInt>, _>(versions)
            .bind::<Array<BigInt>, _>(counts)
            .bind::<Array<BigInt>, _>(of_slot)
            .bind::<Array<BigInt>, _>(nths)
            .bind::<Array<SqlUuid>, _>(columns.authors)
            .bind::<Array<SqlUuid>, _>(columns.keys)
            .bind::<Array<SqlUuid>, _>(columns.ids)
            .bind::<Array<Text>, _>(columns.texts)
            .bind::<Array<Timestamptz>, _>(columns.times)
            .bind::<Array<Nullable<SqlUuid>>, _>(blocking)
            .kept()
            .load(conn)
            .await?,
    )
}

/// The long way, for any message.
async fn store_any(
    conn: &mut Connection,
    messages: &[&QueuedMessage],
    versions: &[Option<i64>],
    lock: Lock,
) -> RepositoryResult<Vec<Judged>> {
    let conversations: Vec<Uuid> = messages
        .iter()
        .map(|message| message.conversation_id.as_uuid())
        .collect();
    let mut to_lock = conversations.clone();
    to_lock.sort_unstable();
    to_lock.dedup();
    let columns = Columns::of(messages);
    let rows: Vec<JudgedRow> =
        diesel::sql_query("SELECT * FROM store_any($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind::<Bool, _>(lock == Lock::Wait)
            .bind::<Array<SqlUuid>, _>(to_lock)
            .bind::<Array<SqlUuid>, _>(conversations)
            .bind::<Array<SqlUuid>, _>(columns.authors)
            .bind::<Array<SqlUuid>, _>(columns.keys)
            .bind::<Array<SqlUuid>, _>(columns.ids)
            .bind::<Array<Text>, _>(columns.texts)
            .bind::<Array<Timestamptz>, _>(columns.times)
            .bind::<Array<Nullable<BigInt>>, _>(versions)
            .kept()
            .load(conn)
            .await?;
    rows.into_iter().map(JudgedRow::into_judged).collect()
}

/// What both ways are given of each message.
struct Columns<'a> {
    authors: Vec<Uuid>,
    keys: Vec<Uuid>,
    ids: Vec<Uuid>,
    texts: Vec<&'a str>,
    times: Vec<jiff_diesel::Timestamp>,
}

impl<'a> Columns<'a> {
    fn of(messages: &[&'a QueuedMessage]) -> Self {
        let uuids = |uuid: fn(&QueuedMessage) -> Uuid| messages.iter().map(|message| uuid(message)).collect();
        Self {
            authors: uuids(|message| message.author_id.as_uuid()),
            keys: uuids(|message| message.client_key.as_uuid()),
            ids: uuids(|message| message.id.as_uuid()),
            texts: messages.iter().map(|message| message.text.as_str()).collect(),
            times: messages
                .iter()
                .map(|message| message.created_at.as_jiff().to_diesel())
                .collect(),
        }
    }
}
