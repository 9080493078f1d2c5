//! What people tell the operator of each other.

use damso_domain::{ConversationId, ReportReason, UserId};
use damso_protocol::{Conversation, CreatedReport, ErrorKind, FieldErrorKind, Message};
use damso_service::admin::{AdminAnswer, AdminErrorKind, AdminRequest, ListedReport, Said, ShownReport};
use damso_testing::{Actor, PASSWORD, Reply, TestApp};
use serde_json::json;

use crate::blocks::block;

async fn report_message(actor: &Actor, conversation: ConversationId, seq: i64) -> Reply {
    let body = json!({ "conversation_id": conversation, "seq": seq, "reason": "harassment" });
    actor.post("/reports", &body).await
}

async fn report_person(actor: &Actor, user: UserId) -> Reply {
    let body = json!({ "user_id": user, "reason": "impersonation", "note": " 저는 제가 민지예요. " });
    actor.post("/reports", &body).await
}

async fn show(app: &TestApp, reply: &Reply) -> ShownReport {
    let created: CreatedReport = reply.json();
    let request = AdminRequest::ShowReport { id: created.id };
    match app.services.admin.answer(request).await {
        Ok(AdminAnswer::Report(report)) => *report,
        other => panic!("{other:?}"),
    }
}

async fn list(app: &TestApp, with_resolved: bool) -> Vec<ListedReport> {
    let request = AdminRequest::ListReports {
        with_resolved,
        limit: 50,
    };
    match app.services.admin.answer(request).await {
        Ok(AdminAnswer::Reports(reports)) => reports,
        other => panic!("{other:?}"),
    }
}

async fn resolve(app: &TestApp, report: &ShownReport, note: Option<&str>) -> ShownReport {
    let request = AdminRequest::ResolveReport {
        id: report.report.id,
        note: note.map(str::to_owned),
    };
    match app.services.admin.answer(request).await {
        Ok(AdminAnswer::Report(report)) => *report,
        other => panic!("{other:?}"),
    }
}

fn texts(said: &[Said]) -> Vec<&str> {
    said.iter().filter_map(|said| said.text.as_deref()).collect()
}

#[tokio::test]
async fn a_reported_message_is_kept_with_what_was_said_before_it() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.friends(["minji", "mallory"]).await;
    let direct = app.direct_conversation(&minji, &mallory).await;
    for at in 0..6 {
        minji.say(direct, &format!("m{at}")).await;
    }
    let file = mallory
        .upload("plan.txt", "text/plain", b"plan".to_vec())
        .await
        .id;
    mallory.send_files(direct, &[file]).await.json::<Message>();
    let seq = mallory.say(direct, "a threat").await.seq.as_i64();

    let reply = report_message(&minji, direct, seq).await;

    assert_eq!(reply.status, 201);
    // Deleted and renamed: it is kept as it was.
    assert_eq!(mallory.delete_message(direct, seq, "everyone").await.status, 204);
    assert_eq!(
        mallory.delete_message(direct, seq - 1, "everyone").await.status,
        204
    );
    let name = json!({ "display_name": "somebody else", "handle": "somebody_else" });
    assert_eq!(mallory.patch("/me", &name).await.status, 200);
    let ShownReport { report, evidence } = show(&app, &reply).await;
    assert_eq!(report.reason, ReportReason::Harassment);
    assert_eq!(
        (report.user.id, report.reporter.unwrap().id),
        (mallory.id(), minji.id())
    );
    assert_eq!(report.user.handle.as_deref(), Some("somebody_else"), "as of now");
    assert_eq!(evidence.profile.handle.as_deref(), Some("mallory"), "as of then");
    let message = evidence.message.unwrap();
    assert_eq!(
        (message.seq.as_i64(), message.text.as_deref()),
        (seq, Some("a threat"))
    );
    assert_eq!(
        (message.author_id, message.handle.as_deref()),
        (mallory.id(), Some("mallory"))
    );
    assert_eq!(
        texts(&evidence.before),
        ["m2", "m3", "m4", "m5"],
        "and one that is a file"
    );
    assert_eq!(evidence.before[4].attachments[0].file_name, "plan.txt");
}

#[tokio::test]
async fn only_what_the_reporter_can_see_is_kept() {
    let app = TestApp::start().await;
    let [minji, mallory, late] = app.friends(["minji", "mallory", "late"]).await;
    let group = minji.create_group("hikers", &[&mallory]).await.id;
    let before = mallory.say(group, "before").await.seq.as_i64();
    minji.add_members(group, &[&late]).await.json::<Conversation>();
    let hidden = mallory.say(group, "hidden").await.seq.as_i64();
    assert_eq!(late.delete_message(group, hidden, "me").await.status, 204);
    let seq = mallory.say(group, "a threat").await.seq.as_i64();
    for unseen in [before, hidden, seq + 1, 1_000, i64::MAX] {
        assert_eq!(
            report_message(&late, group, unseen).await.refusal(),
            (404, ErrorKind::MessageNotFound),
            "{unseen}"
        );
    }
    let [outsider] = app.users(["outsider"]).await;
    for nowhere in [group, ConversationId::new()] {
        assert_eq!(
            report_message(&outsider, nowhere, seq).await.refusal(),
            (404, ErrorKind::ConversationNotFound)
        );
    }
    assert!(list(&app, true).await.is_empty());
    let shown = show(&app, &report_message(&late, group, seq).await).await;
    assert!(texts(&shown.evidence.before).is_empty());
    let shown = show(&app, &report_message(&minji, group, seq).await).await;
    assert_eq!(texts(&shown.evidence.before), ["before", "hidden"]);
}

#[tokio::test]
async fn what_is_withheld_from_the_reporter_cannot_be_reported() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.friends(["minji", "mallory"]).await;
    let direct = app.direct_conversation(&minji, &mallory).await;
    let seen = mallory.say(direct, "seen").await.seq.as_i64();
    block(&minji, &mallory).await;
    let unseen = mallory.say(direct, "unseen").await.seq.as_i64();
    assert_eq!(
        report_message(&minji, direct, unseen).await.refusal(),
        (404, ErrorKind::MessageNotFound)
    );
    // Whoever blocks somebody can still report them, and what they saw of them.
    assert_eq!(report_message(&minji, direct, seen).await.status, 201);
    assert_eq!(report_person(&minji, mallory.id()).await.status, 201);
}

#[tokio::test]
async fn a_reported_person_is_kept_as_they_were() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.users(["minji", "mallory"]).await;
    let profile = json!({ "display_name": "진짜 민지", "status_message": "돈 보내 주세요" });
    assert_eq!(mallory.patch("/me", &profile).await.status, 200);
    let mut socket = mallory.connect().await;
    let reply = report_person(&minji, mallory.id()).await;
    let farewell = json!({ "password": PASSWORD, "messages": "erase" });
    socket.assert_silent().await;
    assert_eq!(mallory.post("/me/deletion", &farewell).await.status, 200);
    let ShownReport { report, evidence } = show(&app, &reply).await;
    assert_eq!(report.note.as_deref(), Some("저는 제가 민지예요."));
    assert_eq!((report.conversation_id, report.user.handle), (None, None));
    assert_eq!(
        (
            evidence.profile.display_name.as_str(),
            evidence.profile.status_message.as_str()
        ),
        ("진짜 민지", "돈 보내 주세요")
    );
    assert_eq!((evidence.message, evidence.before.len()), (None, 0));
    assert_eq!(
        report_person(&minji, mallory.id()).await.refusal(),
        (404, ErrorKind::UserNotFound),
        "who is gone"
    );
    assert_eq!(
        report_person(&minji, UserId::new()).await.refusal(),
        (404, ErrorKind::UserNotFound)
    );
}

#[tokio::test]
async fn one_does_not_report_oneself_or_what_says_nothing() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = app.direct_conversation(&minji, &seoyeon).await;
    let mine = minji.say(direct, "mine").await.seq.as_i64();
    let theirs = seoyeon.say(direct, "theirs").await.seq.as_i64();
    assert_eq!(
        seoyeon.delete_message(direct, theirs, "everyone").await.status,
        204
    );
    let own = (422, ErrorKind::CannotReportSelf);
    assert_eq!(report_message(&minji, direct, mine).await.refusal(), own);
    assert_eq!(report_person(&minji, minji.id()).await.refusal(), own);
    assert_eq!(
        report_message(&minji, direct, theirs).await.refusal(),
        (409, ErrorKind::MessageDeleted)
    );
    assert!(list(&app, true).await.is_empty());
}

#[tokio::test]
async fn a_report_is_about_a_person_or_a_message_and_says_why() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = app.direct_conversation(&minji, &seoyeon).await;
    let seq = seoyeon.say(direct, "hello").await.seq;
    let long = "가".repeat(1_001);
    for (body, field, kind) in [
        (json!({ "reason": "spam" }), "user_id", FieldErrorKind::Empty),
        (
            json!({ "reason": "spam", "conversation_id": direct }),
            "seq",
            FieldErrorKind::Empty,
        ),
        (
            json!({ "reason": "spam", "seq": seq }),
            "conversation_id",
            FieldErrorKind::Empty,
        ),
        (
            json!({ "reason": "spam", "user_id": seoyeon.id(), "conversation_id": direct, "seq": seq }),
            "user_id",
            FieldErrorKind::InvalidFormat,
        ),
        (
            json!({ "reason": "spam", "user_id": seoyeon.id(), "note": long }),
            "note",
            FieldErrorKind::TooLong,
        ),
    ] {
        let problem = minji.post("/reports", &body).await.problem();
        let [named] = &problem.fields[..] else {
            panic!("{problem:?}");
        };
        assert_eq!(
            (problem.status, named.field.as_str(), named.kind),
            (422, field, kind)
        );
    }
    for body in [
        json!({ "user_id": seoyeon.id() }),
        json!({ "user_id": seoyeon.id(), "reason": "boredom" }),
    ] {
        assert_eq!(minji.post("/reports", &body).await.status, 400);
    }
    assert!(list(&app, true).await.is_empty());
}

#[tokio::test]
async fn what_is_resolved_is_kept_for_180_days() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.users(["minji", "seoyeon", "jiho"]).await;
    let first = show(&app, &report_person(&minji, seoyeon.id()).await).await;
    let second = show(&app, &report_person(&minji, jiho.id()).await).await;
    let ids = |reports: Vec<ListedReport>| reports.iter().map(|report| report.id).collect::<Vec<_>>();
    assert_eq!(
        ids(list(&app, false).await),
        [second.report.id, first.report.id],
        "the newest first"
    );
    let resolved = resolve(&app, &first, Some("talked to them")).await;
    assert_eq!(resolved.report.resolution.as_deref(), Some("talked to them"));
    let again = resolve(&app, &first, None).await;
    assert_eq!(again, resolved, "what was noted stays, and so does when");
    assert_eq!(ids(list(&app, false).await), [second.report.id]);
    assert_eq!(ids(list(&app, true).await), [second.report.id, first.report.id]);
    let age = async |days: i32| {
        let sql = format!(
            "UPDATE reports SET created_at = now() - interval '{days} days', \
             resolved_at = CASE WHEN resolved_at IS NOT NULL THEN now() - interval '{days} days' END"
        );
        app.database.execute(&sql).await;
        app.sweep().await;
        ids(list(&app, true).await)
    };
    assert_eq!(age(179).await.len(), 2);
    assert_eq!(age(181).await, [second.report.id], "what is open waits");
    let unknown = AdminRequest::ShowReport { id: first.report.id };
    let refused = app.services.admin.answer(unknown).await.unwrap_err();
    assert_eq!(refused.kind, AdminErrorKind::NotFound);
}

#[tokio::test]
async fn who_deletes_their_account_leaves_what_they_reported_but_not_themselves() {
    let app = TestApp::start().await;
    let [minji, mallory, jiho] = app.friends(["minji", "mallory", "jiho"]).await;
    let group = minji.create_group("hikers", &[&mallory, &jiho]).await.id;
    minji.say(group, "mine").await;
    jiho.say(group, "jiho's").await;
    let seq = mallory.say(group, "a threat").await.seq.as_i64();
    let by_minji = report_message(&minji, group, seq).await;
    let by_jiho = report_message(&jiho, group, seq).await;
    let farewell = json!({ "password": PASSWORD, "messages": "erase" });
    for gone in [&minji, &mallory] {
        assert_eq!(gone.post("/me/deletion", &farewell).await.status, 200);
    }
    for (reply, reporter) in [(&by_minji, None), (&by_jiho, Some(jiho.id()))] {
        let ShownReport { report, evidence } = show(&app, reply).await;
        assert_eq!(report.reporter.map(|reporter| reporter.id), reporter);
        assert_eq!(texts(&evidence.before), ["jiho's"]);
        // Whom it is about cannot take it back by leaving.
        assert_eq!(evidence.message.unwrap().text.as_deref(), Some("a threat"));
        assert_eq!(evidence.profile.handle.as_deref(), Some("mallory"));
    }
}
