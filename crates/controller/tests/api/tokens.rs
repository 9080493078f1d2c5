//! Access tokens that are not what they seem.

use damso_protocol::ErrorKind;
use damso_testing::TestApp;
use serde_json::json;

#[tokio::test]
async fn forged_and_expired_tokens_open_nothing() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let good = app.forge(&minji);
    assert_eq!(
        minji.with_token(good.token()).get("/me").await.status,
        200,
        "the forge makes what the server makes"
    );

    let now = good.claims["iat"].as_i64().unwrap();
    let mut none = good.clone();
    none.header = json!({ "alg": "none", "typ": "JWT" });
    none.key = None;
    let mut unsigned = good.clone();
    unsigned.key = None;
    let mut other_key = good.clone();
    other_key.key = Some(vec![1; 32]);
    let mut other_algorithm = good.clone();
    other_algorithm.header = json!({ "alg": "HS512", "typ": "JWT" });
    let mut key_id = good.clone();
    key_id.header = json!({ "alg": "HS256", "typ": "JWT", "kid": "../../dev/null" });
    key_id.key = Some(Vec::new());
    let mut mixed = good.token().split('.').map(str::to_owned).collect::<Vec<_>>();
    mixed[1] = app.forge(&seoyeon).token().split('.').nth(1).unwrap().to_owned();
    for (name, token) in [
        ("algorithm none", none.token()),
        ("no signature", unsigned.token()),
        ("another key", other_key.token()),
        ("another algorithm", other_algorithm.token()),
        ("a key id", key_id.token()),
        ("somebody else's claims", mixed.join(".")),
        ("expired", good.clone().claim("exp", now - 1).token()),
        ("another kind", good.clone().claim("typ", "media").token()),
        ("another audience", good.clone().claim("aud", "elsewhere").token()),
        ("nobody", good.clone().claim("sub", "nobody").token()),
        ("a refresh token", minji.refresh_token().to_owned()),
        ("nothing", String::new()),
    ] {
        let reply = minji.with_token(token.clone()).get("/me").await;
        assert_eq!(reply.refusal(), (401, ErrorKind::NotAuthenticated), "{name}");
        assert_eq!(reply.header("www-authenticate"), "Bearer", "{name}");
        let mut socket = minji.open_socket().await;
        socket.authenticate(&token).await;
        assert_eq!(socket.closed_with().await, 4001, "{name}");
    }
}

#[tokio::test]
async fn a_token_goes_into_the_header_and_nowhere_else() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let token = &minji.session().access_token;
    assert_eq!(
        app.anonymous()
            .get(&format!("/friends?access_token={token}"))
            .await
            .status,
        401
    );
    let request = app
        .anonymous()
        .request(reqwest::Method::GET, "/me")
        .header("authorization", format!("Basic {token}"));
    assert_eq!(minji.send_request(request).await.status, 401);
    let request = app
        .anonymous()
        .request(reqwest::Method::GET, "/me")
        .header("authorization", format!("bearer {token}"));
    assert_eq!(
        minji.send_request(request).await.status,
        200,
        "schemes have no case"
    );
}
