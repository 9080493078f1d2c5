//! A poll in a conversation.

use std::time::Duration;

use damso_domain::{Seq, Timestamp};
use damso_protocol::Poll;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, NodeList};

use super::Polling;
use crate::features::chat::timeline::formatted;
use crate::i18n::{format, polls};
use crate::ui::every_minute;

const MINUTE_MILLIS: i64 = 60_000;

/// A poll as it is drawn.
#[derive(Clone, PartialEq)]
pub(in crate::features::chat) struct PollContent {
    pub seq: Seq,
    pub question: String,
    pub poll: Poll,
}

impl PollContent {
    fn is_mine(&self, number: i64) -> bool {
        self.poll.my_options.iter().flatten().any(|mine| *mine == number)
    }

    fn votes(&self, number: i64) -> i64 {
        let option = self.poll.options.iter().find(|option| option.number == number);
        option.map_or(0, |option| option.votes)
    }

    /// By which part of those who have voted an option was chosen, in percent.
    fn share(&self, number: i64) -> i64 {
        (self.votes(number) * 100)
            .checked_div(self.poll.voter_count)
            .unwrap_or(0)
    }
}

/// How long one can still vote.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Always,
    /// Whole minutes, at least one.
    Minutes(i64),
    Closed,
}

impl Left {
    fn until(closes_at: Option<Timestamp>, now: Timestamp) -> Self {
        let Some(at) = closes_at else { return Self::Always };
        match at.as_millis() - now.as_millis() {
            ..=0 => Self::Closed,
            left => Self::Minutes((left + MINUTE_MILLIS - 1) / MINUTE_MILLIS),
        }
    }

    fn words(self) -> Option<String> {
        let texts = polls();
        Some(match self {
            Self::Always => return None,
            Self::Closed => texts.closed.to_owned(),
            Self::Minutes(minutes @ ..=90) => (texts.minutes_left)(minutes),
            Self::Minutes(minutes) if minutes <= 36 * 60 => (texts.hours_left)((minutes + 30) / 60),
            Self::Minutes(minutes) => (texts.days_left)((minutes + 12 * 60) / (24 * 60)),
        })
    }
}

/// What is asked, what can be chosen and how it stands.
#[component]
pub(in crate::features::chat) fn PollView(content: Memo<Option<PollContent>>) -> impl IntoView {
    // It is drawn while there is one; what was asked stays the same.
    let first = content.get_untracked()?;
    let seq = first.seq;
    let last = Memo::new(move |before: Option<&PollContent>| {
        content
            .get()
            .or_else(|| before.cloned())
            .unwrap_or_else(|| first.clone())
    });
    let left = follow_time(last);
    let is_closed = Memo::new(move |_| left.get() == Left::Closed);
    let (question, is_multiple, numbers) = last.with_untracked(|content| {
        let options = content.poll.options.iter();
        let options: Vec<_> = options
            .map(|option| (option.number, option.text.clone()))
            .collect();
        (content.question.clone(), content.poll.is_multiple, options)
    });
    let question_id = format!("poll-{seq}");
    let role = if is_multiple { "group" } else { "radiogroup" };
    let option = move |(number, text): (i64, String)| {
        view! { <OptionRow seq number text is_multiple is_closed content=last /> }
    };
    Some(view! {
        <div class="bubble poll" class=("poll--closed", move || is_closed.get())>
            <div class="poll__question" id=question_id.clone() dir="auto">
                {formatted(&question)}
            </div>
            <p class="poll__about">{move || about(&last.read().poll, left.get())}</p>
            <div class="poll__options" role=role aria-labelledby=question_id on:keydown=move |event| on_key(&event)>
                {numbers.into_iter().map(option).collect_view()}
            </div>
            <Foot seq content=last is_closed />
        </div>
    })
}

/// Changes when a minute is over, and when the last one is.
fn follow_time(content: Memo<PollContent>) -> Memo<Left> {
    let over = ArcTrigger::new();
    let told = over.clone();
    let left = Memo::new(move |_| {
        over.track();
        let closes_at = content.with(|content| content.poll.closes_at);
        if closes_at.is_some() {
            every_minute();
        }
        Left::until(closes_at, Timestamp::now())
    });
    Effect::new(move |_| {
        let closes_at = content.with(|content| content.poll.closes_at);
        if let (Left::Minutes(1), Some(at)) = (left.get(), closes_at) {
            let millis = (at.as_millis() - Timestamp::now().as_millis())
                .max(0)
                .unsigned_abs();
            let told = told.clone();
            set_timeout(move || told.notify(), Duration::from_millis(millis));
        }
    });
    left
}

/// How it is voted, and how long.
fn about(poll: &Poll, left: Left) -> String {
    let texts = polls();
    let way = if poll.is_multiple {
        texts.several
    } else {
        texts.one
    };
    let anonymous = poll.is_anonymous.then_some(texts.anonymous);
    let left = left.words();
    let parts = [Some(way), anonymous, left.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[component]
fn OptionRow(
    seq: Seq,
    number: i64,
    text: String,
    is_multiple: bool,
    is_closed: Memo<bool>,
    content: Memo<PollContent>,
) -> impl IntoView {
    let polling = Polling::expect();
    let is_mine = Memo::new(move |_| content.with(|content| content.is_mine(number)));
    let votes = Memo::new(move |_| content.with(|content| content.votes(number)));
    let share = Memo::new(move |_| content.with(|content| content.share(number)));
    let choose = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlInputElement>| {
        // It shows what is, also where choosing it is refused.
        event.target().set_checked(is_mine.get_untracked());
        if !is_closed.get_untracked() {
            polling.choose(seq, number, is_multiple);
        }
    };
    let (class, kind) = if is_multiple {
        ("check", "checkbox")
    } else {
        ("radio__input", "radio")
    };
    view! {
        <label class="poll__option" class=("poll__option--mine", move || is_mine.get())>
            <span class="poll__bar" aria-hidden="true" style:width=move || format!("{}%", share.get())></span>
            <input
                class=class
                type=kind
                name=format!("poll-{seq}-vote")
                prop:checked=move || is_mine.get()
                disabled=move || is_closed.get()
                on:change:target=choose
            />
            <span class="poll__text" dir="auto">{text}</span>
            <span class="poll__votes num">
                <span aria-hidden="true">{move || votes.get()}</span>
                <span class="sr-only">{move || format!(", {}, {}%", (polls().votes)(votes.get()), share.get())}</span>
            </span>
        </label>
    }
}

/// How many have voted, who, and taking one's own vote back.
#[component]
fn Foot(seq: Seq, content: Memo<PollContent>, is_closed: Memo<bool>) -> impl IntoView {
    let polling = Polling::expect();
    let count = Memo::new(move |_| content.with(|content| content.poll.voter_count));
    let closes_at = Memo::new(move |_| content.with(|content| content.poll.closes_at));
    let names = Memo::new(move |_| {
        content.with(|content| !content.poll.is_anonymous && 0 < content.poll.voter_count)
    });
    let has_voted = Memo::new(move |_| {
        content.with(|content| {
            content
                .poll
                .my_options
                .as_ref()
                .is_some_and(|mine| !mine.is_empty())
        })
    });
    let closing = move || {
        polls();
        closes_at.get().map(format::long_moment)
    };
    view! {
        <div class="poll__foot">
            <span role="status" title=closing>{move || (polls().voters)(count.get())}</span>
            <Show when=move || names.get()>
                <button class="poll__action" type="button" on:click=move |_| polling.shown.set(Some(seq))>
                    {move || polls().who_voted}
                </button>
            </Show>
            <Show when=move || has_voted.get() && !is_closed.get()>
                <button class="poll__action" type="button" on:click=move |_| polling.take_back(seq)>
                    {move || polls().take_back}
                </button>
            </Show>
        </div>
    }
}

/// Arrows lead through the options without choosing them: each would be a vote that everybody sees.
fn on_key(event: &KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" | "ArrowRight" => 1,
        "ArrowUp" | "ArrowLeft" => -1,
        _ => return,
    };
    let Some(group) = event
        .current_target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let Ok(options) = group.query_selector_all("input") else {
        return;
    };
    let active = document().active_element();
    let at = (0..options.length()).position(|at| {
        let option = options.get(at);
        option.is_some_and(|option| option.is_same_node(active.as_deref()))
    });
    let count = options.length() as usize;
    if let Some(at) = at.filter(|_| 0 < count) {
        event.prevent_default();
        let to = if 0 < step {
            (at + 1) % count
        } else {
            (at + count - 1) % count
        };
        focus_at(Some(options), to);
    }
}

/// Gives one of these the focus.
pub(super) fn focus_at(list: Option<NodeList>, at: usize) {
    let found = u32::try_from(at).ok().and_then(|at| list?.get(at));
    if let Some(Ok(element)) = found.map(JsCast::dyn_into::<HtmlElement>) {
        // It fails only for an element that is not in the page any more.
        let _ = element.focus();
    }
}
