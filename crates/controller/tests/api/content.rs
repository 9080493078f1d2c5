//! How files and pictures are served, and to whom.

use damso_protocol::{AuthResponse, ErrorKind, Me, Message};
use damso_testing::{Actor, PASSWORD, Reply, TestApp, picture};
use reqwest::Method;
use serde_json::json;

pub async fn get_with(actor: &Actor, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = actor.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    actor.send_request(request).await
}

/// The cookie a browser sends with `<img>`, of a session of its own.
pub async fn media_cookie(actor: &Actor) -> (String, AuthResponse) {
    let body = json!({ "login": actor.session().user.handle, "password": PASSWORD });
    let reply = actor.signed_out().post("/auth/sign-in", &body).await;
    let cookies = reply
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap());
    let media = cookies
        .filter_map(|cookie| cookie.split(';').next())
        .find(|cookie| cookie.starts_with("damso_media_"));
    (media.unwrap().to_owned(), reply.json())
}

#[tokio::test]
async fn what_people_send_is_never_a_page_of_ours() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let page = minji
        .upload(
            "회의 \"1\".html",
            "text/html",
            b"<script>alert(1)</script>".to_vec(),
        )
        .await
        .id;
    let image = minji.upload("산.png", "image/png", picture::png(8, 8)).await.id;
    for (path, disposition, cache) in [
        (
            format!("/attachments/{page}/content"),
            "attachment; filename*=UTF-8''%ED%9A%8C%EC%9D%98%201.html",
            "private, no-cache",
        ),
        (
            format!("/attachments/{image}/content"),
            "inline; filename*=UTF-8''%EC%82%B0.png",
            "private, no-cache",
        ),
        (
            format!("/attachments/{image}/content?variant=thumbnail"),
            "",
            "private, max-age=31536000, immutable",
        ),
    ] {
        let content = minji.get(&path).await;
        assert_eq!(content.status, 200);
        assert_eq!(content.header("content-disposition"), disposition);
        assert!(content.header("content-security-policy").ends_with("; sandbox"));
        assert_eq!(content.header("cache-control"), cache);
    }
}

#[tokio::test]
async fn a_part_of_a_file_can_be_asked_for() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let file = minji
        .upload("abc.txt", "text/plain", b"abcdefghij".to_vec())
        .await
        .id;
    let path = format!("/attachments/{file}/content");
    for (range, body, content_range) in [
        ("bytes=0-2", "abc", "bytes 0-2/10"),
        ("bytes=7-", "hij", "bytes 7-9/10"),
        ("bytes=-2", "ij", "bytes 8-9/10"),
        ("bytes=5-99", "fghij", "bytes 5-9/10"),
    ] {
        let part = get_with(&minji, &path, &[("range", range)]).await;
        assert_eq!(
            (part.status.as_u16(), part.text().as_str()),
            (206, body),
            "{range}"
        );
        assert_eq!(part.header("content-range"), content_range);
        assert_eq!(
            part.header("content-disposition"),
            "attachment; filename*=UTF-8''abc.txt"
        );
        assert!(part.header("content-security-policy").ends_with("; sandbox"));
    }
    let beyond = get_with(&minji, &path, &[("range", "bytes=99-")]).await;
    assert_eq!(beyond.refusal(), (416, ErrorKind::MalformedRequest));
    assert_eq!(beyond.header("content-range"), "bytes */10");
    let whole = minji.get(&path).await;
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let etag = whole.header("etag");
    assert_eq!(
        get_with(&minji, &path, &[("if-none-match", etag)]).await.status,
        304
    );
    assert_eq!(
        minji.get(&format!("{path}?variant=huge")).await.refusal(),
        (400, ErrorKind::MalformedRequest)
    );
}

#[tokio::test]
async fn the_cookie_of_images_opens_images_and_files_and_nothing_else() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.users(["minji", "mallory"]).await;
    let upload = minji.upload("me.png", "image/png", picture::png(8, 8)).await.id;
    let me: Me = minji
        .put("/me/avatar", &json!({ "attachment_id": upload }))
        .await
        .json();
    let avatar = me.avatar.unwrap().id;
    let file = minji.upload("a.txt", "text/plain", b"hello".to_vec()).await.id;
    let (cookie, session) = media_cookie(&minji).await;
    let (others_cookie, _) = media_cookie(&mallory).await;
    let anonymous = app.anonymous();
    let content = format!("/attachments/{file}/content");
    assert_eq!(
        get_with(&anonymous, &content, &[("cookie", &cookie)]).await.body,
        b"hello"
    );
    assert_eq!(
        get_with(&anonymous, &format!("/images/{avatar}"), &[("cookie", &cookie)])
            .await
            .status,
        200
    );
    let refused = get_with(&anonymous, &content, &[("cookie", &others_cookie)]).await;
    assert_eq!(refused.refusal(), (404, ErrorKind::AttachmentNotFound));
    for path in [
        "/me",
        "/conversations",
        "/me/sessions",
        &format!("/attachments/{file}"),
    ] {
        let reply = get_with(&anonymous, path, &[("cookie", &cookie)]).await;
        assert_eq!(reply.refusal(), (401, ErrorKind::NotAuthenticated), "{path}");
    }
    let deleting = anonymous
        .request(Method::DELETE, &format!("/attachments/{file}"))
        .header("cookie", &cookie);
    assert_eq!(anonymous.send_request(deleting).await.status, 401);
    // Neither kind of token stands in for the other.
    let (name, value) = cookie.split_once('=').unwrap();
    assert_eq!(minji.with_token(value).get("/me").await.status, 401);
    let access = format!("{name}={}", session.access_token);
    assert_eq!(
        get_with(&anonymous, &content, &[("cookie", &access)])
            .await
            .status,
        401
    );
    // It ends with its session.
    minji
        .delete(&format!("/me/sessions/{}", session.session_id))
        .await;
    assert_eq!(
        get_with(&anonymous, &content, &[("cookie", &cookie)])
            .await
            .refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
}

/// A browser asks for the head of a file before it plays it.
#[tokio::test]
async fn the_head_of_a_file_and_of_a_picture_can_be_asked_for() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let upload = minji.upload("me.png", "image/png", picture::png(8, 8)).await.id;
    let me: Me = minji
        .put("/me/avatar", &json!({ "attachment_id": upload }))
        .await
        .json();
    let file = minji.upload("a.txt", "text/plain", b"hello".to_vec()).await.id;
    for path in [
        format!("/attachments/{file}/content"),
        format!("/images/{}", me.avatar.unwrap().id),
    ] {
        let head = minji.send_request(minji.request(Method::HEAD, &path)).await;
        let whole = minji.get(&path).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-length"), whole.header("content-length"));
        assert_eq!(head.header("content-type"), whole.header("content-type"));
        let refused = minji.signed_out();
        assert_eq!(
            refused
                .send_request(refused.request(Method::HEAD, &path))
                .await
                .status,
            401
        );
    }
}

#[tokio::test]
async fn who_is_taken_out_of_a_group_loses_its_files() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let file = minji.upload("a.png", "image/png", picture::png(8, 8)).await.id;
    let own = seoyeon.upload("b.txt", "text/plain", b"mine".to_vec()).await.id;
    minji.send_files(group, &[file]).await.json::<Message>();
    seoyeon.send_files(group, &[own]).await.json::<Message>();
    let (cookie, _) = media_cookie(&seoyeon).await;
    let paths = [
        format!("/attachments/{file}/content"),
        format!("/attachments/{file}/content?variant=thumbnail"),
        // What was sent belongs to the conversation.
        format!("/attachments/{own}/content"),
    ];
    for path in &paths {
        assert_eq!(seoyeon.get(path).await.status, 200, "{path}");
        assert_eq!(
            get_with(&app.anonymous(), path, &[("cookie", &cookie)])
                .await
                .status,
            200
        );
    }
    minji.remove_member(group, &seoyeon).await;
    for path in &paths {
        assert_eq!(
            seoyeon.get(path).await.refusal(),
            (404, ErrorKind::AttachmentNotFound),
            "{path}"
        );
        let by_cookie = get_with(&app.anonymous(), path, &[("cookie", &cookie)]).await;
        assert_eq!(by_cookie.refusal(), (404, ErrorKind::AttachmentNotFound));
    }
    assert_eq!(minji.get(&paths[2]).await.status, 200);
}

#[tokio::test]
async fn a_newcomer_does_not_get_the_files_of_before() {
    let app = TestApp::start().await;
    let [minji, seoyeon, late] = app.friends(["minji", "seoyeon", "late"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let file = minji.upload("a.txt", "text/plain", b"old".to_vec()).await.id;
    minji.send_files(group, &[file]).await.json::<Message>();
    minji.add_members(group, &[&late]).await;
    let path = format!("/attachments/{file}/content");
    assert_eq!(
        late.get(&path).await.refusal(),
        (404, ErrorKind::AttachmentNotFound)
    );
    minji.update_group(group, &json!({ "history": "all" })).await;
    assert_eq!(late.get(&path).await.status, 200);
}
