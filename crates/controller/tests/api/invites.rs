//! Making an account by invitation.

use std::net::IpAddr;

use damso_protocol::{ErrorKind, ServerInfo, SignUp};
use damso_service::admin::{AdminAnswer, AdminErrorKind, AdminRequest, InviteState, ListedInvite, NewInvite};
use damso_testing::{PASSWORD, Reply, TestApp, TestAppOptions};
use serde_json::{Value, json};

const INVALID: (u16, ErrorKind) = (403, ErrorKind::InviteInvalid);

async fn by_invitation() -> TestApp {
    TestApp::start_with(TestAppOptions {
        sign_up: SignUp::Invite,
        ..TestAppOptions::default()
    })
    .await
}

async fn invite(app: &TestApp, max_uses: u32) -> NewInvite {
    let request = AdminRequest::CreateInvite {
        max_uses,
        lifetime_secs: 3_600,
    };
    match app.services.admin.answer(request).await {
        Ok(AdminAnswer::NewInvite(invite)) => invite,
        other => panic!("{other:?}"),
    }
}

async fn listed(app: &TestApp) -> Vec<ListedInvite> {
    match app
        .services
        .admin
        .answer(AdminRequest::ListInvites { limit: 50 })
        .await
    {
        Ok(AdminAnswer::Invites(invites)) => invites,
        other => panic!("{other:?}"),
    }
}

fn account(handle: &str, code: Option<&str>) -> Value {
    let mut body = json!({ "handle": handle, "display_name": handle, "password": PASSWORD });
    if let Some(code) = code {
        body["invite_code"] = json!(code);
    }
    body
}

async fn sign_up(app: &TestApp, handle: &str, code: Option<&str>) -> Reply {
    app.anonymous()
        .post("/auth/sign-up", &account(handle, code))
        .await
}

#[tokio::test]
async fn an_invitation_lets_as_many_in_as_it_says() {
    let app = by_invitation().await;
    let server: ServerInfo = app.anonymous().get("/server").await.json();
    assert_eq!(server.sign_up, SignUp::Invite);
    assert_eq!(
        sign_up(&app, "minji", None).await.refusal(),
        (403, ErrorKind::SignUpInviteRequired)
    );
    let invite = invite(&app, 2).await;
    assert!(
        invite.link.ends_with(&format!("/sign-up?invite={}", invite.code)),
        "{}",
        invite.link
    );
    // 256 bits.
    assert_eq!(invite.code.len(), 43);
    let code = Some(invite.code.as_str());
    assert_eq!(sign_up(&app, "minji", code).await.status, 201);
    assert_eq!(
        (listed(&app).await[0].state, listed(&app).await[0].uses),
        (InviteState::Good, 1)
    );
    assert_eq!(sign_up(&app, "seoyeon", code).await.status, 201);
    assert_eq!(sign_up(&app, "jiho", code).await.refusal(), INVALID);
    assert_eq!(listed(&app).await[0].state, InviteState::UsedUp);
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 2);
}

#[tokio::test]
async fn of_two_who_use_the_last_one_at_once_one_gets_in() {
    let app = by_invitation().await;
    let code = invite(&app, 1).await.code;
    let (one, other) = tokio::join!(
        sign_up(&app, "minji", Some(&code)),
        sign_up(&app, "seoyeon", Some(&code))
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403]);
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn an_account_that_is_not_made_uses_nothing() {
    let app = by_invitation().await;
    let first = invite(&app, 2).await.code;
    assert_eq!(sign_up(&app, "minji", Some(&first)).await.status, 201);
    assert_eq!(
        sign_up(&app, "minji", Some(&first)).await.refusal(),
        (409, ErrorKind::HandleTaken)
    );
    assert_eq!(sign_up(&app, "x", Some(&first)).await.status, 422);
    assert_eq!(listed(&app).await[0].uses, 1);
    assert_eq!(sign_up(&app, "seoyeon", Some(&first)).await.status, 201);
}

#[tokio::test]
async fn what_is_wrong_with_a_code_is_not_told() {
    let app = by_invitation().await;
    let (used_up, expired, revoked) = (
        invite(&app, 1).await,
        invite(&app, 1).await,
        invite(&app, 1).await,
    );
    assert_eq!(sign_up(&app, "minji", Some(&used_up.code)).await.status, 201);
    app.database
        .execute(&format!(
            "UPDATE invites SET expires_at = now() WHERE id = '{}'",
            expired.invite.id
        ))
        .await;
    let taken_back = AdminRequest::RevokeInvite {
        invite: revoked.link.clone(),
    };
    assert!(app.services.admin.answer(taken_back).await.is_ok());
    let mut answers = Vec::new();
    for code in [
        used_up.code.as_str(),
        &expired.code,
        &revoked.code,
        "",
        "none",
        &"A".repeat(43),
    ] {
        // Nor whether the handle is taken.
        for handle in ["minji", "seoyeon"] {
            let reply = sign_up(&app, handle, Some(code)).await;
            assert_eq!(reply.refusal(), INVALID, "{code}");
            let mut problem = reply.problem();
            problem.request_id = String::new();
            answers.push(problem);
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    let states: Vec<_> = listed(&app)
        .await
        .into_iter()
        .map(|invite| invite.state)
        .collect();
    assert_eq!(
        states,
        [InviteState::Revoked, InviteState::Expired, InviteState::UsedUp]
    );
}

#[tokio::test]
async fn only_hashes_of_codes_are_stored() {
    let app = by_invitation().await;
    let code = invite(&app, 1).await.code;
    let stored = format!("SELECT count(*) FROM invites i WHERE i::text LIKE '%{code}%'");
    assert_eq!(app.database.count(&stored).await, 0);
    let hashes = "SELECT count(*) FROM invites WHERE octet_length(hash) = 32";
    assert_eq!(app.database.count(hashes).await, 1);
}

#[tokio::test]
async fn an_open_server_ignores_codes_and_a_closed_one_takes_none() {
    let app = TestApp::start().await;
    let code = invite(&app, 1).await.code;
    assert_eq!(sign_up(&app, "minji", Some(&code)).await.status, 201);
    assert_eq!(sign_up(&app, "seoyeon", Some("none")).await.status, 201);
    assert_eq!(listed(&app).await[0].uses, 0);
    let closed = TestApp::start_with(TestAppOptions {
        sign_up: SignUp::Closed,
        ..TestAppOptions::default()
    })
    .await;
    let code = invite(&closed, 1).await.code;
    assert_eq!(
        sign_up(&closed, "minji", Some(&code)).await.refusal(),
        (403, ErrorKind::SignUpClosed)
    );
}

#[tokio::test]
async fn codes_cannot_be_tried_faster_than_accounts_are_made() {
    let app = TestApp::start_with(TestAppOptions {
        sign_up: SignUp::Invite,
        rate_limits: true,
        trusted_proxies: vec![IpAddr::from([127, 0, 0, 1])],
        ..TestAppOptions::default()
    })
    .await;
    for _ in 0..20 {
        assert_eq!(sign_up(&app, "minji", Some("none")).await.refusal(), INVALID);
    }
    assert_eq!(
        sign_up(&app, "minji", Some("none")).await.refusal(),
        (429, ErrorKind::TooManyRequests)
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_what_is_over_is_forgotten() {
    let app = by_invitation().await;
    for (max_uses, lifetime_secs) in [(0, 60), (10_001, 60), (1, 0), (1, 366 * 86_400), (1, u64::MAX)] {
        let request = AdminRequest::CreateInvite {
            max_uses,
            lifetime_secs,
        };
        let refused = app.services.admin.answer(request).await.unwrap_err();
        assert_eq!(
            refused.kind,
            AdminErrorKind::Invalid,
            "{max_uses} {lifetime_secs}"
        );
    }
    let unknown = AdminRequest::RevokeInvite {
        invite: "none".to_owned(),
    };
    let refused = app.services.admin.answer(unknown).await.unwrap_err();
    assert_eq!(refused.kind, AdminErrorKind::NotFound);
    invite(&app, 1).await;
    app.database
        .execute("UPDATE invites SET expires_at = now() - interval '29 days'")
        .await;
    app.sweep().await;
    assert_eq!(listed(&app).await.len(), 1);
    app.database
        .execute("UPDATE invites SET expires_at = now() - interval '31 days'")
        .await;
    app.sweep().await;
    assert!(listed(&app).await.is_empty());
}
