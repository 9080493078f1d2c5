//! The emoji to choose from: read from the table that `xtask` wrote, found by words in Korean and English.

use damso_domain::NameQuery;

/// How many of those used last are offered.
const MOST_RECENT: usize = 36;
/// What separates words, and the tones of one emoji.
const SEPARATOR: char = '|';

/// A tone of skin, from light to dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SkinTone {
    /// None of them: yellow.
    #[default]
    Unset,
    /// 🏻
    Light,
    /// 🏼
    MediumLight,
    /// 🏽
    Medium,
    /// 🏾
    MediumDark,
    /// 🏿
    Dark,
}

impl SkinTone {
    /// In the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::Unset,
        Self::Light,
        Self::MediumLight,
        Self::Medium,
        Self::MediumDark,
        Self::Dark,
    ];

    /// As it is remembered.
    pub fn to_index(self) -> usize {
        self as usize
    }

    /// What was remembered; none of them for anything else.
    pub fn from_index(index: usize) -> Self {
        Self::ALL.get(index).copied().unwrap_or_default()
    }
}

/// One emoji, with all tones that it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    emoji: String,
    /// From light to dark; empty where there are none.
    tones: Vec<String>,
    /// Korean, English.
    names: [String; 2],
    /// Everything it is found by, the names too, in lower case, with separators between. In one piece, because folding
    /// each word by itself took longer than a frame.
    words: String,
}

impl Entry {
    /// As it is written, in a tone where it comes in tones.
    pub fn in_tone(&self, tone: SkinTone) -> &str {
        let toned = tone.to_index().checked_sub(1).and_then(|at| self.tones.get(at));
        toned.unwrap_or(&self.emoji)
    }

    /// What it is called in Korean.
    pub fn name_ko(&self) -> &str {
        &self.names[0]
    }

    /// What it is called in English.
    pub fn name_en(&self) -> &str {
        &self.names[1]
    }

    /// How well a query fits that finds it: the smaller the better. `None` when it does not find it.
    fn rank(&self, typed: &str, query: &NameQuery) -> Option<u8> {
        if !query.finds(&self.words) {
            return None;
        }
        if self.names.iter().any(|name| name == typed) {
            return Some(0);
        }
        let ranks = self.words.split(SEPARATOR).map(|word| {
            if word == typed {
                1
            } else if word.split(' ').any(|part| part == typed) {
                2
            } else if word.starts_with(typed) {
                3
            } else {
                4
            }
        });
        ranks.min()
    }
}

/// Emoji that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// As the table calls it: `smileys`, `people`, `nature`, `food`, `places`, `activities`, `objects`, `symbols`,
    /// `flags`.
    pub key: String,
    /// In the order in which Unicode shows them.
    pub entries: Vec<Entry>,
}

/// All emoji there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmojiTable {
    groups: Vec<Group>,
}

impl EmojiTable {
    /// Reads the table. What is not a row of it is passed over.
    pub fn read(text: &str) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for line in text.lines() {
            if let Some(key) = line.strip_prefix('@') {
                groups.push(Group {
                    key: key.to_owned(),
                    entries: Vec::new(),
                });
            } else if let (Some(group), Some(entry)) = (groups.last_mut(), read_entry(line)) {
                group.entries.push(entry);
            }
        }
        Self { groups }
    }

    /// By what they show.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Those that a word finds, in Korean or English, by 초성, half-typed or on the wrong keyboard layout; those that are
    /// called by exactly this word first.
    pub fn find(&self, typed: &str) -> Vec<&Entry> {
        let typed = typed.trim().to_lowercase();
        // Nobody's query, but it may be pasted: the emoji itself.
        let query = NameQuery::new(&typed);
        let mut found: Vec<(u8, &Entry)> = self
            .entries()
            .filter_map(|entry| {
                let is_itself = entry.emoji == typed || entry.tones.contains(&typed);
                let rank = if is_itself {
                    Some(0)
                } else {
                    entry.rank(&typed, &query)
                };
                rank.map(|rank| (rank, entry))
            })
            .collect();
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    /// What is known of an emoji, in whichever tone.
    pub fn entry(&self, emoji: &str) -> Option<&Entry> {
        self.entries()
            .find(|entry| entry.emoji == emoji || entry.tones.iter().any(|tone| tone == emoji))
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.groups.iter().flat_map(|group| &group.entries)
    }
}

fn read_entry(line: &str) -> Option<Entry> {
    let mut columns = line.split('\t');
    let emoji = columns
        .next()
        .filter(|emoji| !emoji.is_empty() && !emoji.starts_with("# "))?;
    let tones = columns.next()?;
    let (name_ko, words_ko) = (columns.next()?, columns.next()?);
    let (name_en, words_en) = (columns.next()?, columns.next()?);
    let words = [name_ko, words_ko, name_en, words_en].join("|").to_lowercase();
    Some(Entry {
        emoji: emoji.to_owned(),
        tones: tones
            .split(SEPARATOR)
            .filter(|tone| !tone.is_empty())
            .map(str::to_owned)
            .collect(),
        names: [name_ko.to_owned(), name_en.to_owned()],
        words,
    })
}

/// Those used last, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecentEmoji(Vec<String>);

impl RecentEmoji {
    /// Reads what [`Self::to_stored`] wrote.
    pub fn from_stored(text: &str) -> Self {
        Self(
            text.split(' ')
                .filter(|emoji| !emoji.is_empty())
                .take(MOST_RECENT)
                .map(str::to_owned)
                .collect(),
        )
    }

    /// As it is remembered.
    pub fn to_stored(&self) -> String {
        self.0.join(" ")
    }

    /// One was used.
    pub fn push(&mut self, emoji: &str) {
        self.0.retain(|known| known != emoji);
        self.0.insert(0, emoji.to_owned());
        self.0.truncate(MOST_RECENT);
    }

    /// The newest first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether none was used yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
