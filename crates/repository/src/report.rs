//! What people have told the operator of each other.

use damso_domain::{
    AttachmentId, ConversationId, MessageRef, ReportId, ReportReason, Seq, Timestamp, UserId,
};
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::stored;
use crate::schema::reports;
use crate::{Connection, RepositoryError, RepositoryResult};

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The report; later ones are larger.
    pub id: ReportId,
    /// Who made it; `None` once their account is deleted.
    pub reporter_id: Option<UserId>,
    /// Whom it is about.
    pub user_id: UserId,
    /// The message it is about.
    pub message: Option<MessageRef>,
    /// Why.
    pub reason: ReportReason,
    /// In the reporter's words.
    pub note: Option<String>,
    /// What could be seen at that time.
    pub evidence: Evidence,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the operator was done with it.
    pub resolved_at: Option<Timestamp>,
    /// In the operator's words.
    pub resolution: Option<String>,
}

/// A copy of what could be seen when a report was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Whom it is about, as they were then.
    pub profile: Profile,
    /// The message it is about.
    pub message: Option<Said>,
    /// What the reporter could see before it, in order.
    pub before: Vec<Said>,
}

/// Somebody's profile at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Who.
    pub user_id: UserId,
    /// What they were found by.
    pub handle: Option<String>,
    /// What they were called.
    pub display_name: String,
    /// The line under the name.
    pub status_message: String,
    /// Whether there was a picture.
    pub has_avatar: bool,
}

/// A message at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Its number in the conversation.
    pub seq: Seq,
    /// Who wrote it.
    pub author_id: UserId,
    /// What they were found by.
    pub handle: Option<String>,
    /// What they were called.
    pub display_name: String,
    /// What it said.
    pub text: Option<String>,
    /// What the conversation said of itself.
    pub system: Option<serde_json::Value>,
    /// The files that came with it.
    pub attachments: Vec<SentFile>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted; there is nothing left of it then.
    pub deleted_at: Option<Timestamp>,
}

/// A file that came with a message: what it was, not what was in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    /// The file, for as long as it is there.
    pub id: AttachmentId,
    /// What it was called.
    pub file_name: String,
    /// What it was.
    pub media_type: String,
    /// How large it was.
    pub size_bytes: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports)]
struct ReportRow {
    id: Uuid,
    reporter_id: Option<Uuid>,
    user_id: Uuid,
    conversation_id: Option<Uuid>,
    seq: Option<i64>,
    reason: String,
    note: Option<String>,
    evidence: serde_json::Value,
    created_at: jiff_diesel::Timestamp,
    resolved_at: Option<jiff_diesel::Timestamp>,
    resolution: Option<String>,
}

impl ReportRow {
    fn into_report(self) -> RepositoryResult<Report> {
        let Self {
            id,
            reporter_id,
            user_id,
            conversation_id,
            seq,
            reason,
            note,
            evidence,
            created_at,
            resolved_at,
            resolution,
        } = self;
        let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
        let message = conversation_id.zip(seq).map(|(conversation_id, seq)| MessageRef {
            conversation_id: ConversationId::from_uuid(conversation_id),
            seq: Seq::new(seq),
        });
        Ok(Report {
            id: ReportId::from_uuid(id),
            reporter_id: reporter_id.map(UserId::from_uuid),
            user_id: UserId::from_uuid(user_id),
            message,
            reason: stored(ReportReason::from_text(&reason), "reports.reason")?,
            note,
            evidence: serde_json::from_value(evidence)
                .map_err(|error| RepositoryError::Query(format!("reports.evidence: {error}")))?,
            created_at: time(created_at),
            resolved_at: resolved_at.map(time),
            resolution,
        })
    }
}

/// Stores a report.
pub async fn insert(conn: &mut Connection, report: &Report) -> RepositoryResult<()> {
    let evidence = serde_json::to_value(&report.evidence)
        .map_err(|error| RepositoryError::Query(format!("reports.evidence: {error}")))?;
    diesel::insert_into(reports::table)
        .values((
            reports::id.eq(report.id.as_uuid()),
            reports::reporter_id.eq(report.reporter_id.map(UserId::as_uuid)),
            reports::user_id.eq(report.user_id.as_uuid()),
            reports::conversation_id.eq(report.message.map(|message| message.conversation_id.as_uuid())),
            reports::seq.eq(report.message.map(|message| message.seq.as_i64())),
            reports::reason.eq(report.reason.as_str()),
            reports::note.eq(report.note.as_deref()),
            reports::evidence.eq(evidence),
            reports::created_at.eq(report.created_at.as_jiff().to_diesel()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// The newest reports first, those that are resolved only if asked for.
pub async fn list(conn: &mut Connection, with_resolved: bool, limit: i64) -> RepositoryResult<Vec<Report>> {
    let mut query = reports::table
        .order(reports::id.desc())
        .limit(limit)
        .select(ReportRow::as_select())
        .into_boxed();
    if !with_resolved {
        query = query.filter(reports::resolved_at.is_null());
    }
    let rows: Vec<ReportRow> = query.load(conn).await?;
    rows.into_iter().map(ReportRow::into_report).collect()
}

/// One report.
pub async fn find(conn: &mut Connection, id: ReportId) -> RepositoryResult<Option<Report>> {
    let row: Option<ReportRow> = reports::table
        .find(id.as_uuid())
        .select(ReportRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(ReportRow::into_report).transpose()
}

/// The operator is done with a report; what they remarked before stays unless they say something else.
pub async fn resolve(
    conn: &mut Connection,
    report: &Report,
    resolution: Option<&str>,
    now: Timestamp,
) -> RepositoryResult<()> {
    let resolved_at = report.resolved_at.unwrap_or(now);
    let resolution = resolution.or(report.resolution.as_deref());
    diesel::update(reports::table.find(report.id.as_uuid()))
        .set((
            reports::resolved_at.eq(Some(resolved_at.as_jiff().to_diesel())),
            reports::resolution.eq(resolution),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes somebody out of the reports about others: that they reported, and what they wrote before the message.
pub async fn forget_bystander(conn: &mut Connection, user: UserId) -> RepositoryResult<()> {
    diesel::sql_query(
        "UPDATE reports SET reporter_id = nullif(reporter_id, $1), \
             evidence = jsonb_set(evidence, '{before}', coalesce( \
                 (SELECT jsonb_agg(said ORDER BY place) FROM jsonb_array_elements(evidence -> 'before') \
                     WITH ORDINALITY AS b (said, place) WHERE said ->> 'author_id' <> $2), '[]')) \
         WHERE user_id <> $1 AND (reporter_id = $1 \
             OR evidence -> 'before' @> jsonb_build_array(jsonb_build_object('author_id', $2)))",
    )
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<Text, _>(user.to_string())
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets reports that were resolved before `before`.
pub async fn delete_resolved_before(conn: &mut Connection, before: Timestamp) -> RepositoryResult<usize> {
    let old = reports::table.filter(reports::resolved_at.lt(before.as_jiff().to_diesel()));
    Ok(diesel::delete(old).execute(conn).await?)
}
