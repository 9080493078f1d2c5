//! The readers, and what has to hold for whatever they read.

use std::fmt::Debug;

use damso_domain::markup::{self, Block, Inline};
use damso_domain::{
    DisplayName, EmailAddress, Emoji, FileName, FriendRequestId, Handle, MessageText, Rev, SessionName,
    StatusMessage, Timestamp, UserId,
};
use damso_protocol::{ClientCommand, ServerEvent};
use damso_service::cursor::Paging;
use damso_service::media::{
    self, AVATAR_LARGE_SIDE, MAX_DECODED_BYTES, PREVIEW_SIDE, SNIFF_BYTES, prepare_avatar, prepare_image,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Larger pictures take so long that few would be tried; that their size is refused has tests of its own.
const MOST_DECODED: u64 = 4 << 20;

pub(crate) fn frame(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(command) = serde_json::from_str::<ClientCommand>(text) {
        assert_same_json(&command);
    }
    let (by_server, by_client) = (
        serde_json::from_str::<ServerEvent>(text),
        ServerEvent::from_frame(text),
    );
    if let (Ok(by_server), Ok(by_client)) = (by_server, by_client) {
        assert_same_json(&by_server);
        assert_same_json(&by_client);
    }
}

fn assert_same_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = serde_json::to_string(value).expect("what was read can be written");
    let again: T = serde_json::from_str(&json).expect("what was written can be read");
    assert_eq!(again, *value, "{json}");
}

pub(crate) fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(parsed) = MessageText::parse(&text) {
        let kept = parsed.as_str();
        assert!(kept.chars().count() <= MessageText::MAX_CHARS && !kept.trim().is_empty());
        assert!(!kept.chars().any(is_forbidden), "{kept:?}");
        assert_eq!(MessageText::parse(kept).expect("it is one").as_str(), kept);
    }
    if let Ok(parsed) = DisplayName::parse(&text) {
        assert_name(parsed.as_str(), DisplayName::MAX_CHARS);
        assert_eq!(DisplayName::parse(parsed.as_str()).as_ref(), Ok(&parsed));
    }
    if let Ok(parsed) = StatusMessage::parse(&text) {
        assert_eq!(StatusMessage::parse(parsed.as_str()).as_ref(), Ok(&parsed));
    }
    if let Ok(parsed) = SessionName::parse(&text) {
        assert_name(parsed.as_str(), SessionName::MAX_CHARS);
    }
    if let Ok(parsed) = FileName::parse(&text) {
        let kept = parsed.as_str();
        assert!(!kept.contains(['/', '\\', '\0']), "{kept:?}");
        assert_eq!(FileName::parse(kept).expect("it is one").as_str(), kept);
    }
    if let Ok(parsed) = Handle::parse(&text) {
        assert!(parsed.as_str().is_ascii() && parsed.as_str().len() <= Handle::MAX_CHARS);
        assert_eq!(Handle::parse(parsed.as_str()).as_ref(), Ok(&parsed));
    }
    if let Ok(parsed) = EmailAddress::parse(&text) {
        assert!(parsed.as_str().len() <= EmailAddress::MAX_BYTES);
        // It stands in the head of a mail.
        assert!(!parsed.as_str().contains(['\r', '\n']), "{parsed:?}");
    }
    if let Ok(parsed) = Emoji::parse(&text) {
        assert_eq!(Emoji::parse(parsed.as_str()), Ok(parsed));
    }
}

/// What is shown is what was typed, without marks, in the same order.
pub(crate) fn markup(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut left = text.chars();
    let mut show = |shown: &str| {
        for shown in shown.chars() {
            let is_there = left
                .by_ref()
                .find(|next| *next == shown || !(next.is_whitespace() || is_mark(*next)));
            assert_eq!(is_there, Some(shown), "{text:?}");
        }
    };
    for block in markup::parse(&text) {
        match &block {
            Block::Paragraph(words) | Block::Quote(words) => show_words(words, 0, &mut show),
            Block::List(items) => items.iter().for_each(|item| {
                show(item.number.unwrap_or_default());
                show_words(&item.words, 0, &mut show);
            }),
            Block::Code { language, text } => {
                show(language.unwrap_or_default());
                show(text);
            }
        }
    }
    assert!(left.all(|next| next.is_whitespace() || is_mark(next)), "{text:?}");
    let plain = markup::plain(&text);
    assert!(plain.len() <= text.len() * 2 + 16, "{text:?}");
}

const fn is_mark(char: char) -> bool {
    matches!(char, '*' | '_' | '~' | '|' | '`' | '\\' | '>' | '-' | '.')
}

fn show_words(words: &[Inline<'_>], depth: usize, show: &mut impl FnMut(&str)) {
    assert!(depth <= markup::MAX_DEPTH);
    for word in words {
        match word {
            Inline::Text(text) | Inline::Link(text) | Inline::Code(text) | Inline::Mention { text, .. } => {
                show(text);
            }
            Inline::Marked(_, words) => show_words(words, depth + 1, show),
        }
    }
}

fn is_forbidden(char: char) -> bool {
    char.is_control() && !matches!(char, '\n' | '\t')
}

fn assert_name(name: &str, most: usize) {
    assert!(
        name.chars().count() <= most && !name.chars().any(char::is_control),
        "{name:?}"
    );
}

pub(crate) fn cursor(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    position::<UserId>(&text);
    position::<FriendRequestId>(&text);
    position::<Rev>(&text);
    position::<(bool, Timestamp, UserId)>(&text);
}

/// A list that goes on from there goes on from there.
fn position<P: Serialize + DeserializeOwned + PartialEq + Clone + Debug>(text: &str) {
    let Ok(paging) = Paging::<P>::parse(Some(text), Some(1)) else {
        return;
    };
    let at = paging.after.clone().expect("there was one");
    let page = paging.page(vec![at.clone(), at.clone()], Clone::clone);
    let next = Paging::<P>::parse(page.next_cursor.as_deref(), Some(1)).expect("it is one of ours");
    assert_eq!(next.after, Some(at));
}

pub(crate) fn image(bytes: &[u8]) {
    let start = usize::try_from(SNIFF_BYTES).map_or(bytes, |most| &bytes[..bytes.len().min(most)]);
    media::sniff(start, "photo.jpg");
    let Ok(needed) = media::needed_bytes(bytes) else {
        return;
    };
    assert!(needed <= MAX_DECODED_BYTES, "{needed}");
    if MOST_DECODED < needed {
        return;
    }
    if let Ok(prepared) = prepare_image(bytes) {
        let side = prepared.width.max(prepared.height);
        assert!(prepared.preview.width.max(prepared.preview.height) <= side.min(PREVIEW_SIDE));
        // What is served was a picture before it lost its metadata, and is one now.
        let again = prepare_image(&prepared.original).expect("what is kept is a picture");
        assert_eq!((again.width, again.height), (prepared.width, prepared.height));
        assert_eq!(again.original, prepared.original, "nothing is left to take away");
    }
    if let Ok(avatar) = prepare_avatar(bytes) {
        assert!(avatar.large.width <= AVATAR_LARGE_SIDE && avatar.large.width == avatar.large.height);
    }
}
