//! A small HTTP/1.1 client over one connection that stays open.
//!
//! The generator shares its cores with the server, so what it costs is taken from what it measures. This one
//! knows what the server's API uses and no more: bodies with a `Content-Length`, answers in the order of the
//! requests, no redirects, no TLS. docs/performance.md has what a general client cost beside it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::socket::connect_from;

/// A head longer than this is not one of ours.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `GET`, `POST`, `PUT`.
    pub method: &'a str,
    /// Under the API's base path.
    pub path: &'a str,
    /// The access token of whoever asks.
    pub token: Option<&'a str>,
    /// JSON.
    pub body: Option<&'a str>,
}

/// An answer, until the next request.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// The whole body.
    pub body: &'a [u8],
}

/// One connection for one request after another; it is opened when it is needed, and anew after an error.
pub struct HttpClient {
    source: Ipv4Addr,
    address: SocketAddr,
    stream: Option<TcpStream>,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
}

impl HttpClient {
    /// A client of a server.
    pub const fn new(address: SocketAddr) -> Self {
        Self::from(Ipv4Addr::LOCALHOST, address)
    }

    /// A client that comes from a given loopback address.
    pub const fn from(source: Ipv4Addr, address: SocketAddr) -> Self {
        Self {
            source,
            address,
            stream: None,
            outgoing: Vec::new(),
            incoming: Vec::new(),
        }
    }

    /// Sends a request and waits for its answer.
    pub async fn send(&mut self, request: &Request<'_>) -> Result<Answer<'_>> {
        // Taken out, so that an answer that nobody waited for cannot be taken for the next one's.
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.connect().await.context("no connection could be opened")?,
        };
        self.outgoing.clear();
        write_request(&mut self.outgoing, request);
        stream
            .write_all(&self.outgoing)
            .await
            .context("the request cannot be written")?;
        self.incoming.clear();
        let head = read_answer(&mut stream, &mut self.incoming).await?;
        self.stream = Some(stream);
        Ok(Answer {
            status: head.status,
            body: &self.incoming[head.bytes..head.bytes + head.body_bytes],
        })
    }

    /// Sends a request, or only a share of its bytes, and closes the connection without reading an answer.
    pub async fn abandon(&mut self, request: &Request<'_>, share: f64) -> Result<()> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.connect().await?,
        };
        self.outgoing.clear();
        write_request(&mut self.outgoing, request);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a short length"
        )]
        let end = (self.outgoing.len() as f64 * share) as usize;
        stream
            .write_all(&self.outgoing[..end.min(self.outgoing.len())])
            .await?;
        Ok(())
    }

    /// Sends a request and fails unless it is answered with this status.
    pub async fn expect(&mut self, status: u16, request: &Request<'_>) -> Result<&[u8]> {
        let answer = self.send(request).await?;
        if answer.status != status {
            let body = String::from_utf8_lossy(answer.body);
            bail!(
                "{} {} was answered with {}: {body}",
                request.method,
                request.path,
                answer.status
            );
        }
        Ok(answer.body)
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let stream = connect_from(self.source, self.address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

async fn read_answer(stream: &mut TcpStream, incoming: &mut Vec<u8>) -> Result<Head> {
    let mut head = None;
    loop {
        if head.is_none() {
            head = parse_head(incoming)?;
        }
        match head {
            Some(head) if head.bytes + head.body_bytes <= incoming.len() => return Ok(head),
            None => ensure!(incoming.len() < MAX_HEAD_BYTES, "the answer's head has no end"),
            Some(_) => (),
        }
        let read = stream.read_buf(incoming).await;
        ensure!(
            read.context("the answer cannot be read")? != 0,
            "the server closed the connection"
        );
    }
}

fn write_request(out: &mut Vec<u8>, request: &Request<'_>) {
    let parts = [request.method, " ", damso_protocol::BASE_PATH, request.path];
    parts
        .iter()
        .for_each(|part| out.extend_from_slice(part.as_bytes()));
    out.extend_from_slice(b" HTTP/1.1\r\nHost: localhost\r\n");
    if let Some(token) = request.token {
        out.extend_from_slice(b"Authorization: Bearer ");
        out.extend_from_slice(token.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    if let Some(body) = request.body {
        let length = body.len().to_string();
        out.extend_from_slice(b"Content-Type: application/json\r\nContent-Length: ");
        out.extend_from_slice(length.as_bytes());
        out.extend_from_slice(b"\r\n\r\n");
        out.extend_from_slice(body.as_bytes());
    } else {
        out.extend_from_slice(b"\r\n");
    }
}

/// What has to be known of an answer's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// How long the head is, with the empty line.
    pub bytes: usize,
    /// How long the body is.
    pub body_bytes: usize,
}

/// Reads a head as soon as all of it is there.
pub fn parse_head(bytes: &[u8]) -> Result<Option<Head>> {
    let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes[..end]).context("the answer's head is not text")?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status = status
        .and_then(|code| code.parse().ok())
        .context("the answer has no status")?;
    let mut body_bytes = None;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        ensure!(
            !name.eq_ignore_ascii_case("transfer-encoding"),
            "the answer comes in chunks, which this client does not read"
        );
        if name.eq_ignore_ascii_case("content-length") {
            body_bytes = Some(value.trim().parse().context("the answer's length is no number")?);
        }
    }
    Ok(Some(Head {
        status,
        bytes: end + 4,
        body_bytes: body_bytes.unwrap_or(0),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let answer = b"HTTP/1.1 201 Created\r\ncontent-length: 12\r\nx-request-id: a\r\n\r\nhello";
        let whole = answer.len() - 5;
        for cut in 0..whole {
            assert_eq!(parse_head(&answer[..cut]).unwrap(), None, "{cut}");
        }
        let expected = Head {
            status: 201,
            bytes: whole,
            body_bytes: 12,
        };
        assert_eq!(parse_head(answer).unwrap(), Some(expected));
    }

    #[test]
    fn no_length_is_no_body_and_chunks_are_refused() {
        let empty = parse_head(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().unwrap();
        assert_eq!((empty.status, empty.body_bytes), (204, 0));
        assert!(parse_head(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
        assert!(parse_head(b"nonsense\r\n\r\n").is_err());
    }

    #[test]
    fn a_request_says_who_asks_and_how_long_its_body_is() {
        let mut out = Vec::new();
        let request = Request {
            method: "POST",
            path: "/sync",
            token: Some("t"),
            body: Some("{}"),
        };
        write_request(&mut out, &request);
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("POST /api/v1/sync HTTP/1.1\r\n"), "{text}");
        assert!(text.contains("Authorization: Bearer t\r\n"), "{text}");
        assert!(text.ends_with("Content-Length: 2\r\n\r\n{}"), "{text}");
    }
}
