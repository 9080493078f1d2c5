//! Addresses: given, confirmed, changed, taken away, and never told to others.

use damso_protocol::{ErrorKind, Me};
use damso_testing::{Actor, PASSWORD, Reply, TestApp, TestAppOptions};
use serde_json::{Value, json};

const MINE: &str = "minji@example.org";

/// What a mailed link has after its `#`.
pub fn token_of(link: &str) -> &str {
    link.split_once('#').unwrap().1
}

async fn give(app: &TestApp, actor: &Actor, email: Value) -> Reply {
    app.prove_everybody().await;
    actor.put("/me/email", &json!({ "email": email })).await
}

async fn confirm(app: &TestApp, link: &str) -> Reply {
    let body = json!({ "token": token_of(link) });
    app.anonymous()
        .post("/auth/email-verification/confirm", &body)
        .await
}

/// The newest link that was mailed there.
pub async fn newest_link(app: &TestApp, address: &str) -> String {
    let mails = app.mails_to(address).await;
    mails.last().unwrap().link().to_owned()
}

/// Makes an address the account's own.
pub async fn confirm_email(app: &TestApp, actor: &Actor, address: &str) {
    assert_eq!(give(app, actor, json!(address)).await.status, 202);
    let link = newest_link(app, address).await;
    assert_eq!(confirm(app, &link).await.status, 204);
}

async fn try_sign_in(app: &TestApp, login: &str) -> Reply {
    let body = json!({ "login": login, "password": PASSWORD });
    app.anonymous().post("/auth/sign-in", &body).await
}

#[tokio::test]
async fn an_address_belongs_to_an_account_once_its_link_was_followed() {
    let app = TestApp::start().await;
    let body = json!({
        "handle": "minji", "display_name": "민지", "password": PASSWORD, "email": MINE,
        "token_transport": "body",
    });
    let mut minji = app.anonymous();
    minji.session = Some(minji.post("/auth/sign-up", &body).await.json());
    let me = &minji.session().user;
    assert_eq!(
        (me.email.as_deref(), me.pending_email.as_deref()),
        (None, Some(MINE))
    );
    assert_eq!(
        try_sign_in(&app, MINE).await.refusal(),
        (401, ErrorKind::InvalidCredentials),
        "not before it is confirmed"
    );
    let mails = app.mails_to(MINE).await;
    assert_eq!(mails.len(), 1);
    let link = mails[0].link();
    assert!(link.starts_with("http://localhost:"), "{link}");
    assert!(link.contains("/verify#"), "{link}");
    assert_eq!(confirm(&app, link).await.status, 204);
    let me = minji.me().await;
    assert_eq!((me.email.as_deref(), me.pending_email), (Some(MINE), None));
    for login in [MINE, "Minji@EXAMPLE.org", "minji"] {
        assert_eq!(try_sign_in(&app, login).await.status, 200, "{login}");
    }
    assert_eq!(
        confirm(&app, link).await.refusal(),
        (404, ErrorKind::LinkInvalid),
        "a link is good once"
    );
}

#[tokio::test]
async fn a_new_address_takes_the_old_ones_place_when_it_is_confirmed_and_the_old_one_is_told() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    confirm_email(&app, &minji, MINE).await;
    assert_eq!(give(&app, &minji, json!("new@example.org")).await.status, 202);
    let me = minji.me().await;
    assert_eq!(
        (me.email.as_deref(), me.pending_email.as_deref()),
        (Some(MINE), Some("new@example.org"))
    );
    let link = newest_link(&app, "new@example.org").await;
    let before = app.mails_to(MINE).await.len();
    assert_eq!(confirm(&app, &link).await.status, 204);
    assert_eq!(minji.me().await.email.as_deref(), Some("new@example.org"));
    assert_eq!(
        app.mails_to(MINE).await.len(),
        before + 1,
        "the old mailbox is told"
    );
    assert_eq!(try_sign_in(&app, MINE).await.status, 401);
    assert_eq!(try_sign_in(&app, "new@example.org").await.status, 200);
}

#[tokio::test]
async fn only_the_newest_wish_counts() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    assert_eq!(give(&app, &minji, json!("first@example.org")).await.status, 202);
    let first = newest_link(&app, "first@example.org").await;
    assert_eq!(give(&app, &minji, json!("second@example.org")).await.status, 202);
    let second = newest_link(&app, "second@example.org").await;
    assert_eq!(
        confirm(&app, &first).await.refusal(),
        (404, ErrorKind::LinkInvalid)
    );
    assert_eq!(confirm(&app, &second).await.status, 204);
    // Taken back to what it is: nothing waits any more.
    assert_eq!(give(&app, &minji, json!("third@example.org")).await.status, 202);
    assert_eq!(give(&app, &minji, json!("second@example.org")).await.status, 202);
    assert_eq!(minji.me().await.pending_email, None);
}

#[tokio::test]
async fn nothing_tells_whether_an_address_has_an_account_but_a_mail_to_its_owner() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    confirm_email(&app, &minji, MINE).await;
    let free = give(&app, &seoyeon, json!("free@example.org")).await;
    let taken = give(&app, &seoyeon, json!("MINJI@example.org")).await;
    assert_eq!((free.status, free.text()), (taken.status, taken.text()));
    let me: Me = seoyeon.me().await;
    assert_eq!(me.pending_email.as_deref(), Some("MINJI@example.org"));
    let told = app.mails_to(MINE).await;
    assert_eq!(told.len(), 2, "the link of before, and a word now");
    assert!(!told[1].text.contains("/verify#"), "{}", told[1].text);
    assert!(!told[1].text.contains("seoyeon"), "whoever it was");
    // Signing up says the same, too.
    let body = json!({ "handle": "jisoo", "display_name": "지수", "password": PASSWORD, "email": MINE });
    assert_eq!(app.anonymous().post("/auth/sign-up", &body).await.status, 201);
    assert_eq!(app.mails_to(MINE).await.len(), 3);
}

#[tokio::test]
async fn of_two_who_confirm_one_address_the_first_gets_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    for actor in [&minji, &seoyeon] {
        assert_eq!(give(&app, actor, json!(MINE)).await.status, 202);
    }
    let mails = app.mails_to(MINE).await;
    assert_eq!(mails.len(), 2, "it is nobody's yet");
    let (one, other) = tokio::join!(confirm(&app, mails[0].link()), confirm(&app, mails[1].link()));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 404]);
    let owners = [minji.me().await, seoyeon.me().await];
    assert_eq!(owners.iter().filter(|me| me.email.is_some()).count(), 1);
}

#[tokio::test]
async fn a_link_expires_and_is_good_for_one_thing() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    assert_eq!(give(&app, &minji, json!(MINE)).await.status, 202);
    let link = newest_link(&app, MINE).await;
    let reset = json!({ "token": token_of(&link), "new_password": "another horse battery" });
    let reply = app.anonymous().post("/auth/password-reset/confirm", &reset).await;
    assert_eq!(reply.refusal(), (404, ErrorKind::LinkInvalid));
    app.database
        .execute("UPDATE links SET expires_at = expires_at - interval '601 seconds'")
        .await;
    assert_eq!(
        confirm(&app, &link).await.refusal(),
        (404, ErrorKind::LinkInvalid)
    );
    let again = minji.post("/auth/email-verification", &json!({})).await;
    assert_eq!(again.status, 202);
    let link = newest_link(&app, MINE).await;
    assert_eq!(confirm(&app, &link).await.status, 204);
}

#[tokio::test]
async fn an_address_can_be_taken_away() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    confirm_email(&app, &minji, MINE).await;
    let told = app.mails_to(MINE).await.len();
    assert_eq!(give(&app, &minji, Value::Null).await.status, 202);
    let me = minji.me().await;
    assert_eq!((me.email, me.pending_email), (None, None));
    assert_eq!(app.mails_to(MINE).await.len(), told + 1);
    assert_eq!(try_sign_in(&app, MINE).await.status, 401);
}

#[tokio::test]
async fn what_could_become_a_header_is_no_address() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    for attack in [
        "a@example.org\r\nBcc: everyone@example.org",
        "a@example.org\nSubject: hello",
        "a@example.org,b@example.org",
        "\"a\r\nBcc: b@example.org\"@example.org",
        "a@example.org>",
        "a\u{0}@example.org",
        "a@example.org\u{2028}Bcc: b@example.org",
    ] {
        let problem = give(&app, &minji, json!(attack)).await.problem();
        assert_eq!(problem.kind, ErrorKind::InvalidFields, "{attack:?}");
    }
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM jobs WHERE kind LIKE 'mail%'")
            .await,
        0
    );
}

#[tokio::test]
async fn a_server_without_mail_says_so() {
    let app = TestApp::start_with(TestAppOptions {
        is_without_mail: true,
        ..TestAppOptions::default()
    })
    .await;
    let [minji] = app.users(["minji"]).await;
    assert_eq!(
        give(&app, &minji, json!(MINE)).await.refusal(),
        (403, ErrorKind::MailUnavailable)
    );
    let reset = json!({ "email": MINE });
    for reply in [
        minji.post("/auth/email-verification", &json!({})).await,
        app.anonymous().post("/auth/password-reset", &reset).await,
    ] {
        assert_eq!(reply.refusal(), (403, ErrorKind::MailUnavailable));
    }
    let server: Value = minji.get("/server").await.json();
    assert_eq!(server["features"], json!(["passkeys"]));
}

#[tokio::test]
async fn links_have_limits_for_who_asks_and_for_whom_they_are() {
    let app = TestApp::start_with(TestAppOptions {
        rate_limits: true,
        ..TestAppOptions::default()
    })
    .await;
    let [minji] = app.users(["minji"]).await;
    app.prove_everybody().await;
    for at in 0..5 {
        let body = json!({ "email": format!("a{at}@example.org") });
        assert_eq!(minji.put("/me/email", &body).await.status, 202, "{at}");
    }
    let refused = minji.post("/auth/email-verification", &json!({})).await;
    assert_eq!(refused.refusal(), (429, ErrorKind::TooManyRequests));
    assert!(refused.header("ratelimit-policy").starts_with("\"verification\""));
}
