//! A server that does nothing but write the same bytes to every socket: the limit of fan-out.
//!
//! It runs as a child process, so that its CPU can be told from the generator's. A connection says with its
//! first byte what it is: a subscriber, or a trigger that sends frames (four bytes of length, then the frame)
//! and gets one byte back once each is on its way. Every frame costs one write for each subscriber.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use bytes::Bytes;
use clap::ValueEnum;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// The first byte of a subscriber.
pub const SUBSCRIBER: u8 = b'S';
/// The first byte of a trigger.
pub const TRIGGER: u8 = b'T';

/// Frames that may wait for a socket or a shard; beyond that the trigger waits, so that nothing is lost.
const QUEUE_FRAMES: usize = 256;
const LARGEST_FRAME_BYTES: u32 = 1024 * 1024;

/// How the sockets are written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// A task for each socket, on all cores.
    Tasks,
    /// One thread for each core, which writes to its share of the sockets one after another.
    Shards,
}

/// Where frames go: a socket's task, or a shard.
type Queues = Arc<Mutex<Vec<mpsc::Sender<Bytes>>>>;

/// Serves until the process is killed. Prints the port once it listens.
#[expect(clippy::print_stdout, reason = "the parent waits for this line")]
pub fn serve(mode: Mode) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = listen()?;
        println!("{}", listener.local_addr()?.port());
        let queues = Queues::default();
        let shards = match mode {
            Mode::Tasks => Vec::new(),
            Mode::Shards => start_shards(&queues)?,
        };
        let mut count = 0;
        loop {
            let (mut stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let mut role = [0];
            stream.read_exact(&mut role).await?;
            if role[0] == TRIGGER {
                tokio::spawn(relay(stream, queues.clone()));
            } else if shards.is_empty() {
                let (queue, frames) = mpsc::channel(QUEUE_FRAMES);
                lock(&queues).push(queue);
                tokio::spawn(write_all(stream, frames));
            } else {
                // A socket belongs to the runtime that watches it.
                let stream = stream.into_std()?;
                shards[count % shards.len()].send(stream).await?;
            }
            count += 1;
        }
    })
}

fn listen() -> io::Result<TcpListener> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    socket.listen(4096)
}

fn lock(queues: &Queues) -> std::sync::MutexGuard<'_, Vec<mpsc::Sender<Bytes>>> {
    queues.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands every frame of a trigger to all queues.
async fn relay(mut stream: TcpStream, queues: Queues) -> io::Result<()> {
    loop {
        let length = stream.read_u32().await?;
        if LARGEST_FRAME_BYTES < length {
            return Err(io::Error::other("a frame is too large"));
        }
        let mut frame = vec![0; length as usize];
        stream.read_exact(&mut frame).await?;
        let frame = Bytes::from(frame);
        let all = lock(&queues).clone();
        for queue in all {
            // A subscriber that is gone gets nothing.
            let _ = queue.send(frame.clone()).await;
        }
        stream.write_u8(1).await?;
    }
}

async fn write_all(mut stream: TcpStream, mut frames: mpsc::Receiver<Bytes>) -> io::Result<()> {
    while let Some(frame) = frames.recv().await {
        stream.write_all(&frame).await?;
    }
    Ok(())
}

fn start_shards(queues: &Queues) -> Result<Vec<mpsc::Sender<std::net::TcpStream>>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut shards = Vec::with_capacity(cores);
    for _ in 0..cores {
        let (queue, frames) = mpsc::channel(QUEUE_FRAMES);
        let (sockets, new_sockets) = mpsc::channel(QUEUE_FRAMES);
        lock(queues).push(queue);
        shards.push(sockets);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("a shard has no runtime")?;
        std::thread::spawn(move || runtime.block_on(run_shard(frames, new_sockets)));
    }
    Ok(shards)
}

async fn run_shard(mut frames: mpsc::Receiver<Bytes>, mut new_sockets: mpsc::Receiver<std::net::TcpStream>) {
    let mut sockets: Vec<TcpStream> = Vec::new();
    loop {
        tokio::select! {
            socket = new_sockets.recv() => match socket.map(TcpStream::from_std) {
                Some(Ok(socket)) => sockets.push(socket),
                Some(Err(_)) => (),
                None => return,
            },
            Some(frame) = frames.recv() => {
                for socket in &mut sockets {
                    // A subscriber that is gone gets nothing.
                    let _ = write_one(socket, &frame).await;
                }
            }
        }
    }
}

async fn write_one(socket: &mut TcpStream, frame: &[u8]) -> io::Result<()> {
    match socket.try_write(frame) {
        Ok(count) if count == frame.len() => Ok(()),
        Ok(count) => socket.write_all(&frame[count..]).await,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => socket.write_all(frame).await,
        Err(error) => Err(error),
    }
}
