//! What is shown of a message that was found.

/// A stretch of what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// Whether that is what was looked for.
    pub is_found: bool,
}

/// How much is shown before the first place that was found, in UTF-16 units.
const BEFORE: usize = 24;
/// How much is shown in all.
const MOST: usize = 240;

/// The part of a text around the first of its highlights, in one line and in pieces. Highlights are start and end in
/// UTF-16 units, in order; a place that begins inside a character marks none of it.
pub fn snippet(text: &str, highlights: &[Vec<u32>]) -> Vec<Piece> {
    let mut places = highlights
        .iter()
        .filter_map(|place| match place.as_slice() {
            [start, end] => Some((*start as usize, *end as usize)),
            _ => None,
        })
        .peekable();
    let first = places.peek().map_or(0, |(start, _)| *start);
    let begin = if BEFORE < first { first - BEFORE / 2 } else { 0 };
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    for c in text.chars() {
        let (start, end) = (at, at + c.len_utf16());
        at = end;
        while places.next_if(|(_, end)| *end <= start).is_some() {}
        let is_found = places
            .peek()
            .is_some_and(|(from, to)| *from <= start && end <= *to);
        if start < begin {
            continue;
        }
        if begin + MOST < end {
            push(&mut pieces, '…', false);
            break;
        }
        if pieces.is_empty() && 0 < begin {
            push(&mut pieces, '…', false);
        }
        push(&mut pieces, if c.is_whitespace() { ' ' } else { c }, is_found);
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, c: char, is_found: bool) {
    match pieces.last_mut() {
        Some(last) if last.is_found == is_found => last.text.push(c),
        _ => pieces.push(Piece {
            text: c.to_string(),
            is_found,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, highlights: &[[u32; 2]]) -> String {
        let highlights: Vec<Vec<u32>> = highlights.iter().map(|place| place.to_vec()).collect();
        let pieces = snippet(text, &highlights);
        let mark = |piece: Piece| {
            if piece.is_found {
                format!("[{}]", piece.text)
            } else {
                piece.text
            }
        };
        pieces.into_iter().map(mark).collect()
    }

    #[test]
    fn what_was_found_is_marked_where_it_is() {
        for (text, highlights, expected) in [
            ("번역을 맡겼어", vec![[0, 2]], "[번역]을 맡겼어"),
            ("😀 점심\n뭐 먹지", vec![[3, 5], [6, 7]], "😀 [점심] [뭐] 먹지"),
            ("끝까지", vec![[0, 3]], "[끝까지]"),
            ("없음", vec![], "없음"),
            // What does not fit.
            ("짧다", vec![[1, 9]], "짧[다]"),
            ("😀", vec![[1, 2]], "😀"),
        ] {
            assert_eq!(shown(text, &highlights), expected, "{text}");
        }
    }

    #[test]
    fn of_a_long_text_the_part_around_it_is_shown() {
        let text = format!("{}찾은 말{}", "앞 ".repeat(100), " 뒤".repeat(400));
        let shown = shown(&text, &[[200, 204]]);
        assert!(
            shown.starts_with("…앞 ") && shown.contains("[찾은 말] 뒤"),
            "{shown}"
        );
        assert!(shown.ends_with('…'));
        assert!(shown.chars().count() <= MOST + 4, "{shown}");
    }
}
