//! People who are connected and get what is sent.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use crate::histogram::Latencies;
use crate::load::Arrival;
use crate::server::Server;
use crate::socket::{Socket, server_frame, source_address};

/// Begins every frame with a new message; other frames may quote one.
const CREATED: &[u8] = br#"{"type":"message_created""#;
/// Begins the text of every message that is sent by a benchmark; its number follows.
const MARK: &[u8] = b"\"text\":\"~";
const NUMBER_DIGITS: usize = 10;
/// How often a client pings; the server says so in `ready`.
pub const HEARTBEAT: Duration = Duration::from_secs(45);
/// What a client says now and then.
pub const PING: &str = r#"{"type":"ping","data":{}}"#;
/// How many sockets are opened at once.
const OPENING_AT_ONCE: usize = 32;

/// A text of 90 bytes that carries a number.
pub fn text(number: usize) -> String {
    let mut text =
        format!("~{number:0NUMBER_DIGITS$} 오늘 저녁 여섯 시에 역 앞에서 볼까? See you there at six");
    while text.len() < 90 {
        text.push('.');
    }
    text
}

/// The number that a frame's message carries, if it is one of ours.
pub fn number_in(frame: &[u8]) -> Option<usize> {
    if !frame.starts_with(CREATED) {
        return None;
    }
    let at = memchr::memmem::find(frame, MARK)? + MARK.len();
    let digits = std::str::from_utf8(frame.get(at..at + NUMBER_DIGITS)?).ok()?;
    digits.parse().ok()
}

/// What has arrived at all of them together.
#[derive(Default)]
pub struct Deliveries {
    count: Cell<u64>,
    closed: Cell<u64>,
    sent: RefCell<Vec<Sent>>,
    last: RefCell<Option<Latencies>>,
    sample: RefCell<Vec<u8>>,
}

/// A message on its way.
struct Sent {
    arrival: Arrival,
    missing: u32,
}

impl Deliveries {
    /// None yet.
    pub fn new() -> Rc<Self> {
        Rc::default()
    }

    /// How many frames with messages have arrived.
    pub fn count(&self) -> u64 {
        self.count.get()
    }

    /// How many sockets were closed by the server or broke.
    pub fn closed(&self) -> u64 {
        self.closed.get()
    }

    /// A frame as it arrived, but for the number of its message.
    pub fn frame_like_those(&self, number: usize) -> Vec<u8> {
        let mut frame = self.sample.borrow().clone();
        if let Some(at) = memchr::memmem::find(&frame, MARK) {
            let digits = format!("{number:0NUMBER_DIGITS$}");
            frame[at + MARK.len()..][..NUMBER_DIGITS].copy_from_slice(digits.as_bytes());
        }
        server_frame(&frame)
    }

    /// How many messages have got a number.
    pub fn announced(&self) -> u64 {
        self.sent.borrow().len() as u64
    }

    /// Gives a message its number. It is over when it has arrived this many times.
    pub fn announce(&self, arrival: Arrival, receivers: u32) -> usize {
        let mut sent = self.sent.borrow_mut();
        sent.push(Sent {
            arrival,
            missing: receivers,
        });
        sent.len() - 1
    }

    /// From the moment a message was meant to be sent until the last one had it, for all measured messages that
    /// everybody got; begins anew.
    pub fn take_last_receiver(&self) -> Latencies {
        self.last.borrow_mut().take().unwrap_or_else(Latencies::new)
    }

    fn note(&self, frame: &[u8]) {
        let Some(number) = number_in(frame) else {
            return;
        };
        self.count.set(self.count.get() + 1);
        if self.sample.borrow().is_empty() {
            self.sample.borrow_mut().extend_from_slice(frame);
        }
        let mut sent = self.sent.borrow_mut();
        let Some(message) = sent.get_mut(number) else {
            return;
        };
        message.missing = message.missing.saturating_sub(1);
        if message.missing == 0 && message.arrival.is_measured {
            let latency = message.arrival.intended.elapsed();
            let mut last = self.last.borrow_mut();
            last.get_or_insert_with(Latencies::new).record(latency);
        }
    }
}

/// Sockets that are read until this is dropped.
pub struct Receivers {
    _tasks: JoinSet<()>,
}

impl Receivers {
    /// Reads these sockets.
    pub fn read(sockets: Vec<Socket>, deliveries: &Rc<Deliveries>) -> Self {
        let mut tasks = JoinSet::new();
        let mut random = fastrand::Rng::with_seed(3);
        for mut socket in sockets {
            let deliveries = deliveries.clone();
            let first_ping = HEARTBEAT.mul_f64(random.f64());
            tasks.spawn_local(async move {
                stay_connected(&mut socket, first_ping, |frame| deliveries.note(frame)).await;
                deliveries.closed.set(deliveries.closed.get() + 1);
            });
        }
        Self { _tasks: tasks }
    }
}

/// Reads a socket and pings on it until it is closed: whoever is silent for too long is gone to the server. The
/// first pings of many sockets are to be spread over the whole interval.
pub async fn stay_connected(socket: &mut Socket, first_ping: Duration, mut on_text: impl FnMut(&[u8])) {
    let mut next = tokio::time::Instant::now() + first_ping;
    loop {
        tokio::select! {
            received = socket.receive(&mut on_text) => if !matches!(received, Ok(None)) {
                return;
            },
            () = sleep_until(next) => {
                next += HEARTBEAT;
                if socket.send_text(PING).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Opens a socket for each token, some at once. Returns them and how long that took.
pub async fn connect(server: &Server, tokens: Vec<String>) -> Result<(Vec<Socket>, Duration)> {
    let address = server.address;
    let start = Instant::now();
    let opening = tokens.into_iter().enumerate().map(async |(number, token)| {
        let (socket, _) = Socket::sign_in(source_address(number), address, &token).await?;
        Ok::<_, anyhow::Error>(socket)
    });
    let sockets = stream::iter(opening)
        .buffer_unordered(OPENING_AT_ONCE)
        .try_collect()
        .await?;
    Ok((sockets, start.elapsed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: usize) -> Vec<u8> {
        format!(
            r#"{{"type":"message_created","data":{{"message":{{"text":"{}"}}}}}}"#,
            text(number)
        )
        .into_bytes()
    }

    #[test]
    fn a_text_has_ninety_bytes_and_its_number_is_found_again() {
        for number in [0, 7, 1_234_567_890] {
            assert_eq!(text(number).len(), 90, "{}", text(number));
            assert_eq!(number_in(&frame(number)), Some(number));
        }
        assert_eq!(number_in(br#"{"type":"pong","data":{}}"#), None);
        assert_eq!(number_in(br#"{"type":"message_created","text":"~12"#), None);
        assert_eq!(
            number_in(br#"{"type":"conversation_joined","text":"~0000000001"#),
            None
        );
    }

    #[test]
    fn the_last_receiver_counts_and_only_within_the_window() {
        let deliveries = Deliveries::new();
        let arrival = |is_measured| Arrival {
            intended: Instant::now().checked_sub(Duration::from_secs(2)).unwrap(),
            is_measured,
        };
        let measured = deliveries.announce(arrival(true), 2);
        let warm_up = deliveries.announce(arrival(false), 1);
        deliveries.note(&frame(measured));
        deliveries.note(&frame(warm_up));
        assert_eq!(deliveries.take_last_receiver().count(), 0);
        deliveries.note(&frame(measured));
        let last = deliveries.take_last_receiver();
        assert_eq!((last.count(), deliveries.count()), (1, 3));
        assert!(Duration::from_secs(1) < last.quantile(0.5));
    }
}
