//! Handing messages over: in order, one at a time for each conversation, until the server has answered.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use damso_client_state::{Echo, EchoState};
use damso_domain::{ClientKey, ConversationId, Timestamp};
use damso_protocol::{ErrorKind, Message, SendMessageRequest};

use super::engine::Engine;
use crate::api::ApiError;
use crate::stores::core::{Part, is_final};
use crate::stores::outbox::STORED;
use crate::stores::storage;

/// The first wait after a send that got no answer; it doubles.
const FIRST_RETRY_SECS: f64 = 1.0;
/// The longest wait.
const MOST_RETRY_SECS: f64 = 20.0;

/// How often sending has failed in a row.
#[derive(Default)]
pub(super) struct State {
    failures: RefCell<HashMap<ConversationId, i32>>,
}

impl Engine {
    /// Sends whatever waits anywhere, and what has been begun.
    pub fn send_all(&self) {
        self.core.send_drafts();
        for id in self.core.peek(|model| model.outbox.conversations()) {
            self.pump(id);
        }
    }

    /// Sends the next message of a conversation, if there is one and none is on its way.
    pub fn pump(&self, id: ConversationId) {
        if !self.core.is_running() || !self.core.leads() {
            return;
        }
        // It may be called off.
        if let Some((key, left)) = self.core.peek(|model| model.outbox.waiting(id, Timestamp::now())) {
            return self.later(left, move |engine| {
                engine.core.change(&[], |model| model.outbox.end_wait(key));
                engine.pump(id);
            });
        }
        let Some(request) = self.core.change(&[], |model| model.outbox.take_next(id)) else {
            return;
        };
        self.spawn(async move |engine| {
            let core = &engine.core;
            let answer = core.api.send_message(id, &request).await;
            core.change(&[], |model| model.outbox.request_ended(request.client_key));
            if core.is_running() {
                engine.sent(id, &request, answer);
            }
        });
    }

    fn sent(&self, id: ConversationId, request: &SendMessageRequest, answer: Result<Message, ApiError>) {
        match answer {
            Ok(message) => {
                self.sending.failures.borrow_mut().remove(&id);
                self.core.take(|model| model.take_sent(message));
                self.pump(id);
            }
            Err(error) if is_final(&error) => {
                let kind = error.kind().unwrap_or(ErrorKind::Internal);
                self.core.change(&[Part::Outbox, Part::Chats], |model| {
                    model.outbox.refuse(request.client_key, kind);
                });
                self.core.keep_message(request.client_key);
                self.pump(id);
            }
            Err(ApiError::Unauthenticated) => (),
            Err(error) => self.pump_later(id, &error),
        }
    }

    fn pump_later(&self, id: ConversationId, error: &ApiError) {
        let failures = {
            let mut failures = self.sending.failures.borrow_mut();
            let count = failures.entry(id).or_insert(0);
            *count += 1;
            *count
        };
        let own = (FIRST_RETRY_SECS * 2f64.powi((failures - 1).min(5))).min(MOST_RETRY_SECS);
        let wait = error.retry_after_secs().map_or(own, f64::from) + js_sys::Math::random();
        self.later(Duration::from_secs_f64(wait), move |engine| engine.pump(id));
    }

    /// A tab is gone: what waits for its files waits in vain.
    pub fn tab_gone(&self, tab: ClientKey) {
        if self.others.watches.borrow().has(tab) {
            self.show_in(tab, Vec::new());
        }
        let orphans = self
            .core
            .change(&[Part::Outbox, Part::Chats], |model| model.outbox.orphan(tab));
        orphans.into_iter().for_each(|key| self.core.keep_message(key));
        self.send_all();
    }

    /// Takes over what lies in local storage: messages that no database took, and those of earlier versions.
    pub fn adopt_from_storage(&self) {
        let mut echoes = Vec::new();
        for name in storage::keys_of(self.core.me(), STORED) {
            let json = storage::get(&name).unwrap_or_default();
            match Echo::from_json(&json) {
                Some(echo) => echoes.push(echo),
                None => {
                    echoes.extend(Echo::list_from_json(&json).into_iter().map(orphaned));
                    storage::set(&name, None);
                }
            }
        }
        let keys: Vec<ClientKey> = echoes.iter().map(|echo| echo.client_key).collect();
        self.core.adopt_messages(echoes);
        keys.into_iter().for_each(|key| self.core.keep_message(key));
    }
}

fn orphaned(mut echo: Echo) -> Echo {
    if !echo.is_refused() && !echo.is_uploaded() {
        echo.state = EchoState::Refused {
            kind: ErrorKind::UploadIncomplete,
        };
    }
    echo
}
