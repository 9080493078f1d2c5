//! Passkeys: making them, signing in with them, and everything that must not sign anybody in.

use damso_domain::UserId;
use damso_protocol::{AuthResponse, ErrorKind, FieldErrorKind, Passkey, PasskeyCeremony, Passkeys};
use damso_testing::{Actor, Authenticator, PASSWORD, Reply, TestApp, TestAppOptions};
use serde_json::{Value, json};

use crate::totp::{code_of, set_up_totp};

fn origin(app: &TestApp) -> String {
    app.url.replace("127.0.0.1", "localhost")
}

async fn begin(actor: &Actor) -> PasskeyCeremony {
    actor.post("/auth/passkey/start", &json!({})).await.json()
}

/// A passkey of an account that has shown whose it is.
pub async fn add_passkey(app: &TestApp, actor: &Actor, seed: u8) -> (Authenticator, Passkey) {
    app.prove_everybody().await;
    let mut device = Authenticator::new(seed, &origin(app));
    let ceremony: PasskeyCeremony = actor.post("/me/passkeys/start", &json!({})).await.json();
    let reply = finish(actor, &ceremony, &device.create(&ceremony)).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    (device, reply.json())
}

async fn finish(actor: &Actor, ceremony: &PasskeyCeremony, credential: &Value) -> Reply {
    let body = json!({
        "ceremony_id": ceremony.ceremony_id, "name": "내 휴대폰", "credential": credential,
    });
    actor.post("/me/passkeys/finish", &body).await
}

/// What goes with a request that a passkey is enough for.
pub async fn assertion(anyone: &Actor, device: &mut Authenticator) -> Value {
    let ceremony = begin(&anyone.signed_out()).await;
    json!({ "ceremony_id": ceremony.ceremony_id, "credential": device.get(&ceremony) })
}

pub async fn sign_in(anyone: &Actor, assertion: &Value) -> Reply {
    let body = json!({ "passkey_assertion": assertion, "token_transport": "body" });
    anyone.signed_out().post("/auth/passkey/finish", &body).await
}

#[tokio::test]
async fn a_passkey_signs_its_owner_in_and_nobody_asks_for_more() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    // Also where a code is asked for besides a password: a passkey is two factors by itself.
    set_up_totp(&app, &minji).await;
    let (mut device, passkey) = add_passkey(&app, &minji, 1).await;
    assert_eq!((passkey.name.as_str(), passkey.last_used_at), ("내 휴대폰", None));
    for _ in 0..2 {
        let assertion = assertion(&minji, &mut device).await;
        let session: AuthResponse = sign_in(&minji, &assertion).await.json();
        assert_eq!(session.user.id, minji.id());
        assert!(session.refresh_token.is_some());
    }
    let listed: Passkeys = minji.get("/me/passkeys").await.json();
    assert_eq!(listed.items.len(), 1);
    assert!(listed.items[0].last_used_at.is_some());
}

#[tokio::test]
async fn options_ask_for_a_key_that_is_found_by_itself_and_knows_its_owner() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let (_, _) = add_passkey(&app, &minji, 1).await;
    let making: PasskeyCeremony = minji.post("/me/passkeys/start", &json!({})).await.json();
    let selection = &making.options["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["userVerification"], "required");
    assert_eq!(making.options["rp"]["id"], "localhost");
    assert_eq!(
        making.options["excludeCredentials"].as_array().map(Vec::len),
        Some(1),
        "the same device is not asked twice"
    );
    let using = begin(&minji).await;
    assert_eq!(using.options["userVerification"], "required");
    // Whose passkeys there are is told to nobody.
    assert_eq!(using.options["allowCredentials"], json!([]));
}

#[tokio::test]
async fn what_is_not_in_order_signs_nobody_in() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let (device, _) = add_passkey(&app, &minji, 1).await;
    let with = |change: &dyn Fn(&mut Authenticator)| {
        let mut other = device.clone();
        change(&mut other);
        other
    };
    let cases = [
        (
            "another page",
            with(&|device| device.origin = "https://evil.example".to_owned()),
        ),
        ("nobody was there", with(&|device| device.is_verified = false)),
        (
            "somebody else's account",
            with(&|device| device.user_handle = "AAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        ),
        ("another key", Authenticator::new(2, &origin(&app))),
    ];
    for (name, mut device) in cases {
        let assertion = assertion(&seoyeon, &mut device).await;
        let refusal = sign_in(&seoyeon, &assertion).await.refusal();
        assert_eq!(refusal, (401, ErrorKind::PasskeyInvalid), "{name}");
    }
    let mut good = device.clone();
    for (part, spoilt) in [
        ("signature", "AAAA"),
        ("authenticatorData", "AAAA"),
        ("clientDataJSON", "e30"),
    ] {
        let mut assertion = assertion(&minji, &mut good).await;
        assertion["credential"]["response"][part] = json!(spoilt);
        let refusal = sign_in(&minji, &assertion).await.refusal();
        assert_eq!(refusal, (401, ErrorKind::PasskeyInvalid), "{part}");
    }
}

#[tokio::test]
async fn what_was_signed_once_is_worthless_the_second_time() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let (mut device, _) = add_passkey(&app, &minji, 1).await;
    let first = assertion(&minji, &mut device).await;
    assert_eq!(sign_in(&minji, &first).await.status, 200);
    assert_eq!(
        sign_in(&minji, &first).await.refusal(),
        (401, ErrorKind::PasskeyInvalid)
    );
    // Signed for one ceremony, sent with another.
    let mut second = assertion(&minji, &mut device).await;
    second["ceremony_id"] = json!(begin(&minji).await.ceremony_id);
    assert_eq!(
        sign_in(&minji, &second).await.refusal(),
        (401, ErrorKind::PasskeyInvalid)
    );
}

#[tokio::test]
async fn a_copied_device_is_found_out_by_its_counter() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let (mut device, _) = add_passkey(&app, &minji, 1).await;
    let mut copy = device.clone();
    for _ in 0..2 {
        let assertion = assertion(&minji, &mut device).await;
        assert_eq!(sign_in(&minji, &assertion).await.status, 200);
    }
    let assertion = assertion(&minji, &mut copy).await;
    assert_eq!(
        sign_in(&minji, &assertion).await.refusal(),
        (401, ErrorKind::PasskeyInvalid)
    );
}

#[tokio::test]
async fn a_passkey_takes_the_place_of_a_code() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    set_up_totp(&app, &minji).await;
    let (mut device, _) = add_passkey(&app, &minji, 1).await;
    let (mut others, _) = add_passkey(&app, &seoyeon, 2).await;
    let body =
        |assertion: Value| json!({ "login": "minji", "password": PASSWORD, "passkey_assertion": assertion });
    let with_others = body(assertion(&minji, &mut others).await);
    let anonymous = app.anonymous();
    assert_eq!(
        anonymous.post("/auth/sign-in", &with_others).await.refusal(),
        (401, ErrorKind::SecondFactorInvalid)
    );
    let with_own = body(assertion(&minji, &mut device).await);
    assert_eq!(anonymous.post("/auth/sign-in", &with_own).await.status, 200);
}

#[tokio::test]
async fn a_passkey_shows_whose_session_it_is_and_ends_an_account() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let (mut device, _) = add_passkey(&app, &minji, 1).await;
    let (mut others, _) = add_passkey(&app, &seoyeon, 2).await;
    app.forget_proofs().await;
    for (device, expected) in [(&mut others, 422), (&mut device, 204)] {
        let body = json!({ "passkey_assertion": assertion(&minji, device).await });
        let reply = minji.post("/auth/reauthenticate", &body).await;
        assert_eq!(reply.status, expected, "{}", reply.text());
    }
    assert_eq!(minji.post("/me/passkeys/start", &json!({})).await.status, 200);
    for (device, expected) in [(&mut others, 422), (&mut device, 200)] {
        let body = json!({ "passkey_assertion": assertion(&minji, device).await, "messages": "erase" });
        assert_eq!(minji.post("/me/deletion", &body).await.status, expected);
    }
    let after = assertion(&seoyeon, &mut device).await;
    assert_eq!(
        sign_in(&seoyeon, &after).await.refusal(),
        (401, ErrorKind::PasskeyInvalid),
        "nothing is left of it"
    );
}

#[tokio::test]
async fn a_removed_passkey_signs_nobody_in() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let (mut device, passkey) = add_passkey(&app, &minji, 1).await;
    let path = format!("/me/passkeys/{}", passkey.id);
    for reply in [
        seoyeon.delete(&path).await,
        seoyeon.patch(&path, &json!({ "name": "mine" })).await,
        minji.delete(&format!("/me/passkeys/{}", UserId::new())).await,
    ] {
        assert_eq!(reply.refusal(), (404, ErrorKind::PasskeyNotFound));
    }
    assert_eq!(
        minji.patch(&path, &json!({ "name": "옛 휴대폰" })).await.status,
        204
    );
    let listed: Passkeys = minji.get("/me/passkeys").await.json();
    assert_eq!(listed.items[0].name, "옛 휴대폰");
    let signed = assertion(&minji, &mut device).await;
    assert_eq!(minji.delete(&path).await.status, 204);
    assert_eq!(
        sign_in(&minji, &signed).await.refusal(),
        (401, ErrorKind::PasskeyInvalid)
    );
}

#[tokio::test]
async fn one_key_belongs_to_one_account() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    add_passkey(&app, &minji, 1).await;
    let mut copy = Authenticator::new(1, &origin(&app));
    app.prove_everybody().await;
    let ceremony: PasskeyCeremony = seoyeon.post("/me/passkeys/start", &json!({})).await.json();
    let problem = finish(&seoyeon, &ceremony, &copy.create(&ceremony))
        .await
        .problem();
    assert_eq!(
        (problem.fields[0].field.as_str(), problem.fields[0].kind),
        ("credential", FieldErrorKind::Wrong)
    );
    // What one has begun another one cannot finish.
    let begun: PasskeyCeremony = minji.post("/me/passkeys/start", &json!({})).await.json();
    let mut device = Authenticator::new(3, &origin(&app));
    let problem = finish(&seoyeon, &begun, &device.create(&begun)).await.problem();
    assert_eq!(problem.fields[0].field, "ceremony_id");
}

#[tokio::test]
async fn an_account_has_at_most_twenty() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    for seed in 1..=20 {
        add_passkey(&app, &minji, seed).await;
    }
    assert_eq!(
        minji.post("/me/passkeys/start", &json!({})).await.refusal(),
        (422, ErrorKind::TooManyPasskeys)
    );
}

#[tokio::test]
async fn a_server_without_a_name_says_that_it_takes_none() {
    let app = TestApp::start_with(TestAppOptions {
        server_url: Some("http://127.0.0.1:8080".to_owned()),
        ..TestAppOptions::default()
    })
    .await;
    let [minji] = app.users(["minji"]).await;
    app.prove_everybody().await;
    for path in ["/auth/passkey/start", "/me/passkeys/start"] {
        assert_eq!(
            minji.post(path, &json!({})).await.refusal(),
            (403, ErrorKind::PasskeysUnavailable),
            "{path}"
        );
    }
    let server: Value = minji.get("/server").await.json();
    assert_eq!(server["features"], json!(["mail"]));
}

#[tokio::test]
async fn the_code_of_the_app_still_opens_the_account() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let setup = set_up_totp(&app, &minji).await;
    add_passkey(&app, &minji, 1).await;
    let body = json!({ "login": "minji", "password": PASSWORD, "code": code_of(&setup.secret, 1) });
    assert_eq!(app.anonymous().post("/auth/sign-in", &body).await.status, 200);
}
