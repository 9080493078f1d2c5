//! The message of mine that is being changed, if one is.

use damso_domain::{Mention, Seq};
use damso_protocol::Message;
use leptos::prelude::*;

use crate::i18n::texts;
use crate::ui::{Icon, IconButton, IconName};

/// What is being changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edited {
    pub seq: Seq,
    /// What it says so far.
    pub text: Option<String>,
    /// Whom that mentions.
    pub mentions: Vec<Mention>,
    /// It may go without words then.
    pub has_files: bool,
}

/// The message of mine that is being changed. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    edited: RwSignal<Option<Edited>>,
}

impl Editing {
    pub fn new() -> Self {
        Self {
            edited: RwSignal::new(None),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Begins to change a message.
    pub fn begin(self, message: &Message) {
        self.edited.set(Some(Edited {
            seq: message.seq,
            text: message.text.clone(),
            mentions: message.mention_spans.clone(),
            has_files: !message.attachments.is_empty(),
        }));
    }

    /// It is changed, or stays as it was.
    pub fn end(self) {
        self.edited.set(None);
    }

    /// What is being changed, tracked.
    pub fn get(self) -> Option<Edited> {
        self.edited.get()
    }

    /// What is being changed.
    pub fn get_untracked(self) -> Option<Edited> {
        self.edited.try_get_untracked().flatten()
    }

    /// Whether something is being changed, tracked.
    pub fn is_active(self) -> bool {
        self.edited.with(Option::is_some)
    }
}

/// Says above the text box what is being changed there.
#[component]
pub(super) fn EditBar(
    /// Gives it up.
    #[prop(into)]
    on_cancel: Callback<()>,
) -> impl IntoView {
    let editing = Editing::expect();
    let text = move || {
        let edited = editing.get();
        let text = edited.and_then(|edited| edited.text);
        text.unwrap_or_else(|| texts().reactions.without_words.to_owned())
    };
    view! {
        <div class="composer__edit">
            <Icon name=IconName::Edit />
            <span class="composer__edit-words">
                <span class="composer__edit-title">{move || texts().reactions.editing}</span>
                <span class="composer__edit-text truncate">{text}</span>
            </span>
            <IconButton
                icon=IconName::Close
                label=move || texts().reactions.cancel
                on:click=move |_| on_cancel.run(())
            />
        </div>
    }
}
