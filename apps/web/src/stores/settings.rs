//! What I let others see: the same on all my devices.

use std::rc::Rc;

use damso_protocol::{SetPresenceRequest, Settings, UpdateSettingsRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::core::{Core, Part};
use crate::api::ApiError;

/// My settings. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub struct SettingsStore {
    core: StoredValue<Rc<Core>, LocalStorage>,
}

impl SettingsStore {
    pub(super) const fn new(core: StoredValue<Rc<Core>, LocalStorage>) -> Self {
        Self { core }
    }

    fn core(self) -> Rc<Core> {
        self.core.get_value()
    }

    /// The settings, once they have been read.
    pub fn get(self) -> Option<Settings> {
        self.core()
            .read(&[Part::Settings], |model| model.settings().cloned())
    }

    /// The same, without tracking; `None` also once the session has ended.
    pub fn peek(self) -> Option<Settings> {
        let core = self.core.try_get_value()?;
        core.peek(|model| model.settings().cloned())
    }

    /// Reads them from the server; `then` hears of what went wrong.
    pub fn load(self, then: impl FnOnce(Result<(), ApiError>) + 'static) {
        let core = self.core();
        spawn_local(async move {
            let answer = core.api.settings().await;
            then(answer.map(|settings| core.take(|model| model.load_settings(settings))));
        });
    }

    /// Changes settings.
    pub async fn update(self, request: &UpdateSettingsRequest) -> Result<(), ApiError> {
        let core = self.core();
        let settings = core.api.update_settings(request).await?;
        core.take(|model| model.load_settings(settings));
        Ok(())
    }

    /// Says something else about being here.
    pub async fn set_presence(self, request: &SetPresenceRequest) -> Result<(), ApiError> {
        let core = self.core();
        let presence = core.api.set_presence(request).await?;
        let known = core.peek(|model| model.settings().cloned());
        if let Some(known) = known {
            core.take(|model| model.load_settings(Settings { presence, ..known }));
        }
        Ok(())
    }
}
