//! Answers of every kind.

use damso_controller::MAX_JSON_BYTES;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use damso_testing::{Actor, Reply};

const REVALIDATE: &str = "private, no-cache";
const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// Asks for one of each and compares its headers.
pub(super) async fn every_kind(app: &TestApp, expected: &Expected) {
    let [minji] = app.users(["minji"]).await;
    for (path, status, cache) in [
        ("//", 200, "no-cache"),
        ("//chats/1", 200, "no-cache"),
        ("//index.html", 200, "no-cache"),
        ("//manifest.webmanifest", 200, "no-cache"),
        ("//assets/app-1234.js", 200, "public, max-age=31536000, immutable"),
        (
            "//assets/app-1234.css",
            200,
            "public, max-age=31536000, immutable",
        ),
        (
            "//assets/app-1234.wasm",
            200,
            "public, max-age=31536000, immutable",
        ),
        ("//assets/nothing.js", 404, "no-store"),
        ("//api/docs", 200, "no-store"),
        ("//api/docs.js", 200, "no-store"),
        ("//api/docs.css", 200, "no-store"),
        ("//api/nothing", 404, "no-store"),
        ("//storage/nothing", 404, "no-store"),
        ("//healthz", 200, "no-store"),
        ("//readyz", 200, "no-store"),
        ("/openapi.json", 200, "no-store"),
        ("/server", 200, "no-store"),
        ("/me", 200, "no-store"),
        ("/friends?limit=0", 422, "no-store"),
        ("/conversations/x", 400, "no-store"),
        ("/users/by-handle/nobody", 404, "no-store"),
        ("/realtime", 400, "no-store"),
    ] {
        let reply = minji.get(path).await;
        assert_eq!(reply.status, status, "{path}");
        expected.assert_page(path, &reply, cache);
    }
    refusals(&minji, expected).await;
    files(&minji, expected).await;
    cookies(&minji, expected).await;
}

async fn refusals(minji: &Actor, expected: &Expected) {
    let large = json!({ "display_name": "x".repeat(MAX_JSON_BYTES) });
    let from_elsewhere = minji
        .request(Method::POST, "/auth/sign-in")
        .header("origin", "https://evil.example")
        .json(&json!({ "login": "minji", "password": PASSWORD }));
    for (what, status, request) in [
        (
            "not signed in",
            401,
            minji.signed_out().request(Method::GET, "/me"),
        ),
        ("another site", 403, from_elsewhere),
        ("another method of a page", 405, minji.request(Method::POST, "//")),
        (
            "another method of the API",
            405,
            minji.request(Method::DELETE, "/server"),
        ),
        ("OPTIONS", 405, minji.request(Method::OPTIONS, "/me")),
        ("TRACE", 405, minji.request(Method::TRACE, "//")),
        ("HEAD", 200, minji.request(Method::HEAD, "/me")),
        ("too large", 413, minji.request(Method::PATCH, "/me").json(&large)),
        ("not JSON", 415, minji.request(Method::PATCH, "/me").body("text")),
        (
            "malformed",
            400,
            minji.request(Method::PATCH, "/me").json(&json!([])),
        ),
        (
            "no upload",
            403,
            minji.request(Method::PUT, "//storage/nothing").body("x"),
        ),
    ] {
        let reply = minji.send_request(request).await;
        assert_eq!(reply.status, status, "{what}");
        expected.assert_page(what, &reply, "no-store");
    }
    let etag = minji.get("//").await.header("etag").to_owned();
    let request = minji.request(Method::GET, "//").header("if-none-match", etag);
    let unchanged = minji.send_request(request).await;
    assert_eq!(unchanged.status, 304);
    expected.assert_page("an unchanged page", &unchanged, "no-cache");
}

async fn files(minji: &Actor, expected: &Expected) {
    let bytes = picture::png(8, 8);
    let created = minji.create_attachment("a.png", "image/png", bytes.len()).await;
    let put = minji.put_bytes(&created, bytes.clone()).await;
    expected.assert_page("a stored upload", &put, "no-store");
    let image = minji.upload("a.png", "image/png", bytes.clone()).await.id;
    let page = minji.upload("a.html", "text/html", b"<p>".to_vec()).await.id;
    let of = |id, more: &str| format!("/attachments/{id}/content{more}");
    for (what, path, cache) in [
        ("a picture", of(image, ""), REVALIDATE),
        ("its thumbnail", of(image, "?variant=thumbnail"), FOR_EVER),
        ("its preview", of(image, "?variant=preview"), FOR_EVER),
        ("a download", of(page, ""), REVALIDATE),
    ] {
        let reply = minji.get(&path).await;
        assert_eq!(reply.status, 200, "{what}");
        expected.assert_file(what, &reply, cache);
    }
    let ranged = |range: &str| {
        let request = minji.request(Method::GET, &of(image, ""));
        minji.send_request(request.header("range", range))
    };
    let (part, none) = (ranged("bytes=0-2").await, ranged("bytes=9999-").await);
    assert_eq!((part.status.as_u16(), none.status.as_u16()), (206, 416));
    expected.assert_file("a part", &part, REVALIDATE);
    expected.assert_page("no such part", &none, "no-store");
    let avatar = minji.upload("a.png", "image/png", bytes).await.id;
    let me: damso_protocol::Me = minji
        .put("/me/avatar", &json!({ "attachment_id": avatar }))
        .await
        .json();
    let shown = minji.get(&format!("/images/{}", me.avatar.unwrap().id)).await;
    assert_eq!(shown.status, 200);
    expected.assert_file("an avatar", &shown, FOR_EVER);
}

async fn cookies(minji: &Actor, expected: &Expected) {
    let count = |reply: &Reply| reply.headers.get_all("set-cookie").iter().count();
    let body = json!({ "login": "minji", "password": PASSWORD });
    let signed_in = minji.signed_out().post("/auth/sign-in", &body).await;
    assert_eq!((signed_in.status.as_u16(), count(&signed_in)), (200, 3));
    expected.assert_page("signing in", &signed_in, "no-store");
    let sent = signed_in.headers.get_all("set-cookie").iter();
    let pairs: Vec<&str> = sent
        .filter_map(|cookie| cookie.to_str().unwrap().split(';').next())
        .collect();
    let ask = |path| {
        let request = minji.request(Method::POST, path).json(&json!({}));
        minji.send_request(request.header("cookie", pairs.join("; ")))
    };
    let refreshed = ask("/auth/refresh").await;
    assert_eq!((refreshed.status.as_u16(), count(&refreshed)), (200, 3));
    expected.assert_page("refreshing", &refreshed, "no-store");
    let signed_out = ask("/auth/sign-out").await;
    assert_eq!((signed_out.status.as_u16(), count(&signed_out)), (204, 2));
    expected.assert_page("signing out", &signed_out, "no-store");
}

/// What comes back for these bytes until the connection is closed.
pub(super) async fn raw(app: &TestApp, bytes: &[u8]) -> String {
    let address = app.url.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
