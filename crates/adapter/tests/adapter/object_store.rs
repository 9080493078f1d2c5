//! One contract for both stores, and what is special about each.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use damso_adapter::object_store::{LocalObjectStore, S3Config, S3ObjectStore, STORAGE_PATH};
use damso_service::ports::{
    DirectUploadError, DirectUploads, Disposition, ObjectSource, ObjectStore, ObjectStoreError, PresignedPut,
};
use damso_testing::S3Server;
use tempfile::TempDir;

const MINUTE: Duration = Duration::from_mins(1);

/// A store and the way a client reaches it.
enum Peer {
    Local(LocalObjectStore, TempDir),
    S3(
        S3ObjectStore,
        #[expect(dead_code, reason = "keeps the server's folder")] S3Server,
    ),
}

impl Peer {
    async fn both() -> [Self; 2] {
        let server = S3Server::start().await;
        let folder = tempfile::tempdir().unwrap();
        [
            Self::Local(local(folder.path()), folder),
            Self::S3(S3ObjectStore::new(&server.config()).unwrap(), server),
        ]
    }

    fn store(&self) -> &dyn ObjectStore {
        match self {
            Self::Local(store, _) => store,
            Self::S3(store, _) => store,
        }
    }

    /// Uploads as a client would; whether it was taken.
    async fn put(&self, presigned: &PresignedPut, content_type: &str, body: &[u8]) -> bool {
        match self {
            Self::Local(store, _) => {
                put_local(store, &presigned.url, content_type, Some(body.len() as u64), body)
                    .await
                    .is_ok()
            }
            Self::S3(..) => {
                let request = reqwest::Client::new()
                    .put(&presigned.url)
                    .header("content-type", content_type);
                request
                    .body(body.to_vec())
                    .send()
                    .await
                    .unwrap()
                    .status()
                    .is_success()
            }
        }
    }

    async fn fetch(&self, key: &str) -> Vec<u8> {
        match self.store().source(key, &disposition()).await.unwrap() {
            ObjectSource::File(path) => fs::read(path).unwrap(),
            ObjectSource::Url(url) => {
                let response = reqwest::get(&url).await.unwrap();
                assert_eq!(response.headers()["content-type"], "image/png");
                assert_eq!(
                    response.headers()["content-disposition"],
                    "attachment; filename=\"a b.png\""
                );
                response.bytes().await.unwrap().to_vec()
            }
        }
    }
}

fn local(folder: &Path) -> LocalObjectStore {
    LocalObjectStore::open(folder, vec![7; 32].into()).unwrap()
}

fn disposition() -> Disposition {
    Disposition {
        content_type: "image/png".to_owned(),
        content_disposition: "attachment; filename=\"a b.png\"".to_owned(),
    }
}

async fn put_local(
    store: &LocalObjectStore,
    url: &str,
    content_type: &str,
    content_length: Option<u64>,
    body: &[u8],
) -> Result<String, DirectUploadError> {
    let token = url.strip_prefix(STORAGE_PATH).unwrap();
    let mut upload = store.accept(token, content_type, content_length).await?;
    for chunk in body.chunks(3) {
        upload.write(chunk).await?;
    }
    upload.finish().await
}

/// Files below a folder, however deep.
fn count_files(folder: &Path) -> usize {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { count_files(&path) } else { 1 })
        .sum()
}

#[tokio::test]
async fn what_is_written_is_read() {
    for peer in Peer::both().await {
        let store = peer.store();
        store.check().await.unwrap();
        let bytes = Bytes::from_static(b"0123456789");
        store
            .write("files/a-1_b", "image/png", bytes.clone())
            .await
            .unwrap();
        assert_eq!(store.info("files/a-1_b").await.unwrap().size_bytes, 10);
        assert_eq!(store.read("files/a-1_b", 10).await.unwrap(), bytes);
        assert_eq!(store.read_start("files/a-1_b", 4).await.unwrap(), &b"0123"[..]);
        assert_eq!(store.read_start("files/a-1_b", 0).await.unwrap(), &b""[..]);
        assert_eq!(store.read_start("files/a-1_b", 99).await.unwrap(), bytes);
        assert_eq!(peer.fetch("files/a-1_b").await, bytes);
        let error = store.read("files/a-1_b", 9).await.unwrap_err();
        assert!(
            matches!(error, ObjectStoreError::TooLarge { limit_bytes: 9 }),
            "{error:?}"
        );

        store
            .write("files/a-1_b", "image/png", Bytes::from_static(b"new"))
            .await
            .unwrap();
        assert_eq!(store.read("files/a-1_b", 10).await.unwrap(), &b"new"[..]);
    }
}

#[tokio::test]
async fn a_part_is_read_from_anywhere() {
    for peer in Peer::both().await {
        let store = peer.store();
        let bytes = Bytes::from_static(b"0123456789");
        store.write("files/a", "text/plain", bytes).await.unwrap();
        for (from, max_bytes, expected) in [
            (0, 4, "0123"),
            (4, 4, "4567"),
            (8, 4, "89"),
            (10, 4, ""),
            (99, 4, ""),
            (3, 0, ""),
            (3, 1, "3"),
            (3, 1 << 40, "3456789"),
        ] {
            let part = store.read_range("files/a", from, max_bytes).await.unwrap();
            assert_eq!(part, expected.as_bytes(), "{from} {max_bytes}");
        }
        let missing = store.read_range("none", 3, 4).await.unwrap_err();
        assert!(matches!(missing, ObjectStoreError::NotFound), "{missing:?}");
    }
}

/// Of 0 bytes, of some, and of more than one part that a bucket takes, the last of which is shorter.
#[tokio::test]
async fn a_file_of_any_length_becomes_an_object() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for peer in Peer::both().await {
        let store = peer.store();
        for length in [0_usize, 10, 8 << 20, (20 << 20) + 7] {
            let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            fs::write(&path, &bytes).unwrap();
            store.write_file("files/a", "image/png", &path).await.unwrap();
            assert_eq!(
                fs::read(&path).unwrap().len(),
                length,
                "the file stays the caller's"
            );
            fs::remove_file(&path).unwrap();
            assert_eq!(store.info("files/a").await.unwrap().size_bytes, length as u64);
            assert!(peer.fetch("files/a").await == bytes, "{length}");
        }
        assert!(store.write_file("files/b", "image/png", &path).await.is_err());
        assert!(store.info("files/b").await.is_err());
        if let Peer::Local(_, folder) = &peer {
            assert_eq!(count_files(folder.path()), 1);
        }
    }
}

#[tokio::test]
async fn empty_objects_are_objects() {
    for peer in Peer::both().await {
        let store = peer.store();
        store.write("empty", "text/plain", Bytes::new()).await.unwrap();
        assert_eq!(store.info("empty").await.unwrap().size_bytes, 0);
        assert_eq!(store.read("empty", 10).await.unwrap(), Bytes::new());
        assert_eq!(store.read_start("empty", 10).await.unwrap(), Bytes::new());
    }
}

#[tokio::test]
async fn missing_objects_are_not_found_and_deleting_them_succeeds() {
    for peer in Peer::both().await {
        let store = peer.store();
        let missing = |error| matches!(error, ObjectStoreError::NotFound);
        assert!(missing(store.info("none").await.unwrap_err()));
        assert!(missing(store.read("none", 10).await.unwrap_err()));
        assert!(missing(store.read_start("none", 10).await.unwrap_err()));
        assert!(missing(store.copy("none", "other").await.unwrap_err()));
        store.delete("none").await.unwrap();

        store
            .write("some", "text/plain", Bytes::from_static(b"x"))
            .await
            .unwrap();
        store.delete("some").await.unwrap();
        assert!(missing(store.info("some").await.unwrap_err()));
    }
}

#[tokio::test]
async fn copies_are_independent() {
    for peer in Peer::both().await {
        let store = peer.store();
        store
            .write("from", "text/plain", Bytes::from_static(b"first"))
            .await
            .unwrap();
        store
            .write("to", "text/plain", Bytes::from_static(b"overwritten"))
            .await
            .unwrap();
        store.copy("from", "to").await.unwrap();
        store.copy("from", "to").await.unwrap();
        store
            .write("from", "text/plain", Bytes::from_static(b"second"))
            .await
            .unwrap();
        assert_eq!(store.read("to", 100).await.unwrap(), &b"first"[..]);
        store.delete("from").await.unwrap();
        assert_eq!(store.read("to", 100).await.unwrap(), &b"first"[..]);
        if let Peer::Local(_, folder) = &peer {
            assert_eq!(count_files(&folder.path().join("temporary")), 0);
        }
    }
}

#[tokio::test]
async fn presigned_put_takes_one_length_and_type() {
    for peer in Peer::both().await {
        let store = peer.store();
        let presigned = store
            .presign_put("uploads/a", "image/png", 5, MINUTE)
            .await
            .unwrap();
        assert_eq!(
            presigned.headers,
            [("content-type".to_owned(), "image/png".to_owned())]
        );
        assert!(!peer.put(&presigned, "image/png", b"123456").await, "longer");
        assert!(!peer.put(&presigned, "image/png", b"1234").await, "shorter");
        assert!(!peer.put(&presigned, "image/png", b"").await, "empty");
        assert!(!peer.put(&presigned, "text/html", b"12345").await, "another type");
        assert!(matches!(
            store.info("uploads/a").await,
            Err(ObjectStoreError::NotFound)
        ));

        assert!(peer.put(&presigned, "image/png", b"12345").await);
        assert_eq!(store.read("uploads/a", 10).await.unwrap(), &b"12345"[..]);
    }
}

#[tokio::test]
async fn presigned_put_expires() {
    for peer in Peer::both().await {
        let presigned = peer
            .store()
            .presign_put("uploads/a", "image/png", 5, Duration::from_secs(1))
            .await
            .unwrap();
        // The clock is the store's own, at S3 another machine's: it cannot be moved from here.
        tokio::time::sleep(Duration::from_millis(2_200)).await;
        assert!(!peer.put(&presigned, "image/png", b"12345").await);
        assert!(matches!(
            peer.store().info("uploads/a").await,
            Err(ObjectStoreError::NotFound)
        ));
    }
}

#[tokio::test]
async fn tampered_put_is_refused() {
    for peer in Peer::both().await {
        let mut presigned = peer
            .store()
            .presign_put("uploads/a", "image/png", 5, MINUTE)
            .await
            .unwrap();
        // The last character of a token may hold unused bits; the one before it never does.
        let before = presigned.url.len() - 2;
        let other = if &presigned.url[before..=before] == "A" {
            "B"
        } else {
            "A"
        };
        presigned.url.replace_range(before..=before, other);
        assert!(!peer.put(&presigned, "image/png", b"12345").await);

        let moved = peer
            .store()
            .presign_put("uploads/a", "image/png", 5, MINUTE)
            .await
            .unwrap();
        let moved = PresignedPut {
            url: moved.url.replace("uploads/a", "uploads/b"),
            ..moved
        };
        if matches!(peer, Peer::S3(..)) {
            assert!(!peer.put(&moved, "image/png", b"12345").await, "another key");
        }
    }
}

#[tokio::test]
async fn keys_cannot_climb() {
    for peer in Peer::both().await {
        let store = peer.store();
        for key in ["../a", "/etc/passwd", "a/../../b", "", "A", "a\0", "a//b"] {
            store.write(key, "text/plain", Bytes::new()).await.unwrap_err();
            store.copy("a", key).await.unwrap_err();
            store.copy(key, "a").await.unwrap_err();
            store
                .write_file(key, "text/plain", Path::new("a"))
                .await
                .unwrap_err();
            store.read_range(key, 0, 1).await.unwrap_err();
            store.delete(key).await.unwrap_err();
            store.presign_put(key, "text/plain", 1, MINUTE).await.unwrap_err();
            store.source(key, &disposition()).await.unwrap_err();
        }
    }
}

#[tokio::test]
async fn local_upload_says_why_it_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let store = local(folder.path());
    let url = store.presign_put("a", "image/png", 5, MINUTE).await.unwrap().url;
    let put = async |length, body: &[u8]| put_local(&store, &url, "image/png", length, body).await;

    assert!(matches!(
        put(Some(6), b"").await,
        Err(DirectUploadError::WrongLength { expected_bytes: 5 })
    ));
    // A body without a declared length is counted as it comes.
    assert!(matches!(
        put(None, b"123456").await,
        Err(DirectUploadError::WrongLength { .. })
    ));
    assert!(matches!(
        put(None, b"1234").await,
        Err(DirectUploadError::WrongLength { .. })
    ));
    let other = put_local(&store, &url, "image/jpeg", Some(5), b"12345").await;
    assert!(matches!(other, Err(DirectUploadError::WrongType)));
    let forged = put_local(
        &store,
        &format!("{STORAGE_PATH}AAAA"),
        "image/png",
        Some(5),
        b"12345",
    )
    .await;
    assert!(matches!(forged, Err(DirectUploadError::Forbidden)));
    let expired = store
        .presign_put("a", "image/png", 5, Duration::ZERO)
        .await
        .unwrap()
        .url;
    let expired = put_local(&store, &expired, "image/png", Some(5), b"12345").await;
    assert!(matches!(expired, Err(DirectUploadError::Expired)));
    assert_eq!(
        count_files(folder.path()),
        0,
        "refused uploads leave nothing behind"
    );

    let etag = put(None, b"12345").await.unwrap();
    assert_eq!(
        etag,
        "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"
    );
    assert_eq!(count_files(folder.path()), 1);
}

#[tokio::test]
async fn local_urls_of_another_key_are_worthless() {
    let folder = tempfile::tempdir().unwrap();
    let url = local(folder.path())
        .presign_put("a", "image/png", 5, MINUTE)
        .await
        .unwrap()
        .url;
    let rotated = LocalObjectStore::open(folder.path(), vec![8; 32].into()).unwrap();
    let result = put_local(&rotated, &url, "image/png", Some(5), b"12345").await;
    assert!(matches!(result, Err(DirectUploadError::Forbidden)));
}

#[tokio::test]
async fn local_store_survives_reopening_and_notices_a_lost_folder() {
    let folder = tempfile::tempdir().unwrap();
    local(folder.path())
        .write("a", "text/plain", Bytes::from_static(b"kept"))
        .await
        .unwrap();
    let store = local(folder.path());
    assert_eq!(store.read("a", 10).await.unwrap(), &b"kept"[..]);
    assert_eq!(store.public_origin(), None);

    fs::remove_dir_all(folder.path()).unwrap();
    assert!(matches!(
        store.check().await,
        Err(ObjectStoreError::Unavailable(_))
    ));
}

#[tokio::test]
async fn s3_problems_are_told_without_secrets() {
    let server = S3Server::start().await;
    let store = S3ObjectStore::new(&server.config()).unwrap();
    assert_eq!(store.public_origin(), Some(server.endpoint.clone()));

    let wrong = [
        S3Config {
            secret_key: "not-the-secret".into(),
            ..server.config()
        },
        S3Config {
            bucket: "no-such-bucket".to_owned(),
            ..server.config()
        },
        S3Config {
            endpoint: "http://127.0.0.1:1".to_owned(),
            ..server.config()
        },
    ];
    for config in wrong {
        let error = S3ObjectStore::new(&config).unwrap().check().await.unwrap_err();
        assert!(matches!(error, ObjectStoreError::Unavailable(_)), "{error:?}");
        assert!(
            !error.to_string().contains("test-") && !error.to_string().contains("://"),
            "{error}"
        );
    }
    let endpoint = "not a url".to_owned();
    assert!(
        S3ObjectStore::new(&S3Config {
            endpoint,
            ..server.config()
        })
        .is_err()
    );
    assert!(!format!("{:?}", server.config()).contains("test-"));
}
