//! Uploads between their announcement and the message that holds them: resumed, given up, sent once.

use damso_domain::AttachmentId;
use damso_protocol::{Attachment, CreatedAttachment, ErrorKind, Message, Upload};
use damso_testing::{TestApp, picture};
use serde_json::json;

#[tokio::test]
async fn two_completions_at_once_are_one() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let files = app.stored_files();
    let bytes = picture::png(50, 50);
    let created = minji.create_attachment("a.png", "image/png", bytes.len()).await;
    minji.put_bytes(&created, bytes).await;
    let id = created.attachment.id;
    let (one, other) = tokio::join!(minji.complete_attachment(id), minji.complete_attachment(id));
    assert_eq!(one.json::<Attachment>(), other.json::<Attachment>());
    app.run_jobs().await;
    assert_eq!(
        app.stored_files(),
        files + 3,
        "original, preview and thumbnail, once"
    );
}

#[tokio::test]
async fn an_interrupted_upload_gets_a_fresh_address() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let created = minji.create_attachment("a.txt", "text/plain", 5).await;
    let id = created.attachment.id;
    let path = format!("/attachments/{id}/parts");
    let upload: Upload = minji.post(&path, &json!({ "numbers": [1] })).await.json();
    let resumed = CreatedAttachment { upload, ..created };
    assert_eq!(minji.put_bytes(&resumed, b"hello".to_vec()).await.status, 200);
    for numbers in [json!([]), json!([2]), json!([1, 1])] {
        let reply = minji.post(&path, &json!({ "numbers": numbers })).await;
        assert_eq!(reply.refusal(), (422, ErrorKind::InvalidFields));
    }
    assert_eq!(
        seoyeon.post(&path, &json!({ "numbers": [1] })).await.refusal(),
        (404, ErrorKind::AttachmentNotFound)
    );
    minji.complete_attachment(id).await.json::<Attachment>();
    assert_eq!(
        minji.post(&path, &json!({ "numbers": [1] })).await.refusal(),
        (422, ErrorKind::UploadExpired)
    );
}

#[tokio::test]
async fn an_upload_that_took_too_long_is_over_and_swept_up() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let files = app.stored_files();
    let created = minji.create_attachment("a.txt", "text/plain", 5).await;
    minji.put_bytes(&created, b"hello".to_vec()).await;
    app.database
        .execute("UPDATE attachments SET expires_at = now() - interval '1 second'")
        .await;
    let id = created.attachment.id;
    assert_eq!(
        minji.complete_attachment(id).await.refusal(),
        (422, ErrorKind::UploadExpired)
    );
    app.sweep().await;
    assert_eq!(app.stored_files(), files);
    assert_eq!(
        minji.get(&format!("/attachments/{id}")).await.refusal(),
        (404, ErrorKind::AttachmentNotFound)
    );
}

#[tokio::test]
async fn what_is_somebody_elses_is_not_there() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.friends(["minji", "mallory"]).await;
    let file = minji.upload("a.txt", "text/plain", b"hello".to_vec()).await.id;
    let notes = mallory.notes().await.id;
    for reply in [
        mallory.get(&format!("/attachments/{file}")).await,
        mallory.get(&format!("/attachments/{file}/content")).await,
        mallory.complete_attachment(file).await,
        mallory.delete(&format!("/attachments/{file}")).await,
        mallory.send_files(notes, &[file]).await,
        mallory
            .get(&format!("/attachments/{}", AttachmentId::new()))
            .await,
    ] {
        assert_eq!(reply.refusal(), (404, ErrorKind::AttachmentNotFound));
    }
    assert_eq!(mallory.notes().await.last_seq.as_i64(), 0);
}

#[tokio::test]
async fn an_attachment_is_sent_once() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = minji.notes().await.id;
    let [one, two] = [
        minji.upload("1.txt", "text/plain", b"1".to_vec()).await.id,
        minji.upload("2.txt", "text/plain", b"2".to_vec()).await.id,
    ];
    assert_eq!(
        minji.send_files(notes, &[one, one]).await.refusal(),
        (409, ErrorKind::AttachmentInUse)
    );
    let sent: Message = minji.send_files(notes, &[two, one]).await.json();
    assert_eq!(
        sent.attachments.iter().map(|file| file.id).collect::<Vec<_>>(),
        [two, one],
        "in the order given"
    );
    assert_eq!(
        minji.send_files(notes, &[one]).await.refusal(),
        (409, ErrorKind::AttachmentInUse)
    );
    assert_eq!(
        minji.delete(&format!("/attachments/{one}")).await.refusal(),
        (409, ErrorKind::AttachmentInUse)
    );
    let three = [minji.upload("3.txt", "text/plain", b"3".to_vec()).await.id];
    let (first, second) = tokio::join!(minji.send_files(notes, &three), minji.send_files(notes, &three));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "of two messages at once one gets it");
}

#[tokio::test]
async fn an_unsent_upload_can_be_removed() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let files = app.stored_files();
    let image = minji.upload("a.png", "image/png", picture::png(10, 10)).await.id;
    assert_eq!(minji.delete(&format!("/attachments/{image}")).await.status, 204);
    assert_eq!(
        minji.delete(&format!("/attachments/{image}")).await.refusal(),
        (404, ErrorKind::AttachmentNotFound)
    );
    app.run_jobs().await;
    assert_eq!(app.stored_files(), files);
}
