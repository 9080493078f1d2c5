//! The WebSocket.

use std::collections::HashSet;
use std::io;
use std::pin::pin;
use std::time::Duration;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, get, rt};
use actix_ws::{
    AggregatedMessage, AggregatedMessageStream, CloseCode as WsCloseCode, CloseReason, ProtocolError,
};
use bytestring::ByteString;
use damso_domain::Timestamp;
use damso_protocol::{
    API_VERSION, Authenticate, ClientCommand, CloseCode, Empty, ErrorKind, Problem, Ready, SUBPROTOCOL,
    ServerEvent, SessionEnded, Watch,
};
use damso_service::realtime::{Outgoing, Subscription};
use damso_service::{CurrentUser, ServiceError, Services};
use tokio::time::{Instant, sleep_until, timeout};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ControllerConfig;
use crate::error::{ApiError, ApiResult};
use crate::extract::Guest;
use crate::operations::MIN_CLIENT_VERSION;
use crate::origin::is_own;

/// The most bytes of a frame that comes up.
const MAX_FRAME_BYTES: usize = 16 * 1024;
/// How long a socket may take to say who it is.
const AUTHENTICATION_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a client is to ping.
const HEARTBEAT: Duration = Duration::from_secs(45);
/// Without anything from the client for so long, it is gone.
const SILENCE: Duration = Duration::from_secs(110);
/// How long one write may take before the reader counts as slow.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// Open the WebSocket (subprotocol `damso.v1`).
///
/// The first frame is `authenticate`, within five seconds. What travels over it is described in
/// `openapi/asyncapi.yaml`.
#[utoipa::path(
    tag = "sync",
    responses(
        (status = 101, description = "The socket is open"),
        (status = 400, description = "`malformed_request`: not a WebSocket handshake", body = Problem),
        (status = 403, description = "`origin_not_allowed`", body = Problem),
    ),
)]
#[get("/realtime")]
async fn open_realtime(
    _guest: Guest,
    services: Data<Services>,
    config: Data<ControllerConfig>,
    request: HttpRequest,
    body: Payload,
) -> ApiResult<HttpResponse> {
    if !is_own(&config, request.headers()) {
        return Err(ErrorKind::OriginNotAllowed.into());
    }
    let (response, session, stream) = actix_ws::handle_with_protocols(&request, body, &[SUBPROTOCOL])
        .map_err(|_| ApiError::from(ErrorKind::MalformedRequest))?;
    let stream = stream
        .max_frame_size(MAX_FRAME_BYTES)
        .aggregate_continuations()
        .max_continuation_size(MAX_FRAME_BYTES);
    rt::spawn(async move {
        let mut socket = Socket {
            services,
            session: session.clone(),
            stream,
        };
        let code = socket.run().await;
        if let Some(code) = code {
            let reason = CloseReason {
                code: WsCloseCode::from(code.as_u16()),
                description: None,
            };
            // The other end may be gone already; then there is nobody to tell.
            let _ = timeout(WRITE_TIMEOUT, session.close(Some(reason))).await;
        }
    });
    Ok(response)
}

/// Why a socket ends: with a code, or because the other end is gone.
type End = Option<CloseCode>;

struct Socket {
    services: Data<Services>,
    session: actix_ws::Session,
    stream: AggregatedMessageStream,
}

impl Socket {
    /// What asks the database is boxed for as long as it lasts: a socket that waits would hold its space for life.
    async fn run(&mut self) -> End {
        let user = match timeout(AUTHENTICATION_TIMEOUT, Box::pin(self.authenticate())).await {
            Err(_) => return Some(CloseCode::AuthenticationTimedOut),
            Ok(Err(end)) => return end,
            Ok(Ok(user)) => user,
        };
        // Entered before `ready` says where the streams stand: nothing falls between the two.
        let mut subscription = self.services.hub.subscribe(user.id, user.session_id);
        match Box::pin(self.ready(user, &subscription)).await {
            Err(end) => end,
            Ok(()) => self.serve(user, &mut subscription).await.err().flatten(),
        }
    }

    async fn authenticate(&mut self) -> Result<CurrentUser, End> {
        loop {
            let Some(text) = self.receive().await? else {
                continue;
            };
            let ClientCommand::Authenticate(Authenticate { access_token }) = parse(&text)? else {
                return Err(Some(CloseCode::AuthenticationFailed));
            };
            let user = self.services.auth.authenticate(&access_token).await;
            return user.map_err(|error| Some(not_signed_in(&error)));
        }
    }

    /// The next text frame; `None` for the protocol's own pings and pongs.
    async fn receive(&mut self) -> Result<Option<ByteString>, End> {
        match self.stream.recv().await {
            Some(Ok(AggregatedMessage::Text(text))) => Ok(Some(text)),
            Some(Ok(AggregatedMessage::Ping(payload))) => {
                self.session.pong(&payload).await.map_err(|_| None)?;
                Ok(None)
            }
            Some(Ok(AggregatedMessage::Pong(_))) => Ok(None),
            Some(Ok(AggregatedMessage::Close(_))) | None => Err(None),
            Some(Err(ProtocolError::Overflow)) => Err(Some(CloseCode::FrameTooLarge)),
            // What is put together from parts has no errors of its own: too much of it is `Other`, text that is
            // not UTF-8 is `InvalidData`. Both are told; telling does no harm to a connection that is gone.
            Some(Err(ProtocolError::Io(error))) => Err(match error.kind() {
                io::ErrorKind::Other => Some(CloseCode::FrameTooLarge),
                io::ErrorKind::InvalidData => Some(CloseCode::MalformedFrame),
                _ => None,
            }),
            Some(Ok(AggregatedMessage::Binary(_)) | Err(_)) => Err(Some(CloseCode::MalformedFrame)),
        }
    }

    async fn ready(&mut self, user: CurrentUser, subscription: &Subscription) -> Result<(), End> {
        let user_rev = self
            .services
            .account
            .open_socket(user.id, subscription)
            .await
            .map_err(|error| Some(not_signed_in(&error)))?;
        let event = ServerEvent::Ready(Ready {
            user_id: user.id,
            session_id: user.session_id,
            user_rev,
            api_version: API_VERSION,
            min_client_version: MIN_CLIENT_VERSION.to_owned(),
            heartbeat_interval_ms: u32::try_from(HEARTBEAT.as_millis()).unwrap_or(u32::MAX),
            server_time: Timestamp::now(),
        });
        self.send(&event).await
    }

    /// Browsers keep the code of a close from their page until the connection is gone, which takes a second.
    async fn tell_end(&mut self, user: CurrentUser) -> Result<(), End> {
        let session_id = user.session_id;
        self.send(&ServerEvent::SessionEnded(SessionEnded { session_id }))
            .await
    }

    async fn send(&mut self, event: &ServerEvent) -> Result<(), End> {
        let frame = serde_json::to_string(event).map_err(|_| None)?;
        self.write(vec![frame.into()]).await
    }

    async fn write(&mut self, frames: Vec<ByteString>) -> Result<(), End> {
        let session = &mut self.session;
        let write = async {
            for frame in frames {
                session.text(frame).await.map_err(|_| None)?;
            }
            Ok(())
        };
        timeout(WRITE_TIMEOUT, write)
            .await
            .map_err(|_| Some(CloseCode::SlowReader))?
    }

    async fn serve(&mut self, user: CurrentUser, subscription: &mut Subscription) -> Result<(), End> {
        let start = Instant::now();
        let mut budget = CommandBudget::new(start);
        let mut last_heard = start;
        let mut waiting_watch: Option<Watch> = None;
        // One alarm for everything, and mostly for nothing but silence: an idle socket wakes nobody.
        let mut alarm = pin!(sleep_until(start + SILENCE));
        loop {
            tokio::select! {
                outgoing = subscription.next() => match outgoing {
                    Outgoing::Frames(frames) => self.write(frames).await?,
                    Outgoing::Close(code) => {
                        if code == CloseCode::SessionEnded {
                            self.tell_end(user).await?;
                        }
                        return Err(Some(code));
                    }
                },
                text = self.receive() => {
                    last_heard = Instant::now();
                    if let Some(text) = text? {
                        let verdict = budget.count(last_heard);
                        let obeyed = self.obey(user, subscription, &text, verdict, &mut waiting_watch);
                        Box::pin(obeyed).await?;
                        if waiting_watch.is_some() {
                            alarm.as_mut().reset(budget.has_room_at(last_heard));
                        }
                    }
                }
                () = &mut alarm => {
                    let now = Instant::now();
                    if last_heard + SILENCE <= now {
                        return Err(None);
                    }
                    // A `watch` that came too fast is not lost: the last one counts once there is room.
                    if let Some(watch) = waiting_watch.take() {
                        Box::pin(self.watch(user, subscription, watch)).await?;
                    }
                    alarm.as_mut().reset(last_heard + SILENCE);
                }
            }
        }
    }

    async fn obey(
        &mut self,
        user: CurrentUser,
        subscription: &mut Subscription,
        text: &str,
        verdict: Verdict,
        waiting_watch: &mut Option<Watch>,
    ) -> Result<(), End> {
        if verdict == Verdict::Flood {
            return Err(Some(CloseCode::TooManyCommands));
        }
        match (parse(text)?, verdict) {
            (ClientCommand::Ping(Empty {}), _) => {
                // The answer comes after everything that was told before the question.
                self.write(subscription.take_queued()).await?;
                self.send(&ServerEvent::Pong(Empty {})).await
            }
            (ClientCommand::Authenticate(Authenticate { access_token }), _) => {
                match self.services.auth.authenticate(&access_token).await {
                    Ok(same) if same.id == user.id => self.ready(user, subscription).await,
                    _ => Err(Some(CloseCode::AuthenticationFailed)),
                }
            }
            (ClientCommand::Typing(typing), Verdict::Obey) => {
                subscription.typing(typing.conversation_id);
                Ok(())
            }
            (ClientCommand::Watch(watch), Verdict::Obey) => {
                *waiting_watch = None;
                self.watch(user, subscription, watch).await
            }
            (ClientCommand::Watch(watch), _) => {
                *waiting_watch = Some(watch);
                Ok(())
            }
            (ClientCommand::Typing(_), _) => Ok(()),
        }
    }

    async fn watch(
        &mut self,
        user: CurrentUser,
        subscription: &Subscription,
        watch: Watch,
    ) -> Result<(), End> {
        if Watch::MAX < watch.conversation_ids.len() {
            return Err(Some(CloseCode::MalformedFrame));
        }
        let own = self
            .services
            .conversations
            .retain_own(user.id, watch.conversation_ids)
            .await;
        // Without the database nothing is watched; the client watches again when it comes back.
        subscription.watch(own.map(HashSet::from_iter).unwrap_or_default());
        Ok(())
    }
}

/// Whoever is told that signing in failed does not come back. So that is told only to who was refused; while the
/// database is away, everybody is asked to come back.
fn not_signed_in(error: &ServiceError) -> CloseCode {
    match error {
        ServiceError::Refused(_) => CloseCode::AuthenticationFailed,
        ServiceError::Overloaded
        | ServiceError::TooFast(_)
        | ServiceError::Unavailable(_)
        | ServiceError::Internal(_) => {
            tracing::warn!(%error, "A socket could not be opened");
            CloseCode::Restarting
        }
    }
}

fn parse(text: &str) -> Result<ClientCommand, End> {
    serde_json::from_str(text).map_err(|_| Some(CloseCode::MalformedFrame))
}

/// What is done with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Obey,
    /// Too fast: typing is dropped, the last `watch` waits.
    Drop,
    /// Far too fast for far too long.
    Flood,
}

/// Commands a socket may send: 120 at once, two a second after that; more than 20 a second for ten seconds end it.
struct CommandBudget {
    tokens: f64,
    refilled_at: Instant,
    second_began: Instant,
    in_this_second: u32,
    busy_seconds: u32,
}

impl CommandBudget {
    const BURST: f64 = 120.0;
    const PER_SECOND: f64 = 2.0;
    const FLOOD_PER_SECOND: u32 = 20;
    const FLOOD_SECONDS: u32 = 10;

    fn new(now: Instant) -> Self {
        Self {
            tokens: Self::BURST,
            refilled_at: now,
            second_began: now,
            in_this_second: 0,
            busy_seconds: 0,
        }
    }

    fn count(&mut self, now: Instant) -> Verdict {
        self.count_second(now);
        if Self::FLOOD_SECONDS <= self.busy_seconds {
            return Verdict::Flood;
        }
        if !self.has_room(now) {
            return Verdict::Drop;
        }
        self.tokens -= 1.0;
        Verdict::Obey
    }

    fn has_room(&mut self, now: Instant) -> bool {
        self.has_room_at(now) <= now
    }

    /// When the next command can be obeyed.
    fn has_room_at(&mut self, now: Instant) -> Instant {
        let elapsed = now.saturating_duration_since(self.refilled_at).as_secs_f64();
        self.tokens = elapsed.mul_add(Self::PER_SECOND, self.tokens).min(Self::BURST);
        self.refilled_at = now;
        now + Duration::from_secs_f64((1.0 - self.tokens).max(0.0) / Self::PER_SECOND)
    }

    fn count_second(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.second_began);
        if Duration::from_secs(1) <= elapsed {
            let was_busy = Self::FLOOD_PER_SECOND < self.in_this_second && elapsed < Duration::from_secs(2);
            self.busy_seconds = if was_busy { self.busy_seconds + 1 } else { 0 };
            self.second_began = now;
            self.in_this_second = 0;
        }
        self.in_this_second += 1;
    }
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(open_realtime);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_have_a_burst_and_a_rate() {
        let start = Instant::now();
        let mut budget = CommandBudget::new(start);
        for _ in 0..120 {
            assert_eq!(budget.count(start), Verdict::Obey);
        }
        assert_eq!(budget.count(start), Verdict::Drop);
        let later = start + Duration::from_secs(1);
        assert_eq!(
            [budget.count(later), budget.count(later), budget.count(later)],
            [Verdict::Obey, Verdict::Obey, Verdict::Drop]
        );
    }

    #[test]
    fn a_flood_ends_after_ten_seconds_and_a_burst_does_not() {
        let start = Instant::now();
        let mut flood = CommandBudget::new(start);
        let ended_at =
            (0_u32..2_000).find(|i| flood.count(start + Duration::from_millis(40) * *i) == Verdict::Flood);
        let seconds = f64::from(ended_at.unwrap()) * 0.04;
        assert!((10.0..11.5).contains(&seconds), "{seconds}");

        let mut burst = CommandBudget::new(start);
        assert!((0..119).all(|_| burst.count(start) == Verdict::Obey));
        assert!((1..60).all(|s| burst.count(start + Duration::from_secs(s)) != Verdict::Flood));
    }
}
