//! Whom an `@` in the text box means: a list to choose from above it, and the words that are put in.
//!
//! Keys mean in the open list what they mean for sending: [`EnterLogic`] says when Enter counts, so that one that ends a
//! composition chooses once it is over, and never sends as well.

use damso_client_state::Mentioning;
use damso_client_state::composer::{Action, EnterLogic, KeyDown};
use damso_client_state::mentioning::{Candidate, Trigger};
use damso_domain::{ConversationId, Mention, MessageText, MessageTextError, mention_ranges};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::HtmlTextAreaElement;

use super::Writing;
use crate::features::chat::{face_by_id, name_by_id};
use crate::i18n::mentions as said;
use crate::stores::{ChatStore, PeopleStore, Words};
use crate::ui::{Avatar, AvatarSize, Icon, IconName};

pub(super) const LIST_ID: &str = "mention-list";

/// Whom the text may be about to mention. A `Copy` handle.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    trigger: RwSignal<Option<Trigger>>,
    candidates: Memo<Vec<Candidate>>,
    active: RwSignal<usize>,
    memory: StoredValue<Memory>,
}

/// What is remembered from one key to the next.
#[derive(Default)]
struct Memory {
    /// The `@` for which nobody was wanted.
    dismissed: Option<u32>,
    /// To be put in as soon as the composition has ended.
    chosen: Option<Candidate>,
    /// A composition has ended by a key that has chosen: the browser may tell of the same key once more.
    is_key_spent: bool,
    /// Everybody in the group has been asked for.
    has_asked: bool,
}

impl Offer {
    pub fn new(id: ConversationId) -> Self {
        let chats = expect_context::<ChatStore>();
        let trigger = RwSignal::new(None::<Trigger>);
        Self {
            trigger,
            candidates: Memo::new(move |_| {
                trigger.with(|trigger| match trigger {
                    Some(trigger) => chats.mention_candidates(id, &trigger.typed, said().everybody),
                    None => Vec::new(),
                })
            }),
            active: RwSignal::new(0),
            memory: StoredValue::default(),
        }
    }

    /// Whether there is anybody to choose, tracked.
    pub fn is_open(self) -> bool {
        self.candidates.with(|candidates| !candidates.is_empty())
    }

    /// The element of the one that Enter would choose, tracked.
    pub fn active_id(self) -> Option<String> {
        self.is_open().then(|| option_id(self.active_place()))
    }

    /// Nobody is wanted. A box that is taken away loses the focus when all of this is gone already.
    pub fn close(self) {
        if self.memory.try_with_value(|memory| memory.chosen.is_none()) == Some(true) {
            self.put(None);
        }
    }

    fn put(self, trigger: Option<Trigger>) {
        let start = trigger.as_ref().map(|trigger| trigger.start);
        let is_dismissed = self
            .memory
            .with_value(|memory| start.is_some() && memory.dismissed == start);
        if !is_dismissed {
            self.memory.update_value(|memory| memory.dismissed = None);
        }
        let trigger = trigger.filter(|_| !is_dismissed);
        if self.trigger.with_untracked(|known| *known != trigger) {
            self.active.set(0);
            self.trigger.set(trigger);
        }
    }

    fn active_place(self) -> usize {
        let last = self
            .candidates
            .with(|candidates| candidates.len().saturating_sub(1));
        self.active.get().min(last)
    }

    fn active(self) -> Option<Candidate> {
        let place = untrack(|| self.active_place());
        self.candidates
            .with_untracked(|candidates| candidates.get(place).cloned())
    }

    /// Goes on to the next one, or the one before, round and round.
    fn step(self, is_down: bool) {
        let count = self.candidates.with_untracked(Vec::len).max(1);
        let place = untrack(|| self.active_place());
        let next = if is_down { place + 1 } else { place + count - 1 };
        self.active.set(next % count);
        let option = document().get_element_by_id(&option_id(next % count));
        if let Some(option) = option {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }

    fn choose_later(self, candidate: Option<Candidate>) {
        self.memory.update_value(|memory| memory.chosen = candidate);
    }

    fn dismiss(self) {
        let start = self
            .trigger
            .with_untracked(|trigger| trigger.as_ref().map(|trigger| trigger.start));
        self.trigger.set(None);
        self.memory.update_value(|memory| memory.dismissed = start);
    }
}

fn option_id(place: usize) -> String {
    format!("{LIST_ID}-{place}")
}

/// Those who may be meant, above the text box.
#[component]
pub(super) fn MentionList(writing: Writing) -> impl IntoView {
    let offer = writing.offer;
    let is_open = Memo::new(move |_| offer.is_open());
    let options = move || {
        let candidates = offer.candidates.get().into_iter().enumerate();
        candidates
            .map(|(place, candidate)| view! { <MentionOption writing place candidate /> })
            .collect_view()
    };
    view! {
        <Show when=move || is_open.get()>
            <ul
                class="mention-list"
                id=LIST_ID
                role="listbox"
                aria-label=move || said().list
                // The box keeps the focus, and with it the keyboard of a phone.
                on:mousedown=move |event| event.prevent_default()
            >
                {options}
            </ul>
        </Show>
        <div class="sr-only" role="status">
            {move || is_open.get().then(|| (said().found)(offer.candidates.with(Vec::len)))}
        </div>
    }
}

#[component]
fn MentionOption(writing: Writing, place: usize, candidate: Candidate) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let offer = writing.offer;
    let is_active = Memo::new(move |_| offer.active_place() == place);
    let (face, name, detail) = match candidate.user_id {
        Some(id) => {
            let handle = people.user(id).and_then(|user| user.handle);
            let face = face_by_id(people, id);
            let handle = handle.map(|handle| format!("@{handle}"));
            let shown = view! { <Avatar face=face size=AvatarSize::Small /> }.into_any();
            (shown, name_by_id(people, id), handle.unwrap_or_default())
        }
        None => {
            let icon = view! {
                <span class="mention-list__all" aria-hidden="true">
                    <Icon name=IconName::People />
                </span>
            };
            (
                icon.into_any(),
                candidate.name.clone(),
                said().everybody_detail.to_owned(),
            )
        }
    };
    let choose = move |event: MouseEvent| {
        event.prevent_default();
        writing.choose_by_pointer(candidate.clone());
    };
    view! {
        <li
            class="mention-list__option"
            class=("mention-list__option--active", move || is_active.get())
            id=option_id(place)
            role="option"
            aria-selected=move || if is_active.get() { "true" } else { "false" }
            on:click=choose
        >
            {face}
            <span class="mention-list__name truncate">{name}</span>
            <span class="mention-list__detail truncate">{detail}</span>
        </li>
    }
}

impl Writing {
    /// What stands in the box as it goes out, with whom it mentions.
    pub(super) fn words(self, written: &str) -> Result<Words, MessageTextError> {
        let mentions = self.mentions.get_value();
        // The server composes what came in pieces, which would move the mentions.
        let composed = if mentions.list().is_empty() {
            written.to_owned()
        } else {
            js_sys::JsString::from(written).normalize("NFC").into()
        };
        let text = MessageText::parse(&composed)?.into_string();
        let mentions = mentions.settle(written, &text);
        Ok(Words {
            text: Some(text),
            mentions,
        })
    }

    /// The box holds another text, with these mentions, unless they are of an older one.
    pub(super) fn put_mentions(self, text: &str, mentions: Vec<Mention>) {
        let fits = mention_ranges(text, &mentions).is_ok();
        let mentions = Mentioning::of(if fits { mentions } else { Vec::new() });
        self.mentions.set_value(mentions);
        self.offer.close();
    }

    /// Changes whom the text mentions, and keeps that with the draft.
    pub(super) fn change_mentions(self, change: impl FnOnce(&mut Mentioning)) {
        let before = self.mentions.get_value();
        self.mentions.update_value(change);
        let is_kept = self.editing.get_untracked().is_none();
        self.mentions.with_value(|mentions| {
            if is_kept && *mentions != before {
                self.chats.set_draft_mentions(self.id, mentions.list());
            }
        });
    }

    /// Offers names where the caret stands behind an `@`.
    pub(super) fn look_for_name(self) {
        let found = self.node.get_untracked().and_then(|node| self.trigger(&node));
        if found.is_some() {
            self.load_members();
        }
        self.offer.put(found);
    }

    /// A description of the group carries the first few alone.
    fn load_members(self) {
        let (id, chats, memory) = (self.id, self.chats, self.offer.memory);
        let has_all = chats.peek_chat(id, damso_client_state::Chat::has_all_members);
        if has_all == Some(false) && !memory.with_value(|memory| memory.has_asked) {
            memory.update_value(|memory| memory.has_asked = true);
            spawn_local(async move {
                // Those who are known are offered meanwhile, and it is asked again for the next name.
                if chats.load_members(id).await.is_err() {
                    memory.try_update_value(|memory| memory.has_asked = false);
                }
            });
        }
    }

    fn trigger(self, node: &HtmlTextAreaElement) -> Option<Trigger> {
        // These fail only for fields without a caret, which a text box has.
        let (start, end) = (node.selection_start().ok()??, node.selection_end().ok()??);
        let text = node.value();
        let trigger = self.mentions.with_value(|mentions| mentions.trigger(&text, end));
        trigger.filter(|_| start == end)
    }

    /// What a key means while names are offered. Says whether it was for them.
    pub(super) fn mentions_by_key(self, event: &KeyboardEvent) -> bool {
        let is_key = |key: &str| event.key() == key || event.code() == key;
        let is_enter = is_key("Enter") || is_key("NumpadEnter");
        let is_choice = is_enter || is_key("Tab");
        if self.offer.memory.with_value(|memory| memory.is_key_spent) && is_choice {
            event.prevent_default();
            return true;
        }
        let has_modifier = event.shift_key() || event.alt_key() || event.ctrl_key() || event.meta_key();
        let is_open = untrack(|| self.offer.is_open());
        if !is_open || has_modifier || self.enter.with_value(EnterLogic::has_candidates) {
            return false;
        }
        let is_composing = event.is_composing() || self.enter.with_value(EnterLogic::is_composing);
        if is_key("ArrowDown") || is_key("ArrowUp") {
            event.prevent_default();
            self.offer.step(is_key("ArrowDown"));
        } else if is_key("Escape") && !is_composing {
            event.prevent_default();
            event.stop_propagation();
            self.offer.dismiss();
        } else if is_choice {
            self.choose_by_key(event, is_composing);
        } else {
            return false;
        }
        true
    }

    fn choose_by_key(self, event: &KeyboardEvent, is_composing: bool) {
        let key = KeyDown {
            is_enter: true,
            has_shift: false,
            is_composing: event.is_composing(),
            key_code: event.key_code(),
        };
        let action = self.enter.try_update_value(|enter| enter.key_down(key, true));
        match action.unwrap_or(Action::None) {
            Action::SendNow => {
                event.prevent_default();
                if let Some(candidate) = self.offer.active() {
                    self.choose(&candidate);
                }
            }
            Action::Swallow => {
                event.prevent_default();
                if is_composing {
                    self.offer.choose_later(self.offer.active());
                }
            }
            Action::None | Action::SendAfterComposition => (),
        }
    }

    /// The composition has ended, perhaps by the key or the press that has chosen somebody. Says whether that was so.
    pub(super) fn mentions_after_composition(self, action: Action) -> bool {
        let memory = self.offer.memory;
        if memory.with_value(|memory| memory.chosen.is_none()) {
            return false;
        }
        memory.update_value(|memory| memory.is_key_spent = action == Action::SendAfterComposition);
        // After this event every engine has put the last syllable into the box.
        queue_microtask(move || {
            let chosen = memory.try_update_value(|memory| memory.chosen.take());
            if let Some(candidate) = chosen.flatten() {
                self.choose(&candidate);
            }
        });
        true
    }

    /// The key that was pressed has been let go; and the caret may stand elsewhere.
    pub(super) fn on_key_up(self, event: &KeyboardEvent) {
        self.offer
            .memory
            .update_value(|memory| memory.is_key_spent = false);
        let moves = matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight" | "Home" | "End");
        if moves && !event.is_composing() {
            self.look_for_name();
        }
    }

    /// What is being composed is left to the input method: it ends when the box loses the focus, and then the name is put
    /// in.
    fn choose_by_pointer(self, candidate: Candidate) {
        let is_composing = self.enter.with_value(EnterLogic::is_composing);
        let Some(node) = self.node.get_untracked() else {
            return;
        };
        if is_composing {
            self.offer.choose_later(Some(candidate));
            // These fail only for an element that is not in the page any more.
            let _ = node.blur();
            let _ = node.focus();
        } else {
            self.choose(&candidate);
        }
    }

    /// Puts a name in the place of what was typed for it.
    fn choose(self, candidate: &Candidate) {
        let Some(Some(node)) = self.node.try_get_untracked() else {
            return;
        };
        if self.text.with_untracked(|text| *text != node.value()) {
            self.on_input();
        }
        let (Some(trigger), Ok(Some(caret))) = (self.trigger(&node), node.selection_end()) else {
            return self.offer.put(None);
        };
        let words = format!("@{}", candidate.name);
        let units = words.encode_utf16().count() as u32;
        let next = node.value().encode_utf16().nth(caret as usize);
        let has_space = next.is_some_and(|unit| matches!(unit, 0x20 | 0x0a));
        let piece = if has_space {
            words.clone()
        } else {
            format!("{words} ")
        };
        // These fail only for elements that are no text boxes.
        if node
            .set_range_text_with_start_and_end(&piece, trigger.start, caret)
            .is_err()
        {
            return;
        }
        let after = trigger.start + units + 1;
        let _ = node.set_selection_range(after, after);
        self.change_mentions(|mentions| {
            self.text
                .with_untracked(|before| mentions.follow(before, &node.value()));
            mentions.add(candidate.user_id, trigger.start, &words);
        });
        self.text.set(node.value());
        self.on_input();
    }
}
