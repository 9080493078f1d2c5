use damso_domain::{AttachmentId, AttachmentKind, AttachmentState, ClientKey, ConversationId, Mention, Seq};
use damso_protocol::{Attachment, ErrorKind, ForwardOf};

use super::build::{World, at, created};
use crate::outbox::put_before;
use crate::{Echo, EchoFile, EchoState, Outbox};

fn echo(conversation_id: ConversationId, text: &str) -> Echo {
    Echo {
        client_key: ClientKey::new(),
        conversation_id,
        text: Some(text.to_owned()),
        files: Vec::new(),
        reply_to: None,
        forward_of: None,
        mentions: Vec::new(),
        is_silent: false,
        wait_until: None,
        created_at: at(0),
        tab: None,
        state: EchoState::Sending,
    }
}

fn file() -> EchoFile {
    EchoFile {
        key: ClientKey::new(),
        file_name: "사진.png".to_owned(),
        size_bytes: 1_000,
        kind: AttachmentKind::Image,
        width: Some(4),
        height: Some(3),
        preview_url: None,
        progress: 0.0,
        uploaded: None,
    }
}

fn attachment() -> Attachment {
    Attachment {
        id: AttachmentId::new(),
        file_name: "사진.png".to_owned(),
        media_type: "image/png".to_owned(),
        size_bytes: 1_000,
        state: AttachmentState::Ready,
        kind: AttachmentKind::Image,
        width: Some(4),
        height: Some(3),
        placeholder: None,
    }
}

#[test]
fn one_is_in_flight_and_they_go_out_in_order() {
    let (here, there) = (ConversationId::new(), ConversationId::new());
    let mut outbox = Outbox::default();
    let [first, second, other] = [echo(here, "하나"), echo(here, "둘"), echo(there, "셋")];
    for echo in [&first, &second, &other] {
        outbox.push(echo.clone());
    }
    assert_eq!(
        outbox.take_next(here).expect("waits").client_key,
        first.client_key
    );
    assert!(outbox.take_next(here).is_none(), "one at a time");
    assert_eq!(
        outbox.take_next(there).expect("its own turn").client_key,
        other.client_key
    );

    // No answer: the same one again, with the same key.
    outbox.request_ended(first.client_key);
    assert_eq!(
        outbox.take_next(here).expect("again").client_key,
        first.client_key
    );
    outbox.request_ended(first.client_key);
    assert!(outbox.settle(first.client_key));
    assert_eq!(
        outbox.take_next(here).expect("next").client_key,
        second.client_key
    );
}

#[test]
fn a_refused_one_holds_nothing_up() {
    let here = ConversationId::new();
    let mut outbox = Outbox::default();
    let [first, second] = [echo(here, "하나"), echo(here, "둘")];
    outbox.push(first.clone());
    outbox.push(second.clone());
    outbox.refuse(first.client_key, ErrorKind::NotFriends);
    assert_eq!(
        outbox.take_next(here).expect("waits").client_key,
        second.client_key
    );
    outbox.request_ended(second.client_key);
    outbox.settle(second.client_key);
    assert!(outbox.take_next(here).is_none());
    assert!(outbox.retry(first.client_key));
    assert!(outbox.take_next(here).is_some());
}

#[test]
fn a_message_waits_for_its_files_and_holds_later_ones() {
    let here = ConversationId::new();
    let mut outbox = Outbox::default();
    let (file, mut first, second) = (file(), echo(here, "사진"), echo(here, "둘"));
    first.files.push(file.clone());
    outbox.push(first.clone());
    outbox.push(second);
    assert!(outbox.take_next(here).is_none());
    outbox.upload_progressed(file.key, 0.5);
    assert_eq!(outbox.get(first.client_key).expect("there").progress(), Some(0.5));
    let attachment = attachment();
    assert_eq!(
        outbox.upload_completed(file.key, attachment.clone()),
        Some(first.client_key)
    );
    let request = outbox.take_next(here).expect("ready");
    assert_eq!(request.attachment_ids, [attachment.id]);
}

#[test]
fn a_reload_goes_on_with_the_same_keys() {
    let here = ConversationId::new();
    let mut outbox = Outbox::default();
    let (text, mut with_file) = (echo(here, "하나"), echo(here, "사진"));
    let tab = ClientKey::new();
    with_file.files.push(file());
    with_file.tab = Some(tab);
    outbox.push(text.clone());
    outbox.push(with_file.clone());
    outbox.take_next(here);

    let kept = [text.to_json(), with_file.to_json()];
    let read = || kept.iter().map(|json| Echo::from_json(json).expect("our own"));
    let mut restored = Outbox::default();
    read().for_each(|echo| restored.put(echo));
    assert_eq!(
        restored.take_next(here).expect("waits").client_key,
        text.client_key
    );
    assert_eq!(restored.awaited_tabs(), [tab]);
    assert_eq!(restored.orphan(ClientKey::new()), [], "its tab is still there");
    assert_eq!(restored.orphan(tab), [with_file.client_key]);
    let lost = restored.get(with_file.client_key).expect("there").state;
    assert_eq!(
        lost,
        EchoState::Refused {
            kind: ErrorKind::UploadIncomplete
        }
    );
    assert!(
        !restored.retry(with_file.client_key),
        "its bytes went with the page"
    );

    // Whoever tells of it again: it is one message all the same.
    read().for_each(|echo| restored.put(echo));
    assert_eq!(restored.len(), 2);
}

#[test]
fn the_answer_and_the_event_settle_an_echo_whichever_comes_first() {
    for answer_first in [true, false] {
        let mut world = World::opened();
        let mine = world.message(1, world.me);
        let mut waiting = echo(world.group, "하나");
        waiting.client_key = mine.client_key;
        world.model.outbox.push(waiting);
        let mut settled = Vec::new();
        for is_answer in [answer_first, !answer_first] {
            let message = mine.clone();
            let effects = if is_answer {
                world.model.take_sent(message)
            } else {
                world.apply(created(message))
            };
            settled.push(effects.outbox);
        }
        assert_eq!(settled, [true, false]);
        assert!(world.model.outbox.is_empty());
        assert_eq!(world.seqs(), [1]);
        assert_eq!(world.chat().unread_count, 0);
    }
}

#[test]
fn what_is_not_kept_yet_does_not_go_out() {
    let here = ConversationId::new();
    let mut outbox = Outbox::default();
    let [first, second] = [echo(here, "하나"), echo(here, "둘")];
    outbox.push(first.clone());
    outbox.push(second);
    outbox.hold(first.client_key);
    assert!(
        outbox.take_next(here).is_none(),
        "nor does the next one overtake it"
    );
    outbox.release(first.client_key);
    assert_eq!(outbox.take_next(here).expect("kept").client_key, first.client_key);
}

#[test]
fn what_is_written_later_stays_later_when_the_clock_goes_back() {
    let here = ConversationId::new();
    let mut outbox = Outbox::default();
    let mut first = echo(here, "하나");
    first.created_at = at(5_000);
    outbox.push(first.clone());
    let mut second = echo(here, "둘");
    second.created_at = outbox.next_time(at(1_000));
    // Another tab hears of them in any order.
    let mut elsewhere = Outbox::default();
    elsewhere.put(second);
    elsewhere.put(first);
    let texts: Vec<_> = elsewhere
        .of(here)
        .filter_map(|echo| echo.text.as_deref())
        .collect();
    assert_eq!(texts, ["하나", "둘"]);
}

#[test]
fn what_another_tab_says_leaves_the_picture_on_the_screen() {
    let here = ConversationId::new();
    let mut outbox = Outbox::default();
    let mut shown = echo(here, "사진");
    let mut picture = file();
    picture.preview_url = Some("blob:here".to_owned());
    picture.progress = 0.5;
    shown.files.push(picture);
    outbox.push(shown.clone());
    let mut told = Echo::from_json(&shown.to_json()).expect("our own");
    told.state = EchoState::Refused {
        kind: ErrorKind::FileTooLarge,
    };
    outbox.put(told);
    let known = outbox.get(shown.client_key).expect("there");
    assert!(known.is_refused());
    assert_eq!(known.files[0].preview_url.as_deref(), Some("blob:here"));
    assert_eq!(known.progress(), Some(0.5));
}

#[test]
fn an_outbox_of_an_earlier_version_is_read() {
    let waiting = echo(ConversationId::new(), "하나");
    let json = waiting
        .to_json()
        .replace(",\"tab\":null", "")
        .replace(",\"mentions\":[]", "");
    let earlier = format!("{{\"echoes\":[{json}]}}");
    assert_eq!(Echo::list_from_json(&earlier), [waiting]);
    assert_eq!(Echo::from_json(&earlier), None);
    assert_eq!(Echo::list_from_json("{"), []);
}

#[test]
fn what_is_forwarded_shows_what_it_holds_and_sends_only_where_it_is_from() {
    let here = ConversationId::new();
    let source = ForwardOf {
        conversation_id: ConversationId::new(),
        seq: Seq::new(7),
    };
    let forwarded = Echo {
        files: vec![EchoFile::of_attachment(&attachment())],
        forward_of: Some(source),
        ..echo(here, "사진이야")
    };
    // As after a reload, with nothing but what the browser kept.
    let kept = Echo::from_json(&forwarded.to_json()).expect("kept");
    assert_eq!((&kept.text, kept.files.len()), (&forwarded.text, 1));
    let mut outbox = Outbox::default();
    outbox.push(kept);
    let request = outbox.take_next(here).expect("nothing has to be uploaded");
    assert_eq!((request.forward_of, request.text), (Some(source), None));
    assert!(request.attachment_ids.is_empty());
    assert_eq!(outbox.get(request.client_key).expect("there").progress(), None);
}

#[test]
fn what_waits_can_be_called_off_and_holds_up_what_comes_after_it() {
    let here = ConversationId::new();
    let mut outbox = Outbox::default();
    let [mut first, second] = [echo(here, "하나"), echo(here, "둘")];
    first.wait_until = Some(at(5_000));
    let kept = Echo::from_json(&first.to_json()).expect("kept");
    assert_eq!(kept, first);
    for echo in [&first, &second] {
        outbox.push(echo.clone());
    }
    let (key, left) = outbox.waiting(here, at(1_000)).expect("it waits");
    assert_eq!((key, left.as_millis()), (first.client_key, 4_500));
    // A little longer than it can be called off, and no longer than that by whatever clock.
    assert_eq!(
        first.left_to_call_off(at(1_000)).map(|left| left.as_millis()),
        Some(4_000)
    );
    assert_eq!(first.left_to_call_off(at(5_000)), None);
    assert!(outbox.waiting(here, at(5_400)).is_some());
    assert!(outbox.waiting(here, at(5_500)).is_none());
    assert_eq!(
        outbox.waiting(here, at(-9_000)).map(|(_, left)| left.as_millis()),
        Some(5_500)
    );

    assert!(outbox.call_off(first.client_key, at(5_000)).is_none());
    assert_eq!(outbox.call_off(first.client_key, at(4_999)), Some(first.clone()));
    assert!(outbox.waiting(here, at(0)).is_none());
    assert_eq!(
        outbox.take_next(here).expect("its turn").client_key,
        second.client_key
    );

    // One that is on its way is not here any more.
    let mut outbox = Outbox::default();
    outbox.push(first.clone());
    outbox.end_wait(first.client_key);
    assert!(outbox.waiting(here, at(0)).is_none());
    outbox.put(first.clone());
    outbox.take_next(here).expect("its turn");
    assert!(outbox.call_off(first.client_key, at(0)).is_none());
}

#[test]
fn what_is_called_off_stands_before_what_was_begun_since() {
    let all = |start, end| Mention {
        user_id: None,
        start,
        end,
    };
    let nothing = || (String::new(), Vec::new());
    let said = || ("@모두 \u{1f600}".to_owned(), vec![all(0, 3)]);
    let begun = || ("또 @모두".to_owned(), vec![all(2, 5)]);
    assert_eq!(put_before(said(), nothing()), said());
    assert_eq!(put_before(nothing(), begun()), begun());
    let both = (
        "@모두 \u{1f600}\n또 @모두".to_owned(),
        vec![all(0, 3), all(9, 12)],
    );
    assert_eq!(put_before(said(), begun()), both);
}
