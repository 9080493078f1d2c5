//! Small worlds to test in.

use damso_domain::{
    ClientKey, ConversationId, ConversationKind, History, Locale, MessageId, MessageKind, Rev, Role, Seq,
    Timestamp, UserId,
};
use damso_protocol::{
    Conversation, Me, Member, Membership, Message, MessageCreated, Messages, ServerEvent, SyncResponse, User,
    UserChanges,
};

use crate::Model;
use crate::model::Place;

/// A model with one group of three: me, Jiho and Seoyeon, in which nothing has been said.
pub struct World {
    pub model: Model,
    pub me: UserId,
    pub jiho: UserId,
    pub seoyeon: UserId,
    pub group: ConversationId,
}

/// 2026-11-22T00:00:00Z
pub const MIDNIGHT: i64 = 1_795_305_600_000;

pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(MIDNIGHT + millis).expect("a time of our days")
}

impl World {
    pub fn new() -> Self {
        let [me, jiho, seoyeon] = [UserId::new(), UserId::new(), UserId::new()];
        let group = ConversationId::new();
        let mut model = Model::new(&account(me));
        model
            .people
            .learn_all([user(jiho, "지호"), user(seoyeon, "서연")]);
        model.chats.load(vec![conversation(group, &[me, jiho, seoyeon])]);
        Self {
            model,
            me,
            jiho,
            seoyeon,
            group,
        }
    }

    /// The same world with an empty page loaded.
    pub fn opened() -> Self {
        let mut world = Self::new();
        world.load(Vec::new(), false, false);
        world
    }

    pub fn load(&mut self, items: Vec<Message>, has_more_before: bool, has_more_after: bool) {
        let request = self.model.request_page(self.group, Place::Anywhere);
        let page = Messages {
            items,
            users: Vec::new(),
            has_more_before,
            has_more_after,
        };
        self.model.take_page(request, page);
    }

    pub fn message(&self, seq: i64, author: UserId) -> Message {
        Message {
            id: MessageId::new(),
            conversation_id: self.group,
            seq: Seq::new(seq),
            rev: Rev::new(seq),
            client_key: ClientKey::new(),
            author_id: author,
            kind: MessageKind::User,
            text: Some(format!("{seq}번째")),
            attachments: Vec::new(),
            system: None,
            created_at: at(seq * 60_000),
            deleted_at: None,
            edited_at: None,
            reactions: Vec::new(),
            my_reactions: Some(Vec::new()),
            reply_to: None,
            forwarded: false,
            mentions: Vec::new(),
            mentions_all: false,
            mention_spans: Vec::new(),
            is_silent: false,
            poll: None,
        }
    }

    pub fn said(&self, seq: i64, author: UserId) -> ServerEvent {
        created(self.message(seq, author))
    }

    pub fn apply(&mut self, event: ServerEvent) -> crate::Effects {
        self.model.apply(event, 0.0)
    }

    pub fn seqs(&self) -> Vec<i64> {
        let timeline = self.model.timeline(self.group).expect("opened");
        timeline.messages().map(|message| message.seq.as_i64()).collect()
    }

    pub fn chat(&self) -> &Conversation {
        &self.model.chats.get(self.group).expect("listed").conversation
    }
}

pub fn created(message: Message) -> ServerEvent {
    ServerEvent::MessageCreated(MessageCreated { message })
}

pub fn account(id: UserId) -> Me {
    Me {
        id,
        handle: "minji".to_owned(),
        display_name: "민지".to_owned(),
        status_message: String::new(),
        avatar: None,
        email: None,
        pending_email: None,
        locale: Locale::Ko,
        version: 1,
        user_rev: Rev::ZERO,
        created_at: at(0),
        birthday: None,
    }
}

pub fn user(id: UserId, name: &str) -> User {
    User {
        id,
        handle: Some("someone".to_owned()),
        display_name: name.to_owned(),
        status_message: String::new(),
        avatar: None,
        version: 1,
        is_deleted: false,
    }
}

pub fn member(user_id: UserId) -> Member {
    Member {
        user_id,
        role: Role::Member,
        joined_seq: Seq::ZERO,
        read_seq: Some(Seq::ZERO),
    }
}

pub fn conversation(id: ConversationId, members: &[UserId]) -> Conversation {
    Conversation {
        id,
        kind: ConversationKind::Group,
        name: Some("주말 등산 모임".to_owned()),
        avatar: None,
        history: History::FromJoin,
        rev: Rev::ZERO,
        last_seq: Seq::ZERO,
        member_count: i64::try_from(members.len()).expect("few"),
        members: members.iter().copied().map(member).collect(),
        last_message: None,
        notice: None,
        membership: Membership {
            role: Role::Member,
            joined_seq: Seq::ZERO,
            read_seq: Seq::ZERO,
            is_pinned: false,
            muted_until: None,
            archived_seq: None,
            is_archived: false,
            is_marked_unread: false,
            name_override: None,
            folder_id: None,
        },
        unread_count: 0,
        mention_count: 0,
        draft: None,
        created_at: at(0),
    }
}

pub fn nothing_changed(user_rev: Rev) -> SyncResponse {
    SyncResponse {
        user_rev,
        user_changes: UserChanges::default(),
        conversations: Vec::new(),
        pointers: Vec::new(),
        joined: Vec::new(),
        left: Vec::new(),
        users: Vec::new(),
        synced_at: at(0),
    }
}
