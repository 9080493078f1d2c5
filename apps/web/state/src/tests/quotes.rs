//! What messages quote follows what they answer.

use damso_domain::{Rev, Seq};
use damso_protocol::{Message, MessageDeleted, MessageHidden, Messages, MessagesErased, ServerEvent};

use super::build::{World, at, created};
use crate::model::Place;
use crate::quotes::quote;

/// Jiho has said something, and Seoyeon has answered: both are loaded, and the answer is the last message of the list.
fn answered() -> (World, Message) {
    let mut world = World::opened();
    let said = world.message(1, world.jiho);
    let answer = Message {
        reply_to: Some(quote(&said)),
        ..world.message(2, world.seoyeon)
    };
    world.apply(created(said.clone()));
    world.apply(created(answer));
    (world, said)
}

fn edited(said: &Message, rev: i64, text: &str) -> ServerEvent {
    ServerEvent::MessageUpdated(damso_protocol::MessageCreated::new(Message {
        rev: Rev::new(rev),
        text: Some(text.to_owned()),
        ..said.clone()
    }))
}

/// What the answer quotes: the same in the conversation and in the list.
#[track_caller]
fn quoted(world: &World) -> Option<Option<String>> {
    let timeline = world.model.timeline(world.group).expect("opened");
    let answer = timeline.get(Seq::new(2)).expect("there");
    let last = world.chat().last_message.as_ref().expect("there");
    assert_eq!(last.reply_to, answer.reply_to);
    answer.reply_to.as_ref().map(|reply| reply.excerpt.clone())
}

#[test]
fn a_quote_follows_what_it_quotes() {
    let (mut world, said) = answered();
    assert_eq!(quoted(&world), Some(Some("1번째".to_owned())));
    world.apply(edited(&said, 3, "아니,\n첫 번째"));
    assert_eq!(quoted(&world), Some(Some("아니, 첫 번째".to_owned())));
    world.apply(ServerEvent::MessageDeleted(MessageDeleted {
        conversation_id: world.group,
        seq: said.seq,
        rev: Rev::new(4),
        author_id: world.jiho,
        deleted_at: at(0),
    }));
    assert_eq!(quoted(&world), Some(None));
}

#[test]
fn what_is_not_loaded_is_followed_as_well() {
    let (mut world, said) = answered();
    let answer = world.chat().last_message.clone().expect("there");
    world.load(vec![answer], true, false);
    world.apply(edited(&said, 3, "다시"));
    assert_eq!(quoted(&world), Some(Some("다시".to_owned())));
    let erased = MessagesErased {
        conversation_id: world.group,
        rev: Rev::new(4),
        author_id: world.jiho,
        deleted_at: at(0),
    };
    world.apply(ServerEvent::MessagesErased(erased));
    assert_eq!(quoted(&world), Some(None));
}

#[test]
fn what_i_hide_is_not_quoted_to_me() {
    let (mut world, said) = answered();
    world.apply(ServerEvent::MessageHidden(MessageHidden {
        user_rev: Rev::new(1),
        conversation_id: world.group,
        seq: said.seq,
    }));
    assert_eq!(quoted(&world), None);
    // Told of before it was hidden, and heard of after that.
    let late = Message {
        reply_to: Some(quote(&said)),
        ..world.message(3, world.jiho)
    };
    world.apply(created(late));
    let last = world.chat().last_message.as_ref().expect("there");
    assert_eq!((last.seq, &last.reply_to), (Seq::new(3), &None));
}

#[test]
fn a_page_knows_better_than_what_happened_before_it_was_made() {
    let (mut world, said) = answered();
    let answer = world.chat().last_message.clone().expect("there");
    let newest = Message {
        rev: Rev::new(4),
        text: Some("더 나중".to_owned()),
        ..said.clone()
    };
    let request = world.model.request_page(world.group, Place::Anywhere);
    world.apply(edited(&said, 3, "나중"));
    let page = Messages {
        items: vec![Message {
            reply_to: Some(quote(&newest)),
            ..answer
        }],
        users: Vec::new(),
        has_more_before: true,
        has_more_after: false,
    };
    world.model.take_page(request, page);
    let timeline = world.model.timeline(world.group).expect("opened");
    let reply = timeline
        .get(Seq::new(2))
        .and_then(|answer| answer.reply_to.clone());
    assert_eq!(reply, Some(quote(&newest)));
}

#[test]
fn a_deleted_answer_quotes_nothing() {
    let (mut world, _) = answered();
    world.apply(ServerEvent::MessageDeleted(MessageDeleted {
        conversation_id: world.group,
        seq: Seq::new(2),
        rev: Rev::new(3),
        author_id: world.seoyeon,
        deleted_at: at(0),
    }));
    assert_eq!(quoted(&world), None);
}
