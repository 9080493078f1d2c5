//! Who is in a group, and what one may do with them.

use damso_domain::{ConversationId, Role, UserId};
use damso_protocol::Member;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ApiError;
use crate::app::{Navigator, Place};
use crate::features::chat::{face_by_id, name_by_id};
use crate::i18n::{explain_error, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{
    Avatar, AvatarSize, ConfirmDialog, IconButton, IconName, Menu, MenuAnchor, MenuItem, SkeletonRows, Toasts,
};

/// The member whose menu is open, and what was asked about them.
#[derive(Clone, Copy)]
struct Target {
    anchor: RwSignal<Option<MenuAnchor>>,
    member: RwSignal<Option<Member>>,
}

#[component]
pub(super) fn MemberList(id: ConversationId, role: Role) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let target = Target {
        anchor: RwSignal::new(None),
        member: RwSignal::new(None),
    };
    let members = Memo::new(move |_| {
        chats
            .with_chat(id, |chat| sorted(chat.members(), chats.me()))
            .unwrap_or_default()
    });
    let count = Memo::new(move |_| {
        chats
            .with_chat(id, |chat| chat.conversation.member_count)
            .unwrap_or(0)
    });
    let has_all =
        Memo::new(move |_| chats.with_chat(id, damso_client_state::Chat::has_all_members) == Some(true));
    view! {
        <h3 class="chat-drawer__section">{move || (texts().chat.members)(count.get())}</h3>
        <ul class="members">
            <For each=move || members.get() key=|member| (member.user_id, member.role) let(member)>
                <li>
                    <MemberRow member role target />
                </li>
            </For>
        </ul>
        <Show when=move || !has_all.get()>
            <SkeletonRows count=2 />
        </Show>
        <MemberMenu id role target />
    }
}

/// Me first, then those who run the group, then by when they joined.
fn sorted(members: &[Member], me: UserId) -> Vec<Member> {
    let mut members = members.to_vec();
    members.sort_by_key(|member| {
        let rank = match member.role {
            Role::Owner => 0,
            Role::Admin => 1,
            Role::Member => 2,
        };
        (member.user_id != me, rank, member.joined_seq)
    });
    members
}

#[component]
fn MemberRow(member: Member, role: Role, target: Target) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let id = member.user_id;
    people.need(id);
    let is_me = chats.me() == id;
    let face = Memo::new(move |_| face_by_id(people, id));
    let name = Memo::new(move |_| name_by_id(people, id));
    let shown_name = move || {
        if is_me {
            (texts().chat.me_suffix)(&name.get())
        } else {
            name.get()
        }
    };
    let shown_role = move || match member.role {
        Role::Owner => Some(texts().chat.owner),
        Role::Admin => Some(texts().chat.admin),
        Role::Member => None,
    };
    let can_manage = !is_me && (role.can_change_roles() || role.can_remove(member.role));
    let member = StoredValue::new(member);
    let open = move |event: leptos::ev::MouseEvent| {
        target.member.set(Some(member.get_value()));
        target.anchor.set(Some(MenuAnchor::below_target(&event)));
    };
    view! {
        <div class="members__row">
            <a class="members__person" href=Place::Friend(id).path()>
                <Avatar face size=AvatarSize::Small />
                <span class="truncate">{shown_name}</span>
            </a>
            {move || shown_role().map(|role| view! { <span class="members__role">{role}</span> })}
            {can_manage
                .then(|| {
                    view! {
                        <IconButton
                            icon=IconName::More
                            label=move || (texts().chat.member_menu)(&name.get())
                            on:click=open
                        />
                    }
                })}
        </div>
    }
}

#[component]
fn MemberMenu(id: ConversationId, role: Role, target: Target) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let navigator = Navigator::expect();
    let actions = MemberActions {
        id,
        chats: expect_context(),
        toasts: Toasts::expect(),
        target,
    };
    let (asks_to_remove, asks_to_hand_over) = (RwSignal::new(false), RwSignal::new(false));
    let member_role = move || {
        target
            .member
            .with(|member| member.as_ref().map(|member| member.role))
    };
    let name = move || {
        target
            .member
            .with(|member| member.as_ref().map(|member| member.user_id))
            .map(|id| name_by_id(people, id))
            .unwrap_or_default()
    };
    let is_plain = move || role.can_change_roles() && member_role() == Some(Role::Member);
    let is_admin = move || role.can_change_roles() && member_role() == Some(Role::Admin);
    let can_remove = move || member_role().is_some_and(|other| role.can_remove(other));
    let show_profile = move |_| {
        actions
            .user()
            .into_iter()
            .for_each(|id| navigator.go(Place::Friend(id)));
    };
    view! {
        <Menu anchor=target.anchor label=move || (texts().chat.member_menu)(&name())>
            <MenuItem icon=IconName::Person on:click=show_profile>
                {move || texts().chat.show_profile}
            </MenuItem>
            <Show when=is_plain>
                <MenuItem icon=IconName::Star on:click=move |_| actions.set_role(Role::Admin)>
                    {move || texts().chat.make_admin}
                </MenuItem>
            </Show>
            <Show when=is_admin>
                <MenuItem icon=IconName::Star on:click=move |_| actions.set_role(Role::Member)>
                    {move || texts().chat.remove_admin}
                </MenuItem>
            </Show>
            <Show when=move || role.can_change_roles()>
                <MenuItem icon=IconName::Crown on:click=move |_| asks_to_hand_over.set(true)>
                    {move || texts().chat.hand_over}
                </MenuItem>
            </Show>
            <Show when=can_remove>
                <MenuItem icon=IconName::RemovePerson danger=true on:click=move |_| asks_to_remove.set(true)>
                    {move || texts().chat.remove_member}
                </MenuItem>
            </Show>
        </Menu>
        <ConfirmDialog
            open=asks_to_remove
            title=move || (texts().chat.remove_member_title)(&name())
            text=move || texts().chat.remove_member_text
            action=move || texts().chat.remove_member
            on_confirm=move |()| actions.remove()
        />
        <ConfirmDialog
            open=asks_to_hand_over
            title=move || (texts().chat.hand_over_title)(&name())
            text=move || texts().chat.hand_over_text
            action=move || texts().chat.hand_over
            on_confirm=move |()| actions.set_role(Role::Owner)
        />
    }
}

#[derive(Clone, Copy)]
struct MemberActions {
    id: ConversationId,
    chats: ChatStore,
    toasts: Toasts,
    target: Target,
}

impl MemberActions {
    fn user(self) -> Option<UserId> {
        self.target
            .member
            .with_untracked(|member| member.as_ref().map(|member| member.user_id))
    }

    fn set_role(self, role: Role) {
        if let Some(user) = self.user() {
            spawn_local(async move { self.tell(self.chats.set_role(self.id, user, role).await) });
        }
    }

    fn remove(self) {
        if let Some(user) = self.user() {
            spawn_local(async move { self.tell(self.chats.remove_member(self.id, user).await) });
        }
    }

    fn tell(self, result: Result<(), ApiError>) {
        if let Err(error) = result {
            self.toasts.show(explain_error(&error));
        }
    }
}
