//! An S3 server in this process that keeps its objects in a folder.

use std::fs;

use damso_adapter::object_store::S3Config;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;

const BUCKET: &str = "damso";
const ACCESS_KEY: &str = "test-access-key";
const SECRET_KEY: &str = "test-secret-key";

/// An S3 server with one bucket.
pub struct S3Server {
    /// Where it answers.
    pub endpoint: String,
    folder: TempDir,
}

impl S3Server {
    /// Serves a bucket named `damso` until the runtime ends.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(folder.path().join(BUCKET)).expect("the bucket can be made");
        let mut builder =
            S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("the folder can be used"));
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("it is bound"));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { endpoint, folder }
    }

    /// How many objects lie in the bucket.
    pub fn stored_objects(&self) -> usize {
        crate::app::count_files(&self.folder.path().join(BUCKET))
    }

    /// How to reach the bucket.
    pub fn config(&self) -> S3Config {
        S3Config {
            endpoint: self.endpoint.clone(),
            bucket: BUCKET.to_owned(),
            region: "auto".to_owned(),
            access_key: ACCESS_KEY.into(),
            secret_key: SECRET_KEY.into(),
        }
    }
}
