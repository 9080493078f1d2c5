//! Stopping, in order and at once.

use std::io::Write;
use std::net::TcpStream;

use rustix::process::Signal;

use crate::process::{Damso, open_folder};

/// A request that is under way is given time; whoever asks a second time does not want to wait for it.
#[test]
fn a_second_signal_ends_at_once_and_harms_nothing() {
    let folder = open_folder();
    let mut server = Damso::serve(folder.path(), &[]);
    let port = server.wait_until_ready();
    let mut slow = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = "POST /api/v1/auth/sign-in HTTP/1.1\r\nhost: localhost\r\n\
        content-type: application/json\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n";
    slow.write_all(head.as_bytes()).unwrap();
    // The handler has begun to read: it asks for the body.
    let mut answer = [0; 12];
    std::io::Read::read_exact(&mut slow, &mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");

    server.signal(Signal::TERM);
    server.wait_for("Stopping");
    server.signal(Signal::TERM);

    let said = server.wait_for_refusal();
    assert!(said.contains("Told to stop again: ending at once"), "{said}");
    // The private cluster has noticed, and what is there can be used again.
    let mut again = Damso::serve(folder.path(), &[]);
    again.wait_until_ready();
    again.stop();
}
