//! A message of a person.

use std::sync::Arc;
use std::time::Duration;

use damso_client_state::rows::{MessageRow, RowContent};
use damso_client_state::{Echo, EchoState};
use damso_domain::{AttachmentKind, ClientKey, Mention, UserId};
use damso_protocol::{Message, ReplyTo};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::bubble::TextBubble;
use super::files::FileCard;
use super::photos::{Album, Photo};
use crate::features::chat::polls::{PollContent, PollView};
use crate::features::chat::reactions::{Chips, Reactor, Taps};
use crate::features::chat::replying::{QuoteView, Replying};
use crate::features::chat::selecting::SelectBox;
use crate::features::chat::{MessageTarget, face_by_id, name_by_id};
use crate::i18n::{explain, format, forwarding, mentions, sending, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Avatar, AvatarSize, Icon, IconButton, IconName, MenuAnchor, Toasts};

/// What a message shows, wherever it comes from.
#[derive(Clone, PartialEq)]
struct Content {
    is_deleted: bool,
    reply_to: Option<ReplyTo>,
    is_forwarded: bool,
    text: Option<String>,
    mentions: Vec<Mention>,
    photos: Vec<Photo>,
    files: Vec<FileCard>,
    poll: Option<PollContent>,
}

/// A message of a person, with who wrote it, when, and who has not read it.
#[component]
pub(super) fn MessageView(id: String, row: Memo<MessageRow>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let target = MessageTarget::expect();
    let me = expect_context::<ChatStore>().me();
    let author = row.with_untracked(|row| author_of(row, me));
    let is_mine = row.with_untracked(|row| row.is_mine);
    let starts_run = Memo::new(move |_| row.with(|row| row.starts_run));
    let content = Memo::new(move |_| row.with(content_of));
    // Whoever is blocked calls nobody.
    let mentions_me =
        Memo::new(move |_| row.with(|row| mentions_user(row, me)) && !people.is_blocked(author));
    let seq = move || row.with(|row| row.content.seq()).map(damso_domain::Seq::as_i64);
    let label = move || {
        if is_mine {
            texts().chat.my_message.to_owned()
        } else {
            let label = (texts().chat.message_of)(&name_by_id(people, author));
            if mentions_me.get() {
                format!("{label}, {}", mentions().mentions_me)
            } else {
                label
            }
        }
    };
    let taps = Taps::new();
    // A message that is on its way, or gone, takes no reactions.
    let open_seq = move || row.with_untracked(reactable_seq);
    let open_menu = move |event: MouseEvent| {
        // A link or a picture keeps the menu that the browser has for it.
        if !MessageTarget::is_native(&event) {
            event.prevent_default();
            target.open(row, MenuAnchor::at_pointer(&event));
        }
    };
    view! {
        <article
            class="message"
            class=("message--mine", is_mine)
            class=("message--first", move || starts_run.get())
            class=("message--calls", move || mentions_me.get())
            id=id
            data-seq=seq
            tabindex="-1"
            aria-label=label
            on:contextmenu=open_menu
        >
            <Show when=move || !is_mine && starts_run.get()>
                <AuthorHead author />
            </Show>
            <div class="message__body">
                <div
                    class="message__parts"
                    on:mousedown=move |event| Taps::on_mouse_down(&event)
                    on:dblclick=move |event| taps.on_double_click(&event, open_seq())
                    on:pointerup=move |event| taps.on_pointer_up(&event)
                    on:click=move |event| taps.on_click(&event, open_seq())
                >
                    <Parts content />
                </div>
                <Meta row />
                <MenuButton row />
            </div>
            <Chips row />
            <Failure row />
            <Waiting row />
            <SelectBox row />
        </article>
    }
}

#[component]
fn AuthorHead(author: UserId) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let face = Memo::new(move |_| face_by_id(people, author));
    view! {
        <span class="message__face">
            <Avatar face size=AvatarSize::Small />
        </span>
        <span class="message__author">{move || name_by_id(people, author)}</span>
    }
}

#[component]
fn Parts(content: Memo<Content>) -> impl IntoView {
    let me = expect_context::<ChatStore>().me();
    let words = Memo::new(move |_| content.with(|content| (content.text.clone(), content.mentions.clone())));
    let photos = Memo::new(move |_| content.with(|content| content.photos.clone()));
    let files = Memo::new(move |_| content.with(|content| content.files.clone()));
    let is_deleted = Memo::new(move |_| content.with(|content| content.is_deleted));
    let reply_to = Memo::new(move |_| content.with(|content| content.reply_to.clone()));
    let is_forwarded = Memo::new(move |_| content.with(|content| content.is_forwarded));
    let poll = Memo::new(move |_| content.with(|content| content.poll.clone()));
    let is_poll = Memo::new(move |_| poll.with(Option::is_some));
    view! {
        <Show when=move || is_forwarded.get()>
            <span class="message__forwarded">
                <Icon name=IconName::PassOn />
                {move || forwarding().forwarded}
            </span>
        </Show>
        {move || reply_to.get().map(|reply| view! { <QuoteView reply /> })}
        <Show when=move || is_deleted.get()>
            <p class="bubble bubble--deleted">
                <Icon name=IconName::Trash />
                {move || texts().chat.deleted_message}
            </p>
        </Show>
        <Show when=move || !photos.read().is_empty()>
            <Album photos />
        </Show>
        {move || files.get().into_iter().map(FileCard::into_view).collect_view()}
        {move || is_poll.get().then(|| view! { <PollView content=poll /> })}
        {move || {
            let (text, mentions) = words.get();
            text.map(|text| view! { <TextBubble text mentions me /> })
        }}
    }
}

/// The number of those who have not read it, and the time.
#[component]
fn Meta(row: Memo<MessageRow>) -> impl IntoView {
    let unread_by = Memo::new(move |_| row.with(|row| row.unread_by));
    let time = move || {
        texts();
        row.with(|row| {
            row.shows_time
                .then(|| format::time_of_day(row.content.created_at()))
        })
    };
    let sending =
        Memo::new(move |_| row.with(|row| echo_of(row).filter(|echo| !echo.is_refused()).map(progress)));
    view! {
        <div class="message__meta">
            {move || {
                Some(unread_by.get())
                    .filter(|count| 0 < *count)
                    .map(|count| {
                        view! {
                            <b class="message__unread num" title=(texts().chat.unread_by)(count)>
                                <span aria-hidden="true">{count}</span>
                                <span class="sr-only">{(texts().chat.unread_by)(count)}</span>
                            </b>
                        }
                    })
            }}
            {move || match sending.get() {
                Some(Some(percent)) => {
                    view! { <span class="message__sending num">{(texts().chat.uploading)(percent)}</span> }.into_any()
                }
                Some(None) => {
                    view! {
                        <span
                            class="message__sending message__sending--dots"
                            role="img"
                            aria-label=texts().chat.sending
                        >
                            <i></i>
                        </span>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <Silent row />
                        <Edited row />
                        {time().map(|time| view! { <time class="message__time">{time}</time> })}
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

/// That it has called nobody, for its author.
#[component]
fn Silent(row: Memo<MessageRow>) -> impl IntoView {
    let is_silent = Memo::new(move |_| row.with(|row| row.is_mine && is_silent(row)));
    move || {
        is_silent.get().then(|| {
            let label = sending().was_silent;
            view! {
                <span class="message__silent" role="img" aria-label=label title=label>
                    <Icon name=IconName::Mute />
                </span>
            }
        })
    }
}

/// That it was changed; its author can look at what it said before.
#[component]
fn Edited(row: Memo<MessageRow>) -> impl IntoView {
    let reactor = Reactor::expect();
    let is_mine = row.with_untracked(|row| row.is_mine);
    let edited = Memo::new(move |_| {
        row.with(|row| match &row.content {
            RowContent::Stored(message) if message.edited_at.is_some() && message.deleted_at.is_none() => {
                Some(message.seq)
            }
            RowContent::Stored(_) | RowContent::Echo(_) => None,
        })
    });
    move || {
        edited.get().map(|seq| {
            if is_mine {
                view! {
                    <button
                        class="message__edited"
                        type="button"
                        aria-label=texts().reactions.show_edits
                        title=texts().reactions.edits_title
                        on:click=move |_| reactor.show_edits(seq)
                    >
                        {texts().reactions.edited}
                    </button>
                }
                .into_any()
            } else {
                view! { <span class="message__edited">{texts().reactions.edited}</span> }.into_any()
            }
        })
    }
}

/// The way to the menu for those without a right button.
#[component]
fn MenuButton(row: Memo<MessageRow>) -> impl IntoView {
    let target = MessageTarget::expect();
    let open = move |event: MouseEvent| target.open(row, MenuAnchor::below_target(&event));
    view! {
        <span class="message__menu">
            <IconButton icon=IconName::More label=move || texts().chat.message_menu on:click=open />
        </span>
    }
}

/// Why it was refused, and what can be done.
#[component]
fn Failure(row: Memo<MessageRow>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let toasts = Toasts::expect();
    let refused = Memo::new(move |_| {
        row.with(|row| {
            echo_of(row).and_then(|echo| match echo.state {
                EchoState::Refused { kind } => Some((echo.client_key, kind)),
                EchoState::Sending => None,
            })
        })
    });
    let retry = move |key: ClientKey| {
        if !chats.retry(key) {
            toasts.show(texts().chat.cannot_retry);
        }
    };
    move || {
        refused.get().map(|(key, kind)| {
            view! {
                <div class="message__failure" role="alert">
                    <Icon name=IconName::Warning />
                    <span>{format!("{} · {}", texts().chat.failed, explain(kind))}</span>
                    <button class="message__action" type="button" on:click=move |_| retry(key)>
                        {texts().chat.retry}
                    </button>
                    <button class="message__action" type="button" on:click=move |_| chats.discard(key)>
                        {texts().chat.discard}
                    </button>
                </div>
            }
        })
    }
}

/// How long it can still be called off, and the button for that.
#[component]
fn Waiting(row: Memo<MessageRow>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let waits = Memo::new(move |_| {
        row.with(|row| {
            let echo = echo_of(row).filter(|echo| echo.wait_until.is_some())?;
            chats.left_to_call_off(echo)?;
            Some((echo.client_key, echo.wait_until))
        })
    });
    move || {
        waits.get()?;
        let echo = row.with_untracked(|row| echo_of(row).cloned())?;
        let left = chats.left_to_call_off(&echo)?;
        Some(view! { <CallOff key=echo.client_key left /> })
    }
}

#[component]
fn CallOff(key: ClientKey, left: Duration) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let replying = Replying::expect();
    let is_over = RwSignal::new(false);
    let end = move || {
        is_over.try_set(true);
    };
    set_timeout(end, left);
    // As if the ring had been there from the beginning.
    let gone = Echo::WAIT.saturating_sub(left).as_millis();
    let call_off = move |_| {
        // What is being composed is in the text box then.
        if let Some(active) = document()
            .active_element()
            .and_then(|node| node.dyn_into::<HtmlElement>().ok())
        {
            // It fails for no element of ours.
            let _ = active.blur();
        }
        if chats.call_off(key) {
            replying.focus_box();
        }
    };
    view! {
        <Show when=move || !is_over.get()>
            <div class="message__waiting">
                <svg class="message__ring" viewBox="0 0 20 20" aria-hidden="true">
                    <circle cx="10" cy="10" r="8"></circle>
                    <circle
                        class="message__ring-left"
                        cx="10"
                        cy="10"
                        r="8"
                        pathLength="100"
                        style:animation-delay=format!("-{gone}ms")
                    ></circle>
                </svg>
                <button class="message__action" type="button" on:click=call_off>
                    {move || sending().call_off}
                </button>
            </div>
        </Show>
    }
}

fn mentions_user(row: &MessageRow, user: UserId) -> bool {
    match &row.content {
        RowContent::Stored(message) => message.mentions_user(user),
        RowContent::Echo(_) => false,
    }
}

fn reactable_seq(row: &MessageRow) -> Option<damso_domain::Seq> {
    match &row.content {
        RowContent::Stored(message) if message.deleted_at.is_none() => Some(message.seq),
        RowContent::Stored(_) | RowContent::Echo(_) => None,
    }
}

fn author_of(row: &MessageRow, me: UserId) -> UserId {
    match &row.content {
        RowContent::Stored(message) => message.author_id,
        RowContent::Echo(_) => me,
    }
}

fn is_silent(row: &MessageRow) -> bool {
    match &row.content {
        RowContent::Stored(message) => message.is_silent,
        RowContent::Echo(echo) => echo.is_silent,
    }
}

fn echo_of(row: &MessageRow) -> Option<&Arc<Echo>> {
    match &row.content {
        RowContent::Stored(_) => None,
        RowContent::Echo(echo) => Some(echo),
    }
}

/// In percent; `None` when there is nothing to upload.
fn progress(echo: &Arc<Echo>) -> Option<u32> {
    echo.progress().map(|share| (share * 100.0).floor() as u32)
}

fn content_of(row: &MessageRow) -> Content {
    match &row.content {
        RowContent::Stored(message) => content_of_message(message),
        RowContent::Echo(echo) => content_of_echo(echo),
    }
}

fn content_of_message(message: &Message) -> Content {
    let is_photo = |file: &&damso_protocol::Attachment| file.kind == AttachmentKind::Image;
    Content {
        is_deleted: message.deleted_at.is_some(),
        reply_to: message.reply_to.clone(),
        is_forwarded: message.forwarded,
        // What a poll asks stands above what can be chosen.
        text: message.text.clone().filter(|_| message.poll.is_none()),
        mentions: message.mention_spans.clone(),
        photos: message
            .attachments
            .iter()
            .filter(is_photo)
            .map(Photo::of_attachment)
            .collect(),
        files: message
            .attachments
            .iter()
            .filter(|file| !is_photo(file))
            .map(FileCard::of_attachment)
            .collect(),
        poll: message.poll.clone().map(|poll| PollContent {
            seq: message.seq,
            question: message.text.clone().unwrap_or_default(),
            poll,
        }),
    }
}

fn content_of_echo(echo: &Echo) -> Content {
    let is_photo = |file: &&damso_client_state::EchoFile| file.kind == AttachmentKind::Image;
    Content {
        is_deleted: false,
        reply_to: echo.reply_to.clone(),
        is_forwarded: echo.forward_of.is_some(),
        text: echo.text.clone(),
        mentions: echo.mentions.clone(),
        photos: echo.files.iter().filter(is_photo).map(Photo::of_echo).collect(),
        files: echo
            .files
            .iter()
            .filter(|file| !is_photo(file))
            .map(FileCard::of_echo)
            .collect(),
        poll: None,
    }
}
