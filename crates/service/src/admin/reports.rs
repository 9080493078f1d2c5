//! Reports, as the operator reads them.

use damso_domain::{ReportId, Timestamp, UserId};
use damso_repository::report::Report;
use damso_repository::user::User;

use super::shape::{AdminError, AdminResult, ListedReport, Person, ShownReport};
use super::{AdminService, Connection, MOST_ITEMS, remark, repository};

impl AdminService {
    pub(super) async fn list_reports(
        &self,
        with_resolved: bool,
        limit: u16,
    ) -> AdminResult<Vec<ListedReport>> {
        let limit = limit.clamp(1, MOST_ITEMS).into();
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let reports = repository::report::list(conn, with_resolved, limit).await?;
                let people = people(conn, &reports).await?;
                Ok(reports.iter().map(|report| listed(report, &people)).collect())
            })
            .await
    }

    pub(super) async fn show_report(&self, id: ReportId) -> AdminResult<ShownReport> {
        self.context
            .database
            .run(async move |conn: &mut Connection| shown(conn, id).await)
            .await
    }

    /// Notes that the operator is done with a report, or says something else of how.
    pub(super) async fn resolve_report(&self, id: ReportId, note: Option<&str>) -> AdminResult<ShownReport> {
        let (note, now) = (remark(note, "note")?, Timestamp::now());
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let report = repository::report::find(conn, id).await?;
                let report = report.ok_or_else(|| AdminError::not_found("report", &id.to_string()))?;
                repository::report::resolve(conn, &report, note.as_deref(), now).await?;
                shown(conn, id).await
            })
            .await
    }
}

async fn shown(conn: &mut Connection, id: ReportId) -> AdminResult<ShownReport> {
    let report = repository::report::find(conn, id).await?;
    let report = report.ok_or_else(|| AdminError::not_found("report", &id.to_string()))?;
    let people = people(conn, std::slice::from_ref(&report)).await?;
    Ok(ShownReport {
        report: listed(&report, &people),
        evidence: report.evidence,
    })
}

/// Whom reports name, as they are called now.
async fn people(conn: &mut Connection, reports: &[Report]) -> AdminResult<Vec<User>> {
    let about = reports.iter().map(|report| report.user_id);
    let by = reports.iter().filter_map(|report| report.reporter_id);
    let ids: Vec<UserId> = about.chain(by).collect();
    Ok(repository::user::list(conn, &ids).await?)
}

fn listed(report: &Report, people: &[User]) -> ListedReport {
    let person = |id: UserId| match people.iter().find(|user| user.id == id) {
        Some(user) => Person::of(user),
        None => Person {
            id,
            handle: None,
            display_name: String::new(),
        },
    };
    ListedReport {
        id: report.id,
        reason: report.reason,
        user: person(report.user_id),
        reporter: report.reporter_id.map(person),
        conversation_id: report.message.map(|message| message.conversation_id),
        seq: report.message.map(|message| message.seq),
        note: report.note.clone(),
        created_at: report.created_at,
        resolved_at: report.resolved_at,
        resolution: report.resolution.clone(),
    }
}
