//! What a session alone is not enough for.

use damso_protocol::ErrorKind;
use damso_testing::{PASSWORD, TestApp};
use serde_json::json;

use crate::totp::{code_of, set_up_totp};

#[tokio::test]
async fn a_proof_is_good_for_one_session_and_ten_minutes() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let phone = minji.sign_in_again().await;
    let ask = async |actor: &damso_testing::Actor| actor.post("/me/totp", &json!({})).await;
    assert_eq!(
        ask(&minji).await.refusal(),
        (403, ErrorKind::ReauthenticationRequired),
        "not even right after signing in"
    );
    let proof = json!({ "password": PASSWORD });
    assert_eq!(minji.post("/auth/reauthenticate", &proof).await.status, 204);
    assert_eq!(ask(&minji).await.status, 200);
    assert_eq!(
        ask(&phone).await.refusal(),
        (403, ErrorKind::ReauthenticationRequired)
    );
    app.database
        .execute("UPDATE sessions SET proved_at = proved_at - interval '601 seconds'")
        .await;
    assert_eq!(
        ask(&minji).await.refusal(),
        (403, ErrorKind::ReauthenticationRequired)
    );
}

#[tokio::test]
async fn a_proof_is_one_thing_and_it_has_to_be_right() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let enabled = set_up_totp(&app, &minji).await;
    app.forget_proofs().await;
    let code = code_of(&enabled.secret, 1);
    for (body, expected) in [
        (json!({}), (400, ErrorKind::MalformedRequest)),
        (
            json!({ "password": PASSWORD, "code": code }),
            (400, ErrorKind::MalformedRequest),
        ),
        (
            json!({ "password": "wrong horse battery" }),
            (422, ErrorKind::InvalidFields),
        ),
        (json!({ "code": "000000" }), (422, ErrorKind::InvalidFields)),
    ] {
        let reply = minji.post("/auth/reauthenticate", &body).await;
        assert_eq!(reply.refusal(), expected, "{body}");
    }
    assert_eq!(
        minji.post("/me/totp/recovery-codes", &json!({})).await.refusal(),
        (403, ErrorKind::ReauthenticationRequired)
    );
    for code in [code, enabled.recovery_codes[0].clone()] {
        app.forget_proofs().await;
        let reply = minji.post("/auth/reauthenticate", &json!({ "code": code })).await;
        assert_eq!(reply.status, 204, "{code}");
        assert_eq!(minji.post("/me/passkeys/start", &json!({})).await.status, 200);
    }
    let used = json!({ "code": enabled.recovery_codes[0] });
    assert_eq!(
        minji.post("/auth/reauthenticate", &used).await.refusal(),
        (422, ErrorKind::InvalidFields)
    );
}
