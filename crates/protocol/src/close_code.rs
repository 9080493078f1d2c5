//! Why sockets are closed.

/// Why the server closed a socket. After any but the first and the third the client reconnects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCode {
    /// The access token is not good.
    AuthenticationFailed,
    /// No `authenticate` within five seconds.
    AuthenticationTimedOut,
    /// The session ended.
    SessionEnded,
    /// More than 16 KiB.
    FrameTooLarge,
    /// Not a command.
    MalformedFrame,
    /// Above 20 a second for ten seconds.
    TooManyCommands,
    /// The receiver did not keep up.
    SlowReader,
    /// The server is going away; come back.
    Restarting,
}

impl CloseCode {
    /// As RFC 6455 carries it.
    pub const fn as_u16(self) -> u16 {
        match self {
            Self::AuthenticationFailed => 4001,
            Self::AuthenticationTimedOut => 4002,
            Self::SessionEnded => 4003,
            Self::FrameTooLarge => 4004,
            Self::MalformedFrame => 4005,
            Self::TooManyCommands => 4006,
            Self::SlowReader => 4007,
            Self::Restarting => 1001,
        }
    }
}
