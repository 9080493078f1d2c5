//! Codes from an app, recovery codes, and what they open.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use damso_protocol::{ErrorKind, FieldErrorKind, RecoveryCodes, Totp, TotpSetup};
use damso_testing::{Actor, PASSWORD, Reply, TestApp};
use serde_json::json;
use totp_rs::{Builder, Secret};

/// The code that an app with this secret shows `steps` of 30 seconds from now.
pub fn code_of(secret: &str, steps: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let at = now.checked_add_signed(30 * steps).unwrap();
    let app = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap());
    app.build().unwrap().generate(at).to_string()
}

/// What an app and its owner know.
pub struct Enabled {
    pub secret: String,
    pub recovery_codes: Vec<String>,
}

/// Turns codes on, by the code of now: the next one is still good.
pub async fn set_up_totp(app: &TestApp, actor: &Actor) -> Enabled {
    app.prove_everybody().await;
    let setup: TotpSetup = actor.post("/me/totp", &json!({})).await.json();
    let body = json!({ "code": code_of(&setup.secret, 0) });
    let codes: RecoveryCodes = actor.post("/me/totp/confirm", &body).await.json();
    Enabled {
        secret: setup.secret,
        recovery_codes: codes.recovery_codes,
    }
}

async fn sign_in(app: &TestApp, login: &str, password: &str, code: Option<&str>) -> Reply {
    let mut body = json!({ "login": login, "password": password });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    app.anonymous().post("/auth/sign-in", &body).await
}

#[tokio::test]
async fn a_code_is_asked_for_once_the_app_has_shown_one() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    app.prove_everybody().await;
    let setup: TotpSetup = minji.post("/me/totp", &json!({})).await.json();
    assert_eq!(setup.secret.len(), 32, "160 bits in base32");
    let url = reqwest::Url::parse(&setup.otpauth_url).unwrap();
    assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")));
    assert_eq!(url.path(), "/localhost:minji");
    assert!(setup.otpauth_url.contains(&setup.secret));
    // It is not asked for before: who closes the window has locked nobody out.
    assert_eq!(sign_in(&app, "minji", PASSWORD, None).await.status, 200);
    let wrong = minji.post("/me/totp/confirm", &json!({ "code": "000000" })).await;
    let problem = wrong.problem();
    assert_eq!(
        (problem.fields[0].field.as_str(), problem.fields[0].kind),
        ("code", FieldErrorKind::Wrong)
    );
    let body = json!({ "code": code_of(&setup.secret, 0) });
    let codes: RecoveryCodes = minji.post("/me/totp/confirm", &body).await.json();
    assert_eq!(codes.recovery_codes.iter().collect::<HashSet<_>>().len(), 10);
    assert_eq!(
        sign_in(&app, "minji", PASSWORD, None).await.refusal(),
        (401, ErrorKind::SecondFactorRequired)
    );
    let totp: Totp = minji.get("/me/totp").await.json();
    assert!(totp.enabled_at.is_some());
    assert_eq!(totp.recovery_codes_left, 10);
}

#[tokio::test]
async fn who_does_not_know_the_password_does_not_learn_that_a_code_is_asked_for() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let enabled = set_up_totp(&app, &minji).await;
    for code in [None, Some("000000"), Some(code_of(&enabled.secret, 0).as_str())] {
        assert_eq!(
            sign_in(&app, "minji", "wrong horse battery", code)
                .await
                .refusal(),
            (401, ErrorKind::InvalidCredentials)
        );
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_for_about_half_a_minute() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let Enabled { secret, .. } = set_up_totp(&app, &minji).await;
    for steps in [-3, 3] {
        assert_eq!(
            sign_in(&app, "minji", PASSWORD, Some(&code_of(&secret, steps)))
                .await
                .refusal(),
            (401, ErrorKind::SecondFactorInvalid),
            "{steps} steps away"
        );
    }
    let code = code_of(&secret, 1);
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    assert_eq!(sign_in(&app, "minji", PASSWORD, Some(&spaced)).await.status, 200);
    assert_eq!(
        sign_in(&app, "minji", PASSWORD, Some(&code)).await.refusal(),
        (401, ErrorKind::SecondFactorInvalid),
        "used"
    );
    assert_eq!(
        sign_in(&app, "minji", PASSWORD, Some(&code_of(&secret, 0)))
            .await
            .refusal(),
        (401, ErrorKind::SecondFactorInvalid),
        "older than one that was used"
    );
}

#[tokio::test]
async fn of_two_who_use_one_code_at_once_one_gets_in() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let Enabled { secret, .. } = set_up_totp(&app, &minji).await;
    let code = code_of(&secret, 1);
    let (one, other) = tokio::join!(
        sign_in(&app, "minji", PASSWORD, Some(&code)),
        sign_in(&app, "minji", PASSWORD, Some(&code))
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test]
async fn a_recovery_code_is_good_once() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let Enabled { recovery_codes, .. } = set_up_totp(&app, &minji).await;
    let code = recovery_codes[3].to_uppercase().replace('-', " ");
    assert_eq!(sign_in(&app, "minji", PASSWORD, Some(&code)).await.status, 200);
    assert_eq!(
        sign_in(&app, "minji", PASSWORD, Some(&recovery_codes[3]))
            .await
            .refusal(),
        (401, ErrorKind::SecondFactorInvalid)
    );
    let totp: Totp = minji.get("/me/totp").await.json();
    assert_eq!(totp.recovery_codes_left, 9);
    let renewed: RecoveryCodes = minji.post("/me/totp/recovery-codes", &json!({})).await.json();
    for (code, expected) in [(&recovery_codes[4], 401), (&renewed.recovery_codes[0], 200)] {
        let reply = sign_in(&app, "minji", PASSWORD, Some(code)).await;
        assert_eq!(reply.status, expected);
    }
}

#[tokio::test]
async fn turning_codes_off_takes_a_code() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let Enabled {
        secret,
        recovery_codes,
    } = set_up_totp(&app, &minji).await;
    assert_eq!(
        minji.post("/me/totp", &json!({})).await.refusal(),
        (409, ErrorKind::TotpEnabled)
    );
    let wrong = minji.post("/me/totp/disable", &json!({ "code": "000000" })).await;
    assert_eq!(wrong.refusal(), (422, ErrorKind::InvalidFields));
    let body = json!({ "code": code_of(&secret, 1) });
    assert_eq!(minji.post("/me/totp/disable", &body).await.status, 204);
    assert_eq!(sign_in(&app, "minji", PASSWORD, None).await.status, 200);
    // Turned on again it is another secret, with other recovery codes.
    let again = set_up_totp(&app, &minji).await;
    assert_ne!(again.secret, secret);
    assert_eq!(
        sign_in(&app, "minji", PASSWORD, Some(&recovery_codes[0]))
            .await
            .refusal(),
        (401, ErrorKind::SecondFactorInvalid)
    );
}

#[tokio::test]
async fn what_is_stored_makes_no_code() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let Enabled {
        recovery_codes,
        secret,
    } = set_up_totp(&app, &minji).await;
    let secret = hex::encode(Secret::try_from_base32(&secret).unwrap().as_ref());
    let salts = format!("SELECT count(*) FROM totps WHERE position(salt IN decode('{secret}', 'hex')) > 0");
    assert_eq!(app.database.count("SELECT count(*) FROM totps").await, 1);
    assert_eq!(app.database.count(&salts).await, 0);
    let plain = hex::encode(recovery_codes[0].replace('-', ""));
    let codes =
        format!("SELECT count(*) FROM recovery_codes WHERE position(decode('{plain}', 'hex') IN hash) > 0");
    assert_eq!(
        app.database.count("SELECT count(*) FROM recovery_codes").await,
        10
    );
    assert_eq!(app.database.count(&codes).await, 0);
}
