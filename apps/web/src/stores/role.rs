//! Who of the tabs of one browser leads: it has the socket, catches up and sends. The others follow it.

use std::rc::Rc;
use std::time::Duration;

use damso_client_state::TabMessage;
use damso_domain::ConversationId;
use leptos::task::spawn_local;

use super::boot;
use super::core::Core;
use super::local::{self, CatchUp, Local};

/// How long to wait before the code of [`Local`] is fetched again.
const RETRY: Duration = Duration::from_secs(3);

/// What a tab does among the tabs of one account in one browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// It is being found out.
    #[default]
    Undecided,
    /// It has the connection, for all of them.
    Leads,
    /// Another one has the connection.
    Follows,
    /// The browser cannot make tabs take turns: each has a connection of its own, and no copy is kept.
    Alone,
}

impl Core {
    /// Fetches what works behind the screens. It finds out what is kept here and which tab leads.
    pub(super) fn take_a_role(self: &Rc<Self>) {
        if !self.expects_copy {
            // Nothing to show before it: the lists come without it.
            boot::load(self);
        }
        self.fetch_local();
    }

    fn fetch_local(self: &Rc<Self>) {
        let core = self.clone();
        spawn_local(async move {
            if local::begin(core.clone()).await.is_err() {
                core.later(RETRY, Self::fetch_local);
            }
        });
    }

    /// Whether this tab has the connection and sends.
    pub fn leads(&self) -> bool {
        matches!(self.role.get(), Role::Leads | Role::Alone)
    }

    /// What works behind the screens, once its code is here.
    pub fn local(&self) -> Option<Rc<dyn Local>> {
        self.local.borrow().clone()
    }

    /// Catches up, as soon as there is a way to.
    pub fn catch_up(&self, what: CatchUp) {
        if let Some(local) = self.local() {
            local.catch_up(what);
        }
    }

    /// Tells the other tabs.
    pub fn tell(&self, message: &TabMessage) {
        if let Some(local) = self.local() {
            local.tell(message);
        }
    }

    /// Something that is kept may have changed.
    pub fn touch(&self) {
        if self.role.get() == Role::Leads
            && let Some(local) = self.local()
        {
            local.touch();
        }
    }

    /// I am typing.
    pub fn typing(&self, id: ConversationId) {
        if let Some(local) = self.local() {
            local.typing(id);
        }
    }

    /// What is on the screen.
    pub fn show(&self, shown: Vec<ConversationId>) {
        if let Some(local) = self.local() {
            local.show(shown);
        }
    }
}
