//! Accounts that the operator has closed: nothing opens them, and nothing of them is lost.

use std::time::{Duration, Instant};

use damso_domain::SecurityEventKind as Kind;
use damso_protocol::{ErrorKind, Page, SecurityEvent, User};
use damso_service::admin::{
    AdminAnswer, AdminError, AdminErrorKind, AdminRequest, ChangedAccount, ResetLink,
};
use damso_testing::{Actor, PASSWORD, Reply, TestApp};
use serde_json::json;

use crate::content::{get_with, media_cookie};
use crate::emails::{confirm_email, newest_link, token_of};
use crate::passkeys::{add_passkey, assertion, sign_in};
use crate::totp::{code_of, set_up_totp};

const MINE: &str = "minji@example.org";
const NEW: &str = "another horse battery";
const DISABLED: (u16, ErrorKind) = (403, ErrorKind::AccountDisabled);

async fn changed(app: &TestApp, request: AdminRequest) -> ChangedAccount {
    match app.services.admin.answer(request).await.unwrap() {
        AdminAnswer::Changed(changed) => changed,
        other => panic!("{other:?}"),
    }
}

async fn disable(app: &TestApp, user: &str, reason: Option<&str>) -> ChangedAccount {
    let request = AdminRequest::DisableUser {
        user: user.to_owned(),
        reason: reason.map(str::to_owned),
    };
    changed(app, request).await
}

async fn enable(app: &TestApp, user: &str) -> ChangedAccount {
    let user = user.to_owned();
    changed(app, AdminRequest::EnableUser { user }).await
}

async fn reset_link(app: &TestApp, user: &str) -> Result<ResetLink, AdminError> {
    let user = user.to_owned();
    match app
        .services
        .admin
        .answer(AdminRequest::IssueResetLink { user })
        .await?
    {
        AdminAnswer::ResetLink(link) => Ok(link),
        other => panic!("{other:?}"),
    }
}

async fn set_password(app: &TestApp, link: &str, code: Option<&str>) -> Reply {
    let mut body = json!({ "token": token_of(link), "new_password": NEW });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    app.anonymous().post("/auth/password-reset/confirm", &body).await
}

async fn kinds(actor: &Actor) -> Vec<Kind> {
    let page: Page<SecurityEvent> = actor.get("/me/audit").await.json();
    page.items.into_iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn a_disabled_account_loses_access_at_once() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = app.direct_conversation(&minji, &seoyeon).await;
    let phone = minji.sign_in_again().await;
    let (cookie, browser) = media_cookie(&minji).await;
    let file = minji.upload("plan.txt", "text/plain", b"plan".to_vec()).await.id;
    let path = format!("/attachments/{file}/content");
    assert_eq!(
        get_with(&app.anonymous(), &path, &[("cookie", &cookie)])
            .await
            .status,
        200
    );
    let (mut here, mut there) = (minji.connect().await, phone.connect().await);

    let began = Instant::now();
    let changed = disable(&app, "@Minji", Some("spam")).await;
    assert_eq!(
        (here.closed_with().await, there.closed_with().await),
        (4003, 4003)
    );
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());

    assert_eq!(changed.ended_sessions.len(), 3);
    assert!(changed.ended_sessions.contains(&browser.session_id));
    assert_eq!(changed.user.disabled_reason.as_deref(), Some("spam"));
    assert_eq!(changed.user.sessions, 0);
    for device in [&minji, &phone] {
        assert_eq!(
            device.get("/me").await.refusal(),
            (401, ErrorKind::NotAuthenticated)
        );
        assert_eq!(
            device.refresh(device.refresh_token()).await.refusal(),
            (401, ErrorKind::RefreshTokenInvalid)
        );
        assert_eq!(device.send(direct, "still here?").await.status, 401);
    }
    assert_eq!(
        get_with(&app.anonymous(), &path, &[("cookie", &cookie)])
            .await
            .refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
    assert!(seoyeon.texts(direct).await.is_empty());
}

#[tokio::test]
async fn only_whoever_could_sign_in_is_told_that_an_account_is_disabled() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    confirm_email(&app, &minji, MINE).await;
    disable(&app, "minji", None).await;
    assert_eq!(
        minji.try_sign_in("not the password").await.refusal(),
        (401, ErrorKind::InvalidCredentials)
    );
    assert_eq!(minji.try_sign_in(PASSWORD).await.refusal(), DISABLED);
    let by_address = json!({ "login": MINE, "password": PASSWORD });
    assert_eq!(
        app.anonymous().post("/auth/sign-in", &by_address).await.refusal(),
        DISABLED
    );
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM sessions WHERE ended_at IS NULL")
            .await,
        0
    );
}

#[tokio::test]
async fn second_factors_are_asked_for_first_and_not_used_up() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let enabled = set_up_totp(&app, &minji).await;
    disable(&app, "minji", None).await;
    assert_eq!(
        minji.try_sign_in(PASSWORD).await.refusal(),
        (401, ErrorKind::SecondFactorRequired)
    );
    let body = json!({ "login": "minji", "password": PASSWORD, "code": enabled.recovery_codes[0] });
    assert_eq!(
        app.anonymous().post("/auth/sign-in", &body).await.refusal(),
        DISABLED
    );
    enable(&app, "minji").await;
    assert_eq!(app.anonymous().post("/auth/sign-in", &body).await.status, 200);
}

#[tokio::test]
async fn a_passkey_does_not_open_a_disabled_account() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let (mut device, _) = add_passkey(&app, &minji, 1).await;
    disable(&app, "minji", None).await;
    let signed = assertion(&minji, &mut device).await;
    assert_eq!(sign_in(&minji, &signed).await.refusal(), DISABLED);
    enable(&app, "minji").await;
    let signed = assertion(&minji, &mut device).await;
    assert_eq!(sign_in(&minji, &signed).await.status, 200);
}

#[tokio::test]
async fn no_link_opens_a_disabled_account() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    confirm_email(&app, &minji, MINE).await;
    let body = json!({ "email": MINE });
    assert_eq!(
        app.anonymous().post("/auth/password-reset", &body).await.status,
        202
    );
    let before = newest_link(&app, MINE).await;
    disable(&app, "minji", None).await;
    assert_eq!(
        set_password(&app, &before, None).await.refusal(),
        (404, ErrorKind::LinkInvalid)
    );
    // Asked for as ever, and nothing is mailed but that the account is closed.
    assert_eq!(
        app.anonymous().post("/auth/password-reset", &body).await.status,
        202
    );
    let mails = app.mails_to(MINE).await;
    assert!(!mails.last().unwrap().text.contains("/reset#"));
    assert_eq!(app.database.count("SELECT count(*) FROM links").await, 0);
    // Not by the operator's own link either, until it is open again.
    let refused = reset_link(&app, "minji").await.unwrap_err();
    assert_eq!(refused.kind, AdminErrorKind::Refused);
    assert_eq!(app.database.count("SELECT count(*) FROM links").await, 0);
    enable(&app, "minji").await;
    assert_eq!(minji.try_sign_in(PASSWORD).await.status, 200);
}

#[tokio::test]
async fn others_see_a_disabled_account_as_before_and_keep_its_messages() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = app.direct_conversation(&minji, &seoyeon).await;
    minji.say(direct, "여섯 시에 볼까?").await;
    let path = format!("/users/{}", minji.id());
    let before: User = seoyeon.get(&path).await.json();
    disable(&app, "minji", Some("a reason that nobody else sees")).await;
    assert_eq!(seoyeon.get(&path).await.json::<User>(), before);
    assert_eq!(seoyeon.texts(direct).await, ["여섯 시에 볼까?"]);
    assert_eq!(seoyeon.send(direct, "어디야?").await.status, 201);
    enable(&app, "minji").await;
    let again = minji.sign_in_again().await;
    assert_eq!(again.texts(direct).await, ["여섯 시에 볼까?", "어디야?"]);
}

#[tokio::test]
async fn whoever_signs_in_at_that_moment_is_signed_out_or_refused() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let phone = minji.sign_in_again().await;
    let (signed_in, refreshed, _) = tokio::join!(
        minji.try_sign_in(PASSWORD),
        phone.refresh(phone.refresh_token()),
        disable(&app, "minji", None)
    );
    let live = "SELECT count(*) FROM sessions WHERE ended_at IS NULL";
    assert_eq!(app.database.count(live).await, 0);
    for reply in [signed_in, refreshed].iter().filter(|reply| reply.status == 200) {
        let session: damso_protocol::AuthResponse = reply.json();
        let device = minji.with_token(session.access_token);
        assert_eq!(device.get("/me").await.status, 401);
    }
}

#[tokio::test]
async fn its_owner_hears_of_it_and_doing_it_twice_is_doing_it_once() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    confirm_email(&app, &minji, MINE).await;
    let first = disable(&app, "minji", Some("spam")).await;
    let again = disable(&app, &minji.id().to_string(), None).await;
    assert_eq!(again.user, first.user);
    assert!(again.ended_sessions.is_empty());
    enable(&app, "minji").await;
    let changed = enable(&app, "minji").await;
    assert_eq!(
        (changed.user.disabled_at, changed.user.disabled_reason),
        (None, None)
    );
    let told = app.mails_to(MINE).await;
    assert_eq!(told.len(), 3, "the address, closed, open again");
    let again = minji.sign_in_again().await;
    assert_eq!(
        kinds(&again).await,
        [
            Kind::SignedIn,
            Kind::Enabled,
            Kind::Disabled,
            Kind::EmailChanged,
            Kind::SignedUp
        ]
    );
}

/// Where the answer of a commit was lost, the operator asks again.
#[tokio::test]
async fn sessions_that_ended_unheard_are_refused_after_asking_again() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let mut socket = minji.connect().await;
    app.database
        .execute("UPDATE sessions SET ended_at = now(); UPDATE users SET disabled_at = now()")
        .await;
    disable(&app, "minji", None).await;
    assert_eq!(socket.closed_with().await, 4003);
    assert_eq!(minji.get("/me").await.status, 401);
}

#[tokio::test]
async fn the_operators_link_sets_a_password_once_and_asks_for_the_second_factor() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let enabled = set_up_totp(&app, &minji).await;
    let issued = reset_link(&app, "minji").await.unwrap();
    assert_eq!(issued.user.id, minji.id());
    assert!(issued.link.contains("/reset#"), "{}", issued.link);
    assert_eq!(
        set_password(&app, &issued.link, None).await.refusal(),
        (401, ErrorKind::SecondFactorRequired)
    );
    let code = code_of(&enabled.secret, 1);
    assert_eq!(set_password(&app, &issued.link, Some(&code)).await.status, 204);
    assert_eq!(minji.get("/me").await.status, 401, "every session has ended");
    assert_eq!(
        set_password(&app, &issued.link, None).await.refusal(),
        (404, ErrorKind::LinkInvalid)
    );
    let kept = "SELECT count(*) FROM security_events WHERE kind = 'reset_link_issued' AND device IS NULL";
    assert_eq!(app.database.count(kept).await, 1);
}

#[tokio::test]
async fn signing_out_ends_every_session_and_no_more() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let mut socket = minji.connect().await;
    let user = "minji".to_owned();
    let changed = changed(&app, AdminRequest::SignOutUser { user }).await;
    assert_eq!(changed.ended_sessions, [minji.session().session_id]);
    assert_eq!(socket.closed_with().await, 4003);
    assert_eq!(minji.get("/me").await.status, 401);
    assert_eq!(seoyeon.get("/me").await.status, 200);
    assert_eq!(minji.try_sign_in(PASSWORD).await.status, 200);
}

#[tokio::test]
async fn who_is_not_there_or_is_gone_is_not_found() {
    let app = TestApp::start().await;
    let [gone] = app.users(["gone"]).await;
    let farewell = json!({ "password": PASSWORD, "messages": "erase" });
    assert_eq!(gone.post("/me/deletion", &farewell).await.status, 200);
    for user in [
        "nobody".to_owned(),
        "no such handle".to_owned(),
        gone.id().to_string(),
    ] {
        for request in [
            AdminRequest::DisableUser {
                user: user.clone(),
                reason: None,
            },
            AdminRequest::EnableUser { user: user.clone() },
            AdminRequest::SignOutUser { user: user.clone() },
            AdminRequest::IssueResetLink { user: user.clone() },
        ] {
            let refused = app.services.admin.answer(request).await.unwrap_err();
            assert_eq!(refused.kind, AdminErrorKind::NotFound, "{user}");
        }
    }
}

#[tokio::test]
async fn accounts_are_found_by_handle_name_and_address() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seo_yeon"]).await;
    confirm_email(&app, &minji, MINE).await;
    let name = json!({ "display_name": "김민지 100%" });
    assert_eq!(minji.patch("/me", &name).await.status, 200);
    let found = async |query: Option<&str>, limit: u16| {
        let query = query.map(str::to_owned);
        match app
            .services
            .admin
            .answer(AdminRequest::ListUsers { query, limit })
            .await
        {
            Ok(AdminAnswer::Users(users)) => users.into_iter().map(|user| user.id).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(found(None, 50).await, [seoyeon.id(), minji.id()]);
    assert_eq!(found(None, 1).await, [seoyeon.id()]);
    for query in ["MIN", "민지", "EXAMPLE.org", "100%"] {
        assert_eq!(found(Some(query), 50).await, [minji.id()], "{query}");
    }
    // Not patterns.
    assert_eq!(found(Some("_"), 50).await, [seoyeon.id()]);
    assert!(found(Some("m%i"), 50).await.is_empty());
}
