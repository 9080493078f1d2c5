//! What a server answered.

use damso_protocol::{ErrorKind, Problem};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.expect("the answer arrives whole").to_vec();
        Self {
            status,
            headers,
            body,
        }
    }

    /// The body of a success.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Why it was refused. Checks that the answer is a problem in every respect.
    #[track_caller]
    pub fn error(&self) -> ErrorKind {
        self.problem().kind
    }

    /// The whole problem.
    #[track_caller]
    pub fn problem(&self) -> Problem {
        assert!(
            !self.status.is_success(),
            "not refused: {} {}",
            self.status,
            self.text()
        );
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        let problem: Problem =
            serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()));
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.request_id, self.header("x-request-id"));
        problem
    }

    /// The status and why it was refused.
    #[track_caller]
    pub fn refusal(&self) -> (u16, ErrorKind) {
        (self.status.as_u16(), self.error())
    }

    /// A header; empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as text, for messages.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
