//! The copy of the model that the browser keeps between two visits.
//!
//! Invariant: what is written together is taken from the model at one moment, and every conversation is one
//! record with its own `rev`. So no cursor is ever ahead of what it stands for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use damso_domain::{ConversationId, MonthDay, Rev, Timestamp, UserId};
use damso_protocol::{Conversation, Folder, FriendRequest, Me, Member, Message, User};
use serde::Serialize;

use crate::timeline::Stretch;
use crate::{Chat, Model};

/// Written into every copy. A copy of another format is dropped and loaded anew: raise it whenever what is
/// kept changes its shape.
const FORMAT: u32 = 6;

/// My own stream: where it stands, and what it has brought.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
struct Account {
    format: u32,
    user_rev: Rev,
    profiles_since: Option<Timestamp>,
    me: Me,
    friends: Vec<KeptFriend>,
    requests: Vec<FriendRequest>,
    blocks: Vec<BlockedSince>,
    folders: Vec<Folder>,
}

#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
struct BlockedSince {
    id: UserId,
    hide_profile: bool,
    since: Timestamp,
}

/// How I keep a friend.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub(crate) struct KeptFriend {
    pub id: UserId,
    pub nickname: Option<String>,
    pub is_favorite: bool,
    pub is_hidden: bool,
    pub since: Timestamp,
    pub birthday: Option<MonthDay>,
}

/// One conversation: where it stands, who is in it, and its newest loaded messages.
#[derive(Serialize, miniserde::Deserialize)]
struct KeptChat {
    conversation: Conversation,
    members: Option<Vec<Member>>,
    stretch: Option<KeptStretch>,
}

#[derive(Serialize, miniserde::Deserialize)]
struct KeptStretch {
    messages: Vec<Message>,
    has_more_before: bool,
    has_more_after: bool,
}

/// What is to be written, in one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whether everything that was kept goes first.
    pub is_whole: bool,
    /// Records by their names.
    pub puts: Vec<(String, String)>,
    /// Names of records that go.
    pub deletes: Vec<String>,
}

impl Changes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        !self.is_whole && self.puts.is_empty() && self.deletes.is_empty()
    }
}

#[derive(Clone, Debug)]
struct Written {
    conversation: Conversation,
    members: Option<Vec<Member>>,
    stretch: Option<Stretch>,
}

impl Written {
    fn of(chat: &Chat, model: &Model) -> Self {
        Self {
            conversation: chat.conversation.clone(),
            members: chat.loaded_members().map(<[Member]>::to_vec),
            stretch: model
                .timeline(chat.id())
                .and_then(|timeline| timeline.newest(Mirror::MESSAGES)),
        }
    }

    /// Whether it is still all there is to say. Asked of every conversation at each write, so nothing is copied.
    fn is_of_today(&self, chat: &Chat, model: &Model) -> bool {
        let stretch = || {
            model
                .timeline(chat.id())
                .and_then(|timeline| timeline.newest(Mirror::MESSAGES))
        };
        self.conversation == chat.conversation
            && self.members.as_deref() == chat.loaded_members()
            && match (&self.stretch, stretch()) {
                (Some(written), Some(stretch)) => written.is_same(&stretch),
                (written, stretch) => written.is_none() && stretch.is_none(),
            }
    }

    fn to_json(&self) -> String {
        let stretch = self.stretch.as_ref().map(|stretch| KeptStretch {
            messages: stretch
                .messages
                .iter()
                .map(|message| Message::clone(message))
                .collect(),
            has_more_before: stretch.has_more_before,
            has_more_after: stretch.has_more_after,
        });
        json(&KeptChat {
            conversation: self.conversation.clone(),
            members: self.members.clone(),
            stretch,
        })
    }
}

impl From<KeptChat> for Written {
    fn from(kept: KeptChat) -> Self {
        Self {
            conversation: kept.conversation,
            members: kept.members,
            stretch: kept.stretch.map(|stretch| Stretch {
                messages: stretch.messages.into_iter().map(Arc::new).collect(),
                has_more_before: stretch.has_more_before,
                has_more_after: stretch.has_more_after,
            }),
        }
    }
}

/// What has been written so far, so that only what changed since is written next.
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    account: Option<Account>,
    chats: HashMap<ConversationId, Written>,
    users: HashMap<UserId, User>,
}

impl Mirror {
    /// How many messages of one conversation are kept. Those of at most [`Model::KEPT_TIMELINES`]
    /// conversations are, beside the one on the screen.
    pub const MESSAGES: usize = 50;

    /// What changed since the last call. Nothing before the first load: half a list is not worth keeping,
    /// and a cursor beside it would hide the other half for ever.
    pub fn changes(&mut self, model: &Model, me: &Me) -> Changes {
        let mut changes = Changes::default();
        if !model.chats.is_loaded() || !model.people.is_loaded() {
            return changes;
        }
        changes.is_whole = self.account.is_none();
        self.write_users(model, &mut changes);
        self.write_chats(model, &mut changes);
        self.write_account(model, me, &mut changes);
        changes
    }

    fn write_account(&mut self, model: &Model, me: &Me, changes: &mut Changes) {
        let account = Account {
            format: FORMAT,
            user_rev: model.user_rev(),
            profiles_since: model.profiles_since(),
            me: me.clone(),
            friends: model.people.kept_friends(),
            requests: model.people.requests(),
            blocks: model
                .people
                .block_dates()
                .into_iter()
                .map(|(id, hide_profile, since)| BlockedSince {
                    id,
                    hide_profile,
                    since,
                })
                .collect(),
            folders: model.chats.folders().to_vec(),
        };
        if self.account.as_ref() != Some(&account) {
            changes.puts.push((ACCOUNT.to_owned(), tagged('a', &account)));
            self.account = Some(account);
        }
    }

    fn write_chats(&mut self, model: &Model, changes: &mut Changes) {
        for chat in model.chats.iter() {
            let written = self.chats.get(&chat.id());
            if written.is_none_or(|written| !written.is_of_today(chat, model)) {
                let written = Written::of(chat, model);
                changes
                    .puts
                    .push((chat_name(chat.id()), format!("c{}", written.to_json())));
                self.chats.insert(chat.id(), written);
            }
        }
        self.chats.retain(|id, _| {
            let is_listed = model.chats.get(*id).is_some();
            if !is_listed {
                changes.deletes.push(chat_name(*id));
            }
            is_listed
        });
    }

    /// Only people whom something else that is kept names.
    fn write_users(&mut self, model: &Model, changes: &mut Changes) {
        let named = named_users(model);
        for user in named.iter().filter_map(|id| model.people.user(*id)) {
            if self.users.get(&user.id) != Some(user) {
                changes.puts.push((user_name(user.id), tagged('u', user)));
                self.users.insert(user.id, user.clone());
            }
        }
        self.users.retain(|id, _| {
            let is_named = named.contains(id);
            if !is_named {
                changes.deletes.push(user_name(*id));
            }
            is_named
        });
    }
}

fn named_users(model: &Model) -> HashSet<UserId> {
    let mut named: HashSet<UserId> = model.people.friend_ids().collect();
    named.extend(model.people.block_dates().into_iter().map(|(id, ..)| id));
    for chat in model.chats.iter() {
        named.extend(chat.members().iter().map(|member| member.user_id));
        let conversation = &chat.conversation;
        let shown = [conversation.last_message.as_ref(), conversation.notice.as_deref()];
        named.extend(shown.into_iter().flatten().map(|message| message.author_id));
        let stretch = model
            .timeline(chat.id())
            .and_then(|timeline| timeline.newest(Mirror::MESSAGES));
        for message in stretch.into_iter().flat_map(|stretch| stretch.messages) {
            named.insert(message.author_id);
            named.extend(message.reactions.iter().flat_map(|kind| &kind.user_ids));
            let options = message.poll.iter().flat_map(|poll| &poll.options);
            named.extend(options.flat_map(|option| &option.user_ids));
        }
    }
    named
}

/// What was kept, read.
#[derive(Clone, Debug)]
pub struct Kept {
    account: Account,
    mirror: Mirror,
}

impl Kept {
    /// Reads all records, in any order; `None` when one of them, or the format, is not of today. Then all of
    /// it is loaded anew: the cursor would never bring back a single record that is missing.
    pub fn read(records: impl IntoIterator<Item = String>) -> Option<Self> {
        let mut mirror = Mirror::default();
        for record in records {
            let kind = record.chars().next()?;
            let json = record.get(kind.len_utf8()..)?;
            match kind {
                'a' => mirror.account = Some(miniserde::json::from_str(json).ok()?),
                'c' => {
                    let chat = Written::from(miniserde::json::from_str::<KeptChat>(json).ok()?);
                    mirror.chats.insert(chat.conversation.id, chat);
                }
                'u' => {
                    let user: User = miniserde::json::from_str(json).ok()?;
                    mirror.users.insert(user.id, user);
                }
                // The mark of the tab that writes.
                'w' => (),
                _ => return None,
            }
        }
        let account = mirror.account.clone()?;
        (account.format == FORMAT).then_some(Self { account, mirror })
    }

    /// Whose copy it is.
    pub const fn me(&self) -> &Me {
        &self.account.me
    }
}

/// Reads whose copy it is from its first record alone.
pub fn owner(record: &str) -> Option<Me> {
    let account: Account = miniserde::json::from_str(record.strip_prefix('a')?).ok()?;
    (account.format == FORMAT).then_some(account.me)
}

impl Model {
    /// Of how many conversations, beside those on the screen, the messages stay loaded.
    pub const KEPT_TIMELINES: usize = 24;

    /// Takes over what an earlier visit has kept, in place of the first load. A sync brings what changed since.
    pub fn restore(&mut self, kept: Kept) -> Mirror {
        let Kept { account, mirror } = kept;
        self.set_user_rev(account.user_rev);
        self.set_profiles_since(account.profiles_since);
        self.people.learn_all(mirror.users.values().cloned());
        let blocks = account.blocks.iter();
        let blocks = blocks.map(|block| (block.id, block.hide_profile, block.since));
        self.people.restore(account.friends, account.requests, blocks);
        let chats = mirror
            .chats
            .values()
            .map(|written| (written.conversation.clone(), written.members.clone()));
        self.chats.restore(chats);
        self.chats.set_folders(account.folders);
        for (id, written) in &mirror.chats {
            if let Some(stretch) = &written.stretch {
                self.timeline_mut(*id).restore(stretch);
            }
        }
        mirror
    }
}

/// The record that says whose copy it is and where their stream stands.
pub const ACCOUNT: &str = "account";

fn chat_name(id: ConversationId) -> String {
    format!("chat.{id}")
}

fn user_name(id: UserId) -> String {
    format!("user.{id}")
}

fn tagged(kind: char, value: &impl Serialize) -> String {
    format!("{kind}{}", json(value))
}

fn json(value: &impl Serialize) -> String {
    // Plain data with texts for keys always encodes.
    serde_json::to_string(value).unwrap_or_default()
}
