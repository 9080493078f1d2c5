//! Asking the server while somebody types.

use std::time::Duration;

use damso_protocol::{FoundMessage, SearchMessagesQuery};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::filters::{Filters, Period};
use crate::api::ApiError;
use crate::stores::ChatStore;

/// How long somebody has to pause before the server is asked.
const PAUSE: Duration = Duration::from_millis(250);

/// Where the search is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    /// Nothing was asked for.
    Idle,
    /// The first answer is awaited.
    Asking,
    /// There is an answer.
    Here,
    /// There is none.
    Failed(ApiError),
}

/// What was found of what is typed now. A `Copy` handle.
#[derive(Clone, Copy)]
pub(super) struct Finding {
    pub state: RwSignal<State>,
    pub items: RwSignal<Vec<FoundMessage>>,
    /// Where the next page begins; `None` when there is none.
    pub next: RwSignal<Option<String>>,
    pub is_loading_more: RwSignal<bool>,
    /// The last question: the answer of an older one is none.
    question: StoredValue<Question>,
    chats: ChatStore,
}

#[derive(Clone, Default)]
struct Question {
    number: u32,
    query: SearchMessagesQuery,
}

impl Finding {
    /// Asks each time when what is looked for has changed, after a pause.
    pub fn follow(typed: RwSignal<String>, filters: Filters) -> Self {
        let finding = Self {
            state: RwSignal::new(State::Idle),
            items: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            is_loading_more: RwSignal::new(false),
            question: StoredValue::new(Question::default()),
            chats: expect_context(),
        };
        let query = Memo::new(move |_| SearchMessagesQuery {
            query: typed.read().trim().to_owned(),
            conversation_id: filters.chat.get(),
            author_id: filters.author.get(),
            has: filters.content.get(),
            after: filters.period.get().map(Period::begin),
            ..SearchMessagesQuery::default()
        });
        Effect::new(move |_| finding.ask_soon(query.get()));
        finding
    }

    fn ask_soon(self, query: SearchMessagesQuery) {
        let is_empty = query.query.is_empty();
        let number = self.begin(query);
        if is_empty {
            self.items.set(Vec::new());
            self.next.set(None);
            return self.state.set(State::Idle);
        }
        // What was found before stays until there is something else, so that nothing flickers.
        if self.items.read_untracked().is_empty() {
            self.state.set(State::Asking);
        }
        set_timeout(
            move || {
                if self.is_current(number) {
                    self.ask(number);
                }
            },
            PAUSE,
        );
    }

    /// The same once more.
    pub fn retry(self) {
        let Some(question) = self.question.try_get_value() else {
            return;
        };
        self.state.set(State::Asking);
        let number = self.begin(question.query);
        self.ask(number);
    }

    fn begin(self, query: SearchMessagesQuery) -> u32 {
        let mut number = 0;
        self.question.update_value(|question| {
            question.number = question.number.wrapping_add(1);
            question.query = query;
            number = question.number;
        });
        self.is_loading_more.set(false);
        number
    }

    /// Whether nothing else has been asked since, and somebody is still here.
    fn is_current(self, number: u32) -> bool {
        self.question
            .try_with_value(|question| question.number == number)
            .unwrap_or(false)
    }

    fn ask(self, number: u32) {
        let query = self.question.with_value(|question| question.query.clone());
        spawn_local(async move {
            let answer = self.chats.search(&query).await;
            if !self.is_current(number) {
                return;
            }
            match answer {
                Ok(found) => {
                    self.items.set(found.items);
                    self.next.set(found.next_cursor);
                    self.state.set(State::Here);
                }
                Err(error) => {
                    self.items.set(Vec::new());
                    self.next.set(None);
                    self.state.set(State::Failed(error));
                }
            }
        });
    }

    /// The next page, after what is here.
    pub fn load_more(self) {
        let Some(cursor) = self.next.get_untracked() else {
            return;
        };
        if self.is_loading_more.get_untracked() {
            return;
        }
        self.is_loading_more.set(true);
        let Question { number, mut query } = self.question.get_value();
        query.cursor = Some(cursor);
        spawn_local(async move {
            let answer = self.chats.search(&query).await;
            if !self.is_current(number) {
                return;
            }
            self.is_loading_more.set(false);
            match answer {
                Ok(found) => {
                    self.items.update(|items| items.extend(found.items));
                    self.next.set(found.next_cursor);
                }
                Err(error) => self.state.set(State::Failed(error)),
            }
        });
    }
}
