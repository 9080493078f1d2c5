//! The message that stands on top of a conversation.

use damso_client_state::quotes::quote;
use damso_domain::{ConversationId, Seq};
use damso_protocol::Message;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::name_by_id;
use super::replying::{Jump, quote_words};
use super::timeline::TextBubble;
use crate::i18n::{explain_error, format, on_top};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Button, ButtonKind, Icon, IconButton, IconName, Toasts};

/// Which message stands on top, if I see it; tracked.
pub(super) fn notice_seq(chats: ChatStore, id: ConversationId) -> Option<Seq> {
    chats.with_chat(id, |chat| {
        chat.conversation.notice.as_ref().map(|notice| notice.seq)
    })?
}

/// Whether I may put messages on top, and take them away; tracked.
pub(super) fn allows_notice(chats: ChatStore, id: ConversationId) -> bool {
    let allows = chats.with_chat(id, |chat| {
        let conversation = &chat.conversation;
        conversation.kind.allows_notice_by(conversation.membership.role)
    });
    allows == Some(true)
}

/// What one does with what stands on top, with the words that follow. A `Copy` handle.
#[derive(Clone, Copy)]
pub(super) struct NoticeActions {
    id: ConversationId,
    chats: ChatStore,
    toasts: Toasts,
}

impl NoticeActions {
    pub fn expect(id: ConversationId) -> Self {
        Self {
            id,
            chats: expect_context(),
            toasts: Toasts::expect(),
        }
    }

    /// Puts a message on top.
    pub fn set(self, seq: Seq) {
        spawn_local(async move {
            match self.chats.set_notice(self.id, seq).await {
                Ok(()) => self.toasts.show(on_top().was_set),
                Err(error) => self.toasts.show(explain_error(&error)),
            }
        });
    }

    /// Takes away what stands there.
    pub fn remove(self) {
        spawn_local(async move {
            match self.chats.remove_notice(self.id).await {
                Ok(()) => self.toasts.show(on_top().was_removed),
                Err(error) => self.toasts.show(explain_error(&error)),
            }
        });
    }
}

/// How much of a notice is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    /// A mark that brings it back.
    Away,
    /// One line.
    Line,
    /// All of it.
    Open,
}

impl Fold {
    const fn toggled(self) -> Self {
        match self {
            Self::Line => Self::Open,
            Self::Away | Self::Open => Self::Line,
        }
    }
}

/// What stands on top of a conversation, if anything does.
#[component]
pub(super) fn NoticeBar(id: ConversationId) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let seq = Memo::new(move |_| notice_seq(chats, id));
    move || seq.get().map(|seq| view! { <Notice id seq /> })
}

#[component]
fn Notice(id: ConversationId, seq: Seq) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let was_put_away = chats.folded_notice(id) == Some(seq);
    let fold = RwSignal::new(if was_put_away { Fold::Away } else { Fold::Line });
    let message =
        Memo::new(move |_| chats.with_chat(id, |chat| chat.conversation.notice.as_deref().cloned())?);
    let is_away = Memo::new(move |_| fold.get() == Fold::Away);
    let is_open = Memo::new(move |_| fold.get() == Fold::Open);
    let put_away = move |is_away: bool| {
        chats.fold_notice(id, is_away.then_some(seq));
        fold.set(if is_away { Fold::Away } else { Fold::Line });
        // What was pressed is not there any more.
        let next = if is_away { MARK } else { LINE };
        request_animation_frame(move || focus_on(next));
    };
    let toggle = move |_| fold.update(|fold| *fold = fold.toggled());
    let close = move |event: KeyboardEvent| {
        if event.key() == "Escape" && is_open.get_untracked() {
            event.stop_propagation();
            fold.set(Fold::Line);
        }
    };
    view! {
        <Show when=move || is_away.get()>
            <div class="notice-mark">
                <IconButton icon=IconName::Notice label=move || on_top().show on:click=move |_| put_away(false) />
            </div>
        </Show>
        <Show when=move || !is_away.get()>
            <section class="notice-bar" aria-label=move || on_top().notice on:keydown=close>
                <NoticeLine seq message />
                <IconButton
                    icon=Signal::derive(move || if is_open.get() { IconName::Fold } else { IconName::Unfold })
                    label=move || if is_open.get() { on_top().fold } else { on_top().unfold }
                    attr:aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    on:click=toggle
                />
                <Show when=move || is_open.get()>
                    <NoticeSheet id message on_away=move || put_away(true) />
                </Show>
            </section>
        </Show>
    }
}

const MARK: &str = ".notice-mark button";
const LINE: &str = ".notice-bar__line";

fn focus_on(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that refuses the focus leaves it where it is.
        let _ = element.focus();
    }
}

/// One line of it, and whose it is. It leads to the message.
#[component]
fn NoticeLine(seq: Seq, message: Memo<Option<Message>>) -> impl IntoView {
    let jump = Jump::expect();
    view! {
        <button
            class="notice-bar__line"
            type="button"
            title=move || on_top().to_message
            on:click=move |_| jump.to(seq)
        >
            <span class="notice-bar__icon">
                <Icon name=IconName::Notice />
            </span>
            <NoticeWords message />
        </button>
    }
}

/// The beginning of a notice, and who wrote it when.
#[component]
pub(super) fn NoticeWords(message: Memo<Option<Message>>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let excerpt =
        move || message.with(|message| message.as_ref().map(|message| quote_words(&quote(message))));
    let said = move || {
        message.with(|message| {
            let message = message.as_ref()?;
            let author = name_by_id(people, message.author_id);
            Some((on_top().said)(&author, &format::moment(message.created_at)))
        })
    };
    view! {
        <span class="notice-bar__words">
            <span class="notice-bar__excerpt" dir="auto">{excerpt}</span>
            <span class="notice-bar__said truncate">{said}</span>
        </span>
    }
}

/// All of it, and what can be done with it.
#[component]
fn NoticeSheet(
    id: ConversationId,
    message: Memo<Option<Message>>,
    on_away: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let actions = NoticeActions::expect(id);
    let is_allowed = Memo::new(move |_| allows_notice(chats, id));
    let me = chats.me();
    let words = Memo::new(move |_| {
        message.with(|message| {
            let message = message.as_ref()?;
            Some((message.text.clone()?, message.mention_spans.clone()))
        })
    });
    let files = Memo::new(move |_| {
        message.with(|message| {
            let names = |message: &Message| {
                message
                    .attachments
                    .iter()
                    .map(|file| file.file_name.clone())
                    .collect()
            };
            message.as_ref().map_or_else(Vec::<String>::new, names)
        })
    });
    view! {
        <div class="notice-bar__sheet">
            // It can be scrolled, so the keyboard has to reach it.
            <div class="notice-bar__text" tabindex="0">
                {move || words.get().map(|(text, mentions)| view! { <TextBubble text mentions me /> })}
                {move || {
                    files
                        .get()
                        .into_iter()
                        .map(|name| {
                            view! {
                                <p class="notice-bar__file truncate">
                                    <Icon name=IconName::Clip />
                                    {name}
                                </p>
                            }
                        })
                        .collect_view()
                }}
            </div>
            <div class="notice-bar__actions">
                <Button kind=ButtonKind::Plain small=true on:click=move |_| on_away()>
                    {move || on_top().put_away}
                </Button>
                <Show when=move || is_allowed.get()>
                    <Button kind=ButtonKind::Plain small=true on:click=move |_| actions.remove()>
                        {move || on_top().remove}
                    </Button>
                </Show>
            </div>
        </div>
    }
}
