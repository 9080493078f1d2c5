//! Messages by what they say. What comes out is what the key of the text allows: whoever asks compares it with the text.

use std::cmp::Ordering;
use std::time::Duration;

use damso_domain::{ConversationId, MessageRef, Seq, Timestamp, UserId};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::visibility::visible;
use crate::{Connection, RepositoryResult};

/// A place in the order of what is found: the newest first. In a conversation that is the order of its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// When it was written, as the index has it.
    pub at: Timestamp,
    /// The message.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
}

impl Position {
    /// All there is comes after it, also what was written by a clock that was ahead by a hundred years.
    pub fn newest() -> Self {
        Self::before(Timestamp::now().after(Duration::from_hours(24 * 36_525)))
    }

    /// All that was written earlier than then comes after it.
    pub const fn before(at: Timestamp) -> Self {
        Self {
            at,
            conversation_id: ConversationId::from_uuid(Uuid::nil()),
            seq: Seq::new(0),
        }
    }
}

/// The larger one is newer, and comes first.
impl Ord for Position {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |position: &Self| (position.at, position.conversation_id.as_uuid(), position.seq);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a message holds besides its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A picture.
    Image,
    /// A video.
    Video,
    /// Any other file, sounds among them.
    File,
    /// A web address.
    Link,
}

impl Content {
    /// The kinds of attachments that are this; `None` where it is in the words.
    pub(crate) fn kinds(self) -> Option<Vec<&'static str>> {
        match self {
            Self::Link => None,
            Self::Image => Some(vec!["image"]),
            Self::Video => Some(vec!["video"]),
            Self::File => Some(vec!["file", "audio"]),
        }
    }
}

/// True for the messages `m` with a web address, as clients find them. An index has the same condition.
macro_rules! has_link {
    () => {
        "m.text ~ '(^|[^[:alnum:]])https?://[[:alnum:][]'"
    };
}
pub(crate) use has_link;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Who looks; nothing is found that they may not see.
    pub user_id: UserId,
    /// In one conversation alone.
    pub conversation_id: Option<ConversationId>,
    /// By one person alone.
    pub author_id: Option<UserId>,
    /// With something besides the text.
    pub content: Option<Content>,
    /// Not written before this moment.
    pub after: Option<Timestamp>,
    /// For each way to read the query, patterns that the key matches; those that say most come first.
    pub patterns: Vec<Vec<String>>,
}

/// A message that the index has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it comes in the order.
    pub position: Position,
    /// What it says.
    pub text: String,
}

impl Candidate {
    /// Which message it is.
    pub const fn target(&self) -> MessageRef {
        MessageRef {
            conversation_id: self.position.conversation_id,
            seq: self.position.seq,
        }
    }
}

/// How far a conversation has been walked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// All that is newer has been read.
    pub position: Position,
    /// No message up to this number can be seen.
    pub floor: Seq,
}

/// A stretch of some conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// What was found there, the newest first.
    pub candidates: Vec<Candidate>,
    /// Those of the conversations that go on.
    pub heads: Vec<Head>,
    /// How many messages were looked at.
    pub read: usize,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    conversation_id: Uuid,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Timestamptz)]
    at: jiff_diesel::Timestamp,
}

impl Row {
    fn position(&self) -> Position {
        Position {
            at: Timestamp::from_jiff(self.at.to_jiff()),
            conversation_id: ConversationId::from_uuid(self.conversation_id),
            seq: Seq::new(self.seq),
        }
    }
}

/// A statement that grows with what is looked for. It is planned for its values, which say how much there is.
struct Statement {
    query: BoxedSqlQuery<'static, Pg, SqlQuery>,
    bound: usize,
}

impl Statement {
    fn new(sql: &str) -> Self {
        Self {
            query: diesel::sql_query(sql).into_boxed(),
            bound: 0,
        }
    }

    fn sql(mut self, sql: &str) -> Self {
        self.query = self.query.sql(sql);
        self
    }

    /// Binds a value and writes the place that stands for it.
    fn value<ST, V>(mut self, value: V) -> Self
    where
        Pg: diesel::sql_types::HasSqlType<ST>,
        V: diesel::serialize::ToSql<ST, Pg> + Send + 'static,
        ST: Send + 'static,
    {
        self.bound += 1;
        self.query = self.query.sql(format!("${}", self.bound)).bind::<ST, _>(value);
        self
    }

    fn time(self, time: Timestamp) -> Self {
        self.value::<Timestamptz, _>(time.as_jiff().to_diesel())
    }

    fn id(self, id: Uuid) -> Self {
        self.value::<SqlUuid, _>(id)
    }

    /// The condition that `s` matches all patterns of one way to read the query.
    fn matches(mut self, readings: &[Vec<String>]) -> Self {
        for (at, patterns) in readings.iter().enumerate() {
            self = self
                .sql(if at == 0 {
                    "(s.key LIKE ALL ("
                } else {
                    " OR s.key LIKE ALL ("
                })
                .value::<Array<Text>, _>(patterns.clone())
                .sql(")");
        }
        self.sql(if readings.is_empty() { "false" } else { ")" })
    }

    /// The condition that the message `m` is one that is wanted, besides what it says, and that its reader may see it.
    fn wanted(mut self, wanted: &Wanted) -> Self {
        self = self
            .sql("me.left_rev IS NULL AND m.text IS NOT NULL AND me.user_id = ")
            .id(wanted.user_id.as_uuid())
            .sql(concat!(" AND ", visible!()));
        if let Some(author) = wanted.author_id {
            self = self.sql(" AND m.author_id = ").id(author.as_uuid());
        }
        if let Some(after) = wanted.after {
            self = self.sql(" AND s.at >= ").time(after);
        }
        let Some(content) = wanted.content else {
            return self;
        };
        let Some(kinds) = content.kinds() else {
            return self.sql(concat!(" AND ", has_link!()));
        };
        self.sql(
            " AND EXISTS (SELECT FROM message_attachments ma JOIN attachments a ON a.id = ma.attachment_id \
             WHERE ma.conversation_id = m.conversation_id AND ma.seq = m.seq AND a.kind = ANY (",
        )
        .value::<Array<Text>, _>(kinds)
        .sql("))")
    }

    /// The condition that `s` comes after a place.
    fn comes_after(self, position: Position) -> Self {
        self.sql("s.at <= ")
            .time(position.at)
            .sql(" AND (s.at, s.conversation_id, s.seq) < (")
            .time(position.at)
            .sql(", ")
            .id(position.conversation_id.as_uuid())
            .sql(", ")
            .value::<BigInt, _>(position.seq.as_i64())
            .sql(")")
    }
}

/// Stops statements of this transaction that take longer.
pub async fn limit_time(conn: &mut Connection, millis: u64) -> RepositoryResult<()> {
    let settings = format!("SET LOCAL statement_timeout = {millis}");
    conn.batch_execute(&settings).await?;
    Ok(())
}

/// Forbids this transaction to read all there is, also where a table is so small that it would be no harm: a plan is as
/// good then as it will be later.
pub async fn forbid_reading_all(conn: &mut Connection) -> RepositoryResult<()> {
    conn.batch_execute("SET LOCAL enable_seqscan = off").await?;
    Ok(())
}

/// What comes after a place, the newest first, by the index of keys: quick for what is rare wherever it is.
pub async fn list_by_index(
    conn: &mut Connection,
    wanted: &Wanted,
    position: Position,
    limit: i64,
) -> RepositoryResult<Vec<Candidate>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(embed)]
        place: Row,
        #[diesel(sql_type = Text)]
        text: String,
    }
    // First by the index and nothing else, so that no plan walks through conversations one by one.
    let mut statement = Statement::new("WITH found AS MATERIALIZED (SELECT s.* FROM message_search s WHERE ");
    // The two longest words of each reading are looked up; which reading they are of is seen afterwards.
    for nth in 0..2 {
        let words: Vec<String> = wanted
            .patterns
            .iter()
            .filter_map(|patterns| patterns.get(nth).cloned())
            .collect();
        if words.len() == wanted.patterns.len() {
            statement = statement
                .sql("s.key LIKE ANY (")
                .value::<Array<Text>, _>(words)
                .sql(") AND ");
        }
    }
    statement = statement.comes_after(position).sql(
        ") SELECT s.conversation_id, s.seq, s.at, m.text FROM found s \
         JOIN members me ON me.conversation_id = s.conversation_id \
         JOIN conversations c ON c.id = s.conversation_id \
         JOIN messages m ON m.conversation_id = s.conversation_id AND m.seq = s.seq WHERE ",
    );
    statement = statement.matches(&wanted.patterns).sql(" AND ").wanted(wanted);
    if let Some(conversation) = wanted.conversation_id {
        statement = statement
            .sql(" AND s.conversation_id = ")
            .id(conversation.as_uuid());
    }
    let rows: Vec<Found> = statement
        .sql(" ORDER BY s.at DESC, s.conversation_id DESC, s.seq DESC LIMIT ")
        .value::<BigInt, _>(limit)
        .query
        .load(conn)
        .await?;
    let candidate = |Found { place, text }| Candidate {
        position: place.position(),
        text,
    };
    Ok(rows.into_iter().map(candidate).collect())
}

/// Where a walk through the conversations that somebody is in begins after a place, the newest one first.
pub async fn list_heads(
    conn: &mut Connection,
    wanted: &Wanted,
    position: Position,
) -> RepositoryResult<Vec<Head>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(embed)]
        place: Row,
        #[diesel(sql_type = BigInt)]
        floor: i64,
    }
    let mut statement = Statement::new(
        "SELECT h.conversation_id, h.seq, h.at, CASE c.history WHEN 'all' THEN 0 ELSE me.joined_seq END AS floor \
         FROM members me JOIN conversations c ON c.id = me.conversation_id CROSS JOIN LATERAL ( \
             SELECT s.conversation_id, s.seq, s.at FROM message_search s \
             WHERE s.conversation_id = me.conversation_id AND ",
    )
    .comes_after(position)
    .sql(" ORDER BY s.at DESC, s.seq DESC LIMIT 1) h WHERE me.left_rev IS NULL AND me.user_id = ")
    .id(wanted.user_id.as_uuid());
    if let Some(conversation) = wanted.conversation_id {
        statement = statement
            .sql(" AND me.conversation_id = ")
            .id(conversation.as_uuid());
    }
    let rows: Vec<Found> = statement.query.load(conn).await?;
    let mut heads: Vec<Head> = rows
        .into_iter()
        .map(|Found { place, floor }| {
            let mut position = place.position();
            // It has not been read itself.
            position.seq = position.seq.next();
            Head {
                position,
                floor: Seq::new(floor),
            }
        })
        .filter(|head| goes_on(head, wanted))
        .collect();
    heads.sort_unstable_by_key(|head| std::cmp::Reverse(head.position));
    Ok(heads)
}

/// Whether there can be something to be seen after it. Numbers and times are in the same order.
fn goes_on(head: &Head, wanted: &Wanted) -> bool {
    head.floor.next() < head.position.seq && wanted.after.is_none_or(|after| after <= head.position.at)
}

/// Walks on through these conversations, `each` messages of each of them.
pub async fn walk(
    conn: &mut Connection,
    wanted: &Wanted,
    heads: &[Head],
    each: i64,
) -> RepositoryResult<Stretch> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(embed)]
        place: Row,
        /// Of the last row of a conversation, which comes beside what was found.
        #[diesel(sql_type = Nullable<BigInt>)]
        read: Option<i64>,
        #[diesel(sql_type = Nullable<Text>)]
        text: Option<String>,
    }
    let column = |value: fn(&Head) -> i64| heads.iter().map(value).collect::<Vec<_>>();
    let conversations: Vec<Uuid> = heads
        .iter()
        .map(|head| head.position.conversation_id.as_uuid())
        .collect();
    let statement = Statement::new("WITH chunk AS MATERIALIZED (SELECT s.* FROM unnest(")
        .value::<Array<SqlUuid>, _>(conversations)
        .sql(", ")
        .value::<Array<BigInt>, _>(column(|head| head.position.seq.as_i64()))
        .sql(", ")
        .value::<Array<BigInt>, _>(column(|head| head.floor.as_i64()))
        .sql(
            ") AS k (conversation_id, seq, floor) CROSS JOIN LATERAL ( \
                 SELECT n.* FROM message_search n \
                 WHERE n.conversation_id = k.conversation_id AND n.seq < k.seq AND n.seq > k.floor \
                 ORDER BY n.seq DESC LIMIT ",
        )
        .value::<BigInt, _>(each)
        .sql(") s), hit AS MATERIALIZED (SELECT s.* FROM chunk s WHERE ")
        .matches(&wanted.patterns)
        .sql(
            ") (SELECT DISTINCT ON (s.conversation_id) s.conversation_id, s.seq, s.at, \
                 count(*) OVER (PARTITION BY s.conversation_id) AS read, NULL AS text \
             FROM chunk s ORDER BY s.conversation_id, s.seq) \
             UNION ALL (SELECT s.conversation_id, s.seq, s.at, NULL, m.text FROM hit s \
             JOIN members me ON me.conversation_id = s.conversation_id \
             JOIN conversations c ON c.id = s.conversation_id \
             JOIN messages m ON m.conversation_id = s.conversation_id AND m.seq = s.seq WHERE ",
        )
        .wanted(wanted)
        .sql(")");
    let rows: Vec<Found> = statement.query.load(conn).await?;
    let mut stretch = Stretch {
        candidates: Vec::new(),
        heads: Vec::new(),
        read: 0,
    };
    for Found { place, read, text } in rows {
        let position = place.position();
        if let Some(text) = text {
            stretch.candidates.push(Candidate { position, text });
        } else if let Some(read) = read {
            stretch.read += usize::try_from(read).unwrap_or_default();
            let id = position.conversation_id;
            let before = heads.iter().find(|head| head.position.conversation_id == id);
            let head = before.map(|head| Head { position, ..*head });
            let goes_on = |head: &Head| read == each && goes_on(head, wanted);
            stretch.heads.extend(head.filter(goes_on));
        }
    }
    stretch
        .candidates
        .sort_unstable_by_key(|candidate| std::cmp::Reverse(candidate.position));
    Ok(stretch)
}
