//! `openapi/asyncapi.yaml` says what the code says.

use std::collections::BTreeSet;
use std::fmt::Debug;

use damso_domain::{
    AttachmentKind, AttachmentState, ConversationKind, History, MessageKind, PresenceStatus,
    PresenceVisibility, Role, ShownStatus,
};
use damso_protocol::{
    BASE_PATH, ClientCommand, CloseCode, FriendRequestState, SUBPROTOCOL, ServerEvent, SystemNotice, Watch,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::schema::{complaints, resolve};

fn document() -> Value {
    serde_saphyr::from_str(include_str!("../../../../openapi/asyncapi.yaml")).unwrap()
}

/// The names of all variants on the wire, and the name of a given one. The match has no other arm, so a new
/// variant fails to compile until it is named here, and then the description has to know it too.
macro_rules! names {
    ($function:ident, $enum:ident, $all:ident: $($variant:ident $(($field:tt))? $({$rest:tt})? = $name:literal),+ $(,)?) => {
        const $all: &[&str] = &[$($name),+];

        fn $function(value: &$enum) -> &'static str {
            match value {
                $($enum::$variant $(($field))? $({$rest})? => $name),+
            }
        }
    };
}

names!(command_name, ClientCommand, COMMANDS:
    Authenticate(_) = "authenticate",
    Watch(_) = "watch",
    Typing(_) = "typing",
    Ping(_) = "ping",
);

names!(event_name, ServerEvent, EVENTS:
    Ready(_) = "ready",
    Pong(_) = "pong",
    Resync(_) = "resync",
    MessageCreated(_) = "message_created",
    MessageUpdated(_) = "message_updated",
    MessageDeleted(_) = "message_deleted",
    MessageWithheld(_) = "message_withheld",
    MessagesErased(_) = "messages_erased",
    ReactionAdded(_) = "reaction_added",
    ReactionRemoved(_) = "reaction_removed",
    ConversationUpdated(_) = "conversation_updated",
    MemberAdded(_) = "member_added",
    MemberUpdated(_) = "member_updated",
    MemberRemoved(_) = "member_removed",
    ConversationJoined(_) = "conversation_joined",
    ConversationLeft(_) = "conversation_left",
    MembershipUpdated(_) = "membership_updated",
    MessageHidden(_) = "message_hidden",
    FriendAdded(_) = "friend_added",
    FriendUpdated(_) = "friend_updated",
    FriendRemoved(_) = "friend_removed",
    FriendRequestReceived(_) = "friend_request_received",
    FriendRequestClosed(_) = "friend_request_closed",
    SettingsUpdated(_) = "settings_updated",
    FoldersUpdated(_) = "folders_updated",
    DraftUpdated(_) = "draft_updated",
    PollVoteUpdated(_) = "poll_vote_updated",
    BlockAdded(_) = "block_added",
    BlockRemoved(_) = "block_removed",
    SessionEnded(_) = "session_ended",
    ReadsMoved(_) = "reads_moved",
    UnreadChanged(_) = "unread_changed",
    ProfileUpdated(_) = "profile_updated",
    TypingStarted(_) = "typing_started",
    PresenceChanged(_) = "presence_changed",
);

names!(notice_name, SystemNotice, NOTICES:
    GroupCreated = "group_created",
    MembersAdded { .. } = "members_added",
    MemberRemoved { .. } = "member_removed",
    MemberJoined = "member_joined",
    MemberLeft = "member_left",
    NameChanged { .. } = "name_changed",
    OwnerChanged { .. } = "owner_changed",
    NoticeSet = "notice_set",
    NoticeRemoved = "notice_removed",
);

names!(close_name, CloseCode, CLOSES:
    AuthenticationFailed = "authentication_failed",
    AuthenticationTimedOut = "authentication_timed_out",
    SessionEnded = "session_ended",
    FrameTooLarge = "frame_too_large",
    MalformedFrame = "malformed_frame",
    TooManyCommands = "too_many_commands",
    SlowReader = "slow_reader",
    Restarting = "restarting",
);

fn messages(document: &Value) -> &Map<String, Value> {
    document["components"]["messages"].as_object().unwrap()
}

fn example_payloads(message: &Value) -> impl Iterator<Item = &Value> {
    message["examples"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|example| &example["payload"])
}

/// Reads `json` as a `T` and writes it again: nothing may be lost, added or spelled otherwise.
fn round_trip<T: Serialize + DeserializeOwned>(json: &Value) -> T {
    // From text, as it comes down the socket: a payload is cut out of the frame before it is read.
    let value: T = serde_json::from_str(&json.to_string()).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_eq!(serde_json::to_value(&value).unwrap(), *json);
    value
}

#[test]
fn every_example_round_trips_under_its_own_name() {
    let document = document();
    for (key, message) in messages(&document) {
        assert_eq!(message["name"], *key);
        for payload in example_payloads(message) {
            let name = if COMMANDS.contains(&key.as_str()) {
                command_name(&round_trip(payload))
            } else {
                event_name(&round_trip(payload))
            };
            assert_eq!(name, key);
        }
    }
}

#[test]
fn the_web_client_s_reader_reads_every_event_as_serde_does() {
    let document = document();
    for (key, message) in messages(&document) {
        for payload in example_payloads(message).filter(|_| !COMMANDS.contains(&key.as_str())) {
            let frame = payload.to_string();
            let expected: ServerEvent = serde_json::from_str(&frame).unwrap();
            assert_eq!(ServerEvent::from_frame(&frame).unwrap(), expected, "{frame}");
            let mut more = payload.clone();
            more["data"]["surprise"] = json!([{ "from": ["the", "future"] }]);
            assert_eq!(
                ServerEvent::from_frame(&more.to_string()).unwrap(),
                expected,
                "{more}"
            );
            let (kind, data) = (&payload["type"], &payload["data"]);
            let turned = format!(r#"{{"data":{data},"type":{kind}}}"#);
            assert_eq!(ServerEvent::from_frame(&turned).unwrap(), expected, "{turned}");
        }
    }
}

#[test]
fn the_web_client_s_reader_refuses_what_is_no_event() {
    for frame in [
        "",
        "{}",
        "[]",
        r#"{"type":"pong"}{}"#,
        r#"{"type":"ready"}"#,
        r#"{"type":"ready","data":{}}"#,
        r#"{"type":"came_later","data":{}}"#,
        r#"{"type":"message_hidden","data":{"user_rev":"1","conversation_id":"x","seq":1}}"#,
    ] {
        assert!(ServerEvent::from_frame(frame).is_err(), "{frame}");
    }
    let deep = format!(
        r#"{{"type":"pong","data":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(ServerEvent::from_frame(&deep).is_ok(), "nesting is no recursion");
}

#[test]
fn every_command_and_every_event_has_an_example() {
    let document = document();
    let described: BTreeSet<&str> = messages(&document)
        .iter()
        .filter(|(_, message)| example_payloads(message).next().is_some())
        .map(|(key, _)| key.as_str())
        .collect();
    assert_eq!(described, COMMANDS.iter().chain(EVENTS).copied().collect());
}

#[test]
fn every_example_is_what_its_schema_describes() {
    let document = document();
    for (key, message) in messages(&document) {
        for payload in example_payloads(message) {
            assert_eq!(
                complaints(&document, &message["payload"], payload),
                [""; 0],
                "{key}"
            );
        }
    }
}

#[test]
fn commands_refuse_more_than_is_described_and_events_take_it() {
    let document = document();
    for (key, message) in messages(&document) {
        for path in ["", "/data"] {
            let mut payload = example_payloads(message).next().unwrap().clone();
            payload.pointer_mut(path).unwrap()["surprise"] = json!(1);
            if COMMANDS.contains(&key.as_str()) {
                assert!(
                    serde_json::from_value::<ClientCommand>(payload).is_err(),
                    "{key}{path}"
                );
            } else {
                assert!(
                    serde_json::from_str::<ServerEvent>(&payload.to_string()).is_ok(),
                    "{key}{path}"
                );
            }
        }
    }
}

#[test]
fn the_channel_offers_every_message_and_every_message_has_one_operation() {
    let document = document();
    let channel = &document["channels"]["realtime"];
    assert_eq!(channel["address"], format!("{BASE_PATH}/realtime"));
    assert_eq!(
        channel["bindings"]["ws"]["headers"]["properties"]["Sec-WebSocket-Protocol"]["const"],
        SUBPROTOCOL
    );
    let offered: BTreeSet<_> = channel["messages"].as_object().unwrap().keys().collect();
    assert_eq!(offered, messages(&document).keys().collect());

    let mut used = Vec::new();
    for operation in document["operations"].as_object().unwrap().values() {
        let is_receiving = operation["action"] == "receive";
        used.extend(operation_messages(&document, operation).inspect(|name| {
            assert_eq!(COMMANDS.contains(name), is_receiving, "{name}");
        }));
        used.extend(operation_messages(&document, &operation["reply"]));
    }
    used.sort_unstable();
    let mut all: Vec<_> = COMMANDS.iter().chain(EVENTS).copied().collect();
    all.sort_unstable();
    assert_eq!(used, all);
}

/// The names of the messages that an operation or its reply refers to.
fn operation_messages<'a>(document: &'a Value, operation: &'a Value) -> impl Iterator<Item = &'a str> {
    operation["messages"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|reference| {
            let in_channel = resolve(document, reference["$ref"].as_str().unwrap());
            resolve(document, in_channel["$ref"].as_str().unwrap())["name"]
                .as_str()
                .unwrap()
        })
}

#[test]
fn every_close_code_is_described() {
    let document = document();
    let codes = [
        CloseCode::AuthenticationFailed,
        CloseCode::AuthenticationTimedOut,
        CloseCode::SessionEnded,
        CloseCode::FrameTooLarge,
        CloseCode::MalformedFrame,
        CloseCode::TooManyCommands,
        CloseCode::SlowReader,
        CloseCode::Restarting,
    ];
    assert_eq!(codes.iter().map(close_name).collect::<Vec<_>>(), CLOSES);
    let described = document["channels"]["realtime"]["x-close-codes"]
        .as_array()
        .unwrap();
    assert_eq!(described.len(), codes.len());
    for (entry, code) in described.iter().zip(codes) {
        assert_eq!(
            (&entry["name"], &entry["code"]),
            (&json!(close_name(&code)), &json!(code.as_u16()))
        );
        let is_final = matches!(code, CloseCode::AuthenticationFailed | CloseCode::SessionEnded);
        assert_eq!(entry["reconnect"], !is_final, "{entry}");
    }
}

#[test]
fn limits_are_those_of_the_code() {
    let document = document();
    let watch = &document["components"]["messages"]["watch"]["payload"]["properties"]["data"];
    assert_eq!(watch["properties"]["conversation_ids"]["maxItems"], Watch::MAX);
    assert_eq!(
        document["channels"]["realtime"]["x-limits"]["watched_conversations"],
        Watch::MAX
    );
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_notice_of_a_conversation_has_an_example() {
    let document = document();
    let schema = &document["components"]["schemas"]["SystemNotice"];
    let mut named = Vec::new();
    for example in schema["examples"].as_array().unwrap() {
        assert_eq!(complaints(&document, schema, example), [""; 0]);
        let name = notice_name(&round_trip(example));
        assert_eq!(example["type"], name);
        named.push(name);
    }
    assert_eq!(named, NOTICES);
}

#[test]
fn named_values_are_those_of_the_code() {
    let document = document();
    let described = |name: &str| document["components"]["schemas"][name]["enum"].clone();
    assert_eq!(described("ConversationKind"), values_of::<ConversationKind>());
    assert_eq!(described("History"), values_of::<History>());
    assert_eq!(described("Role"), values_of::<Role>());
    assert_eq!(described("PresenceStatus"), values_of::<PresenceStatus>());
    assert_eq!(described("ShownStatus"), values_of::<ShownStatus>());
    assert_eq!(described("PresenceVisibility"), values_of::<PresenceVisibility>());
    assert_eq!(described("MessageKind"), values_of::<MessageKind>());
    assert_eq!(described("AttachmentState"), values_of::<AttachmentState>());
    assert_eq!(described("AttachmentKind"), values_of::<AttachmentKind>());
    assert_eq!(described("FriendRequestState"), values_of::<FriendRequestState>());
}

/// Every value that an enum without data has on the wire, in order. Serde names them all, in backticks,
/// where it refuses one that is none of them.
fn values_of<T: Debug + DeserializeOwned>() -> Value {
    let refusal = serde_json::from_value::<T>(json!("none of them"))
        .unwrap_err()
        .to_string();
    let quoted = refusal.split('`').skip(1).step_by(2);
    quoted.skip(1).map(Value::from).collect()
}
