//! What somebody knows of messages who only hears of them.

use std::collections::BTreeMap;

use damso_domain::{ConversationId, Seq, UserId};
use damso_protocol::{Message, ReactionChanged, Reactions, ServerEvent};
use damso_testing::Actor;

/// The messages of a conversation, as somebody sees them.
pub type Followed = BTreeMap<Seq, Message>;

/// What a fresh look shows.
pub async fn look(viewer: &Actor, id: ConversationId) -> Followed {
    let page = viewer.page(id, "limit=100").await;
    let messages = page.items.into_iter();
    messages.map(|message| (message.seq, message)).collect()
}

/// Applies what is told of messages, in the order of the numbers. With at most ten people the names say everything.
pub fn apply(messages: &mut Followed, viewer: UserId, event: &ServerEvent) {
    match event {
        ServerEvent::MessageCreated(created) | ServerEvent::MessageUpdated(created) => {
            let mut message = created.message.clone();
            assert_eq!(message.my_reactions, None, "an event is the same for everyone");
            set_mine(&mut message, viewer);
            messages.insert(message.seq, message);
        }
        ServerEvent::MessageDeleted(deleted) => {
            if let Some(message) = messages.get_mut(&deleted.seq) {
                message.rev = deleted.rev;
                message.deleted_at = Some(deleted.deleted_at);
                message.text = None;
                message.attachments.clear();
                message.reactions.clear();
                set_mine(message, viewer);
            }
        }
        ServerEvent::ReactionAdded(change) => change_kind(messages, viewer, change, |kind| {
            kind.count += 1;
            kind.user_ids.push(change.user_id);
        }),
        ServerEvent::ReactionRemoved(change) => change_kind(messages, viewer, change, |kind| {
            kind.count -= 1;
            kind.user_ids.retain(|user| *user != change.user_id);
        }),
        _ => (),
    }
}

fn change_kind(
    messages: &mut Followed,
    viewer: UserId,
    change: &ReactionChanged,
    apply: impl FnOnce(&mut Reactions),
) {
    let Some(message) = messages.get_mut(&change.seq) else {
        return;
    };
    message.rev = change.rev;
    let kinds = &mut message.reactions;
    let at = kinds.iter().position(|kind| kind.emoji == change.emoji);
    let at = at.unwrap_or_else(|| {
        kinds.push(Reactions {
            emoji: change.emoji.clone(),
            count: 0,
            user_ids: Vec::new(),
        });
        kinds.len() - 1
    });
    apply(&mut kinds[at]);
    kinds.retain(|kind| 0 < kind.count);
    set_mine(message, viewer);
}

fn set_mine(message: &mut Message, viewer: UserId) {
    let mine = message
        .reactions
        .iter()
        .filter(|kind| kind.user_ids.contains(&viewer));
    message.my_reactions = Some(mine.map(|kind| kind.emoji.clone()).collect());
}

/// The numbers of a conversation among events, in the order in which they came.
pub fn revs(events: &[ServerEvent], id: ConversationId) -> Vec<i64> {
    let numbers = events.iter().filter_map(ServerEvent::conversation_rev);
    let numbers = numbers.filter(|(conversation, _)| *conversation == id);
    numbers.map(|(_, rev)| rev.as_i64()).collect()
}
