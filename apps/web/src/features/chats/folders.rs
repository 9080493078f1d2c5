//! Folders: putting a chat into one, and keeping them in order.

use damso_domain::{ConversationId, FolderId, FolderName, NameError};
use damso_protocol::Folder;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::wasm_split;

use crate::api::ApiError;
use crate::app::{Fetched, Lazy};
use crate::features::naming::NameForm;
use crate::i18n::{explain_error, folder_texts, texts};
use crate::stores::ChatStore;
use crate::ui::{ButtonKind, ConfirmDialog, Dialog, Icon, IconButton, IconName, Toasts};

/// Asks which folder a chat goes into.
#[component]
pub(super) fn FolderDialog(
    /// Which chat.
    #[prop(into)]
    id: Signal<Option<ConversationId>>,
    /// Whether it is open.
    is_open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open=is_open title=move || texts().chat_list.folder>
            {move || {
                id.get()
                    .map(|id| {
                        view! {
                            <Lazy
                                load=|| Box::pin(load_folder_choice())
                                draw=Box::new(move || Box::pin(folder_choice(id, is_open)))
                            />
                        }
                    })
            }}
        </Dialog>
    }
}

/// Where folders are named, moved and deleted.
#[component]
pub(super) fn FoldersDialog(
    /// Whether it is open.
    is_open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open=is_open title=move || texts().chat_list.folders>
            <Lazy load=|| Box::pin(load_folder_list()) draw=Box::new(move || Box::pin(folder_list())) />
        </Dialog>
    }
}

/// See [`FolderChoice`].
#[wasm_split(people, fallible, preload(load_folder_choice))]
fn folder_choice(id: ConversationId, is_open: RwSignal<bool>) -> Fetched<AnyView> {
    Ok(view! { <FolderChoice id is_open /> }.into_any())
}

/// See [`FolderList`].
#[wasm_split(people, fallible, preload(load_folder_list))]
fn folder_list() -> Fetched<AnyView> {
    Ok(view! { <FolderList /> }.into_any())
}

#[component]
fn FolderChoice(id: ConversationId, is_open: RwSignal<bool>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let toasts = Toasts::expect();
    let chosen = Memo::new(move |_| {
        chats
            .with_chat(id, |chat| chat.conversation.membership.folder_id)
            .flatten()
    });
    let folders = Memo::new(move |_| chats.folders());
    let put = move |folder: Option<FolderId>| {
        is_open.set(false);
        tell(toasts, async move { chats.set_folder(id, folder).await });
    };
    let row = move |folder: Option<Folder>| {
        let target = folder.as_ref().map(|folder| folder.id);
        let name = move || {
            folder
                .as_ref()
                .map_or_else(|| folder_texts().none.to_owned(), |folder| folder.name.clone())
        };
        let is_chosen = move || chosen.get() == target;
        view! {
            <li>
                <button
                    class="row folders__choice"
                    type="button"
                    aria-pressed=move || if is_chosen() { "true" } else { "false" }
                    on:click=move |_| put(target)
                >
                    <Icon name=IconName::Folder />
                    <span class="truncate">{name}</span>
                    {move || is_chosen().then(|| view! { <Icon name=IconName::Check /> })}
                </button>
            </li>
        }
    };
    let made = Callback::new(move |folder: FolderId| put(Some(folder)));
    view! {
        <div class="folders">
            <Show when=move || !folders.read().is_empty()>
                <ul class="folders__list">
                    {row(None)} {move || folders.get().into_iter().map(|folder| row(Some(folder))).collect_view()}
                </ul>
            </Show>
            <NewFolder made />
        </div>
    }
}

#[component]
fn FolderList() -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let folders = Memo::new(move |_| chats.folders());
    view! {
        <div class="folders">
            <p class="folders__text">{move || folder_texts().manage_text}</p>
            <ul class="folders__list">
                <For each=move || folders.get() key=|folder| (folder.id, folder.name.clone()) let(folder)>
                    <FolderRow folder folders />
                </For>
            </ul>
            <NewFolder made=Callback::new(|_| ()) />
        </div>
    }
}

/// A folder with what can be done with it.
#[component]
fn FolderRow(folder: Folder, folders: Memo<Vec<Folder>>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let toasts = Toasts::expect();
    let (is_renaming, asks) = (RwSignal::new(false), RwSignal::new(false));
    let id = folder.id;
    let name = StoredValue::new(folder.name);
    let said = move |words: fn(&str) -> String| name.with_value(|name| words(name));
    let place = Memo::new(move |_| folders.read().iter().position(|folder| folder.id == id));
    let is_first = move || place.get() == Some(0);
    let is_last = move || place.get().is_some_and(|place| place + 1 == folders.read().len());
    let go = move |by: isize| {
        let to = place
            .get_untracked()
            .and_then(|place| place.checked_add_signed(by));
        if let Some(to) = to {
            tell(toasts, async move { chats.move_folder(id, to).await });
        }
    };
    view! {
        <li class="folders__row">
            <Icon name=IconName::Folder />
            <span class="folders__name truncate">{name.get_value()}</span>
            <IconButton
                icon=IconName::Send
                label=move || said(folder_texts().up)
                disabled=Signal::derive(is_first)
                on:click=move |_| go(-1)
            />
            <IconButton
                icon=IconName::ArrowDown
                label=move || said(folder_texts().down)
                disabled=Signal::derive(is_last)
                on:click=move |_| go(1)
            />
            <IconButton
                icon=IconName::Edit
                label=move || said(folder_texts().rename)
                on:click=move |_| is_renaming.update(|is| *is = !*is)
            />
            <IconButton
                icon=IconName::Trash
                label=move || said(folder_texts().delete)
                on:click=move |_| asks.set(true)
            />
            <Show when=move || is_renaming.get()>
                <RenameFolder id name=name.get_value() is_renaming />
            </Show>
            <ConfirmDialog
                open=asks
                title=move || said(folder_texts().delete_title)
                text=move || folder_texts().delete_text
                action=move || folder_texts().delete_action
                on_confirm=move |()| tell(toasts, async move { chats.delete_folder(id).await })
            />
        </li>
    }
}

#[component]
fn RenameFolder(id: FolderId, name: String, is_renaming: RwSignal<bool>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    view! {
        <NameForm
            name=RwSignal::new(name)
            label=move || folder_texts().name
            check=folder_name
            max_chars=FolderName::MAX_CHARS
            field="name"
            action=move || texts().common.save
            kind=ButtonKind::Secondary
            send=move |name| async move { chats.rename_folder(id, name).await }
            done=move |()| {
                is_renaming.try_set(false);
            }
        />
    }
}

#[component]
fn NewFolder(made: Callback<FolderId>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let name = RwSignal::new(String::new());
    let done = move |id| {
        name.try_set(String::new());
        made.try_run(id);
    };
    view! {
        <NameForm
            name
            label=move || folder_texts().new
            placeholder=move || folder_texts().hint.to_owned()
            check=folder_name
            max_chars=FolderName::MAX_CHARS
            field="name"
            action=move || folder_texts().make
            kind=ButtonKind::Secondary
            send=move |name| async move { chats.create_folder(name).await }
            done
        />
    }
}

fn folder_name(name: &str) -> Result<String, NameError> {
    FolderName::parse(name).map(FolderName::into_string)
}

/// Does it, and says what went wrong.
fn tell(toasts: Toasts, doing: impl Future<Output = Result<(), ApiError>> + 'static) {
    spawn_local(async move {
        if let Err(error) = doing.await {
            toasts.show(explain_error(&error));
        }
    });
}
