//! Writes the table of emoji that the client chooses from: which there are, and by what words they are found.
//!
//! Which emoji there are, in which order and with which tones of skin, is said by the same crate that the server asks
//! whether something is one. Names and words come from Unicode's CLDR, whose npm packages are unpacked by hand: this
//! runs once for each new release of either, and what it writes is committed.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use emojis::{Emoji, EmojiVersion, Group, SkinTone};
use serde::Deserialize;

use crate::repo::Repo;

/// What Unicode asks to be said wherever its data is.
const HEADER: &str = "# Names and words: Unicode CLDR, Copyright © Unicode, Inc., licence Unicode-3.0. Written by `cargo xtask emoji`.\n";
/// What is newer would be an empty box on many a device. The server takes it all the same, from whoever can type it.
const NEWEST: EmojiVersion = EmojiVersion::new(16, 0);
/// One tone for everybody in the picture, from light to dark.
const TONES: [SkinTone; 5] = [
    SkinTone::Light,
    SkinTone::MediumLight,
    SkinTone::Medium,
    SkinTone::MediumDark,
    SkinTone::Dark,
];
/// The languages of the client, in the order of the table's columns.
const LANGUAGES: [&str; 2] = ["ko", "en"];

/// Words by which people here look for them, and which CLDR lacks.
const MORE_KOREAN: [(&str, &[&str]); 24] = [
    ("🇰🇷", &["한국", "태극기", "우리나라"]),
    ("🇰🇵", &["북한"]),
    ("😂", &["ㅋㅋ", "ㅋㅋㅋ"]),
    ("😭", &["ㅠㅠ", "ㅜㅜ", "엉엉", "통곡"]),
    ("😢", &["ㅠㅠ", "ㅜㅜ", "흑흑"]),
    ("🥺", &["ㅠㅠ", "제발", "부탁"]),
    ("😮", &["헐", "헉", "우와"]),
    ("😱", &["헐", "헉", "으악"]),
    ("🙏", &["미안", "부탁", "제발"]),
    ("🙇", &["미안", "죄송", "감사"]),
    ("💪", &["화이팅", "파이팅", "아자"]),
    ("✊", &["화이팅", "파이팅"]),
    ("🔥", &["화이팅", "파이팅"]),
    ("🎉", &["축하"]),
    ("🎊", &["축하"]),
    ("😪", &["졸려"]),
    ("😴", &["졸려", "잘자"]),
    ("🍶", &["소주"]),
    ("🍙", &["주먹밥"]),
    ("🍱", &["도시락"]),
    ("🌕", &["추석", "보름달"]),
    ("🧧", &["설날", "세뱃돈"]),
    ("🫰", &["손하트", "손가락 하트"]),
    ("🫶", &["손하트"]),
];

/// What CLDR says of one emoji in one language.
#[derive(Default, Deserialize)]
struct Annotation {
    /// Words by which it is looked for.
    #[serde(default)]
    default: Vec<String>,
    /// Its name, as it is read out.
    #[serde(default)]
    tts: Vec<String>,
}

type Annotations = HashMap<String, Annotation>;

/// Reads `cldr-annotations-full` and `cldr-annotations-derived-full` below `cldr` and writes the table.
pub fn write(repo: &Repo, cldr: &Path) -> Result<()> {
    let languages = LANGUAGES
        .iter()
        .map(|language| annotations(cldr, language))
        .collect::<Result<Vec<_>>>()?;
    let table = render(&languages)?;
    let path = table_path(repo);
    fs::write(&path, table).with_context(|| format!("{} cannot be written", path.display()))
}

fn table_path(repo: &Repo) -> PathBuf {
    repo.web_app().join("public/emoji.txt")
}

fn annotations(cldr: &Path, language: &str) -> Result<Annotations> {
    let mut all = Annotations::new();
    for (package, key) in [
        ("cldr-annotations-full", "annotations"),
        ("cldr-annotations-derived-full", "annotationsDerived"),
    ] {
        let path = cldr
            .join(package)
            .join(key)
            .join(language)
            .join("annotations.json");
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let mut file: HashMap<String, serde_json::Value> = serde_json::from_str(&text)?;
        let entries = file
            .get_mut(key)
            .and_then(|part| part.get_mut("annotations"))
            .with_context(|| format!("{} holds no annotations", path.display()))?;
        all.extend(serde_json::from_value::<Annotations>(entries.take())?);
    }
    Ok(all)
}

/// A line with `@` for each group, then one for each of its emoji: itself, its tones, and a name and words in each
/// language, between tabs; tones and words are separated by `|`.
fn render(languages: &[Annotations]) -> Result<String> {
    let mut table = HEADER.to_owned();
    for group in Group::iter() {
        writeln!(table, "@{}", group_name(group))?;
        for emoji in offered(group) {
            table.push_str(emoji.as_str());
            table.push('\t');
            table.push_str(&tones(emoji).join("|"));
            for (annotations, language) in languages.iter().zip(LANGUAGES) {
                let annotation = find(annotations, emoji);
                let name = annotation
                    .and_then(|found| found.tts.first())
                    .map_or(emoji.name(), String::as_str);
                let mut words: Vec<&str> = Vec::new();
                let known = annotation
                    .map(|found| found.default.as_slice())
                    .unwrap_or_default();
                let more = more_words(emoji, language);
                for word in known.iter().chain(&more).map(String::as_str) {
                    if word != name && !words.contains(&word) {
                        words.push(word);
                    }
                }
                write!(table, "\t{name}\t{}", words.join("|"))?;
            }
            table.push('\n');
        }
    }
    Ok(table)
}

fn offered(group: Group) -> impl Iterator<Item = &'static Emoji> {
    group.emojis().filter(|emoji| emoji.emoji_version() <= NEWEST)
}

/// CLDR writes most of them without the mark that asks for colour.
fn find<'a>(annotations: &'a Annotations, emoji: &Emoji) -> Option<&'a Annotation> {
    let plain: String = emoji.as_str().chars().filter(|c| *c != '\u{fe0f}').collect();
    annotations
        .get(emoji.as_str())
        .or_else(|| annotations.get(&plain))
}

fn more_words(emoji: &Emoji, language: &str) -> Vec<String> {
    if language == "en" {
        // Short codes are what people know from elsewhere.
        return emoji.shortcodes().map(|code| code.replace('_', " ")).collect();
    }
    let more = MORE_KOREAN.iter().filter(|(known, _)| *known == emoji.as_str());
    more.flat_map(|(_, words)| words.iter().map(|word| (*word).to_owned()))
        .collect()
}

fn tones(emoji: &Emoji) -> Vec<&str> {
    TONES
        .iter()
        .filter_map(|tone| emoji.with_skin_tone(*tone))
        .map(Emoji::as_str)
        .collect()
}

const fn group_name(group: Group) -> &'static str {
    match group {
        Group::SmileysAndEmotion => "smileys",
        Group::PeopleAndBody => "people",
        Group::AnimalsAndNature => "nature",
        Group::FoodAndDrink => "food",
        Group::TravelAndPlaces => "places",
        Group::Activities => "activities",
        Group::Objects => "objects",
        Group::Symbols => "symbols",
        Group::Flags => "flags",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new release of the crate, in which the set is another one, is noticed here.
    #[test]
    fn the_table_holds_what_the_server_takes() {
        let repo = Repo::find().unwrap();
        let table = fs::read_to_string(table_path(&repo)).unwrap();
        let rows: Vec<Vec<&str>> = table
            .lines()
            .filter(|line| !line.starts_with("# ") && !line.starts_with('@'))
            .map(|line| line.split('\t').collect())
            .collect();

        let known: Vec<&str> = Group::iter().flat_map(offered).map(Emoji::as_str).collect();
        assert_eq!(rows.len(), known.len());
        for (row, known) in rows.iter().zip(&known) {
            assert_eq!(row[0], *known);
            assert_eq!(row.len(), 2 + 2 * LANGUAGES.len(), "{row:?}");
            assert!(row.iter().all(|column| !column.contains("||")), "{row:?}");
            let korean = [row[2], row[3]].concat();
            assert!(
                korean.chars().any(|c| ('가'..='힣').contains(&c)),
                "no Korean: {row:?}"
            );
            for tone in row[1].split('|').filter(|tone| !tone.is_empty()) {
                assert_eq!(emojis::get(tone).map(Emoji::as_str), Some(tone));
            }
        }
        assert!(MORE_KOREAN.iter().all(|(emoji, _)| known.contains(emoji)));
    }
}
