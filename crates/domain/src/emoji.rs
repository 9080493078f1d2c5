//! What people react with.

/// An emoji of the set that Unicode recommends for interchange (RGI), fully qualified: one spelling for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Emoji(&'static str);

/// Why a text is no emoji: it is something else, several of them, or one that is spelled without all of its marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one fully qualified emoji")]
pub struct NotAnEmoji;

impl Emoji {
    /// Looks it up.
    pub fn parse(raw: &str) -> Result<Self, NotAnEmoji> {
        // The table finds those without all of their marks as well, and says how they are spelled.
        let known = emojis::get(raw).map(emojis::Emoji::as_str);
        known.filter(|known| *known == raw).map(Self).ok_or(NotAnEmoji)
    }

    /// As it is spelled.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hearts_skin_tones_flags_and_joined_ones_are_emoji() {
        for emoji in [
            "\u{2764}\u{fe0f}",
            "👍",
            "👍🏽",
            "🧑🏻\u{200d}🤝\u{200d}🧑🏿",
            "👨\u{200d}👩\u{200d}👧",
            "🇰🇷",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "#\u{fe0f}\u{20e3}",
            "🫩",
        ] {
            assert_eq!(Emoji::parse(emoji).map(Emoji::as_str), Ok(emoji));
        }
    }

    #[test]
    fn what_is_not_one_emoji_with_all_its_marks_is_none() {
        for other in [
            "",
            "a",
            "1",
            ":heart:",
            "\u{2764}",
            "#\u{20e3}",
            "👍\u{fe0f}",
            "👁\u{200d}🗨",
            "🏽",
            "🇰",
            "👍👍",
            " 👍",
            "👍a",
            "👨\u{200d}👍",
            "\u{200d}",
            "\u{fe0f}",
            "\0",
        ] {
            assert_eq!(Emoji::parse(other), Err(NotAnEmoji), "{other:?}");
        }
    }

    /// The whole set: the table knows it with every tone of skin, and each in one spelling only.
    #[test]
    fn the_table_holds_the_whole_set() {
        let with_tones = |emoji: &'static emojis::Emoji| {
            let tones = emoji.skin_tones().map(Iterator::collect::<Vec<_>>);
            tones.unwrap_or_else(|| vec![emoji])
        };
        let all: Vec<_> = emojis::iter().flat_map(with_tones).collect();
        assert!(3_900 < all.len(), "{}", all.len());
        for emoji in all {
            assert!(Emoji::parse(emoji.as_str()).is_ok(), "{emoji}");
        }
    }
}
