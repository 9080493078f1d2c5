//! Uploads: announced, put, completed, sent; and everything that goes wrong on the way.

use std::time::Duration;

use damso_domain::{AttachmentKind, AttachmentState};
use damso_protocol::{Attachment, CreatedAttachment, ErrorKind, Message, UploadPart};
use damso_testing::{Actor, Reply, TestApp, picture};
use reqwest::Method;
use serde_json::json;

/// Puts bytes as somebody would who does not keep to what the announcement said.
async fn put(actor: &Actor, url: &str, media_type: &str, bytes: &[u8]) -> Reply {
    let anonymous = actor.signed_out();
    let request = anonymous
        .request(Method::PUT, &format!("/{url}"))
        .header("content-type", media_type);
    anonymous.send_request(request.body(bytes.to_vec())).await
}

fn part(created: &CreatedAttachment) -> &UploadPart {
    &created.upload.parts[0]
}

#[tokio::test]
async fn an_image_travels_from_one_person_to_the_other() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let bytes = picture::png(2_000, 1_000);
    let created = minji.create_attachment("산.png", "image/png", bytes.len()).await;
    assert_eq!(
        (created.attachment.state, created.upload.parts.len()),
        (AttachmentState::Uploading, 1)
    );
    assert_eq!(minji.put_bytes(&created, bytes.clone()).await.status, 200);
    let image: Attachment = minji.complete_attachment(created.attachment.id).await.json();
    assert_eq!(
        (image.state, image.kind, image.media_type.as_str()),
        (AttachmentState::Ready, AttachmentKind::Image, "image/png")
    );
    assert_eq!(
        (image.width, image.height, image.file_name.as_str()),
        (Some(2_000), Some(1_000), "산.png")
    );
    assert!(image.placeholder.is_some());
    let mut inbox = seoyeon.connect().await;
    let sent: Message = minji.send_files(direct, &[image.id]).await.json();
    assert_eq!(sent.attachments, std::slice::from_ref(&image));
    let told = Message {
        my_reactions: None,
        ..sent.clone()
    };
    assert_eq!(inbox.next_message().await, told);
    let path = format!("/attachments/{}", image.id);
    assert_eq!(seoyeon.get(&path).await.json::<Attachment>(), image);
    for (variant, media_type, size) in [
        ("original", "image/png", (2_000, 1_000)),
        ("preview", "image/webp", (1_600, 800)),
        ("thumbnail", "image/webp", (320, 160)),
    ] {
        let content = seoyeon.get(&format!("{path}/content?variant={variant}")).await;
        assert_eq!(
            (content.status.as_u16(), content.header("content-type")),
            (200, media_type)
        );
        assert_eq!(picture::size(&content.body), size, "{variant}");
    }
}

#[tokio::test]
async fn a_file_arrives_as_it_was_sent() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let file = minji
        .upload("/etc/../data.bin", "application/x-thing", bytes.clone())
        .await;
    assert_eq!(
        (file.kind, file.file_name.as_str(), file.size_bytes),
        (AttachmentKind::File, "data.bin", 300_000)
    );
    minji.send_files(direct, &[file.id]).await.json::<Message>();
    let content = seoyeon.get(&format!("/attachments/{}/content", file.id)).await;
    assert_eq!(content.body, bytes);
    for variant in ["preview", "thumbnail"] {
        let reply = seoyeon
            .get(&format!("/attachments/{}/content?variant={variant}", file.id))
            .await;
        assert_eq!(reply.refusal(), (404, ErrorKind::AttachmentNotFound));
    }
}

#[tokio::test]
async fn the_bytes_decide_what_something_is() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    for (name, declared, bytes, kind) in [
        (
            "text.png",
            "image/png",
            b"only text".to_vec(),
            AttachmentKind::File,
        ),
        (
            "image.svg",
            "image/svg+xml",
            svg.as_bytes().to_vec(),
            AttachmentKind::File,
        ),
        (
            "image.png",
            "image/png",
            svg.as_bytes().to_vec(),
            AttachmentKind::File,
        ),
        (
            "page.jpg",
            "image/jpeg",
            b"<!doctype html><script>alert(1)</script>".to_vec(),
            AttachmentKind::File,
        ),
        (
            "photo.txt",
            "text/plain",
            picture::jpeg(20, 10),
            AttachmentKind::Image,
        ),
    ] {
        let attachment = minji.upload(name, declared, bytes).await;
        assert_eq!(attachment.kind, kind, "{name}");
        let content = minji
            .get(&format!("/attachments/{}/content", attachment.id))
            .await;
        let is_download = content.header("content-disposition").starts_with("attachment;");
        assert_eq!(is_download, kind == AttachmentKind::File, "{name}");
        let expected = if is_download {
            "application/octet-stream"
        } else {
            "image/jpeg"
        };
        assert_eq!(content.header("content-type"), expected, "{name}");
        for variant in ["preview", "thumbnail"] {
            let path = format!("/attachments/{}/content?variant={variant}", attachment.id);
            let status = if kind == AttachmentKind::Image { 200 } else { 404 };
            assert_eq!(minji.get(&path).await.status, status, "{name} {variant}");
        }
        let taken = minji
            .put("/me/avatar", &json!({ "attachment_id": attachment.id }))
            .await;
        if kind == AttachmentKind::File {
            assert_eq!(taken.refusal(), (422, ErrorKind::ImageUnreadable), "{name}");
        }
    }
}

#[tokio::test]
async fn a_damaged_or_giant_picture_is_refused_and_not_kept() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let files = app.stored_files();
    let whole = picture::png(200, 200);
    let photo = picture::jpeg(200, 200);
    for (bytes, expected) in [
        (photo[..photo.len() / 2].to_vec(), ErrorKind::ImageUnreadable),
        (photo[..photo.len() - 1].to_vec(), ErrorKind::ImageUnreadable),
        (whole[..whole.len() - 1].to_vec(), ErrorKind::ImageUnreadable),
        (whole[..whole.len() / 2].to_vec(), ErrorKind::ImageUnreadable),
        (whole[..30].to_vec(), ErrorKind::ImageUnreadable),
        (b"\x89PNG\r\n\x1a\n".to_vec(), ErrorKind::ImageUnreadable),
        (b"\xff\xd8\xff\xe0 nothing".to_vec(), ErrorKind::ImageUnreadable),
        (picture::giant_png_header(), ErrorKind::ImageTooLarge),
    ] {
        let created = minji
            .create_attachment("photo.png", "image/png", bytes.len())
            .await;
        minji.put_bytes(&created, bytes).await;
        let id = created.attachment.id;
        assert_eq!(minji.complete_attachment(id).await.refusal(), (422, expected));
        assert_eq!(
            minji
                .get(&format!("/attachments/{id}"))
                .await
                .json::<Attachment>()
                .state,
            AttachmentState::Rejected
        );
        assert_eq!(
            minji.complete_attachment(id).await.refusal(),
            (422, ErrorKind::UploadExpired)
        );
        let notes = minji.notes().await.id;
        assert_eq!(
            minji.send_files(notes, &[id]).await.refusal(),
            (422, ErrorKind::AttachmentNotReady)
        );
        let content = minji.get(&format!("/attachments/{id}/content")).await;
        assert_eq!(content.refusal(), (422, ErrorKind::AttachmentNotReady));
    }
    app.run_jobs().await;
    assert_eq!(app.stored_files(), files);
}

#[tokio::test]
async fn an_announcement_is_checked() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let name = "한".repeat(256);
    for (file_name, media_type, size, expected) in [
        ("a.txt", "text/plain", 0, (422, ErrorKind::InvalidFields)),
        ("a.txt", "text/plain", 100_000_001, (413, ErrorKind::FileTooLarge)),
        ("a.txt", "text/plain", u64::MAX, (413, ErrorKind::FileTooLarge)),
        ("", "text/plain", 1, (422, ErrorKind::InvalidFields)),
        ("/", "text/plain", 1, (422, ErrorKind::InvalidFields)),
        (name.as_str(), "text/plain", 1, (422, ErrorKind::InvalidFields)),
        ("a.txt", "nonsense", 1, (422, ErrorKind::InvalidFields)),
        ("a.txt", "a/b\r\nx: y", 1, (422, ErrorKind::InvalidFields)),
    ] {
        let body = json!({ "file_name": file_name, "media_type": media_type, "size_bytes": size });
        assert_eq!(
            minji.post("/attachments", &body).await.refusal(),
            expected,
            "{body}"
        );
    }
    for size in [json!(-1), json!(1.5), json!("1")] {
        let body = json!({ "file_name": "a.txt", "media_type": "text/plain", "size_bytes": size });
        assert_eq!(
            minji.post("/attachments", &body).await.refusal(),
            (400, ErrorKind::MalformedRequest),
            "{body}"
        );
    }
    assert_eq!(app.database.count("SELECT count(*) FROM attachments").await, 0);
}

#[tokio::test]
async fn a_put_that_is_not_what_was_announced_is_refused() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let files = app.stored_files();
    let created = minji.create_attachment("a.txt", "text/plain", 5).await;
    let url = part(&created).url.clone();
    let middle = url.len() / 2;
    let other = if &url[middle..=middle] == "A" { "B" } else { "A" };
    let tampered = format!("{}{other}{}", &url[..middle], &url[middle + 1..]);
    let expired = app
        .objects
        .presign_put("uploads/x", "text/plain", 5, Duration::ZERO)
        .await
        .unwrap()
        .url;
    for (name, url, media_type, bytes, expected) in [
        (
            "too short",
            &url,
            "text/plain",
            "four",
            (400, ErrorKind::MalformedRequest),
        ),
        (
            "too long",
            &url,
            "text/plain",
            "longer",
            (400, ErrorKind::MalformedRequest),
        ),
        (
            "another type",
            &url,
            "text/html",
            "hello",
            (400, ErrorKind::MalformedRequest),
        ),
        ("no type", &url, "", "hello", (400, ErrorKind::MalformedRequest)),
        (
            "tampered",
            &tampered,
            "text/plain",
            "hello",
            (403, ErrorKind::NotAllowed),
        ),
        (
            "expired",
            &expired,
            "text/plain",
            "hello",
            (422, ErrorKind::UploadExpired),
        ),
        (
            "no token",
            &"/storage/x".to_owned(),
            "text/plain",
            "hello",
            (403, ErrorKind::NotAllowed),
        ),
    ] {
        assert_eq!(
            put(&minji, url, media_type, bytes.as_bytes()).await.refusal(),
            expected,
            "{name}"
        );
    }
    assert_eq!(app.stored_files(), files);
    assert_eq!(
        minji.complete_attachment(created.attachment.id).await.refusal(),
        (422, ErrorKind::UploadIncomplete)
    );
    assert_eq!(put(&minji, &url, "text/plain", b"hello").await.status, 200);
    assert_eq!(minji.complete_attachment(created.attachment.id).await.status, 200);
}

/// The URL is good for an hour, whatever has become of the upload.
#[tokio::test]
async fn a_put_after_completion_changes_nothing_and_leaves_nothing() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let files = app.stored_files();
    let picture = picture::png(40, 30);
    let html = format!("{:<1$}", "<script>alert(1)</script>", picture.len()).into_bytes();
    for (name, media_type, bytes, kept) in [
        (
            "a.txt",
            "text/plain",
            b"hello, this is a text of mine".to_vec(),
            1,
        ),
        ("a.png", "image/png", picture, 3),
    ] {
        let created = minji.create_attachment(name, media_type, bytes.len()).await;
        minji.put_bytes(&created, bytes.clone()).await;
        let first: Attachment = minji.complete_attachment(created.attachment.id).await.json();
        let content = format!("/attachments/{}/content", first.id);
        let served = minji.get(&content).await;
        app.run_jobs().await;

        let page = &html[..bytes.len()];
        assert_eq!(
            put(&minji, &part(&created).url, media_type, page).await.status,
            200
        );

        let again: Attachment = minji.complete_attachment(first.id).await.json();
        assert_eq!(again, first, "completing twice answers the same");
        let path = format!("/attachments/{}/complete", first.id);
        for parts in [
            json!([]),
            json!([{ "number": 2, "etag": "" }]),
            json!([{ "number": 1, "etag": "" }, { "number": 2, "etag": "" }]),
        ] {
            assert_eq!(
                minji.post(&path, &json!({ "parts": parts })).await.refusal(),
                (422, ErrorKind::UploadIncomplete),
                "parts that there were not, {parts}"
            );
        }
        let unchanged = minji.get(&content).await;
        assert_eq!(unchanged.body, served.body);
        assert_eq!(unchanged.header("content-type"), served.header("content-type"));
        assert_eq!(app.stored_files(), files + kept + 1);
        // Once nothing can come any more, what came is removed.
        app.run_all_jobs().await;
        assert_eq!(app.stored_files(), files + kept);
        minji.delete(&format!("/attachments/{}", first.id)).await;
        app.run_jobs().await;
        assert_eq!(app.stored_files(), files);
    }
}
