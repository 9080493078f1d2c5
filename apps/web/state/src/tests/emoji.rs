use crate::emoji::{EmojiTable, RecentEmoji, SkinTone};

/// The one that is served.
fn table() -> EmojiTable {
    EmojiTable::read(include_str!("../../../public/emoji.txt"))
}

fn found(table: &EmojiTable, typed: &str) -> Vec<String> {
    let entries = table.find(typed).into_iter();
    entries
        .map(|entry| entry.in_tone(SkinTone::Unset).to_owned())
        .collect()
}

#[test]
fn every_group_has_its_emoji() {
    let table = table();
    let keys: Vec<&str> = table.groups().iter().map(|group| group.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "smileys",
            "people",
            "nature",
            "food",
            "places",
            "activities",
            "objects",
            "symbols",
            "flags"
        ]
    );
    assert!(table.groups().iter().all(|group| 50 < group.entries.len()));
    assert!(table.entry("#️⃣").is_some(), "its line begins as a remark does");
}

#[test]
fn they_are_found_in_both_languages() {
    let table = table();
    for (typed, emoji) in [
        ("라면", "🍜"),
        ("ㄹㅁ", "🍜"),
        ("라며", "🍜"),
        ("fkaus", "🍜"),
        ("ramen", "🍜"),
        ("RAMEN", "🍜"),
        ("ㄱㅂㅇ", "🐢"),
        ("한국", "🇰🇷"),
        ("korea", "🇰🇷"),
        ("tada", "🎉"),
        ("+1", "👍"),
        ("👍🏽", "👍"),
        ("불", "🔥"),
    ] {
        assert!(found(&table, typed).contains(&emoji.to_owned()), "{typed}");
    }
    assert!(found(&table, "라면땅꼬마인형").is_empty());
}

#[test]
fn what_is_called_so_comes_first() {
    let table = table();
    for (typed, first) in [("불", "🔥"), ("fire", "🔥"), ("cat", "🐈"), ("고양이", "🐈")] {
        let found = found(&table, typed);
        assert_eq!(
            found.first().map(String::as_str),
            Some(first),
            "{typed}: {found:?}"
        );
    }
}

#[test]
fn a_tone_is_taken_where_there_is_one() {
    let table = table();
    let thumb = table.entry("👍🏿").unwrap();
    assert_eq!(thumb.in_tone(SkinTone::Unset), "👍");
    assert_eq!(thumb.in_tone(SkinTone::Medium), "👍🏽");
    assert_eq!(table.entry("🔥").unwrap().in_tone(SkinTone::Dark), "🔥");
    for tone in SkinTone::ALL {
        assert_eq!(SkinTone::from_index(tone.to_index()), tone);
    }
    assert_eq!(SkinTone::from_index(6), SkinTone::Unset);
}

#[test]
fn the_newest_are_kept_once_each() {
    let mut recent = RecentEmoji::default();
    assert!(recent.is_empty());
    for emoji in ["🔥", "👍", "🔥"] {
        recent.push(emoji);
    }
    assert_eq!(RecentEmoji::from_stored(&recent.to_stored()), recent);
    assert_eq!(recent.iter().collect::<Vec<_>>(), ["🔥", "👍"]);
    for at in 0..100 {
        recent.push(&at.to_string());
    }
    assert_eq!(recent.iter().count(), 36);
    assert_eq!(recent.iter().next(), Some("99"));
    assert!(RecentEmoji::from_stored("").is_empty());
}
