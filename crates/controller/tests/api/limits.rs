//! How often somebody may do what. Nothing here waits for an allowance to grow back: each is used up in less time.

use std::net::IpAddr;
use std::time::Duration;

use damso_domain::{ClientKey, ImageId, UserId};
use damso_protocol::{ErrorKind, Message, Messages};
use damso_service::rate::{Limit, Subject};
use damso_testing::{Actor, PASSWORD, Reply, TestApp, TestAppOptions};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

async fn limited() -> TestApp {
    TestApp::start_with(TestAppOptions {
        rate_limits: true,
        trusted_proxies: vec![IpAddr::from([127, 0, 0, 1])],
        ..TestAppOptions::default()
    })
    .await
}

/// Asks until it is refused. Returns what was answered before, and the refusal.
async fn until_refused(limit: Limit, ask: impl AsyncFnMut(usize) -> Reply) -> (Vec<Reply>, Reply) {
    until_refused_after(limit, limit.amount().get() as usize, ask).await
}

/// The same where only `amount` of it is left.
async fn until_refused_after(
    limit: Limit,
    amount: usize,
    mut ask: impl AsyncFnMut(usize) -> Reply,
) -> (Vec<Reply>, Reply) {
    let mut answers = Vec::new();
    // What grows back while the test asks is allowed as well.
    for at in 0..2 * amount.max(50) {
        let reply = ask(at).await;
        if reply.status == 429 {
            assert!(
                amount <= answers.len(),
                "{limit:?} is refused after {}",
                answers.len()
            );
            return (answers, reply);
        }
        answers.push(reply);
    }
    panic!("{limit:?} is never refused");
}

/// Takes what there is, and then whatever grows back, until it is aborted.
fn use_up(app: &TestApp, limit: Limit, user: UserId) -> JoinHandle<()> {
    let limits = app.services.limits.clone();
    let amount = limit.amount().get() as usize;
    let taken = (0..2 * amount).take_while(|_| limits.take(limit, &Subject::User(user)).is_ok());
    assert!(amount <= taken.count(), "{limit:?}");
    tokio::spawn(async move {
        loop {
            while limits.take(limit, &Subject::User(user)).is_ok() {}
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
}

fn assert_refused(limit: Limit, refusal: &Reply) {
    assert_eq!(refusal.refusal(), (429, ErrorKind::TooManyRequests));
    let (name, amount, window) = (limit.name(), limit.amount(), limit.window().as_secs());
    let secs: u64 = refusal.header("retry-after").parse().unwrap();
    assert!(
        (1..=window / u64::from(amount.get()) + 1).contains(&secs),
        "{limit:?}: {secs}"
    );
    assert_eq!(
        refusal.header("ratelimit-policy"),
        format!(r#""{name}";q={amount};w={window}"#)
    );
    assert_eq!(refusal.header("ratelimit"), format!(r#""{name}";r=0;t={secs}"#));
}

#[tokio::test]
async fn each_kind_of_request_has_its_limit_and_one_person_uses_up_only_their_own() {
    let app = limited().await;
    // Asking to be friends is counted: who asked is not the one whose limits are tried.
    let [jiho, minji] = app.friends(["jiho", "minji"]).await;
    let talk = app.direct_conversation(&minji, &jiho).await;
    let messages = format!("/conversations/{talk}/messages");
    let file = json!({ "file_name": "note.txt", "media_type": "text/plain", "size_bytes": 4 });
    let stranger = json!({ "handle": "nobody_here" });
    let report = json!({ "user_id": UserId::new(), "reason": "spam" });
    let ask = async |actor: &Actor, limit: Limit| match limit {
        Limit::Send => actor.post(&messages, &text(ClientKey::new())).await,
        Limit::Lookup => actor.post("/friend-requests", &stranger).await,
        Limit::Upload => actor.post("/attachments", &file).await,
        Limit::Search => actor.search("회의", "").await,
        Limit::Report => actor.post("/reports", &report).await,
        Limit::Media => actor.get(&format!("/images/{}", ImageId::new())).await,
        _ => actor.get("/me").await,
    };
    for limit in [
        Limit::Send,
        Limit::Lookup,
        Limit::Upload,
        Limit::Report,
        Limit::Search,
        Limit::Media,
        Limit::Request,
    ] {
        // These grow back faster than a busy machine asks: they are used up where they are counted, also meanwhile.
        let grows_fast = matches!(limit, Limit::Media | Limit::Request);
        let using_up = grows_fast.then(|| use_up(&app, limit, minji.id()));
        let refusal = match using_up {
            Some(using_up) => {
                let (_, refusal) = until_refused_after(limit, 0, async |_| ask(&minji, limit).await).await;
                using_up.abort();
                refusal
            }
            None => until_refused(limit, async |_| ask(&minji, limit).await).await.1,
        };
        assert_refused(limit, &refusal);
        assert_ne!(ask(&jiho, limit).await.status, 429, "{limit:?} is not Jiho's");
        if limit == Limit::Lookup {
            let by_handle = minji.get("/users/by-handle/jiho").await;
            assert_eq!(by_handle.status, 429, "two ways to find out who has an account");
        }
    }
}

#[tokio::test]
async fn nobody_tries_many_links_and_neighbours_are_not_held_up() {
    let app = limited().await;
    let [minji] = app.users(["minji"]).await;
    let guess = "A".repeat(22);
    let from = async |path: &str, method: Method, address: &str| {
        let request = minji.request(method, path).header("X-Forwarded-For", address);
        minji.send_request(request).await
    };
    let (show, join) = (format!("/invites/{guess}"), format!("/invites/{guess}/join"));
    let picture = format!("/images/{}?invite_code={guess}", ImageId::new());
    let (answers, refusal) = until_refused(Limit::Invite, async |at| match at % 3 {
        0 => from(&show, Method::GET, "192.0.2.1").await,
        1 => from(&join, Method::POST, "192.0.2.1").await,
        _ => from(&picture, Method::GET, "192.0.2.1").await,
    })
    .await;
    assert!(answers.iter().all(|answer| answer.status == 404));
    assert_refused(Limit::Invite, &refusal);
    assert_eq!(from(&show, Method::GET, "192.0.2.2").await.status, 404);
    assert_eq!(
        minji.get("/me").await.status,
        200,
        "the rest is open to who guesses"
    );
}

#[tokio::test]
async fn a_message_that_came_too_fast_is_not_stored_and_its_key_is_good_later() {
    let app = limited().await;
    let [minji, jiho] = app.friends(["minji", "jiho"]).await;
    let talk = app.direct_conversation(&minji, &jiho).await;
    let path = format!("/conversations/{talk}/messages");
    let mut keys = Vec::new();
    let (sent, refusal) = until_refused(Limit::Send, async |_| {
        keys.push(ClientKey::new());
        minji.post(&path, &text(keys[keys.len() - 1])).await
    })
    .await;
    assert_refused(Limit::Send, &refusal);
    let stored: Messages = jiho.get(&format!("{path}?limit=100")).await.json();
    let stored_keys: Vec<_> = stored.items.iter().map(|message| message.client_key).collect();
    assert_eq!(stored_keys, keys[..sent.len()]);
    // As a client does that waits as long as it was told, only sooner and more than once.
    let refused = text(keys[sent.len()]);
    let again = loop {
        let reply = minji.post(&path, &refused).await;
        if reply.status != 429 {
            break reply;
        }
    };
    assert_eq!(again.status, 201);
    let again: Message = again.json();
    assert_eq!(again.seq.as_i64(), i64::try_from(sent.len()).unwrap() + 1);
}

#[tokio::test]
async fn passwords_of_one_account_are_tried_ten_times_and_a_known_device_still_gets_in() {
    let app = limited().await;
    let own = app.anonymous();
    let made = own.post("/auth/sign-up", &account("minji")).await;
    let known = device_cookie(&made);
    let sign_in = async |login: &str, password: &str, cookie: Option<&str>, from: usize| {
        let body = json!({ "login": login, "password": password });
        let mut request = own.request(Method::POST, "/auth/sign-in").json(&body);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        // Many addresses, one account.
        let from = format!("192.0.2.{}", from % 250 + 1);
        own.send_request(request.header("x-forwarded-for", from)).await
    };
    for login in ["minji", "nobody"] {
        let (answers, refusal) = until_refused(Limit::SignInOfAccount, async |at| {
            sign_in(login, "a wrong password", None, at).await
        })
        .await;
        assert!(
            answers
                .iter()
                .all(|answer| answer.error() == ErrorKind::InvalidCredentials)
        );
        assert_refused(Limit::SignInOfAccount, &refusal);
    }
    assert_eq!(sign_in("minji", PASSWORD, None, 100).await.status, 429);
    assert_eq!(
        sign_in("MINJI", PASSWORD, None, 100).await.status,
        429,
        "the same account"
    );
    // It opens nothing by itself, and is counted as well.
    let (answers, refusal) = until_refused(Limit::SignInOfAccount, async |at| {
        sign_in(
            "minji",
            if at == 0 { PASSWORD } else { "wrong" },
            Some(&known),
            at,
        )
        .await
    })
    .await;
    assert_eq!(answers[0].status, 200);
    assert_eq!(answers[1].error(), ErrorKind::InvalidCredentials);
    assert_refused(Limit::SignInOfAccount, &refusal);
    // Another account's cookie makes no device known to this one.
    let other = device_cookie(&own.post("/auth/sign-up", &account("jiho")).await);
    assert_eq!(sign_in("minji", PASSWORD, Some(&other), 101).await.status, 429);
    assert_eq!(
        sign_in("minji", PASSWORD, Some("damso_device=forged"), 101)
            .await
            .status,
        429
    );
}

#[tokio::test]
async fn one_address_tries_a_hundred_passwords_and_makes_twenty_accounts() {
    let app = limited().await;
    let somebody = app.anonymous();
    let post = async |path: &str, body: Value, from: &str| {
        let request = somebody.request(Method::POST, path).json(&body);
        somebody
            .send_request(request.header("x-forwarded-for", from))
            .await
    };
    let (here, elsewhere) = ("2001:db8:0:1::5", "2001:db8:0:2::5");
    let (_, refusal) = until_refused(Limit::SignInFromAddress, async |at| {
        // Too long to be anybody's password, so that none is hashed.
        let body = json!({ "login": format!("user{at}"), "password": "x".repeat(2_000) });
        post("/auth/sign-in", body, here).await
    })
    .await;
    assert_refused(Limit::SignInFromAddress, &refusal);
    let (made, refusal) = until_refused(Limit::SignUp, async |at| {
        post("/auth/sign-up", account(&format!("user{at}")), here).await
    })
    .await;
    assert!(made.iter().all(|made| made.status == 201));
    assert_refused(Limit::SignUp, &refusal);
    // What a proxy of ours did not write is nobody's address; a mistake costs nothing.
    let chain = format!("{elsewhere}, {here}");
    assert_eq!(
        post("/auth/sign-up", account("anybody"), &chain).await.status,
        429
    );
    assert_eq!(post("/auth/sign-up", account("x"), here).await.status, 422);
    assert_eq!(
        post("/auth/sign-up", account("anybody"), elsewhere).await.status,
        201
    );
}

#[tokio::test]
async fn a_device_that_is_signed_in_does_not_find_the_password_by_trying() {
    let app = limited().await;
    let [minji] = app.users(["minji"]).await;
    let change = json!({ "current_password": "a wrong password", "new_password": "another password" });
    let (answers, refusal) = until_refused(Limit::SignInOfAccount, async |_| {
        minji.put("/me/password", &change).await
    })
    .await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.error() == ErrorKind::InvalidFields)
    );
    assert_refused(Limit::SignInOfAccount, &refusal);
    let deletion = json!({ "password": PASSWORD, "messages": "keep" });
    assert_eq!(
        minji.post("/me/deletion", &deletion).await.status,
        429,
        "the same password"
    );
    assert_eq!(
        minji.try_sign_in(PASSWORD).await.status,
        200,
        "the owner is not locked out"
    );
}

#[tokio::test]
async fn what_needs_no_account_is_limited_by_address() {
    let app = limited().await;
    let somebody = app.anonymous();
    let refresh = async |_| somebody.refresh("no token of ours").await;
    let (answers, refusal) = until_refused(Limit::Anonymous, refresh).await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.error() == ErrorKind::RefreshTokenInvalid)
    );
    assert_refused(Limit::Anonymous, &refusal);
}

fn text(key: ClientKey) -> Value {
    json!({ "client_key": key, "text": "빨리" })
}

fn account(handle: &str) -> Value {
    json!({ "handle": handle, "display_name": handle, "password": PASSWORD })
}

/// The cookie that a sign-in leaves, as a browser sends it.
fn device_cookie(reply: &Reply) -> String {
    let cookies = reply.headers.get_all("set-cookie").iter();
    let cookies = cookies.map(|cookie| cookie.to_str().unwrap());
    let device = cookies.filter_map(|cookie| cookie.split(';').next());
    let mut device = device.filter(|cookie| cookie.starts_with("damso_device_"));
    device.next().expect("it was left").to_owned()
}
