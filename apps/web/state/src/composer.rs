//! What keys mean in the text box, Enter above all.
//!
//! Korean input composes each syllable: pressing Enter at the end of a sentence first commits the last
//! syllable. Engines report that in different orders, and a message must go out whole, and once.

/// A key that was pressed down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyDown {
    /// Enter, of the main block or the number pad, by key or by code.
    pub is_enter: bool,
    /// Shift is held.
    pub has_shift: bool,
    /// As the event says it.
    pub is_composing: bool,
    /// 229 while an input method handles the key.
    pub key_code: u32,
}

/// What the text box has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Let the browser and the input method do what they do.
    None,
    /// Keep the browser from acting on the key, and wait.
    Swallow,
    /// Keep the browser from acting on the key, and send the text now.
    SendNow,
    /// Send as soon as the text of the box is complete, right after this event.
    SendAfterComposition,
}

/// Decides what Enter does, from the events of the text box.
#[derive(Clone, Debug, Default)]
pub struct EnterLogic {
    is_composing: bool,
    composed: String,
    sends_at_end: bool,
    /// What the last composition was, until the next key: WebKit reports its end before the key.
    ended: Option<Script>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Hangul,
    Other,
}

/// What an input method handles, by the old numbering.
const HANDLED_BY_INPUT_METHOD: u32 = 229;

impl EnterLogic {
    /// Whether something is being composed, so that the box must not be written into.
    pub const fn is_composing(&self) -> bool {
        self.is_composing
    }

    /// Whether what is being composed may have a list of candidates, in which keys choose.
    pub fn has_candidates(&self) -> bool {
        self.is_composing && !self.composed.is_empty() && script_of(&self.composed) == Script::Other
    }

    /// A composition begins.
    pub fn composition_start(&mut self) {
        self.is_composing = true;
        self.composed.clear();
        self.sends_at_end = false;
        self.ended = None;
    }

    /// The composed text changes.
    pub fn composition_update(&mut self, data: &str) {
        self.is_composing = true;
        data.clone_into(&mut self.composed);
    }

    /// A composition ends, with the text that it leaves.
    pub fn composition_end(&mut self, data: &str) -> Action {
        self.is_composing = false;
        let script = script_of(if data.is_empty() { &self.composed } else { data });
        self.composed.clear();
        if std::mem::take(&mut self.sends_at_end) {
            return Action::SendAfterComposition;
        }
        self.ended = Some(script);
        Action::None
    }

    /// A key goes down. `enter_sends` is false on touch screens, where Enter breaks the line.
    pub fn key_down(&mut self, key: KeyDown, enter_sends: bool) -> Action {
        let ended = self.ended.take();
        if !key.is_enter {
            return Action::None;
        }
        let sends = enter_sends && !key.has_shift;
        if self.is_composing || key.is_composing {
            return self.enter_while_composing(sends);
        }
        let is_handled = key.key_code == HANDLED_BY_INPUT_METHOD;
        match ended {
            // WebKit: a candidate list has ended already. This Enter has chosen, and that was all.
            Some(Script::Other) if is_handled => Action::Swallow,
            // WebKit: the composition has ended already, and this is the Enter that ended it.
            Some(Script::Hangul) if is_handled => send_if(sends),
            // An input method has taken the key without composing anything.
            Some(_) | None if is_handled => Action::None,
            Some(_) | None => send_if(sends),
        }
    }

    fn enter_while_composing(&mut self, sends: bool) -> Action {
        // In a candidate list Enter chooses, in every language that has one.
        if !sends || script_of(&self.composed) != Script::Hangul {
            return Action::None;
        }
        self.sends_at_end = true;
        Action::Swallow
    }
}

const fn send_if(sends: bool) -> Action {
    if sends { Action::SendNow } else { Action::None }
}

fn script_of(composed: &str) -> Script {
    let is_hangul =
        |c: char| matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{3131}'..='\u{318e}' | '\u{1100}'..='\u{11ff}');
    if !composed.is_empty() && composed.chars().all(is_hangul) {
        Script::Hangul
    } else {
        Script::Other
    }
}

/// What replaces a selection, and what is selected then, counted as a text box counts: in UTF-16.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// In place of what was selected.
    pub text: String,
    /// Where the selection begins.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// Puts marks around what is selected, or takes them away when it has them. White space at its ends stays outside,
/// because a mark stands at a word.
pub fn wrap(text: &str, start: u32, end: u32, mark: &str) -> Wrapped {
    let units = text.encode_utf16().skip(start as usize);
    let units: Vec<u16> = units.take(end.saturating_sub(start) as usize).collect();
    let selected = String::from_utf16_lossy(&units);
    let words = selected.trim();
    let (before, after) = match selected.find(words).filter(|_| !words.is_empty()) {
        Some(at) => (&selected[..at], &selected[at + words.len()..]),
        None => (selected.as_str(), ""),
    };
    // `**` has a `*` at both ends and is no italic.
    let inner = words
        .strip_prefix(mark)
        .and_then(|rest| rest.strip_suffix(mark))
        .filter(|inner| mark != "*" || !inner.starts_with('*'));
    let (from, chosen, text) = match inner {
        Some(inner) => (0, inner, format!("{before}{inner}{after}")),
        None => (
            units_of(mark),
            words,
            format!("{before}{mark}{words}{mark}{after}"),
        ),
    };
    let start = start + units_of(before) + from;
    Wrapped {
        text,
        start,
        end: start + units_of(chosen),
    }
}

fn units_of(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_put_around_words_and_taken_away_again() {
        for (text, (start, end), mark, expected, selection) in [
            ("오늘 중요 해", (3, 5), "**", "**중요**", (5, 7)),
            ("👍 중요 ", (2, 6), "*", " *중요* ", (4, 6)),
            ("**중요**", (0, 6), "**", "중요", (0, 2)),
            ("**중요**", (0, 6), "*", "***중요***", (1, 7)),
            ("", (0, 0), "`", "``", (1, 1)),
        ] {
            let wrapped = Wrapped {
                text: expected.to_owned(),
                start: selection.0,
                end: selection.1,
            };
            assert_eq!(wrap(text, start, end, mark), wrapped, "{text}");
        }
    }

    const ENTER: KeyDown = KeyDown {
        is_enter: true,
        has_shift: false,
        is_composing: false,
        key_code: 13,
    };
    const ENTER_IN_IME: KeyDown = KeyDown {
        is_composing: true,
        key_code: 229,
        ..ENTER
    };
    const ENTER_AFTER_IME: KeyDown = KeyDown {
        key_code: 229,
        ..ENTER
    };
    const LETTER: KeyDown = KeyDown {
        is_enter: false,
        key_code: 229,
        ..ENTER
    };

    enum Event {
        Start,
        Update(&'static str),
        End(&'static str),
        Key(KeyDown),
    }
    use Action::{None as Nothing, SendAfterComposition, SendNow, Swallow};
    use Event::{End, Key, Start, Update};

    fn run(events: &[Event]) -> Vec<Action> {
        let mut logic = EnterLogic::default();
        let mut actions = Vec::new();
        for event in events {
            match event {
                Start => logic.composition_start(),
                Update(data) => logic.composition_update(data),
                End(data) => actions.push(logic.composition_end(data)),
                Key(key) => actions.push(logic.key_down(*key, true)),
            }
        }
        actions
    }

    #[test]
    fn enter_without_composition_sends() {
        assert_eq!(run(&[Key(ENTER)]), [SendNow]);
    }

    #[test]
    fn shift_enter_breaks_the_line() {
        assert_eq!(
            run(&[Key(KeyDown {
                has_shift: true,
                ..ENTER
            })]),
            [Nothing]
        );
    }

    #[test]
    fn on_touch_enter_breaks_the_line() {
        let mut logic = EnterLogic::default();
        assert_eq!(logic.key_down(ENTER, false), Nothing);
        logic.composition_start();
        logic.composition_update("한");
        assert_eq!(logic.key_down(ENTER_IN_IME, false), Nothing);
        assert_eq!(logic.composition_end("한"), Nothing);
    }

    /// Chromium on Windows and macOS: the key while composing, the end, then a plain Enter. The second one
    /// sends whatever is in the box, which is nothing any more.
    #[test]
    fn hangul_in_chromium_goes_out_after_the_composition() {
        let events = [
            Start,
            Update("ㅎ"),
            Update("하"),
            Update("한"),
            Key(ENTER_IN_IME),
            End("한"),
            Key(ENTER),
        ];
        assert_eq!(run(&events), [Swallow, SendAfterComposition, SendNow]);
    }

    /// Firefox: the same without the plain Enter.
    #[test]
    fn hangul_in_firefox_goes_out_after_the_composition() {
        let events = [Start, Update("글"), Key(ENTER_IN_IME), End("글")];
        assert_eq!(run(&events), [Swallow, SendAfterComposition]);
    }

    /// WebKit: the end comes first, and the Enter after it still counts as handled by the input method.
    #[test]
    fn hangul_in_webkit_goes_out_with_the_key() {
        let events = [Start, Update("글"), End("글"), Key(ENTER_AFTER_IME)];
        assert_eq!(run(&events), [Nothing, SendNow]);
    }

    #[test]
    fn a_leftover_key_of_webkit_sends_only_once() {
        let events = [
            Start,
            Update("글"),
            End("글"),
            Key(ENTER_AFTER_IME),
            Key(ENTER_AFTER_IME),
        ];
        assert_eq!(run(&events), [Nothing, SendNow, Nothing]);
    }

    #[test]
    fn syllables_typed_on_send_nothing() {
        let events = [
            Start,
            Update("안"),
            End("안"),
            Key(LETTER),
            Start,
            Update("녀"),
            Key(LETTER),
            Update("녕"),
            End("녕"),
        ];
        assert_eq!(run(&events), [Nothing; 4]);
    }

    #[test]
    fn in_a_candidate_list_enter_only_chooses() {
        let chromium = [
            Start,
            Update("にほんご"),
            Update("日本語"),
            Key(ENTER_IN_IME),
            End("日本語"),
        ];
        assert_eq!(run(&chromium), [Nothing, Nothing]);
        let webkit = [Start, Update("日本語"), End("日本語"), Key(ENTER_AFTER_IME)];
        assert_eq!(run(&webkit), [Nothing, Swallow]);
        let then_send = [
            Start,
            Update("日本語"),
            Key(ENTER_IN_IME),
            End("日本語"),
            Key(ENTER),
        ];
        assert_eq!(run(&then_send), [Nothing, Nothing, SendNow]);
    }

    #[test]
    fn a_new_composition_forgets_the_pending_send() {
        let events = [
            Start,
            Update("한"),
            Key(ENTER_IN_IME),
            Start,
            Update("글"),
            End("글"),
        ];
        assert_eq!(run(&events), [Swallow, Nothing]);
    }
}
