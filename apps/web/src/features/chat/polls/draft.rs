//! What is being asked, until it has been sent: closing the dialog loses nothing.

use std::time::Duration;

use damso_domain::{ClientKey, PollOptions, PollOptionsError, PollQuestion, Timestamp, is_poll_closing_time};
use damso_protocol::CreatePollRequest;
use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::i18n::{explain_name, polls};

/// When a poll ends, as it is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Closing {
    #[default]
    Never,
    Hour,
    Day,
    Week,
    /// At a time of one's own.
    Own,
}

impl Closing {
    pub const ALL: [Self; 5] = [Self::Never, Self::Hour, Self::Day, Self::Week, Self::Own];

    pub fn label(self) -> &'static str {
        match self {
            Self::Never => polls().never,
            Self::Hour => polls().hour,
            Self::Day => polls().day,
            Self::Week => polls().week,
            Self::Own => polls().own_time,
        }
    }
}

/// One line that can be voted for. Its number names it while others come and go. What it says outlives the dialog in which
/// it was added.
#[derive(Clone)]
pub(super) struct OptionField {
    pub number: u32,
    pub text: ArcRwSignal<String>,
}

/// What is wrong with what is being asked, in words.
pub(super) struct Wrong {
    pub question: Option<String>,
    pub options: Option<String>,
    pub closing: Option<String>,
}

/// A poll that is being made. A `Copy` handle.
#[derive(Clone, Copy)]
pub(in crate::features::chat) struct PollDraft {
    pub(super) question: RwSignal<String>,
    pub(super) options: RwSignal<Vec<OptionField>>,
    pub(super) is_multiple: RwSignal<bool>,
    pub(super) is_anonymous: RwSignal<bool>,
    pub(super) closing: RwSignal<Closing>,
    /// As the browser's own field says it: local time.
    pub(super) own_time: RwSignal<String>,
    next: StoredValue<u32>,
    /// What was sent last, and may have been stored although no answer came.
    sent: StoredValue<Option<CreatePollRequest>>,
}

impl PollDraft {
    pub fn new() -> Self {
        let draft = Self {
            question: RwSignal::new(String::new()),
            options: RwSignal::new(Vec::new()),
            is_multiple: RwSignal::new(false),
            is_anonymous: RwSignal::new(false),
            closing: RwSignal::new(Closing::Never),
            own_time: RwSignal::new(String::new()),
            next: StoredValue::new(0),
            sent: StoredValue::new(None),
        };
        draft.clear();
        draft
    }

    /// Begins anew.
    pub(super) fn clear(self) {
        self.question.set(String::new());
        self.options.set(Vec::new());
        for _ in 0..PollOptions::MIN_COUNT {
            self.add();
        }
        self.is_multiple.set(false);
        self.is_anonymous.set(false);
        self.closing.set(Closing::Never);
        self.own_time.set(String::new());
        self.sent.set_value(None);
    }

    /// Adds an empty line, unless there are as many as possible; says whether it did.
    pub(super) fn add(self) -> bool {
        let has_room = self.options.with_untracked(Vec::len) < PollOptions::MAX_COUNT;
        if has_room {
            let number = self.next.get_value();
            self.next.set_value(number + 1);
            let text = ArcRwSignal::new(String::new());
            self.options
                .update(|options| options.push(OptionField { number, text }));
        }
        has_room
    }

    pub(super) fn remove(self, number: u32) {
        self.options
            .update(|options| options.retain(|option| option.number != number));
    }

    /// Lines without words are left out.
    fn texts(self) -> Vec<String> {
        let options = self.options.get();
        let texts = options.iter().map(|option| option.text.get());
        texts.filter(|text| !text.trim().is_empty()).collect()
    }

    fn closes_at(self) -> Option<Timestamp> {
        let after = |duration| Some(Timestamp::now().after(duration));
        match self.closing.get() {
            Closing::Never => None,
            Closing::Hour => after(Duration::from_hours(1)),
            Closing::Day => after(Duration::from_hours(24)),
            Closing::Week => after(Duration::from_hours(7 * 24)),
            Closing::Own => {
                let millis = Date::new(&JsValue::from_str(&self.own_time.get())).get_time();
                // Not a number is no time at all: zero is one that has passed.
                Timestamp::from_millis(millis as i64)
            }
        }
    }

    /// What is wrong with it by now.
    pub(super) fn wrong(self) -> Wrong {
        let question = match PollQuestion::parse(&self.question.read()) {
            Ok(_) => None,
            Err(_) if self.question.read().trim().is_empty() => Some(polls().no_question.to_owned()),
            Err(error) => Some(explain_name(error).to_owned()),
        };
        let options = PollOptions::parse(&self.texts()).err().map(|error| match error {
            PollOptionsError::TooFew | PollOptionsError::TooMany => polls().too_few,
            PollOptionsError::Text { .. } => polls().too_long,
            PollOptionsError::Twice { .. } => polls().twice,
        });
        let is_own = self.closing.get() == Closing::Own;
        let is_good = |at| is_poll_closing_time(at, Timestamp::now());
        let closing = is_own && !self.closes_at().is_some_and(is_good);
        Wrong {
            question,
            options: options.map(str::to_owned),
            closing: closing.then(|| polls().wrong_time.to_owned()),
        }
    }

    /// What to send, if nothing is wrong. The same once more is the same poll; what was changed since is another one.
    pub(super) fn request(self) -> Option<CreatePollRequest> {
        let wrong = untrack(move || self.wrong());
        if wrong.question.is_some() || wrong.options.is_some() || wrong.closing.is_some() {
            return None;
        }
        let mut request = untrack(move || CreatePollRequest {
            client_key: ClientKey::new(),
            question: self.question.get(),
            options: self.texts(),
            is_multiple: self.is_multiple.get(),
            is_anonymous: self.is_anonymous.get(),
            closes_at: self.closes_at(),
        });
        if let Some(sent) = self.sent.get_value().filter(|sent| is_same(sent, &request)) {
            request.client_key = sent.client_key;
        }
        self.sent.set_value(Some(request.clone()));
        Some(request)
    }
}

/// Whether both ask the same. When they end is counted from when they were sent.
fn is_same(sent: &CreatePollRequest, request: &CreatePollRequest) -> bool {
    let same = CreatePollRequest {
        client_key: sent.client_key,
        closes_at: sent.closes_at,
        ..request.clone()
    };
    same == *sent && sent.closes_at.is_some() == request.closes_at.is_some()
}
