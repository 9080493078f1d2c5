//! What an invite link opens, whoever is signed in: what it leads to, and the way there.

use damso_protocol::{CreateFriendRequest, ErrorKind, InviteKind, InvitePreview};
use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use super::frame::EntranceCard;
use super::server::Server;
use crate::api::{ApiClient, ApiError, invite_image_url};
use crate::app::{InviteCode, Navigator, Place};
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_error, invites, texts};
use crate::session::{Session, SessionStatus};
use crate::ui::{Avatar, AvatarSize, Button, Face, SkeletonLines};

#[derive(Clone, PartialEq)]
enum State {
    /// Nobody has answered yet.
    Asking,
    /// This is where it leads.
    Found(InvitePreview),
    /// It leads nowhere, or this went wrong.
    Failed(ApiError),
}

/// Asks what the link leads to, and shows it.
#[component]
pub fn InvitationPage(
    /// Of the link.
    code: InviteCode,
) -> impl IntoView {
    let api = expect_context::<ApiClient>();
    let state = RwSignal::new(State::Asking);
    let ask = move || {
        state.set(State::Asking);
        spawn_local(async move {
            state.try_set(match api.invite(code.as_str()).await {
                Ok(preview) => State::Found(preview),
                Err(error) => State::Failed(error),
            });
        });
    };
    ask();
    move || match state.get() {
        State::Asking => view! {
            <EntranceCard title=move || invites().loading text=|| "">
                <SkeletonLines />
            </EntranceCard>
        }
        .into_any(),
        State::Found(preview) => view! { <Found code preview /> }.into_any(),
        State::Failed(error) if error.kind() == Some(ErrorKind::InviteNotFound) => view! {
            <EntranceCard title=move || invites().gone_title text=move || invites().gone_text is_answer=true>
                <Onwards />
            </EntranceCard>
        }
        .into_any(),
        State::Failed(error) => view! {
            <EntranceCard
                title=move || invites().failed_title
                text=move || explain_error(&error)
                is_answer=true
            >
                <Button wide=true on:click=move |_| ask()>
                    {move || texts().common.retry}
                </Button>
            </EntranceCard>
        }
        .into_any(),
    }
}

/// Where there is something else to do.
#[component]
fn Onwards() -> impl IntoView {
    let session = expect_context::<Session>();
    let is_inside = move || session.status() == SessionStatus::SignedIn;
    let place = move || {
        if is_inside() {
            Place::Friends
        } else {
            Place::Welcome
        }
    };
    let words = move || {
        if is_inside() {
            invites().to_friends
        } else {
            invites().to_start
        }
    };
    view! {
        <a class="button button--primary button--wide" href=move || place().path()>
            {words}
        </a>
    }
}

#[component]
fn Found(code: InviteCode, preview: InvitePreview) -> impl IntoView {
    let session = expect_context::<Session>();
    let InvitePreview {
        kind,
        name,
        avatar,
        member_count,
    } = preview;
    let picture = avatar.map(|image| invite_image_url(image.id, code.as_str()));
    let face = Face::named(Uuid::nil(), name.as_deref().unwrap_or_default());
    let title = move || match (kind, &name) {
        (InviteKind::Group, Some(name)) => (invites().group_title)(name),
        (InviteKind::Group, None) => invites().nameless_group.to_owned(),
        (InviteKind::Friend, name) => (invites().friend_title)(name.as_deref().unwrap_or_default()),
    };
    let text = move || match member_count {
        Some(count) => (invites().members)(count),
        None => invites().friend_text.to_owned(),
    };
    view! {
        <EntranceCard title text is_answer=true>
            <div class="invitation">
                <div class="invitation__face">
                    {match picture {
                        Some(url) => {
                            view! {
                                <span class="avatar avatar--huge avatar--c1" aria-hidden="true">
                                    <img class="avatar__image" src=url alt="" draggable="false" />
                                </span>
                            }
                                .into_any()
                        }
                        None => view! { <Avatar face size=AvatarSize::Huge /> }.into_any(),
                    }}
                </div>
                {move || match session.status() {
                    SessionStatus::SignedIn => view! { <Accept code kind /> }.into_any(),
                    SessionStatus::SignedOut => view! { <ComeIn kind /> }.into_any(),
                    SessionStatus::Booting | SessionStatus::Unreachable => view! { <SkeletonLines /> }.into_any(),
                }}
            </div>
        </EntranceCard>
    }
}

/// For those who are signed in.
#[component]
fn Accept(code: InviteCode, kind: InviteKind) -> impl IntoView {
    let api = expect_context::<ApiClient>();
    let navigator = Navigator::expect();
    let submission = Submission::new();
    let accept = move |_| match kind {
        InviteKind::Group => submission.run(
            async move { api.join_group(code.as_str()).await },
            move |conversation| navigator.replace(Place::Chat(conversation.id)),
        ),
        InviteKind::Friend => {
            let request = CreateFriendRequest {
                invite_code: Some(code.as_str().to_owned()),
                ..CreateFriendRequest::default()
            };
            submission.run(
                async move { api.create_friend_request(&request).await },
                move |request| navigator.replace(Place::Friend(request.to.id)),
            );
        }
    };
    let words = move || match kind {
        InviteKind::Group => invites().join,
        InviteKind::Friend => invites().befriend,
    };
    let trouble = move || {
        let error = submission.error()?;
        Some(match error.kind() {
            Some(ErrorKind::CannotBefriendSelf) => invites().own_link.to_owned(),
            _ => explain_error(&error),
        })
    };
    view! {
        <FormError text=Signal::derive(trouble) />
        <Button wide=true busy=submission.is_busy() on:click=accept>
            {words}
        </Button>
        <p class="entrance__foot">
            <a href=Place::Friends.path()>{move || invites().to_friends}</a>
        </p>
    }
}

/// For those who are not: the ways in, which lead back here.
#[component]
fn ComeIn(kind: InviteKind) -> impl IntoView {
    let server = Server::expect();
    let navigator = Navigator::expect();
    let is_closed = Memo::new(move |_| server.is_closed());
    let hint = move || {
        if is_closed.get() {
            invites().sign_up_closed
        } else if server.is_by_invitation() {
            invites().by_operator
        } else {
            invites().need_account
        }
    };
    let sign_up = move || match kind {
        InviteKind::Group => invites().sign_up_first,
        InviteKind::Friend => texts().auth.sign_up,
    };
    view! {
        <p class="entrance__hint">{hint}</p>
        <Show when=move || !is_closed.get()>
            <Button wide=true on:click=move |_| navigator.leave_to(Place::SignUp)>
                {sign_up}
            </Button>
        </Show>
        <Button
            kind=crate::ui::ButtonKind::Secondary
            wide=true
            on:click=move |_| navigator.leave_to(Place::SignIn)
        >
            {move || texts().auth.sign_in}
        </Button>
    }
}
