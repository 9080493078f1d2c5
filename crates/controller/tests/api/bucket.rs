//! The server with a bucket: bytes go straight to it and come straight from it, rights stay with the server.

use damso_domain::AttachmentState;
use damso_protocol::{Attachment, ErrorKind, Me, Message};
use damso_testing::{Actor, Reply, S3Server, TestApp, TestAppOptions, picture};
use reqwest::Method;
use serde_json::json;

async fn start() -> (TestApp, S3Server) {
    let bucket = S3Server::start().await;
    let app = TestApp::start_with(TestAppOptions {
        s3: Some(bucket.config()),
        web: vec![("index.html", "<!doctype html>")],
        ..TestAppOptions::default()
    })
    .await;
    (app, bucket)
}

/// Follows a redirect as a browser does: without the access token.
async fn follow(reply: &Reply) -> (u16, String, String, Vec<u8>) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(reply.header("location")).send().await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    };
    let (media_type, disposition) = (header("content-type"), header("content-disposition"));
    let status = answer.status().as_u16();
    (
        status,
        media_type,
        disposition,
        answer.bytes().await.unwrap().to_vec(),
    )
}

async fn original(actor: &Actor, id: damso_domain::AttachmentId) -> Reply {
    actor.get(&format!("/attachments/{id}/content")).await
}

#[tokio::test]
async fn a_picture_goes_to_the_bucket_and_comes_from_it() {
    let (app, bucket) = start().await;
    let [minji, seoyeon, mallory] = app.friends(["minji", "seoyeon", "mallory"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let bytes = picture::png(2_000, 1_000);
    let created = minji.create_attachment("산.png", "image/png", bytes.len()).await;
    let url = &created.upload.parts[0].url;
    assert!(
        url.starts_with(&format!("{}/damso/uploads/", bucket.endpoint)),
        "{url}"
    );
    assert_eq!(minji.put_bytes(&created, bytes.clone()).await.status, 200);
    let id = created.attachment.id;
    let image: Attachment = minji.complete_attachment(id).await.json();
    assert_eq!(
        (image.state, image.width, image.height),
        (AttachmentState::Ready, Some(2_000), Some(1_000))
    );
    minji.send_files(direct, &[id]).await.json::<Message>();

    // Small pictures come from the server itself, so that browsers keep them.
    for (variant, size) in [("preview", (1_600, 800)), ("thumbnail", (320, 160))] {
        let content = seoyeon
            .get(&format!("/attachments/{id}/content?variant={variant}"))
            .await;
        assert_eq!(
            (content.status.as_u16(), content.header("content-type")),
            (200, "image/webp")
        );
        assert_eq!(picture::size(&content.body), size, "{variant}");
    }
    // The original is where the storage is, and who may read it is still asked here.
    let redirect = original(&seoyeon, id).await;
    assert_eq!(
        (redirect.status.as_u16(), redirect.header("cache-control")),
        (302, "private, no-cache")
    );
    assert!(redirect.header("location").starts_with(&bucket.endpoint));
    let (status, media_type, disposition, served) = follow(&redirect).await;
    assert_eq!((status, media_type.as_str()), (200, "image/png"));
    assert_eq!(disposition, "inline; filename*=UTF-8''%EC%82%B0.png");
    assert_eq!(picture::size(&served), (2_000, 1_000));
    assert_eq!(
        original(&mallory, id).await.refusal(),
        (404, ErrorKind::AttachmentNotFound)
    );
    assert_eq!(
        original(&app.anonymous(), id).await.refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
    assert_eq!(app.stored_files(), 0, "nothing lies with the server");
}

#[tokio::test]
async fn what_is_put_later_changes_nothing_and_what_is_deleted_goes() {
    let (app, bucket) = start().await;
    let [minji] = app.users(["minji"]).await;
    let page = b"<script>alert(1)</script>".to_vec();
    let created = minji.create_attachment("a.html", "text/html", page.len()).await;
    let other_length = minji.put_bytes(&created, b"<p>".to_vec()).await;
    assert_eq!(other_length.status, 403, "{}", other_length.text());
    let id = created.attachment.id;
    assert_eq!(
        minji.complete_attachment(id).await.refusal(),
        (422, ErrorKind::UploadIncomplete)
    );
    assert_eq!(minji.put_bytes(&created, page.clone()).await.status, 200);
    minji.complete_attachment(id).await.json::<Attachment>();
    app.run_jobs().await;
    assert_eq!(bucket.stored_objects(), 1);

    assert_eq!(
        minji.put_bytes(&created, vec![b'x'; page.len()]).await.status,
        200
    );

    let (status, media_type, disposition, served) = follow(&original(&minji, id).await).await;
    assert_eq!((status, served), (200, page));
    assert_eq!(media_type, "application/octet-stream");
    assert_eq!(disposition, "attachment; filename*=UTF-8''a.html");
    minji.delete(&format!("/attachments/{id}")).await;
    app.run_all_jobs().await;
    assert_eq!(bucket.stored_objects(), 0);
}

#[tokio::test]
async fn browsers_may_reach_the_bucket_and_nothing_else() {
    let (app, bucket) = start().await;
    let [minji] = app.users(["minji"]).await;
    let page = minji.get("//").await;
    let policy = page.header("content-security-policy");
    for directive in [
        format!("img-src 'self' blob: data: {};", bucket.endpoint),
        format!("media-src 'self' blob: {};", bucket.endpoint),
        format!("connect-src 'self' {};", bucket.endpoint),
        "script-src 'self' 'wasm-unsafe-eval';".to_owned(),
    ] {
        assert!(policy.contains(&directive), "{directive} is not in {policy}");
    }
    // Nothing is uploaded to the server itself.
    let put = minji.request(Method::PUT, "//storage/anything").body("hello");
    assert_eq!(
        minji.send_request(put).await.refusal(),
        (404, ErrorKind::RouteNotFound)
    );
    let upload = minji.upload("me.png", "image/png", picture::png(80, 80)).await.id;
    let me: Me = minji
        .put("/me/avatar", &json!({ "attachment_id": upload }))
        .await
        .json();
    let avatar = minji.get(&format!("/images/{}", me.avatar.unwrap().id)).await;
    assert_eq!(
        (avatar.status.as_u16(), picture::size(&avatar.body)),
        (200, (80, 80))
    );
}
