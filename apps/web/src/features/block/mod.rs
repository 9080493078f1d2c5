//! Blocking people: the question before, what stands in place of the composer, and the list in the settings.

mod bar;
mod list;

use damso_domain::UserId;
use leptos::prelude::*;
use leptos::task::spawn_local;

pub use bar::BlockedBar;
pub use list::BlockList;

use crate::features::chat::name_by_id;
use crate::i18n::{explain_error, texts};
use crate::stores::PeopleStore;
use crate::ui::{Button, ButtonKind, Dialog, Switch, Toasts};

/// Blocking and letting be again, with the words that follow. A `Copy` handle.
#[derive(Clone, Copy)]
pub struct BlockActions {
    people: PeopleStore,
    toasts: Toasts,
}

impl BlockActions {
    /// From the stores of this page.
    pub fn expect() -> Self {
        Self {
            people: expect_context(),
            toasts: Toasts::expect(),
        }
    }

    /// Blocks somebody.
    fn block(self, id: UserId, hide_profile: bool, name: String) {
        spawn_local(async move {
            let told = match self.people.block(id, hide_profile).await {
                Ok(()) => (texts().blocks.blocked)(&name),
                Err(error) => explain_error(&error),
            };
            self.toasts.show(told);
        });
    }

    /// Lets somebody be again.
    pub fn unblock(self, id: UserId, busy: RwSignal<bool>) {
        let name = self.people.user(id).map(|user| user.display_name);
        busy.set(true);
        spawn_local(async move {
            let told = match self.people.unblock(id).await {
                Ok(()) => (texts().blocks.unblocked)(&name.unwrap_or_default()),
                Err(error) => explain_error(&error),
            };
            self.toasts.show(told);
            busy.try_set(false);
        });
    }
}

/// Says what a block does, and asks how much it is to hide.
#[component]
pub fn BlockDialog(
    /// Whom.
    id: UserId,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let actions = BlockActions::expect();
    let hides = RwSignal::new(false);
    let name = Memo::new(move |_| name_by_id(people, id));
    let confirm = move |_| {
        open.set(false);
        actions.block(id, hides.get_untracked(), name.get_untracked());
    };
    view! {
        <Dialog open title=Signal::derive(move || (texts().blocks.title)(&name.read()))>
            <ul class="block__consequences">
                {move || {
                    texts().blocks.consequences.into_iter().map(|text| view! { <li>{text}</li> }).collect_view()
                }}
            </ul>
            <div class="block__hide">
                <Switch
                    label=move || texts().blocks.hide_profile
                    detail=move || texts().blocks.hide_profile_detail
                    on=hides
                    on_change=move |on| hides.set(on)
                />
            </div>
            <div class="dialog__actions">
                <Button kind=ButtonKind::Secondary on:click=move |_| open.set(false)>
                    {move || texts().common.cancel}
                </Button>
                <Button kind=ButtonKind::Danger on:click=confirm>
                    {move || texts().blocks.block}
                </Button>
            </div>
        </Dialog>
    }
}
