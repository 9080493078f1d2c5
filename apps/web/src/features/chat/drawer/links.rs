//! Links into a group: making them, giving them away, and taking them back.

use damso_domain::ConversationId;
use damso_protocol::{CreateGroupInviteRequest, GroupInvite};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{ApiClient, ApiError};
use crate::features::form::{FormError, Submission};
use crate::features::invite::ShareLink;
use crate::i18n::{explain_error, format, invites, texts};
use crate::ui::{Button, Choice, Dialog, EmptyState, IconButton, IconName, SkeletonRows, Tabs, Toasts};

const DAY_SECS: i64 = 24 * 60 * 60;

#[component]
pub(super) fn GroupLinksDialog(id: ConversationId, is_open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open=is_open title=move || invites().group_links>
            <GroupLinks id />
        </Dialog>
    }
}

/// The links of one group, as they were when the dialog was opened, and what has been done to them since.
#[derive(Clone, Copy)]
struct Links {
    id: ConversationId,
    api: ApiClient,
    toasts: Toasts,
    known: RwSignal<Option<Result<Vec<GroupInvite>, ApiError>>>,
}

impl Links {
    fn load(self) {
        self.known.set(None);
        spawn_local(async move {
            let answer = self.api.group_invites(self.id).await;
            self.known.try_set(Some(answer.map(|invites| invites.items)));
        });
    }

    fn add(self, invite: GroupInvite) {
        self.known.try_update(|known| {
            if let Some(Ok(items)) = known {
                items.insert(0, invite);
            }
        });
    }

    fn revoke(self, code: String) {
        spawn_local(async move {
            match self.api.remove_group_invite(self.id, &code).await {
                Ok(()) => {
                    self.toasts.show(invites().revoked);
                    self.known.try_update(|known| {
                        if let Some(Ok(items)) = known {
                            items.retain(|invite| invite.code != code);
                        }
                    });
                }
                Err(error) => self.toasts.show(explain_error(&error)),
            }
        });
    }
}

#[component]
fn GroupLinks(id: ConversationId) -> impl IntoView {
    let links = Links {
        id,
        api: expect_context(),
        toasts: Toasts::expect(),
        known: RwSignal::new(None),
    };
    links.load();
    let list = move || match links.known.get() {
        None => view! { <SkeletonRows count=2 /> }.into_any(),
        Some(Err(error)) => view! {
            <EmptyState
                icon=IconName::Warning
                title=move || texts().common.failed_to_load
                text=move || explain_error(&error)
            >
                <Button on:click=move |_| links.load()>{move || texts().common.retry}</Button>
            </EmptyState>
        }
        .into_any(),
        Some(Ok(items)) if items.is_empty() => {
            view! { <p class="group-links__none">{move || invites().none}</p> }.into_any()
        }
        Some(Ok(items)) => view! {
            <ul class="group-links__list">
                {items.into_iter().map(|invite| view! { <LinkRow invite links /> }).collect_view()}
            </ul>
        }
        .into_any(),
    };
    view! {
        <div class="group-links">
            <p class="group-links__text">{move || invites().group_hint}</p>
            <MakeForm links />
            {list}
        </div>
    }
}

#[component]
fn MakeForm(links: Links) -> impl IntoView {
    let submission = Submission::new();
    let uses = RwSignal::new(None::<i64>);
    let days = RwSignal::new(Some(7_i64));
    let uses_words = |uses: Option<i64>| match uses {
        Some(1) => invites().once.to_owned(),
        Some(count) => (invites().times)(count),
        None => invites().any_times.to_owned(),
    };
    let days_words = |days: Option<i64>| match days {
        Some(count) => (invites().days)(count),
        None => invites().for_ever.to_owned(),
    };
    let make = move |_| {
        let request = CreateGroupInviteRequest {
            max_uses: uses.get_untracked(),
            expires_in_secs: days.get_untracked().map(|days| days * DAY_SECS),
        };
        submission.run(
            async move { links.api.create_group_invite(links.id, &request).await },
            move |invite| links.add(invite),
        );
    };
    view! {
        <p class="group-links__label">{move || invites().uses}</p>
        <Tabs
            label=move || invites().uses
            options=Signal::derive(move || choices([Some(1), Some(10), None], uses_words))
            chosen=uses
        />
        <p class="group-links__label">{move || invites().lifetime}</p>
        <Tabs
            label=move || invites().lifetime
            options=Signal::derive(move || choices([Some(1), Some(7), Some(30), None], days_words))
            chosen=days
        />
        <FormError text=Signal::derive(move || submission.general_error(&[])) />
        <div class="group-links__make">
            <Button wide=true busy=submission.is_busy() on:click=make>
                {move || invites().make_link}
            </Button>
        </div>
    }
}

fn choices<const N: usize>(
    values: [Option<i64>; N],
    words: impl Fn(Option<i64>) -> String,
) -> Vec<Choice<Option<i64>>> {
    let choice = |value| Choice {
        value,
        label: words(value),
    };
    values.into_iter().map(choice).collect()
}

#[component]
fn LinkRow(invite: GroupInvite, links: Links) -> impl IntoView {
    let GroupInvite {
        code,
        url,
        made_by,
        max_uses,
        uses,
        expires_at,
        ..
    } = invite;
    let used = move || match max_uses {
        Some(most) => (invites().used_of)(uses, most),
        None => (invites().used)(uses),
    };
    let until = move || match expires_at {
        Some(at) => (invites().until)(&format::long_date(at)),
        None => invites().without_end.to_owned(),
    };
    let maker = move || (invites().made_by)(&made_by.display_name);
    view! {
        <li class="group-links__link">
            <div class="group-links__about">
                <span class="group-links__words">
                    <b>{move || format!("{} · {}", used(), until())}</b>
                    <span class="truncate">{maker}</span>
                </span>
                <IconButton
                    icon=IconName::Trash
                    label=move || invites().revoke
                    on:click=move |_| links.revoke(code.clone())
                />
            </div>
            <ShareLink url words=move || invites().share_group.to_owned() />
        </li>
    }
}
