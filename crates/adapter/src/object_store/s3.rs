//! Objects at an S3-compatible provider.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use damso_service::ports::{
    Disposition, ObjectInfo, ObjectSource, ObjectStore, ObjectStoreError, PresignedPut,
};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use s3::creds::Credentials;
use s3::error::S3Error;
use s3::{Bucket, Region};
use secrecy::{ExposeSecret, SecretString};

use super::key;

/// How long a download URL is good for.
const GET_EXPIRY_SECS: u32 = 60;

/// The longest expiry that S3 signs.
const MAX_EXPIRY_SECS: u64 = 7 * 24 * 60 * 60;

/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);

/// How many parts of a long object, of 8 MiB each, are in memory and on their way at once. The library would take as
/// many as fit into what memory is free.
const PARTS_AT_ONCE: usize = 2;

/// Where no object is: listing it shows whether the bucket answers.
const CHECK_PREFIX: &str = "damso-check";

/// Where the bucket is and how to get in.
#[derive(Clone, Debug)]
pub struct S3Config {
    /// URL of the provider without the bucket, like `https://<account>.r2.cloudflarestorage.com`.
    pub endpoint: String,
    /// Name of the bucket.
    pub bucket: String,
    /// Region to sign for; Cloudflare R2 takes `auto`.
    pub region: String,
    /// Public half of the key.
    pub access_key: SecretString,
    /// Secret half of the key.
    pub secret_key: SecretString,
}

/// Objects in one bucket, addressed by path: the one style that every provider understands.
pub struct S3ObjectStore {
    bucket: Box<Bucket>,
    origin: String,
}

impl S3ObjectStore {
    /// Prepares access to the bucket. Nothing is sent yet; [`ObjectStore::check`] tells whether it works.
    pub fn new(config: &S3Config) -> Result<Self, ObjectStoreError> {
        let endpoint = config.endpoint.trim_end_matches('/');
        let origin = origin_of(endpoint).ok_or_else(|| {
            ObjectStoreError::Unavailable(
                "the endpoint has to be like https://host or http://host:port".to_owned(),
            )
        })?;
        let region = Region::Custom {
            region: config.region.clone(),
            endpoint: endpoint.to_owned(),
        };
        let credentials = Credentials::new(
            Some(config.access_key.expose_secret()),
            Some(config.secret_key.expose_secret()),
            None,
            None,
            None,
        )
        .map_err(|error| ObjectStoreError::Unavailable(error.to_string()))?;
        let bucket = Bucket::new(&config.bucket, region, credentials)
            .and_then(|bucket| bucket.with_path_style().with_request_timeout(REQUEST_TIMEOUT))
            .map_err(refusal)?;
        Ok(Self { bucket, origin })
    }
}

/// Scheme, host and port of a URL that has nothing else.
fn origin_of(endpoint: &str) -> Option<String> {
    let uri: http::Uri = endpoint.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let is_plain =
        uri.path().trim_matches('/').is_empty() && uri.query().is_none() && !authority.as_str().contains('@');
    (is_plain && matches!(scheme, "http" | "https")).then(|| format!("{scheme}://{authority}"))
}

/// Turns an error into ours. Bodies and URLs stay out of it: they carry signatures and key names.
fn refusal(error: S3Error) -> ObjectStoreError {
    match error {
        S3Error::HttpFailWithBody(404, body) if error_code(&body) != Some("NoSuchBucket") => {
            ObjectStoreError::NotFound
        }
        S3Error::HttpFailWithBody(status, body) => {
            let code = error_code(&body).unwrap_or("no reason given");
            ObjectStoreError::Unavailable(format!("the provider answered {status} ({code})"))
        }
        S3Error::Reqwest(error) => ObjectStoreError::Unavailable(error.without_url().to_string()),
        error => ObjectStoreError::Unavailable(error.to_string()),
    }
}

/// The code in an error document, if it looks like one.
fn error_code(body: &str) -> Option<&str> {
    let (_, rest) = body.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    (code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(code)
}

#[async_trait]
impl ObjectStore for S3ObjectStore {
    async fn presign_put(
        &self,
        key: &str,
        content_type: &str,
        size_bytes: u64,
        expires_in: Duration,
    ) -> Result<PresignedPut, ObjectStoreError> {
        key::check(key)?;
        let media_type = HeaderValue::from_str(content_type)
            .map_err(|_| ObjectStoreError::Unavailable("the media type is not valid".to_owned()))?;
        // Both are signed, so the provider refuses another length or type by itself. The length is not
        // among the headers handed to the client: browsers set it, and let nobody else do so.
        let signed = HeaderMap::from_iter([
            (CONTENT_LENGTH, HeaderValue::from(size_bytes)),
            (CONTENT_TYPE, media_type),
        ]);
        let expiry_secs =
            u32::try_from(expires_in.as_secs().clamp(1, MAX_EXPIRY_SECS)).unwrap_or(GET_EXPIRY_SECS);
        let url = self
            .bucket
            .presign_put(key, expiry_secs, Some(signed), None)
            .await
            .map_err(refusal)?;
        Ok(PresignedPut {
            url,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
        })
    }

    async fn info(&self, key: &str) -> Result<ObjectInfo, ObjectStoreError> {
        key::check(key)?;
        let (head, _) = self.bucket.head_object(key).await.map_err(refusal)?;
        let size_bytes = head
            .content_length
            .and_then(|length| u64::try_from(length).ok())
            .ok_or_else(|| {
                ObjectStoreError::Unavailable("the provider did not tell the length".to_owned())
            })?;
        Ok(ObjectInfo { size_bytes })
    }

    async fn read_start(&self, key: &str, max_bytes: u64) -> Result<Bytes, ObjectStoreError> {
        self.read_range(key, 0, max_bytes).await
    }

    async fn read_range(&self, key: &str, from: u64, max_bytes: u64) -> Result<Bytes, ObjectStoreError> {
        key::check(key)?;
        let Some(more) = max_bytes.checked_sub(1) else {
            return self.info(key).await.map(|_| Bytes::new());
        };
        let last = from.saturating_add(more);
        match self.bucket.get_object_range(key, from, Some(last)).await {
            Ok(response) => Ok(response.bytes().clone()),
            // There is no byte to begin the range with: an empty object has not even a first one.
            Err(S3Error::HttpFailWithBody(416, _)) => Ok(Bytes::new()),
            Err(error) => Err(refusal(error)),
        }
    }

    async fn read(&self, key: &str, limit_bytes: u64) -> Result<Bytes, ObjectStoreError> {
        if limit_bytes < self.info(key).await?.size_bytes {
            return Err(ObjectStoreError::TooLarge { limit_bytes });
        }
        // A range, because another object may have taken its place meanwhile.
        self.read_start(key, limit_bytes).await
    }

    async fn write(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), ObjectStoreError> {
        key::check(key)?;
        self.bucket
            .put_object_with_content_type(key, &bytes, content_type)
            .await
            .map_err(refusal)?;
        Ok(())
    }

    /// What is short goes at once, what is longer in parts; when one of them cannot be put the others are removed.
    async fn write_file(&self, key: &str, content_type: &str, path: &Path) -> Result<(), ObjectStoreError> {
        key::check(key)?;
        let unreadable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => ObjectStoreError::NotFound,
            _ => ObjectStoreError::Unavailable(error.to_string()),
        };
        let mut file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        self.bucket
            .put_object_stream_builder(key)
            .with_content_type(content_type)
            .with_max_concurrent_chunks(PARTS_AT_ONCE)
            .execute_stream(&mut file)
            .await
            .map_err(refusal)?;
        Ok(())
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), ObjectStoreError> {
        key::check(from)?;
        key::check(to)?;
        self.bucket
            .copy_object_internal(from, to)
            .await
            .map_err(refusal)?;
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectStoreError> {
        key::check(key)?;
        match self.bucket.delete_object(key).await.map_err(refusal) {
            Ok(_) | Err(ObjectStoreError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn source(&self, key: &str, disposition: &Disposition) -> Result<ObjectSource, ObjectStoreError> {
        key::check(key)?;
        let overrides = HashMap::from([
            (
                "response-content-disposition".to_owned(),
                disposition.content_disposition.clone(),
            ),
            (
                "response-content-type".to_owned(),
                disposition.content_type.clone(),
            ),
        ]);
        let url = self
            .bucket
            .presign_get(key, GET_EXPIRY_SECS, Some(overrides))
            .await
            .map_err(refusal)?;
        Ok(ObjectSource::Url(url))
    }

    async fn check(&self) -> Result<(), ObjectStoreError> {
        // Asking for a missing object would not do: some providers say "no such key" in a missing bucket.
        let prefix = CHECK_PREFIX.to_owned();
        match self
            .bucket
            .list_page(prefix, None, None, None, Some(1))
            .await
            .map_err(refusal)
        {
            Ok(_) => Ok(()),
            Err(ObjectStoreError::NotFound) => Err(ObjectStoreError::Unavailable(
                "the bucket does not exist".to_owned(),
            )),
            Err(error) => Err(error),
        }
    }

    fn public_origin(&self) -> Option<String> {
        Some(self.origin.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_plain() {
        assert_eq!(
            origin_of("https://a.example").as_deref(),
            Some("https://a.example")
        );
        assert_eq!(
            origin_of("http://127.0.0.1:9000").as_deref(),
            Some("http://127.0.0.1:9000")
        );
        for endpoint in [
            "",
            "a.example",
            "ftp://a.example",
            "https://a.example/bucket",
            "https://user:key@a.example",
        ] {
            assert_eq!(origin_of(endpoint), None, "{endpoint}");
        }
    }

    #[test]
    fn provider_errors_keep_their_code_only() {
        let body = "<Error><Code>AccessDenied</Code><StringToSign>secret</StringToSign></Error>";
        let error = refusal(S3Error::HttpFailWithBody(403, body.to_owned())).to_string();
        assert!(
            error.contains("403 (AccessDenied)") && !error.contains("secret"),
            "{error}"
        );
        let missing = "<Error><Code>NoSuchBucket</Code></Error>";
        assert!(matches!(
            refusal(S3Error::HttpFailWithBody(404, missing.to_owned())),
            ObjectStoreError::Unavailable(_)
        ));
    }
}
