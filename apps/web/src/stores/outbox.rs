//! Handing messages over: in order, one at a time for each conversation, until the server has answered.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use damso_client_state::{Echo, EchoFile, EchoState, Outbox};
use damso_domain::{ClientKey, ConversationId, Timestamp};
use damso_protocol::{ErrorKind, SendMessageRequest};
use leptos::task::spawn_local;

use super::core::{Core, Part, is_final};
use super::storage;
use crate::api::ApiError;

/// The first wait after a send that got no answer; it doubles.
const FIRST_RETRY_SECS: f64 = 1.0;
/// The longest wait.
const MOST_RETRY_SECS: f64 = 20.0;
/// What the outbox is called in storage. Each tab keeps its own and takes over what others left; a message
/// that two tabs send is still one, by its key.
const STORED: &str = "outbox.";

/// How often sending has failed in a row.
#[derive(Default)]
pub(super) struct State {
    failures: RefCell<HashMap<ConversationId, i32>>,
}

impl Core {
    /// Shows a message at once and sends it as soon as its turn comes.
    pub fn send(
        self: &Rc<Self>,
        conversation_id: ConversationId,
        text: Option<String>,
        files: Vec<EchoFile>,
    ) {
        let echo = Echo {
            client_key: ClientKey::new(),
            conversation_id,
            text,
            files,
            created_at: Timestamp::now(),
            state: EchoState::Sending,
        };
        self.change(&[Part::Outbox, Part::Chats], |model| model.outbox.push(echo));
        self.store_outbox();
        self.pump(conversation_id);
    }

    /// Tries a refused message again. Says whether it can: files of an earlier visit are gone.
    pub fn retry_message(self: &Rc<Self>, key: ClientKey) -> bool {
        let files = self.peek(|model| {
            let files = model
                .outbox
                .get(key)
                .map(|echo| echo.files.clone())
                .unwrap_or_default();
            files
                .into_iter()
                .filter(|file| file.uploaded.is_none())
                .map(|file| file.key)
                .collect::<Vec<_>>()
        });
        let can_upload = files.iter().all(|file| self.uploads.has_bytes(*file));
        if !can_upload {
            return false;
        }
        let conversation = self.change(&[Part::Outbox, Part::Chats], |model| {
            model.outbox.retry(key);
            model.outbox.get(key).map(|echo| echo.conversation_id)
        });
        for file in files {
            self.start_upload(file);
        }
        self.store_outbox();
        if let Some(id) = conversation {
            self.pump(id);
        }
        true
    }

    /// Drops a message that was not stored.
    pub fn discard_message(self: &Rc<Self>, key: ClientKey) {
        let dropped = self.change(&[Part::Outbox, Part::Chats], |model| model.outbox.remove(key));
        if let Some(echo) = dropped {
            echo.files.iter().for_each(|file| self.drop_upload(file.key));
        }
        self.store_outbox();
    }

    /// Sends whatever waits anywhere.
    pub fn send_all(self: &Rc<Self>) {
        for id in self.peek(|model| model.outbox.conversations()) {
            self.pump(id);
        }
    }

    /// Sends the next message of a conversation, if there is one and none is on its way.
    pub fn pump(self: &Rc<Self>, id: ConversationId) {
        if !self.is_running() {
            return;
        }
        let Some(request) = self.change(&[], |model| model.outbox.take_next(id)) else {
            return;
        };
        let core = self.clone();
        spawn_local(async move {
            let answer = core.api.send_message(id, &request).await;
            core.change(&[], |model| model.outbox.request_ended(request.client_key));
            if core.is_running() {
                core.sent(id, &request, answer);
            }
        });
    }

    fn sent(
        self: &Rc<Self>,
        id: ConversationId,
        request: &SendMessageRequest,
        answer: Result<damso_protocol::Message, ApiError>,
    ) {
        match answer {
            Ok(message) => {
                self.outbox.failures.borrow_mut().remove(&id);
                self.release_files(request.client_key);
                self.take(|model| model.take_sent(message));
                self.store_outbox();
                self.pump(id);
            }
            Err(error) if is_final(&error) => {
                let kind = error.kind().unwrap_or(ErrorKind::Internal);
                self.change(&[Part::Outbox, Part::Chats], |model| {
                    model.outbox.refuse(request.client_key, kind);
                });
                self.store_outbox();
                self.pump(id);
            }
            Err(ApiError::Unauthenticated) => (),
            Err(error) => self.pump_later(id, &error),
        }
    }

    fn pump_later(self: &Rc<Self>, id: ConversationId, error: &ApiError) {
        let failures = {
            let mut failures = self.outbox.failures.borrow_mut();
            let count = failures.entry(id).or_insert(0);
            *count += 1;
            *count
        };
        let own = (FIRST_RETRY_SECS * 2f64.powi((failures - 1).min(5))).min(MOST_RETRY_SECS);
        let wait = error.retry_after_secs().map_or(own, f64::from) + js_sys::Math::random();
        self.later(Duration::from_secs_f64(wait), move |core| core.pump(id));
    }

    /// The pages of the echo's pictures are not needed any more once it is stored.
    fn release_files(self: &Rc<Self>, key: ClientKey) {
        let files = self.peek(|model| {
            model
                .outbox
                .get(key)
                .map(|echo| echo.files.iter().map(|file| file.key).collect::<Vec<_>>())
        });
        files
            .into_iter()
            .flatten()
            .for_each(|file| self.uploads.forget(file));
    }

    /// Keeps what is not stored yet for the next visit.
    pub fn store_outbox(&self) {
        let key = storage::key_of(self.me(), &format!("{STORED}{}", self.tab));
        let json = self.peek(|model| (!model.outbox.is_empty()).then(|| model.outbox.to_json()));
        storage::set(&key, json.as_deref());
    }

    /// Takes over what an earlier visit, or another tab, could not hand over.
    pub fn restore_outbox(&self) {
        for key in storage::keys_of(self.me(), STORED) {
            let stored = storage::get(&key).and_then(|json| Outbox::from_json(&json));
            storage::set(&key, None);
            if let Some(stored) = stored {
                self.change(&[], |model| model.outbox.adopt(stored));
            }
        }
        self.store_outbox();
    }
}
