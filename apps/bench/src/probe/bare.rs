//! The bare server as a child, and clients of it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::bare_server::{Mode, SUBSCRIBER, TRIGGER};
use crate::load::{Arrival, Client};
use crate::socket::{Socket, connect_from, source_address};
use crate::usage::Watched;

/// The hidden command that runs the bare server.
pub const COMMAND: &str = "bare-server";

/// A running bare server.
pub struct BareServer {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl BareServer {
    /// Starts one.
    pub fn start(mode: Mode) -> Result<Self> {
        let this = std::env::current_exe().context("this program does not know where it is")?;
        let mode = mode.to_possible_value().context("every mode has a name")?;
        let mut child = Command::new(this)
            .args([COMMAND, mode.get_name()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("the bare server cannot be started")?;
        let output = child.stdout.take().context("its output was asked for")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let port: u16 = line
            .trim()
            .parse()
            .context("the bare server did not say its port")?;
        Ok(Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        })
    }

    /// Its process, to be watched.
    pub fn watched(&self) -> Watched {
        Watched {
            server: self.child.id(),
            postmaster: None,
            deliveries: None,
        }
    }

    /// Opens the subscriber with this number.
    pub async fn subscribe(&self, number: usize) -> Result<Socket> {
        let mut stream = connect_from(source_address(number), self.address).await?;
        stream.set_nodelay(true)?;
        stream.write_all(&[SUBSCRIBER]).await?;
        Ok(Socket::over(stream))
    }

    /// Opens a trigger.
    pub async fn trigger(&self) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        stream.write_all(&[TRIGGER]).await?;
        Ok(stream)
    }
}

impl Drop for BareServer {
    fn drop(&mut self) {
        // It keeps nothing; when it is gone already there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes the bare server write frames, one after another.
pub struct Trigger<F> {
    stream: TcpStream,
    /// Makes the next frame, for work that was intended at this moment.
    next_frame: F,
}

impl<F: FnMut(Arrival) -> Vec<u8> + 'static> Trigger<F> {
    /// A trigger on a connection of its own.
    pub async fn open(server: &BareServer, next_frame: F) -> Result<Self> {
        let stream = server.trigger().await?;
        Ok(Self { stream, next_frame })
    }
}

impl<F: FnMut(Arrival) -> Vec<u8> + 'static> Client for Trigger<F> {
    async fn act(&mut self, arrival: Arrival) -> Result<()> {
        let frame = (self.next_frame)(arrival);
        let length = u32::try_from(frame.len()).context("frames are small")?;
        let mut out = length.to_be_bytes().to_vec();
        out.extend_from_slice(&frame);
        self.stream.write_all(&out).await?;
        let answer = self.stream.read_u8().await?;
        ensure!(answer == 1, "the bare server answered with {answer}");
        Ok(())
    }
}
