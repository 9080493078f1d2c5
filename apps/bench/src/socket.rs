//! A WebSocket client that needs little memory: thousands of them share one buffer.
//!
//! A general client keeps buffers for each socket, which with 18,000 of them is most of what this machine would
//! have to hold. This one reads whatever has come into a buffer that all sockets of the thread share, hands out
//! the frames in place, and keeps only a frame that is not complete yet.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::http;

/// More than the largest frame that the server sends.
const BUFFER_BYTES: usize = 1024 * 1024;
/// Sockets for one source address; the kernel has some 28,000 ports for each.
const SOCKETS_PER_ADDRESS: usize = 8_000;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; BUFFER_BYTES]);
}

/// A loopback address for the socket with this number, so that ports do not run out.
pub fn source_address(number: usize) -> Ipv4Addr {
    let block = u8::try_from(number / SOCKETS_PER_ADDRESS).unwrap_or(u8::MAX - 2);
    Ipv4Addr::new(127, 0, 0, 1 + block)
}

/// Opens a TCP connection from a given loopback address.
pub async fn connect_from(source: Ipv4Addr, address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if source != Ipv4Addr::LOCALHOST {
        socket.bind(SocketAddr::from((source, 0)))?;
    }
    socket.connect(address).await
}

/// The server closed a socket before it was ready.
#[derive(Debug)]
pub struct ClosedEarly(pub u16);

impl fmt::Display for ClosedEarly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the server closed the socket with {} before it was ready",
            self.0
        )
    }
}

impl Error for ClosedEarly {}

/// An open socket.
pub struct Socket {
    stream: TcpStream,
    /// The beginning of a frame whose rest has not come yet.
    partial: Vec<u8>,
}

impl Socket {
    /// Takes over a connection on which frames come.
    pub const fn over(stream: TcpStream) -> Self {
        Self {
            stream,
            partial: Vec::new(),
        }
    }

    /// Opens a socket, signs in and waits for `ready`, which is returned.
    pub async fn sign_in(source: Ipv4Addr, address: SocketAddr, token: &str) -> Result<(Self, Vec<u8>)> {
        let stream = connect_from(source, address)
            .await
            .context("no connection could be opened")?;
        Self::sign_in_over(stream, token).await
    }

    /// The same over a connection that is open.
    pub async fn sign_in_over(stream: TcpStream, token: &str) -> Result<(Self, Vec<u8>)> {
        stream.set_nodelay(true)?;
        let mut socket = Self::upgrade(stream).await?;
        let first = format!(r#"{{"type":"authenticate","data":{{"access_token":"{token}"}}}}"#);
        socket.send_text(&first).await?;
        let mut ready = None;
        while ready.is_none() {
            let ended = socket
                .receive(|text| {
                    ready.get_or_insert_with(|| text.to_vec());
                })
                .await?;
            if let Some(code) = ended {
                return Err(ClosedEarly(code).into());
            }
        }
        Ok((socket, ready.unwrap_or_default()))
    }

    /// Sends only the beginning of a text frame. The socket is good for nothing after that.
    pub async fn send_half(&self, text: &str) -> io::Result<()> {
        let frame = text_frame(text);
        self.send_bytes(&frame[..frame.len() / 2]).await
    }

    async fn upgrade(mut stream: TcpStream) -> Result<Self> {
        // The key of RFC 6455's example: nothing here depends on it being a secret or different each time.
        let request = format!(
            "GET {}/realtime HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: {}\r\n\r\n",
            damso_protocol::BASE_PATH,
            damso_protocol::SUBPROTOCOL
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::with_capacity(512);
        let head = loop {
            if let Some(head) = http::parse_head(&answer)? {
                break head;
            }
            ensure!(
                stream.read_buf(&mut answer).await? != 0,
                "the upgrade was not answered"
            );
        };
        ensure!(
            head.status == 101,
            "the upgrade was answered with {}",
            head.status
        );
        Ok(Self {
            stream,
            partial: answer.split_off(head.bytes),
        })
    }

    /// Sends a text frame.
    pub async fn send_text(&self, text: &str) -> io::Result<()> {
        self.send_bytes(&text_frame(text)).await
    }

    async fn send_bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut sent = 0;
        while sent < bytes.len() {
            self.stream.writable().await?;
            match self.stream.try_write(&bytes[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => (),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits until something comes and hands out each whole text frame; then the code with which the server
    /// closed, if it did (1006: without saying so). Cancel-safe.
    pub async fn receive(&mut self, mut on_text: impl FnMut(&[u8])) -> io::Result<Option<u16>> {
        loop {
            self.stream.readable().await?;
            let received = BUFFER.with_borrow_mut(|buffer| self.read_into(buffer, &mut on_text));
            match received {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => (),
                other => return other,
            }
        }
    }

    fn read_into(&mut self, buffer: &mut [u8], on_text: &mut impl FnMut(&[u8])) -> io::Result<Option<u16>> {
        let kept = self.partial.len();
        if buffer.len() <= kept {
            return Err(io::Error::other("a frame is larger than the buffer"));
        }
        let count = self.stream.try_read(&mut buffer[kept..])?;
        if count == 0 {
            return Ok(Some(1006));
        }
        buffer[..kept].copy_from_slice(&self.partial);
        self.partial.clear();
        let mut rest = &buffer[..kept + count];
        while let Some(frame) = next_frame(rest) {
            let payload = &rest[frame.payload.clone()];
            match frame.opcode {
                TEXT => on_text(payload),
                CLOSE => return Ok(Some(close_code(payload))),
                _ => (),
            }
            rest = &rest[frame.payload.end..];
        }
        self.partial.extend_from_slice(rest);
        Ok(None)
    }
}

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
/// Instead of a length: it follows in two bytes, or in eight.
const MEDIUM: u8 = 126;
const LONG: u8 = 127;

struct Frame {
    opcode: u8,
    payload: Range<usize>,
}

fn close_code(payload: &[u8]) -> u16 {
    payload
        .first_chunk::<2>()
        .map_or(1005, |code| u16::from_be_bytes(*code))
}

/// The frame at the beginning, if all of it is there. Servers do not mask, and ours does not fragment.
fn next_frame(bytes: &[u8]) -> Option<Frame> {
    let opcode = bytes.first()? & 0x0f;
    let (start, length) = match bytes.get(1)? & 0x7f {
        MEDIUM => (4, u64::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?))),
        LONG => (10, u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)),
        short => (2, u64::from(short)),
    };
    let end = start + usize::try_from(length).ok()?;
    (end <= bytes.len()).then_some(Frame {
        opcode,
        payload: start..end,
    })
}

/// A client's text frame. It has to be masked; a mask of zeros leaves the bytes as they are.
fn text_frame(text: &str) -> Vec<u8> {
    let mut frame = frame_head(text.len(), 0x80);
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(text.as_bytes());
    frame
}

/// A text frame as a server sends it.
pub fn server_frame(text: &[u8]) -> Vec<u8> {
    let mut frame = frame_head(text.len(), 0);
    frame.extend_from_slice(text);
    frame
}

fn frame_head(length: usize, mask_bit: u8) -> Vec<u8> {
    let mut head = vec![0x80 | TEXT];
    if let Ok(short) = u8::try_from(length)
        && short < MEDIUM
    {
        head.push(mask_bit | short);
    } else if let Ok(medium) = u16::try_from(length) {
        head.push(mask_bit | MEDIUM);
        head.extend_from_slice(&medium.to_be_bytes());
    } else {
        head.push(mask_bit | LONG);
        head.extend_from_slice(&(length as u64).to_be_bytes());
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_length_are_read_once_they_are_whole() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536] {
            let text = vec![b'a'; length];
            let mut bytes = server_frame(&text);
            for cut in [0, 1, bytes.len() - 1] {
                assert!(next_frame(&bytes[..cut]).is_none(), "{length} cut at {cut}");
            }
            let whole = bytes.len();
            bytes.push(0x81);
            let frame = next_frame(&bytes).unwrap();
            assert_eq!((frame.opcode, frame.payload.end), (TEXT, whole));
            assert_eq!(&bytes[frame.payload], text);
        }
    }

    #[test]
    fn the_clients_frames_are_masked_with_nothing() {
        assert_eq!(text_frame("hi"), [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        assert_eq!(text_frame(&"a".repeat(126))[..4], [0x81, 0xfe, 0, 126]);
    }

    #[test]
    fn addresses_change_before_ports_run_out() {
        assert_eq!(source_address(0), Ipv4Addr::LOCALHOST);
        assert_eq!(source_address(7_999), Ipv4Addr::LOCALHOST);
        assert_eq!(source_address(17_999), Ipv4Addr::new(127, 0, 0, 3));
    }

    #[test]
    fn a_close_says_why() {
        assert_eq!(close_code(&[0x0f, 0xa7]), 4007);
        assert_eq!(close_code(&[]), 1005);
    }
}
