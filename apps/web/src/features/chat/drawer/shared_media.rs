//! The pictures, files and links of a conversation, by month.

use damso_domain::markup::addresses;
use damso_domain::{AttachmentKind, ConversationId, Seq, UserId};
use damso_protocol::{Message, MessageContent, SharedMediaQuery};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ApiError;
use crate::app::{Navigator, Place, place_of};
use crate::features::chat::name_by_id;
use crate::features::chat::timeline::{FileCard, Photo, PhotoTile};
use crate::features::chat::viewer::{PhotoViewer, Viewer};
use crate::i18n::{explain_error, format, on_top, shared_media, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Button, ButtonKind, Choice, Dialog, EmptyState, IconButton, IconName, SkeletonRows, Tabs};

#[component]
pub(super) fn SharedMediaDialog(id: ConversationId, is_open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open=is_open title=move || shared_media().title>
            <SharedMedia id />
        </Dialog>
    }
}

#[derive(Clone, PartialEq)]
enum State {
    Loading,
    Here,
    Failed(ApiError),
}

/// What there is of the kind that is shown, as it was when it was asked for. A `Copy` handle.
#[derive(Clone, Copy)]
struct Shown {
    id: ConversationId,
    chats: ChatStore,
    kind: RwSignal<MessageContent>,
    state: RwSignal<State>,
    messages: RwSignal<Vec<Message>>,
    /// Where the next page begins; `None` when there is none.
    next: RwSignal<Option<String>>,
    is_loading_more: RwSignal<bool>,
    /// How often something was asked for: the answer of an older question is none.
    turn: StoredValue<u32>,
}

impl Shown {
    fn new(id: ConversationId) -> Self {
        let shown = Self {
            id,
            chats: expect_context(),
            kind: RwSignal::new(MessageContent::Image),
            state: RwSignal::new(State::Loading),
            messages: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            is_loading_more: RwSignal::new(false),
            turn: StoredValue::new(0),
        };
        Effect::new(move |_| {
            shown.kind.track();
            shown.load();
        });
        shown
    }

    /// From the newest one on.
    fn load(self) {
        self.messages.set(Vec::new());
        self.next.set(None);
        self.is_loading_more.set(false);
        self.state.set(State::Loading);
        self.ask(None);
    }

    fn load_more(self) {
        let cursor = self.next.get_untracked();
        if cursor.is_some() && !self.is_loading_more.get_untracked() {
            self.is_loading_more.set(true);
            self.ask(cursor);
        }
    }

    fn ask(self, cursor: Option<String>) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let turn = self.turn.get_value();
        let query = SharedMediaQuery {
            content: self.kind.get_untracked(),
            cursor,
            limit: None,
        };
        spawn_local(async move {
            let answer = self.chats.shared_media(self.id, &query).await;
            // Somebody may have left meanwhile, or wants to see something else.
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            self.is_loading_more.set(false);
            match answer {
                Ok(page) => {
                    self.messages.update(|messages| messages.extend(page.items));
                    self.next.set(page.next_cursor);
                    self.state.set(State::Here);
                }
                Err(error) => self.state.set(State::Failed(error)),
            }
        });
    }
}

/// One line, or one tile, of what is shown.
#[derive(Clone, PartialEq)]
enum Entry {
    Month(String),
    /// Which of all pictures.
    Picture(usize),
    File {
        seq: Seq,
        card: FileCard,
        by: By,
    },
    Link {
        seq: Seq,
        address: String,
        by: By,
    },
    /// What holds an address without being one to press.
    Words {
        seq: Seq,
        text: String,
        by: By,
    },
}

/// By whom, and when.
#[derive(Clone, PartialEq)]
struct By {
    author: UserId,
    day: String,
}

#[component]
fn SharedMedia(id: ConversationId) -> impl IntoView {
    // A picture is looked at above this dialog.
    provide_context(Viewer::new());
    let shown = Shown::new(id);
    let kinds = move || {
        let texts = shared_media();
        vec![
            Choice::new(MessageContent::Image, texts.images),
            Choice::new(MessageContent::Video, texts.videos),
            Choice::new(MessageContent::File, texts.files),
            Choice::new(MessageContent::Link, texts.links),
        ]
    };
    let is_empty = Memo::new(move |_| shown.messages.read().is_empty());
    view! {
        <div class="shared">
            <Tabs label=move || shared_media().kind options=Signal::derive(kinds) chosen=shown.kind />
            {move || match (shown.state.get(), is_empty.get()) {
                (State::Loading, _) => view! { <SkeletonRows count=4 /> }.into_any(),
                (State::Failed(error), _) => view! {
                    <EmptyState
                        icon=IconName::Offline
                        title=move || texts().common.failed_to_load
                        text=move || explain_error(&error)
                    >
                        <Button on:click=move |_| shown.load()>{move || texts().common.retry}</Button>
                    </EmptyState>
                }
                .into_any(),
                (State::Here, true) => view! {
                    <EmptyState
                        icon=IconName::Image
                        title=move || shared_media().none
                        text=move || shared_media().none_text
                    />
                }
                .into_any(),
                (State::Here, false) => view! { <Entries shown /> }.into_any(),
            }}
        </div>
        <PhotoViewer />
    }
}

#[component]
fn Entries(shown: Shown) -> impl IntoView {
    let photos = Memo::new(move |_| shown.messages.with(|messages| photos(messages)));
    let entries = Memo::new(move |_| {
        let kind = shown.kind.get_untracked();
        shown.messages.with(|messages| entries(messages, kind))
    });
    let list = move || {
        let draw = |entry: Entry| draw(entry, shown.id, photos);
        entries.get().into_iter().map(draw).collect_view()
    };
    view! {
        <ul class="shared__list" class=("shared__list--tiles", move || shown.kind.get() == MessageContent::Image)>
            {list}
        </ul>
        <Show when=move || shown.next.read().is_some()>
            <Button
                kind=ButtonKind::Secondary
                wide=true
                busy=shown.is_loading_more
                on:click=move |_| shown.load_more()
            >
                {move || texts().common.more}
            </Button>
        </Show>
    }
}

/// All pictures, the newest first.
fn photos(messages: &[Message]) -> Vec<Photo> {
    let of_message = |message: &Message| {
        let place = Place::Message(message.conversation_id, message.seq);
        let pictures = message.attachments.iter();
        let pictures = pictures.filter(|file| file.kind == AttachmentKind::Image);
        pictures
            .map(|file| Photo::of_attachment(file).said_at(place))
            .collect::<Vec<_>>()
    };
    messages.iter().flat_map(of_message).collect()
}

fn entries(messages: &[Message], kind: MessageContent) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut month, mut pictures) = (String::new(), 0);
    for message in messages {
        let seq = message.seq;
        let of_message = format::month_of_year(message.created_at);
        if of_message != month {
            entries.push(Entry::Month(of_message.clone()));
            month = of_message;
        }
        let by = By {
            author: message.author_id,
            day: format::list_time(message.created_at),
        };
        if kind == MessageContent::Link {
            let text = message.text.as_deref().unwrap_or_default();
            let found = addresses(text);
            if found.is_empty() {
                let text = damso_domain::excerpt(text);
                entries.push(Entry::Words {
                    seq,
                    text,
                    by: by.clone(),
                });
            }
            entries.extend(found.into_iter().map(|address| Entry::Link {
                seq,
                address: address.to_owned(),
                by: by.clone(),
            }));
            continue;
        }
        for file in &message.attachments {
            match (kind, file.kind) {
                (MessageContent::Image, AttachmentKind::Image) => {
                    entries.push(Entry::Picture(pictures));
                    pictures += 1;
                }
                (MessageContent::Video, AttachmentKind::Video)
                | (MessageContent::File, AttachmentKind::File | AttachmentKind::Audio) => {
                    let card = FileCard::of_attachment(file);
                    entries.push(Entry::File {
                        seq,
                        card,
                        by: by.clone(),
                    });
                }
                _ => (),
            }
        }
    }
    entries
}

fn draw(entry: Entry, id: ConversationId, photos: Memo<Vec<Photo>>) -> AnyView {
    match entry {
        Entry::Month(month) => view! {
            <li class="shared__month">
                <h3>{month}</h3>
            </li>
        }
        .into_any(),
        Entry::Picture(at) => {
            let photo = Memo::new(move |_| photos.with(|photos| photos.get(at).cloned()));
            view! {
                <li>
                    <PhotoTile photo photos at />
                </li>
            }
            .into_any()
        }
        Entry::File { seq, card, by } => line(card.into_view(), id, seq, by),
        Entry::Link { seq, address, by } => {
            let tab = place_of(&address).is_none().then_some("_blank");
            let href = address.clone();
            let link = view! {
                <a class="shared__link" href=href target=tab rel="noopener noreferrer">
                    {address}
                </a>
            };
            line(link.into_any(), id, seq, by)
        }
        Entry::Words { seq, text, by } => line(
            view! { <p class="shared__words">{text}</p> }.into_any(),
            id,
            seq,
            by,
        ),
    }
}

/// Something of a message, by whom it is, and the way there.
fn line(shown: AnyView, id: ConversationId, seq: Seq, by: By) -> AnyView {
    let navigator = Navigator::expect();
    let (chats, people) = (expect_context::<ChatStore>(), expect_context::<PeopleStore>());
    let By { author, day } = by;
    let who = move || {
        if author == chats.me() {
            shared_media().me.to_owned()
        } else {
            name_by_id(people, author)
        }
    };
    view! {
        <li class="shared__line">
            <div class="shared__what">
                {shown}
                <p class="shared__by">
                    <span class="truncate">{who}</span>
                    " · "
                    {day}
                </p>
            </div>
            <IconButton
                icon=IconName::Chat
                label=move || on_top().to_message
                on:click=move |_| navigator.go(Place::Message(id, seq))
            />
        </li>
    }
    .into_any()
}
