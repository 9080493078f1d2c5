//! One chat of the list.

use damso_client_state::Chat;
use damso_client_state::preview::Preview;
use damso_domain::{ConversationId, ConversationKind, Timestamp};
use leptos::prelude::*;

use super::swipe::Swipeable;
use super::{ChatActions, OpenMenu};
use crate::app::Place;
use crate::features::chat::{ChatFace, preview_words, title_words};
use crate::i18n::{format, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Badge, Icon, IconName, MenuAnchor};

/// What a row shows beside names and previews.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Marks {
    group_size: Option<i64>,
    unread: i64,
    mentions: i64,
    is_pinned: bool,
    is_muted: bool,
    is_marked_unread: bool,
}

#[component]
pub(super) fn ChatRow(
    id: ConversationId,
    chosen: Memo<Option<ConversationId>>,
    menu: OpenMenu,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let marks = Memo::new(move |_| marks(chats, id));
    let title = Memo::new(move |_| chats.title(id).as_ref().map(title_words).unwrap_or_default());
    let said = Memo::new(move |_| chats.preview_with_draft(id));
    let words = move || said.with(|said| said.as_ref().map(|(said, _)| preview_words(said, people)));
    let is_draft = Memo::new(move |_| said.with(|said| matches!(said, Some((Preview::Draft { .. }, _)))));
    let time = move || {
        said.with(|said| said.as_ref().and_then(|(_, at)| *at))
            .map(format::list_time)
    };
    let unread = Signal::derive(move || marks.get().unread);
    let open_menu = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        menu.target.set(Some(id));
        menu.anchor.set(Some(MenuAnchor::at_pointer(&event)));
    };
    let hold = move |anchor| {
        menu.target.set(Some(id));
        menu.anchor.set(Some(anchor));
    };
    let is_archived =
        Memo::new(move |_| chats.with_chat(id, |chat| chat.is_archived(Timestamp::now())) == Some(true));
    let is_quiet = move || marks.with(|marks| marks.is_muted) || is_archived.get();
    let actions = ChatActions::expect();
    let is_unread = Memo::new(move |_| chats.with_chat(id, Chat::is_unread) == Some(true));
    let left = move || {
        let said = &texts().chat_list;
        let label = if is_archived.get() {
            said.unarchive
        } else {
            said.archive
        };
        (IconName::Archive, label)
    };
    let right = move || {
        let said = &texts().chat_list;
        if is_unread.get() {
            (IconName::Check, said.mark_read)
        } else {
            (IconName::Chat, said.mark_unread)
        }
    };
    view! {
        <Swipeable
            left=Signal::derive(left)
            right=Signal::derive(right)
            on_left=move |()| actions.toggle_archive(id)
            on_right=move |()| actions.toggle_unread(id)
            on_hold=hold
        >
            <a
                class="row chats__row"
                href=Place::Chat(id).path()
                aria-current=move || (chosen.get() == Some(id)).then_some("page")
                on:contextmenu=open_menu
            >
                <ChatFace id />
                <span class="chats__words">
                    <span class="row__name">
                        <span class="truncate">{move || title.get()}</span>
                        <RowMarks marks />
                    </span>
                    <span class="row__sub" class=("chats__draft", move || is_draft.get()) dir="auto">
                        {words}
                    </span>
                </span>
                <span class="chats__side">
                    <time class="chats__time">{time}</time>
                    <span class="chats__counts">
                        <Show when=move || { 0 < marks.get().mentions }>
                            <span class="badge" role="img" aria-label=move || texts().chat_list.mentioned>
                                "@"
                            </span>
                        </Show>
                        <Badge
                            count=unread
                            quiet=Signal::derive(is_quiet)
                            label=move || (texts().chat.unread_count)(unread.get())
                        />
                    </span>
                    {move || {
                        let marks = marks.get();
                        (marks.is_marked_unread && marks.unread == 0)
                            .then(|| {
                                view! {
                                    <span
                                        class="chats__dot"
                                        class=("chats__dot--quiet", is_quiet())
                                        role="img"
                                        aria-label=texts().chat_list.marked_unread
                                    ></span>
                                }
                            })
                    }}
                </span>
            </a>
        </Swipeable>
    }
}

#[component]
fn RowMarks(marks: Memo<Marks>) -> impl IntoView {
    let mark = |name: IconName, label: &'static str| {
        view! {
            <span class="chats__mark" role="img" aria-label=label title=label>
                <Icon name />
            </span>
        }
    };
    view! {
        {move || marks.get().group_size.map(|size| view! { <span class="chats__size num">{size}</span> })}
        {move || marks.get().is_pinned.then(|| mark(IconName::Pin, texts().chat.pinned))}
        {move || marks.get().is_muted.then(|| mark(IconName::Mute, texts().chat.muted))}
    }
}

fn marks(chats: ChatStore, id: ConversationId) -> Marks {
    let read = chats.with_chat(id, |chat| Marks {
        group_size: Some(chat.conversation.member_count)
            .filter(|_| chat.conversation.kind == ConversationKind::Group),
        unread: chat.conversation.unread_count,
        mentions: chat.conversation.mention_count,
        is_pinned: chat.conversation.membership.is_pinned,
        is_muted: chat.is_muted(Timestamp::now()),
        is_marked_unread: chat.conversation.membership.is_marked_unread,
    });
    read.unwrap_or_default()
}
