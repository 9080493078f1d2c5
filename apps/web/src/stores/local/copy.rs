//! The copy of what is known, for the next visit: the tab that leads writes it, and every tab begins with it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use damso_client_state::{Kept, Mirror};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::engine::Engine;
use super::note_copy;
use crate::stores::boot;
use crate::stores::core::Part;
use crate::stores::role::Role;

/// What changes within this time is written together.
const GATHER: Duration = Duration::from_millis(500);

/// What is known of the copy.
#[derive(Default)]
pub(super) struct State {
    /// What has been written; nothing while another tab writes, or when the database takes no more.
    pub mirror: RefCell<Option<Mirror>>,
    /// Whether something is about to be written.
    is_waiting: Cell<bool>,
}

impl Engine {
    /// What an earlier visit has kept comes on the screen at once; without it, everything is loaded.
    pub async fn show_copy(&self) {
        let core = &self.core;
        if !core.expects_copy {
            // It has been loading since before, and may be done.
            return self.take_what_came();
        }
        let records = match &self.database {
            Some(database) => database.copy().await.unwrap_or_default(),
            None => Vec::new(),
        };
        let Some(kept) = Kept::read(records).filter(|kept| kept.me().id == core.me()) else {
            return boot::load(core);
        };
        let all = [Part::Chats, Part::Timelines, Part::People];
        let mirror = core.change(&all, |model| model.restore(kept));
        *self.copy.mirror.borrow_mut() = Some(mirror);
        core.take(|model| model.end_sync(js_sys::Date::now()));
        // It may have been opened while there was nothing to show.
        if let Some(open) = core.open.get() {
            core.open_conversation(open);
        }
    }

    /// Something may have changed: writes it in a moment.
    pub fn write_soon(&self) {
        if self.copy.mirror.borrow().is_none() || self.copy.is_waiting.replace(true) {
            return;
        }
        let this = self.this();
        let write = move || {
            if let Some(engine) = this.upgrade() {
                spawn_local(engine.write());
            }
        };
        set_timeout(write, GATHER);
    }

    pub fn write_when_leaving(&self) {
        let this = self.this();
        let listener = window_event_listener(leptos::ev::pagehide, move |_| {
            if let Some(engine) = this.upgrade() {
                spawn_local(engine.write());
            }
        });
        self.listeners.borrow_mut().push(listener);
    }

    async fn write(self: Rc<Self>) {
        self.copy.is_waiting.set(false);
        let core = &self.core;
        let me = core.session.me_signal().get_untracked();
        let (Some(database), Some(me), Role::Leads) = (&self.database, me, core.role.get()) else {
            return;
        };
        let changes = match self.copy.mirror.borrow_mut().as_mut() {
            Some(mirror) => core.peek(|model| mirror.changes(model, &me)),
            None => return,
        };
        if changes.is_empty() {
            return;
        }
        let written = database.write(&core.tab.to_string(), &changes).await;
        if core.is_running() {
            note_copy(core.me(), written.is_ok());
        }
        if written.is_err() {
            // No room, or a database that went away: it goes on from memory, and the outbox gets what room
            // there is. The next visit loads everything.
            self.copy.mirror.borrow_mut().take();
            let _ = database.clear_copy().await;
        }
    }
}
