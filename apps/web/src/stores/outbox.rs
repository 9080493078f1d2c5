//! The outbox: every tab writes into it, and the browser keeps it. The leading tab sends.

use std::cell::RefCell;
use std::rc::Rc;

use damso_client_state::outbox::put_before;
use damso_client_state::{Echo, EchoFile, EchoState, TabMessage};
use damso_domain::{ClientKey, ConversationId, Mention, Timestamp};
use damso_protocol::{ForwardOf, Message, ReplyTo};
use leptos::prelude::Notify;

use super::core::{Core, Part};
use super::storage;

/// What a message is called in local storage, where there is no database to keep it.
pub(super) const STORED: &str = "outbox.";

/// What somebody has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// `None`: files alone.
    pub text: Option<String>,
    /// Whom the text mentions, and where.
    pub mentions: Vec<Mention>,
}

/// How a message goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As messages do.
    Usual,
    /// It calls nobody.
    Silent,
}

const WAITS: &str = "damso.waits-before-sending";

/// Whether messages that are written in this browser wait for being called off.
pub fn waits_before_sending() -> bool {
    storage::get(WAITS).is_some()
}

/// Says so, or not.
pub fn wait_before_sending(on: bool) {
    storage::set(WAITS, on.then_some("on"));
}

/// What sending needs to remember.
#[derive(Default)]
pub(super) struct State {
    /// What the browser keeps for the next visit, as far as this tab knows.
    kept: RefCell<Vec<ClientKey>>,
    /// What no storage took: it lasts as long as this page.
    unkept: RefCell<Vec<ClientKey>>,
}

impl Core {
    /// Shows a message at once and sends it as soon as its turn comes.
    pub fn send(
        self: &Rc<Self>,
        conversation_id: ConversationId,
        words: Words,
        files: Vec<EchoFile>,
        reply_to: Option<ReplyTo>,
        manner: Manner,
    ) {
        let client_key = ClientKey::new();
        let has_bytes = files.iter().any(|file| file.uploaded.is_none());
        let echo = Echo {
            client_key,
            conversation_id,
            text: words.text,
            files,
            reply_to,
            forward_of: None,
            mentions: words.mentions,
            is_silent: manner == Manner::Silent,
            wait_until: waits_before_sending().then(|| Timestamp::now().after(Echo::WAIT)),
            created_at: self.peek(|model| model.outbox.next_time(Timestamp::now())),
            tab: has_bytes.then_some(self.tab),
            state: EchoState::Sending,
        };
        self.show_echo(echo);
    }

    /// Shows a message at once in another conversation, as it is known here, and has the server copy it there.
    pub fn forward(self: &Rc<Self>, conversation_id: ConversationId, message: &Message) {
        self.show_echo(Echo {
            client_key: ClientKey::new(),
            conversation_id,
            text: message.text.clone(),
            files: message.attachments.iter().map(EchoFile::of_attachment).collect(),
            reply_to: None,
            forward_of: Some(ForwardOf {
                conversation_id: message.conversation_id,
                seq: message.seq,
            }),
            // Somebody else's call is not mine.
            mentions: Vec::new(),
            is_silent: false,
            wait_until: None,
            created_at: self.peek(|model| model.outbox.next_time(Timestamp::now())),
            tab: None,
            state: EchoState::Sending,
        });
    }

    fn show_echo(self: &Rc<Self>, echo: Echo) {
        let key = echo.client_key;
        self.change(&[Part::Outbox, Part::Chats], |model| model.outbox.push(echo));
        self.keep_message(key);
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
        self.change(&[Part::Outbox, Part::Chats], |model| model.outbox.retry(key));
        for file in files {
            self.start_upload(file);
        }
        self.keep_message(key);
        true
    }

    /// Drops a message that was not stored.
    pub fn discard_message(self: &Rc<Self>, key: ClientKey) {
        self.message_dropped(key);
        self.forget_message(key);
        self.tell(&TabMessage::Dropped(key));
    }

    /// Calls off a message that waits for it, and gives back what was written: before what has been begun since. Says
    /// whether it could.
    pub fn call_off(self: &Rc<Self>, key: ClientKey) -> bool {
        if !self.has_files_of(key) {
            return false;
        }
        let called_off = self.change(&[Part::Outbox, Part::Chats], |model| {
            model.outbox.call_off(key, Timestamp::now())
        });
        let Some(echo) = called_off else {
            return false;
        };
        let id = echo.conversation_id;
        self.put_into_tray(id, echo.files);
        self.forget_message(key);
        self.tell(&TabMessage::Dropped(key));
        let begun = (self.draft(id), self.draft_mentions(id));
        let (text, mentions) = put_before((echo.text.unwrap_or_default(), echo.mentions), begun);
        self.set_draft_mentions(id, &mentions);
        if self.reply(id).is_none() {
            self.set_reply(id, echo.reply_to);
        }
        self.set_draft(id, text);
        self.drafts_changed.notify();
        true
    }

    /// Whether the files of a message are on the server, or at hand in this tab.
    pub fn has_files_of(&self, key: ClientKey) -> bool {
        let is_here = |file: &EchoFile| file.uploaded.is_some() || self.uploads.has_bytes(file.key);
        self.peek(|model| {
            let echo = model.outbox.get(key);
            echo.is_some_and(|echo| echo.files.iter().all(is_here))
        })
    }

    /// A message was dropped, here or in another tab.
    pub fn message_dropped(self: &Rc<Self>, key: ClientKey) {
        let dropped = self.change(&[Part::Outbox, Part::Chats], |model| model.outbox.remove(key));
        if let Some(echo) = dropped {
            echo.files.iter().for_each(|file| self.drop_upload(file.key));
        }
    }

    /// Tells the other tabs of a message as it stands now, keeps it, and sends it when its turn has come.
    pub fn keep_message(self: &Rc<Self>, key: ClientKey) {
        let json = self.peek(|model| model.outbox.get(key).map(Echo::to_json));
        if let Some(json) = json {
            // At once: this tab may be about to close, and the leader keeps it as well.
            self.tell(&TabMessage::Echo(json));
            self.store_message(key);
        }
    }

    /// Keeps a message as it stands now, and sends it when its turn has come.
    pub fn store_message(self: &Rc<Self>, key: ClientKey) {
        let kept = self.change(&[], |model| {
            model.outbox.hold(key);
            let echo = model.outbox.get(key)?;
            Some((echo.conversation_id, echo.to_json()))
        });
        let Some((id, json)) = kept else { return };
        self.outbox.note_kept(key);
        let core = self.clone();
        let text = json.clone();
        let when_kept = move |is_kept: bool| {
            if core.peek(|model| model.outbox.get(key).is_none()) {
                // Dropped meanwhile: nobody is to hear of it any more.
                return core.forget_message(key);
            }
            let is_kept = is_kept || storage::set(&core.message_name(key), Some(&json));
            core.outbox.note(key, is_kept);
            core.change(&[], |model| model.outbox.release(key));
            if let Some(local) = core.local() {
                local.hand_over(Some(id));
            }
        };
        match self.local() {
            Some(local) => local.keep(key, text, Box::new(when_kept)),
            None => when_kept(false),
        }
    }

    /// Takes over messages that an earlier visit, or another tab, could not hand over.
    pub fn adopt_messages(self: &Rc<Self>, echoes: Vec<Echo>) {
        let unknown = self.peek(|model| {
            let is_unknown = |echo: &Echo| model.outbox.get(echo.client_key).is_none();
            echoes.into_iter().filter(is_unknown).collect::<Vec<_>>()
        });
        let keys = unknown.iter().map(|echo| echo.client_key);
        self.outbox.kept.borrow_mut().extend(keys);
        self.change(&[Part::Outbox, Part::Chats], |model| {
            unknown.into_iter().for_each(|echo| model.outbox.put(echo));
        });
    }

    /// What was settled needs to be kept no longer, and neither do its files.
    pub fn prune_outbox(self: &Rc<Self>) {
        let waiting = self.peek(|model| model.outbox.keys());
        let kept = self.outbox.kept.borrow().clone();
        for key in kept.into_iter().filter(|key| !waiting.contains(key)) {
            // The leader alone removes what the server has stored: it is the one that knows.
            if self.leads() {
                self.forget_message(key);
            }
        }
        self.release_files();
    }

    /// Whether closing this tab now would lose something: a message that nothing keeps, or a file.
    pub fn would_lose(&self) -> bool {
        let has_unkept = !self.outbox.unkept.borrow().is_empty();
        has_unkept || self.peek(|model| model.outbox.awaited_tabs().contains(&self.tab))
    }

    fn forget_message(&self, key: ClientKey) {
        self.outbox.kept.borrow_mut().retain(|kept| *kept != key);
        self.outbox.note(key, true);
        storage::set(&self.message_name(key), None);
        if let Some(local) = self.local() {
            local.forget(key);
        }
    }

    fn message_name(&self, key: ClientKey) -> String {
        storage::key_of(self.me(), &format!("{STORED}{key}"))
    }
}

impl State {
    /// The browser keeps it, or is about to.
    pub fn note_kept(&self, key: ClientKey) {
        let mut kept = self.kept.borrow_mut();
        kept.retain(|known| *known != key);
        kept.push(key);
    }

    fn note(&self, key: ClientKey, is_kept: bool) {
        let mut unkept = self.unkept.borrow_mut();
        unkept.retain(|known| *known != key);
        if !is_kept {
            unkept.push(key);
        }
    }
}
