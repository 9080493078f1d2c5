//! What stands on top of a conversation follows its message.

use damso_domain::{History, Rev, Seq};
use damso_protocol::{
    ConversationUpdated, Message, MessageCreated, MessageDeleted, MessageHidden, MessagesErased, Reactions,
    ServerEvent,
};

use super::build::{World, account, at, conversation, created};
use crate::kept::{Kept, Mirror};

fn on_top(world: &World, rev: i64, notice: Option<&Message>) -> ServerEvent {
    ServerEvent::ConversationUpdated(ConversationUpdated {
        conversation_id: world.group,
        rev: Rev::new(rev),
        name: None,
        avatar: None,
        history: History::FromJoin,
        notice: notice.cloned().map(Message::into_notice).map(Box::new),
    })
}

/// Jiho has said something that stands on top.
fn noticed() -> (World, Message) {
    let mut world = World::opened();
    let said = world.message(1, world.jiho);
    world.apply(created(said.clone()));
    let set = on_top(&world, 2, Some(&said));
    world.apply(set);
    (world, said)
}

fn text(world: &World) -> Option<&str> {
    world.chat().notice.as_ref()?.text.as_deref()
}

fn hidden(world: &World) -> ServerEvent {
    ServerEvent::MessageHidden(MessageHidden {
        user_rev: Rev::new(1),
        conversation_id: world.group,
        seq: Seq::new(1),
    })
}

#[test]
fn it_is_there_until_it_is_taken_away() {
    let (mut world, _) = noticed();
    assert_eq!(text(&world), Some("1번째"));
    let removed = on_top(&world, 3, None);
    world.apply(removed);
    assert_eq!(text(&world), None);
}

#[test]
fn it_says_what_its_message_says_now() {
    let (mut world, said) = noticed();
    let edited = Message {
        rev: Rev::new(3),
        text: Some("고친 말".to_owned()),
        reactions: vec![Reactions {
            emoji: "👍".to_owned(),
            count: 1,
            user_ids: vec![world.seoyeon],
        }],
        my_reactions: None,
        ..said
    };
    let event = ServerEvent::MessageUpdated(MessageCreated { message: edited });
    world.apply(event);
    assert_eq!(text(&world), Some("고친 말"));
    let notice = world.chat().notice.as_ref().expect("there");
    assert!(notice.reactions.is_empty() && notice.reply_to.is_none());
}

#[test]
fn it_goes_with_its_message() {
    let (mut world, said) = noticed();
    world.apply(ServerEvent::MessageDeleted(MessageDeleted {
        conversation_id: world.group,
        seq: said.seq,
        rev: Rev::new(3),
        author_id: world.jiho,
        deleted_at: at(0),
    }));
    assert_eq!(text(&world), None);

    let (mut world, _) = noticed();
    let erased = |world: &World, rev, author_id| {
        ServerEvent::MessagesErased(MessagesErased {
            conversation_id: world.group,
            rev: Rev::new(rev),
            author_id,
            deleted_at: at(0),
        })
    };
    let of_another = erased(&world, 3, world.seoyeon);
    world.apply(of_another);
    assert_eq!(text(&world), Some("1번째"));
    let of_its_author = erased(&world, 4, world.jiho);
    world.apply(of_its_author);
    assert_eq!(text(&world), None);
}

#[test]
fn what_i_hide_does_not_stand_on_top_for_me() {
    let (mut world, said) = noticed();
    world.apply(hidden(&world));
    assert_eq!(text(&world), None);
    // Told of before it was hidden, and heard of after that.
    let late = on_top(&world, 3, Some(&said));
    world.apply(late);
    assert_eq!(text(&world), None);
    let mut fresh = world.chat().clone();
    fresh.notice = Some(Box::new(said.into_notice()));
    world.model.refresh_conversation(fresh);
    assert_eq!(text(&world), None);
}

#[test]
fn a_description_brings_it_and_the_next_visit_knows_who_wrote_it() {
    let (mut world, said) = noticed();
    let mut fresh = conversation(world.group, &[world.me]);
    fresh.rev = Rev::new(9);
    fresh.notice = Some(Box::new(said.into_notice()));
    world.model.put_conversation(fresh);
    world.model.people.load(Vec::new(), Vec::new());
    let me = account(world.me);
    let changes = Mirror::default().changes(&world.model, &me);
    let kept = Kept::read(changes.puts.into_iter().map(|(_, record)| record)).expect("all of it");
    let mut next = crate::Model::new(&me);
    next.restore(kept);
    let restored = &next.chats.get(world.group).expect("kept").conversation;
    assert_eq!(restored.notice, world.chat().notice);
    assert!(next.people.user(world.jiho).is_some());
}
