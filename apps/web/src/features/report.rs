//! Telling the operator of somebody, or of what they wrote.

use damso_domain::{ConversationId, Remark, ReportReason, Seq, UserId};
use damso_protocol::CreateReportRequest;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::features::chat::name_by_id;
use crate::features::form::{FormError, Submission};
use crate::i18n::texts;
use crate::stores::PeopleStore;
use crate::ui::{Button, Choice, Dialog, RadioGroup, TextArea, Toasts};

/// What is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportSubject {
    /// Somebody.
    Person(UserId),
    /// A message in a conversation.
    Message(ConversationId, Seq),
}

impl ReportSubject {
    fn request(self, reason: ReportReason, note: Option<String>) -> CreateReportRequest {
        let (user_id, conversation_id, seq) = match self {
            Self::Person(id) => (Some(id), None, None),
            Self::Message(id, seq) => (None, Some(id), Some(seq)),
        };
        CreateReportRequest {
            user_id,
            conversation_id,
            seq,
            reason,
            note,
        }
    }
}

/// Asks why, and reports.
#[component]
pub fn ReportDialog(
    /// What; `None` while no message has been chosen, and then nothing is asked.
    #[prop(into)]
    subject: Signal<Option<ReportSubject>>,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let title = move || match subject.get() {
        Some(ReportSubject::Person(id)) => (texts().reports.person_title)(&name_by_id(people, id)),
        Some(ReportSubject::Message(..)) | None => texts().reports.message_title.to_owned(),
    };
    view! {
        <Dialog open title=Signal::derive(title)>
            {move || subject.get().map(|subject| view! { <ReportForm subject open /> })}
        </Dialog>
    }
}

#[component]
fn ReportForm(subject: ReportSubject, open: RwSignal<bool>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let toasts = Toasts::expect();
    let submission = Submission::new();
    let reason = RwSignal::new(None::<ReportReason>);
    let note = RwSignal::new(String::new());
    let is_too_long = move || Remark::parse(&note.read()).is_err();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        submission.note_try();
        let Some(reason) = reason.get_untracked() else {
            return;
        };
        let Ok(note) = Remark::parse(&note.read_untracked()) else {
            return;
        };
        let request = subject.request(reason, note.map(|note| note.as_str().to_owned()));
        submission.run(async move { people.report(&request).await }, move |_| {
            open.try_set(false);
            toasts.show(texts().reports.sent);
        });
    };
    let asks_for_reason = move || {
        (submission.was_tried() && reason.read().is_none()).then(|| texts().reports.choose.to_owned())
    };
    view! {
        <form class="report" on:submit=submit novalidate>
            <p class="report__text">
                {move || match subject {
                    ReportSubject::Person(_) => texts().reports.person_text,
                    ReportSubject::Message(..) => texts().reports.message_text,
                }}
            </p>
            <RadioGroup
                label=move || texts().reports.reason
                name="report-reason"
                options=Signal::derive(reasons)
                chosen=reason
                on_choose=move |chosen| reason.set(Some(chosen))
            />
            <TextArea
                label=move || texts().reports.note
                value=note
                error=Signal::derive(move || {
                    is_too_long().then(|| texts().reports.note_too_long.to_owned())
                })
                max_chars=Remark::MAX_CHARS
            />
            <FormError text=Signal::derive(move || asks_for_reason().or_else(|| submission.general_error(&[]))) />
            <Button submits=true wide=true busy=submission.is_busy()>
                {move || texts().reports.report}
            </Button>
        </form>
    }
}

fn reasons() -> Vec<(Choice<ReportReason>, String)> {
    let reports = &texts().reports;
    [
        (ReportReason::Spam, reports.spam),
        (ReportReason::Harassment, reports.harassment),
        (ReportReason::Violence, reports.violence),
        (ReportReason::Sexual, reports.sexual),
        (ReportReason::Impersonation, reports.impersonation),
        (ReportReason::Other, reports.other),
    ]
    .into_iter()
    .map(|(value, (label, detail))| Choice::explained(value, label, detail))
    .collect()
}
