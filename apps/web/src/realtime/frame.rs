//! Frames to and from text.

use damso_domain::ConversationId;
use damso_protocol::{ClientCommand, ServerEvent};
use miniserde::Deserialize;

/// What a frame holds.
pub(super) enum Frame {
    /// Something this client knows.
    Event(Box<ServerEvent>),
    /// A fact of a kind that came after this client.
    Unknown { conversation_id: Option<ConversationId> },
    /// Nothing that has to be acted on.
    Noise,
}

/// As much of a frame as every fact has.
#[derive(Deserialize)]
struct Envelope {
    data: Position,
}

#[derive(Deserialize)]
struct Position {
    conversation_id: Option<ConversationId>,
    rev: Option<i64>,
    user_rev: Option<i64>,
}

pub(super) fn decode(text: &str) -> Frame {
    if let Ok(event) = ServerEvent::from_frame(text) {
        return Frame::Event(Box::new(event));
    }
    match miniserde::json::from_str(text) {
        Ok(Envelope {
            data:
                Position {
                    conversation_id,
                    rev: Some(_),
                    ..
                },
        }) => Frame::Unknown { conversation_id },
        Ok(Envelope {
            data: Position {
                user_rev: Some(_), ..
            },
        }) => Frame::Unknown {
            conversation_id: None,
        },
        // What carries no number is fleeting, and an unknown fleeting thing can be missed.
        _ => Frame::Noise,
    }
}

pub(super) fn encode(command: &ClientCommand) -> String {
    // Our own types always encode; an empty frame would be refused by the server rather than misread.
    serde_json::to_string(command).unwrap_or_default()
}
