//! Becoming friends by a link or a QR code.

use damso_domain::Timestamp;
use leptos::prelude::*;

use crate::api::ApiClient;
use crate::features::form::{FormError, Submission};
use crate::features::invite::{Scanner, ShareLink};
use crate::i18n::{format, invites};
use crate::session::Session;
use crate::ui::{Button, ButtonKind, IconName, Toasts};

/// A link of mine to give away, and a reader for the codes of others.
#[component]
pub(super) fn InviteByLink() -> impl IntoView {
    let is_scanning = RwSignal::new(false);
    view! {
        <section class="invite-by">
            <h3 class="invite-by__title">{move || invites().by_link}</h3>
            <p class="invite-by__text">{move || invites().friend_hint}</p>
            <OwnLink />
        </section>
        <section class="invite-by">
            <Show
                when=move || is_scanning.get()
                fallback=move || {
                    view! {
                        <Button
                            kind=ButtonKind::Secondary
                            wide=true
                            icon=IconName::Camera
                            on:click=move |_| is_scanning.set(true)
                        >
                            {move || invites().scan}
                        </Button>
                    }
                }
            >
                <Scanner />
            </Show>
        </section>
    }
}

#[component]
fn OwnLink() -> impl IntoView {
    let api = expect_context::<ApiClient>();
    let session = expect_context::<Session>();
    let toasts = Toasts::expect();
    let submission = Submission::new();
    let made = RwSignal::new(None::<(String, Timestamp)>);
    let name = move || session.me().map(|me| me.display_name).unwrap_or_default();
    let words = Signal::derive(move || (invites().share_friend)(&name()));
    let make = move |_| {
        submission.run(async move { api.create_friend_invite().await }, move |invite| {
            made.try_set(Some((invite.url, invite.expires_at)));
        });
    };
    let end = move |_| {
        submission.run(async move { api.remove_friend_invites().await }, move |()| {
            made.try_set(None);
            toasts.show(invites().links_ended);
        });
    };
    view! {
        {move || match made.get() {
            Some((url, expires_at)) => {
                view! {
                    <ShareLink url words is_open=true />
                    <p class="invite-by__until">
                        {move || (invites().friend_until)(&format::long_date(expires_at))}
                    </p>
                }
                    .into_any()
            }
            None => {
                view! {
                    <Button kind=ButtonKind::Secondary wide=true busy=submission.is_busy() on:click=make>
                        {move || invites().make_friend_link}
                    </Button>
                }
                    .into_any()
            }
        }}
        <FormError text=Signal::derive(move || submission.general_error(&[])) />
        <Show when=move || made.with(Option::is_some)>
            <Button kind=ButtonKind::Plain wide=true busy=submission.is_busy() on:click=end>
                {move || invites().end_links}
            </Button>
        </Show>
    }
}
