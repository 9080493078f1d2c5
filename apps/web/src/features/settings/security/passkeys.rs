//! Passkeys: the list, adding, naming and removing.

use damso_domain::{PasskeyId, Timestamp};
use damso_protocol::{AddPasskeyRequest, Passkey};
use leptos::task::spawn_local;
use leptos::{ev::SubmitEvent, prelude::*};

use super::super::SettingsGroup;
use super::super::loading::LoadFailed;
use super::super::proof::Proof;
use super::super::trouble::Trouble;
use super::News;
use crate::api::{ApiClient, ApiError};
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_error, explain_field, format, security, texts};
use crate::ui::{
    Button, ButtonKind, ConfirmDialog, Dialog, Icon, IconButton, IconName, Menu, MenuAnchor, MenuItem,
    SkeletonLines, TextField, Toasts,
};
use crate::webauthn;

/// The most characters of a name.
const MAX_NAME_CHARS: usize = 60;

/// What is known of the passkeys.
#[derive(Clone, Copy)]
struct Keys {
    api: ApiClient,
    proof: Proof,
    toasts: Toasts,
    news: News,
    list: RwSignal<Option<Result<Vec<Passkey>, ApiError>>>,
    /// Whether the server takes passkeys; it is believed to until it has said.
    is_available: RwSignal<bool>,
}

impl Keys {
    fn load(self) {
        spawn_local(async move {
            let answer = self.api.passkeys().await;
            self.list.try_set(Some(answer.map(|keys| keys.items)));
        });
    }

    fn ask_server(self) {
        spawn_local(async move {
            if let Ok(server) = self.api.server().await {
                let takes = server.features.iter().any(|feature| feature == "passkeys");
                self.is_available.try_set(takes);
            }
        });
    }

    /// Has the browser make one, and keeps it.
    async fn add(self, name: &str) -> Result<Passkey, Trouble> {
        let ceremony = self.proof.with(|| self.api.start_adding_passkey()).await?;
        let made = webauthn::create(ceremony).await?;
        let request = AddPasskeyRequest {
            ceremony_id: made.ceremony_id,
            name: name.to_owned(),
            credential: made.credential,
        };
        Ok(self.proof.with(|| self.api.add_passkey(&request)).await?)
    }

    fn put(self, change: impl FnOnce(&mut Vec<Passkey>)) {
        self.list.try_update(|list| {
            if let Some(Ok(keys)) = list {
                change(keys);
            }
        });
    }

    fn remove(self, id: PasskeyId) {
        spawn_local(async move {
            match self.proof.with(|| self.api.remove_passkey(id)).await {
                Ok(()) => {
                    self.put(|keys| keys.retain(|key| key.id != id));
                    self.toasts.show(security().passkey_removed);
                    self.news.tell();
                }
                Err(ApiError::Cancelled) => (),
                Err(error) => {
                    self.toasts.show(explain_error(&error));
                    self.load();
                }
            }
        });
    }
}

/// The passkeys of the account, or why there can be none.
#[component]
pub fn PasskeySettings() -> impl IntoView {
    let keys = Keys {
        api: expect_context(),
        proof: Proof::expect(),
        toasts: Toasts::expect(),
        news: News::expect(),
        list: RwSignal::new(None),
        is_available: RwSignal::new(true),
    };
    keys.load();
    keys.ask_server();
    let is_adding = RwSignal::new(false);
    let is_supported = webauthn::is_supported();
    let problem = move || match (keys.is_available.get(), is_supported) {
        (false, _) => Some(security().passkeys_unavailable),
        (true, false) => Some(security().passkeys_unsupported),
        (true, true) => None,
    };
    let rows = move || match keys.list.get() {
        None => view! { <SkeletonLines count=1 /> }.into_any(),
        Some(Err(error)) => view! { <LoadFailed error on_retry=move |()| keys.load() /> }.into_any(),
        Some(Ok(list)) if list.is_empty() => {
            let none = move || {
                if problem().is_none() {
                    security().no_passkeys
                } else {
                    ""
                }
            };
            view! { <p class="settings__none">{none}</p> }.into_any()
        }
        Some(Ok(list)) => {
            let rows = list
                .into_iter()
                .map(|key| view! { <KeyRow keys key /> })
                .collect_view();
            view! { <ul class="keys">{rows}</ul> }.into_any()
        }
    };
    view! {
        <SettingsGroup title=move || security().passkeys text=move || security().passkeys_text>
            {rows}
            {move || match problem() {
                Some(problem) => view! {
                    <p class="settings__note">
                        <Icon name=IconName::Warning />
                        <span>{problem}</span>
                    </p>
                }
                .into_any(),
                None => view! {
                    <div class="settings__actions">
                        <Button kind=ButtonKind::Secondary icon=IconName::Plus on:click=move |_| is_adding.set(true)>
                            {move || security().passkey_add}
                        </Button>
                    </div>
                }
                .into_any(),
            }}
            <Dialog open=is_adding title=move || security().passkey_add_title>
                <AddForm keys is_open=is_adding />
            </Dialog>
        </SettingsGroup>
    }
}

#[component]
fn AddForm(keys: Keys, is_open: RwSignal<bool>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let submission = Submission::new();
    let trouble = RwSignal::new(None::<Trouble>);
    suggest_name(keys.api, name);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        submission.note_try();
        trouble.set(None);
        let chosen = name.get_untracked().trim().to_owned();
        if chosen.is_empty() || MAX_NAME_CHARS < chosen.chars().count() {
            return;
        }
        let act = async move {
            keys.add(&chosen).await.map_err(|wrong| {
                if !wrong.is_wanted() {
                    trouble.try_set(Some(wrong));
                }
                ApiError::Cancelled
            })
        };
        submission.run(act, move |key| {
            is_open.try_set(false);
            keys.put(|list| list.push(key));
            keys.toasts.show(security().passkey_added);
            keys.news.tell();
        });
    };
    view! {
        <form on:submit=submit novalidate>
            <p class="dialog__text">{move || security().passkey_add_text}</p>
            <TextField
                label=move || security().passkey_name
                value=name
                max_chars=MAX_NAME_CHARS
                error=Signal::derive(move || name_error(submission, name))
                autofocus=true
            />
            <FormError text=Signal::derive(move || trouble.get().map(|trouble| trouble.explain())) />
            <div class="dialog__actions">
                <Button kind=ButtonKind::Secondary on:click=move |_| is_open.set(false)>
                    {move || texts().common.cancel}
                </Button>
                <Button submits=true busy=submission.is_busy()>
                    {move || security().passkey_continue}
                </Button>
            </div>
        </form>
    }
}

/// What the server calls this device, unless something has been typed by then.
fn suggest_name(api: ApiClient, name: RwSignal<String>) {
    spawn_local(async move {
        let Ok(sessions) = api.sessions().await else {
            return;
        };
        let this = sessions.items.into_iter().find(|session| session.is_current);
        if let Some(this) = this {
            name.try_update(|name| {
                if name.is_empty() {
                    *name = this.name;
                }
            });
        }
    });
}

fn name_error(submission: Submission, name: RwSignal<String>) -> Option<String> {
    let chars = name.read().trim().chars().count();
    let kind = if MAX_NAME_CHARS < chars {
        Some(damso_protocol::FieldErrorKind::TooLong)
    } else {
        (submission.was_tried() && chars == 0).then_some(damso_protocol::FieldErrorKind::Empty)
    };
    kind.map(|kind| explain_field(kind).to_owned())
        .or_else(|| submission.field_error("name"))
}

#[component]
fn KeyRow(keys: Keys, key: Passkey) -> impl IntoView {
    let Passkey {
        id,
        name,
        created_at,
        last_used_at,
    } = key;
    let menu = RwSignal::new(None::<MenuAnchor>);
    let is_renaming = RwSignal::new(false);
    let asks = RwSignal::new(false);
    let added = move || (security().passkey_added_at)(&format::long_date(created_at));
    let label = name.clone();
    let title = name.clone();
    let old_name = StoredValue::new(name.clone());
    view! {
        <li class="device">
            <span class="device__icon">
                <Icon name=IconName::Key />
            </span>
            <span class="device__words">
                <span class="device__name">{name}</span>
                <span class="device__more">{added}</span>
                <span class="device__more">{move || used(last_used_at)}</span>
            </span>
            <IconButton
                icon=IconName::More
                label=move || (security().passkey_menu)(&label)
                attr:aria-haspopup="menu"
                on:click=move |event| menu.set(Some(MenuAnchor::below_target(&event)))
            />
            <Menu anchor=menu label=move || security().passkeys>
                <MenuItem icon=IconName::Edit on:click=move |_| is_renaming.set(true)>
                    {move || security().passkey_rename}
                </MenuItem>
                <MenuItem icon=IconName::Trash danger=true on:click=move |_| asks.set(true)>
                    {move || security().passkey_remove}
                </MenuItem>
            </Menu>
            <Dialog open=is_renaming title=move || security().passkey_rename>
                <RenameForm keys id old_name=old_name.get_value() is_open=is_renaming />
            </Dialog>
            <ConfirmDialog
                open=asks
                title=move || (security().passkey_remove_title)(&title)
                text=move || security().passkey_remove_text
                action=move || security().passkey_remove
                on_confirm=move |()| keys.remove(id)
            />
        </li>
    }
}

fn used(last_used_at: Option<Timestamp>) -> String {
    last_used_at.map_or_else(
        || security().passkey_unused.to_owned(),
        |used| (security().passkey_used_at)(&format::ago(used)),
    )
}

#[component]
fn RenameForm(keys: Keys, id: PasskeyId, old_name: String, is_open: RwSignal<bool>) -> impl IntoView {
    let name = RwSignal::new(old_name);
    let submission = Submission::new();
    Effect::watch(
        move || name.track(),
        move |(), _, _| submission.clear_error(),
        false,
    );
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        submission.note_try();
        let chosen = name.get_untracked().trim().to_owned();
        if chosen.is_empty() || MAX_NAME_CHARS < chosen.chars().count() {
            return;
        }
        let asked = chosen.clone();
        submission.run(
            async move { keys.api.rename_passkey(id, asked).await },
            move |()| {
                is_open.try_set(false);
                keys.toasts.show(security().passkey_renamed);
                keys.put(|list| {
                    list.iter_mut()
                        .filter(|key| key.id == id)
                        .for_each(|key| key.name.clone_from(&chosen));
                });
            },
        );
    };
    view! {
        <form on:submit=submit novalidate>
            <TextField
                label=move || security().passkey_name
                value=name
                max_chars=MAX_NAME_CHARS
                error=Signal::derive(move || name_error(submission, name))
                autofocus=true
            />
            <FormError text=Signal::derive(move || submission.general_error(&["name"])) />
            <div class="dialog__actions">
                <Button kind=ButtonKind::Secondary on:click=move |_| is_open.set(false)>
                    {move || texts().common.cancel}
                </Button>
                <Button submits=true busy=submission.is_busy()>
                    {move || texts().common.save}
                </Button>
            </div>
        </form>
    }
}
