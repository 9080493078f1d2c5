//! What a link does that confirms an address.

use damso_protocol::ErrorKind;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::frame::EntranceCard;
use crate::api::{ApiClient, ApiError};
use crate::app::{Place, SettingsSection};
use crate::i18n::{access_texts, explain_error, texts};
use crate::session::{Session, SessionStatus};
use crate::ui::{Button, SkeletonLines};

#[derive(Clone, PartialEq)]
enum State {
    /// Nobody has answered yet.
    Asking,
    /// The address belongs to the account.
    Done,
    /// It does not, for this reason.
    Failed(ApiError),
    /// The page was opened without a link, or again after it was used.
    WithoutLink,
}

/// Confirms by itself, and says what came of it.
#[component]
pub fn VerifyPage(
    /// Of the link.
    token: Option<String>,
) -> impl IntoView {
    let confirmation = Confirmation::new(token);
    confirmation.start();
    move || match confirmation.state.get() {
        State::Asking => view! {
            <EntranceCard title=move || access_texts().verifying text=|| "">
                <SkeletonLines />
            </EntranceCard>
        }
        .into_any(),
        State::Done => view! {
            <EntranceCard
                title=move || access_texts().verified_title
                text=move || access_texts().verified_text
                is_answer=true
            >
                <GoOn />
            </EntranceCard>
        }
        .into_any(),
        State::Failed(error) => view! { <Failed confirmation error /> }.into_any(),
        State::WithoutLink => view! {
            <EntranceCard
                title=move || access_texts().unverified_title
                text=move || access_texts().unverified_empty_text
                is_answer=true
            >
                <GoOn />
            </EntranceCard>
        }
        .into_any(),
    }
}

#[component]
fn Failed(confirmation: Confirmation, error: ApiError) -> impl IntoView {
    let is_final = error.kind() == Some(ErrorKind::LinkInvalid);
    let text = move || {
        if is_final {
            access_texts().unverified_link_text.to_owned()
        } else {
            explain_error(&error)
        }
    };
    view! {
        <EntranceCard title=move || access_texts().unverified_title text is_answer=true>
            {if is_final {
                view! { <GoOn to_account=true /> }.into_any()
            } else {
                view! {
                    <Button wide=true on:click=move |_| confirmation.start()>
                        {move || texts().common.retry}
                    </Button>
                }
                .into_any()
            }}
        </EntranceCard>
    }
}

/// Onwards: inside, or to where one signs in.
#[component]
fn GoOn(#[prop(optional)] to_account: bool) -> impl IntoView {
    let session = expect_context::<Session>();
    let is_inside = move || session.status() == SessionStatus::SignedIn;
    let place = move || match (is_inside(), to_account) {
        (false, _) => Place::SignIn,
        (true, true) => Place::SettingsSection(SettingsSection::Account),
        (true, false) => Place::Friends,
    };
    let words = move || match (is_inside(), to_account) {
        (false, _) => texts().auth.sign_in,
        (true, true) => access_texts().open_account,
        (true, false) => access_texts().go_on,
    };
    view! {
        <a class="button button--primary button--wide" href=move || place().path()>
            {words}
        </a>
    }
}

#[derive(Clone, Copy)]
struct Confirmation {
    api: ApiClient,
    session: Session,
    token: StoredValue<Option<String>>,
    state: RwSignal<State>,
}

impl Confirmation {
    fn new(token: Option<String>) -> Self {
        Self {
            api: expect_context(),
            session: expect_context(),
            token: StoredValue::new(token),
            state: RwSignal::new(State::WithoutLink),
        }
    }

    fn start(self) {
        let Some(token) = self.token.get_value() else {
            return;
        };
        self.state.set(State::Asking);
        spawn_local(async move {
            let outcome = self.api.confirm_email(token).await;
            if outcome.is_ok() {
                // It may be the account of this browser.
                self.session.read_again().await;
            }
            self.state.try_set(match outcome {
                Ok(()) => State::Done,
                Err(error) => State::Failed(error),
            });
        });
    }
}
