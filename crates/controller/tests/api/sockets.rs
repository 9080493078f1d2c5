//! The WebSocket: who gets in, what is understood, and how it ends.

use std::time::Duration;

use damso_domain::ConversationId;
use damso_protocol::{ClientCommand, Empty, ServerEvent, Watch};
use damso_testing::TestApp;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

const MAX_FRAME_BYTES: usize = 16 * 1024;

/// A ping of exactly so many bytes.
fn ping(bytes: usize) -> String {
    let ping = serde_json::to_string(&ClientCommand::Ping(Empty {})).unwrap();
    format!("{ping}{}", " ".repeat(bytes - ping.len()))
}

#[tokio::test]
async fn ready_says_who_and_where() {
    let app = TestApp::start().await;
    let [minji, _] = app.friends(["minji", "seoyeon"]).await;
    let ready = minji.connect().await.ready.unwrap();
    assert_eq!(
        (ready.user_id, ready.session_id),
        (minji.id(), minji.session().session_id)
    );
    assert_eq!(
        (ready.user_rev, ready.api_version),
        (minji.me().await.user_rev, 1)
    );
}

#[tokio::test]
async fn signing_in_comes_first() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let mut socket = minji.open_socket().await;
    socket.command(&ClientCommand::Ping(Empty {})).await;
    assert_eq!(socket.closed_with().await, 4001);
}

/// After 4001 a client does not come back.
#[tokio::test]
async fn who_comes_while_the_database_is_away_is_asked_to_come_back() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let mut socket = minji.open_socket().await;
    app.database.database.close();
    socket.authenticate(&minji.session().access_token).await;
    assert_eq!(socket.closed_with().await, 1001);
}

/// The five seconds are real ones: the clock of a socket cannot be moved from outside.
#[tokio::test]
async fn who_never_signs_in_is_closed() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let mut socket = minji.open_socket().await;
    assert_eq!(socket.closed_with().await, 4002);
}

#[tokio::test]
async fn signing_in_again_is_for_the_same_person() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let mut socket = minji.connect().await;
    socket
        .authenticate(&minji.sign_in_again().await.session().access_token)
        .await;
    assert!(matches!(socket.next().await, ServerEvent::Ready(ready) if ready.user_id == minji.id()));
    socket.authenticate(&seoyeon.session().access_token).await;
    assert_eq!(socket.closed_with().await, 4001);
}

#[tokio::test]
async fn an_ended_session_opens_no_socket() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    minji.post("/auth/sign-out", &serde_json::json!({})).await;
    let mut socket = minji.open_socket().await;
    socket.authenticate(&minji.session().access_token).await;
    assert_eq!(socket.closed_with().await, 4001);
}

#[tokio::test]
async fn a_frame_holds_16_kib_and_not_a_byte_more() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let mut socket = minji.connect().await;
    socket.send_text(&ping(MAX_FRAME_BYTES)).await;
    assert!(matches!(socket.next().await, ServerEvent::Pong(_)));
    socket.send_text(&ping(MAX_FRAME_BYTES + 1)).await;
    assert_eq!(socket.closed_with().await, 4004);
}

#[tokio::test]
async fn parts_of_a_message_count_together() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let frame = |text: &str, op, is_last| {
        Message::Frame(Frame::message(
            text.as_bytes().to_vec(),
            OpCode::Data(op),
            is_last,
        ))
    };
    let whole = ping(100);
    let (start, end) = whole.split_at(10);
    let mut socket = minji.connect().await;
    socket.send_frame(frame(start, Data::Text, false)).await;
    socket.send_frame(frame(end, Data::Continue, true)).await;
    assert!(matches!(socket.next().await, ServerEvent::Pong(_)));
    let half = " ".repeat(MAX_FRAME_BYTES / 2 + 1);
    socket.send_frame(frame(&half, Data::Text, false)).await;
    socket.send_frame(frame(&half, Data::Continue, true)).await;
    assert_eq!(socket.closed_with().await, 4004);
}

#[tokio::test]
async fn what_is_no_command_ends_the_socket() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let conversation = ConversationId::new();
    for frame in [
        Message::text("{"),
        Message::text(""),
        Message::text("[]"),
        Message::text(r#"{"type":"send","data":{}}"#),
        Message::text(r#"{"type":"ping"}"#),
        Message::text(r#"{"type":"ping","data":{},"more":1}"#),
        Message::text(r#"{"type":"ping","data":{"more":1}}"#),
        Message::text(r#"{"type":"watch","data":{"conversation_ids":["x"]}}"#),
        Message::text(format!(
            r#"{{"type":"typing","data":{{"conversation_id":"{conversation}","user_id":1}}}}"#
        )),
        Message::binary(ping(40).into_bytes()),
        Message::text(format!(r#"{{"type":"ping","data":{}"#, "[".repeat(8_000))),
        Message::Frame(Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true)),
    ] {
        let mut socket = minji.connect().await;
        socket.send_frame(frame.clone()).await;
        assert_eq!(socket.closed_with().await, 4005, "{frame:?}");
    }
}

#[tokio::test]
async fn a_screen_shows_32_conversations_at_the_most() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let ids: Vec<_> = (0..=Watch::MAX).map(|_| ConversationId::new()).collect();
    let mut socket = minji.connect().await;
    socket.watch(&ids[1..]).await;
    socket
        .command(&ClientCommand::Watch(Watch {
            conversation_ids: ids,
        }))
        .await;
    assert_eq!(socket.closed_with().await, 4005);
}

/// Too much typing is dropped, not punished: a burst harms nobody.
#[tokio::test]
async fn commands_beyond_the_burst_are_dropped() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let mut groups = Vec::new();
    for name in 0..20 {
        groups.push(minji.create_group(&name.to_string(), &[&seoyeon]).await.id);
    }
    let (mut typist, mut looks) = (minji.connect().await, seoyeon.connect().await);
    looks.watch(&groups).await;
    typist.watch(&groups).await;
    // Of one conversation it is told once, however many commands came.
    for _ in 0..100 {
        typist.typing(groups[0]).await;
    }
    for group in &groups[..10] {
        typist.typing(*group).await;
    }
    typist.settle().await;
    assert_eq!(looks.settle().await.len(), 10);
    for _ in 0..100 {
        typist.typing(groups[0]).await;
    }
    for group in &groups[10..] {
        typist.typing(*group).await;
    }
    typist.settle().await;
    // Two commands a second are obeyed again, and perhaps the first conversation is told of once more.
    let heard = looks.settle().await.len();
    assert!(heard < 8, "{heard}");
}

/// Ten thousand frames a second, for as long as they are taken: the flood ends alone, and nobody else notices.
#[tokio::test]
async fn a_flood_ends_the_socket_and_harms_nobody_else() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let (mut flood, mut reader) = (minji.connect().await, seoyeon.connect().await);
    flood.watch(&[group]).await;
    let typing = json!({ "type": "typing", "data": { "conversation_id": group } }).to_string();
    let flooding = tokio::spawn(async move {
        let mut pace = tokio::time::interval(Duration::from_millis(10));
        loop {
            pace.tick().await;
            for _ in 0..100 {
                if !flood.try_send_text(&typing).await {
                    return flood.closed_with().await;
                }
            }
        }
    });
    let mut heard = 0;
    while !flooding.is_finished() {
        minji.say(group, "still here").await;
        assert_eq!(reader.next_message().await.text.as_deref(), Some("still here"));
        heard += 1;
    }
    assert_eq!(flooding.await.unwrap(), 4006);
    assert!(10 < heard, "{heard}");
}

#[tokio::test]
async fn a_server_that_goes_away_says_so() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let mut sockets = [
        minji.connect().await,
        minji.connect().await,
        seoyeon.connect().await,
    ];
    assert_eq!(app.services.hub.connection_count(), 3);
    app.services.hub.close_all();
    for socket in &mut sockets {
        assert_eq!(socket.closed_with().await, 1001);
    }
}

#[tokio::test]
async fn a_close_is_answered_and_the_hub_forgets() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let mut socket = minji.connect().await;
    socket.send_frame(Message::Close(None)).await;
    socket.until_gone().await;
    assert_eq!(app.services.hub.connection_count(), 0);
}
