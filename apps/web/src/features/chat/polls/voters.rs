//! Who voted for what, and the question whether a poll is to be closed.

use damso_domain::{ConversationId, Seq, UserId};
use damso_protocol::PollVote;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::PollDraft;
use crate::api::ApiError;
use crate::features::chat::asking::{self, Choosers, load_for, nobody, open_with};
use crate::i18n::{explain_error, polls};
use crate::stores::ChatStore;
use crate::ui::{ConfirmDialog, Dialog, Toasts};

/// Polls of one conversation. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub(in crate::features::chat) struct Polling {
    pub(super) id: ConversationId,
    pub(super) chats: ChatStore,
    pub(super) toasts: Toasts,
    /// The one of which it is shown who voted.
    pub(super) shown: RwSignal<Option<Seq>>,
    /// The one that is about to be closed.
    pub(super) closing: RwSignal<Option<Seq>>,
    /// What is about to be asked.
    pub(super) draft: PollDraft,
    /// Whether it is being made.
    pub(super) makes: RwSignal<bool>,
}

impl Polling {
    pub fn new(id: ConversationId) -> Self {
        Self {
            id,
            chats: expect_context(),
            toasts: Toasts::expect(),
            shown: RwSignal::new(None),
            closing: RwSignal::new(None),
            draft: PollDraft::new(),
            makes: RwSignal::new(false),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Opens the dialog in which a poll is made.
    pub fn make(self) {
        self.makes.set(true);
    }

    /// Chooses an option, or takes that back.
    pub(super) fn choose(self, seq: Seq, option: i64, is_multiple: bool) {
        spawn_local(async move {
            let chosen = self.chats.choose(self.id, seq, option, is_multiple);
            self.tell(chosen.await);
        });
    }

    /// Takes a vote back.
    pub(super) fn take_back(self, seq: Seq) {
        spawn_local(async move { self.tell(self.chats.vote(self.id, seq, Vec::new()).await) });
    }

    fn close(self, seq: Seq) {
        spawn_local(async move { self.tell(self.chats.close_poll(self.id, seq).await) });
    }

    /// Says why something is not so.
    fn tell(self, outcome: Result<(), ApiError>) {
        if let Err(error) = outcome {
            self.toasts.show(explain_error(&error));
        }
    }
}

/// Names by option; and asks before closing.
#[component]
pub(in crate::features::chat) fn VotersDialog() -> impl IntoView {
    let polling = Polling::expect();
    let Polling {
        id,
        chats,
        shown,
        closing,
        ..
    } = polling;
    let (open, asks) = (open_with(shown), open_with(closing));
    let loaded = load_for(shown, move |seq| chats.poll_votes(id, seq));
    let confirm = move |()| {
        if let Some(seq) = closing.get_untracked() {
            polling.close(seq);
        }
    };
    view! {
        <Dialog open title=move || polls().who_voted>
            {move || asking::shown(loaded.get(), |found: Vec<PollVote>| {
                if found.is_empty() {
                    return nobody(|| polls().nobody_voted);
                }
                by_option(chats, id, shown.get_untracked(), &found)
                    .into_iter()
                    .map(|(text, users)| view! { <Chosen text users /> })
                    .collect_view()
                    .into_any()
            })}
        </Dialog>
        <ConfirmDialog
            open=asks
            title=move || polls().close_title
            text=move || polls().close_text
            action=move || polls().close
            on_confirm=confirm
        />
    }
}

/// One option, and everybody who chose it.
#[component]
fn Chosen(text: String, users: Vec<UserId>) -> impl IntoView {
    let count = i64::try_from(users.len()).unwrap_or(i64::MAX);
    view! {
        <Choosers users>
            <h3 class="poll-voters__option">
                <span dir="auto">{text}</span>
                <span class="num">{move || (polls().votes)(count)}</span>
            </h3>
        </Choosers>
    }
}

/// The options that somebody chose, in the order of the poll.
fn by_option(
    chats: ChatStore,
    id: ConversationId,
    seq: Option<Seq>,
    found: &[PollVote],
) -> Vec<(String, Vec<UserId>)> {
    let poll = chats.peek_timeline(id, |timeline| timeline.get(seq?)?.poll.clone());
    let options = poll.flatten().map(|poll| poll.options).unwrap_or_default();
    let chosen = |option: damso_protocol::PollOption| {
        let votes = found.iter().filter(|vote| vote.options.contains(&option.number));
        (option.text, votes.map(|vote| vote.user_id).collect::<Vec<_>>())
    };
    let mut options: Vec<_> = options.into_iter().map(chosen).collect();
    options.retain(|(_, users)| !users.is_empty());
    options
}
