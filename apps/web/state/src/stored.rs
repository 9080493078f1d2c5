//! A message of the outbox, as the browser keeps it and as tabs tell each other of it.

use damso_domain::{AttachmentKind, ClientKey, ConversationId, Mention, Timestamp};
use damso_protocol::{Attachment, ErrorKind, ForwardOf, ReplyTo};
use serde::Serialize;

use crate::outbox::{Echo, EchoFile, EchoState};

#[derive(miniserde::Deserialize)]
struct StoredOutbox {
    echoes: Vec<StoredEcho>,
}

#[derive(Serialize, miniserde::Deserialize)]
struct StoredEcho {
    client_key: ClientKey,
    conversation_id: ConversationId,
    text: Option<String>,
    files: Vec<StoredFile>,
    created_at: Timestamp,
    tab: Option<ClientKey>,
    refused: Option<ErrorKind>,
    reply_to: Option<ReplyTo>,
    forward_of: Option<ForwardOf>,
    /// Missing in what earlier versions have kept.
    mentions: Option<Vec<Mention>>,
    /// See above.
    is_silent: Option<bool>,
    wait_until: Option<Timestamp>,
}

/// What ends with the page is not kept: where it shows the file from, and how far the upload came.
#[derive(Serialize, miniserde::Deserialize)]
struct StoredFile {
    key: ClientKey,
    file_name: String,
    size_bytes: i64,
    kind: AttachmentKind,
    width: Option<i32>,
    height: Option<i32>,
    uploaded: Option<Attachment>,
}

impl Echo {
    /// As JSON, without what ends with the page.
    pub fn to_json(&self) -> String {
        // Plain data with texts for keys always encodes.
        serde_json::to_string(&StoredEcho::from(self)).unwrap_or_default()
    }

    /// From what [`Echo::to_json`] made; `None` when it cannot be read.
    pub fn from_json(json: &str) -> Option<Self> {
        miniserde::json::from_str::<StoredEcho>(json).ok().map(Self::from)
    }

    /// From what earlier versions of the client kept: all of one tab in one text. No tab has the bytes of
    /// their files any more.
    pub fn list_from_json(json: &str) -> Vec<Self> {
        let stored = miniserde::json::from_str::<StoredOutbox>(json);
        let echoes = stored.map(|stored| stored.echoes).unwrap_or_default();
        echoes.into_iter().map(Self::from).collect()
    }
}

impl From<&Echo> for StoredEcho {
    fn from(echo: &Echo) -> Self {
        Self {
            client_key: echo.client_key,
            conversation_id: echo.conversation_id,
            text: echo.text.clone(),
            files: echo.files.iter().map(StoredFile::from).collect(),
            created_at: echo.created_at,
            tab: echo.tab,
            refused: match echo.state {
                EchoState::Sending => None,
                EchoState::Refused { kind } => Some(kind),
            },
            reply_to: echo.reply_to.clone(),
            forward_of: echo.forward_of,
            mentions: Some(echo.mentions.clone()),
            is_silent: Some(echo.is_silent),
            wait_until: echo.wait_until,
        }
    }
}

impl From<StoredEcho> for Echo {
    fn from(stored: StoredEcho) -> Self {
        Self {
            client_key: stored.client_key,
            conversation_id: stored.conversation_id,
            text: stored.text,
            files: stored.files.into_iter().map(EchoFile::from).collect(),
            created_at: stored.created_at,
            tab: stored.tab,
            reply_to: stored.reply_to,
            forward_of: stored.forward_of,
            mentions: stored.mentions.unwrap_or_default(),
            is_silent: stored.is_silent.unwrap_or_default(),
            wait_until: stored.wait_until,
            state: stored
                .refused
                .map_or(EchoState::Sending, |kind| EchoState::Refused { kind }),
        }
    }
}

impl From<&EchoFile> for StoredFile {
    fn from(file: &EchoFile) -> Self {
        Self {
            key: file.key,
            file_name: file.file_name.clone(),
            size_bytes: file.size_bytes,
            kind: file.kind,
            width: file.width,
            height: file.height,
            uploaded: file.uploaded.clone(),
        }
    }
}

impl From<StoredFile> for EchoFile {
    fn from(stored: StoredFile) -> Self {
        Self {
            key: stored.key,
            file_name: stored.file_name,
            size_bytes: stored.size_bytes,
            kind: stored.kind,
            width: stored.width,
            height: stored.height,
            preview_url: None,
            progress: 0.0,
            uploaded: stored.uploaded,
        }
    }
}
