// Typing Korean the way a Korean input method does it, with composition events.
//
// `page.keyboard.type("안녕")` inserts finished syllables and fires no composition event, so it finds none
// of the mistakes that people meet. Over the DevTools protocol Chromium fires the very events of a real
// input method, in the same order.

const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const LEADING = [..."ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"];
const TRAILING_FORMS = 28;
const VOWEL_FORMS = 21;
// What keyboards call the key that an input method is working on.
const PROCESS_KEY = 229;

const sessions = new WeakMap();

async function protocol(page) {
  if (!sessions.has(page)) {
    sessions.set(page, await page.context().newCDPSession(page));
  }
  return sessions.get(page);
}

function isSyllable(character) {
  const code = character.codePointAt(0);
  return character.length === 1 && FIRST_SYLLABLE <= code && code <= LAST_SYLLABLE;
}

/** What is on the screen while a syllable is typed: 한 is ㅎ, 하, 한. */
export function compositionSteps(syllable) {
  const index = syllable.codePointAt(0) - FIRST_SYLLABLE;
  const trailing = index % TRAILING_FORMS;
  const leading = LEADING[Math.floor(index / (VOWEL_FORMS * TRAILING_FORMS))];
  const open = String.fromCodePoint(FIRST_SYLLABLE + index - trailing);
  return trailing === 0 ? [leading, open] : [leading, open, syllable];
}

async function processKey(session, type, code) {
  await session.send("Input.dispatchKeyEvent", {
    type,
    key: "Process",
    code,
    windowsVirtualKeyCode: PROCESS_KEY,
  });
}

/** Composes one syllable in the focused field and leaves it unfinished. */
export async function composeSyllable(page, syllable) {
  const session = await protocol(page);
  for (const text of compositionSteps(syllable)) {
    await processKey(session, "rawKeyDown", "KeyA");
    await session.send("Input.imeSetComposition", {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    });
    await processKey(session, "keyUp", "KeyA");
  }
}

/** Finishes the syllable being composed, as the first key of the next one does. */
export async function commit(page, syllable) {
  const session = await protocol(page);
  await session.send("Input.insertText", { text: syllable });
}

/**
 * Types `text` into the focused field. A last syllable stays unfinished, as it does on a real keyboard:
 * follow with `enterWhileComposing`, or with `commit`.
 *
 * Returns the unfinished syllable, or null.
 */
export async function typeHangul(page, text) {
  let composing = null;
  for (const character of text) {
    if (composing !== null) {
      await commit(page, composing);
      composing = null;
    }
    if (isSyllable(character)) {
      await composeSyllable(page, character);
      composing = character;
    } else {
      await page.keyboard.type(character);
    }
  }
  return composing;
}

/**
 * One press of Enter while `syllable` is being composed: the input method takes the key, commits, and the
 * plain key follows. `key` is what the browser calls the taken key: "Process" on Windows and Linux, "Enter"
 * on macOS.
 */
export async function enterWhileComposing(page, syllable, { key = "Process" } = {}) {
  const session = await protocol(page);
  await session.send("Input.dispatchKeyEvent", {
    type: "rawKeyDown",
    key,
    code: "Enter",
    windowsVirtualKeyCode: PROCESS_KEY,
  });
  await commit(page, syllable);
  await page.keyboard.press("Enter");
}

/** Types `text` and sends it with one Enter, with its last syllable still unfinished where it is Hangul. */
export async function sendHangul(page, text, options) {
  const composing = await typeHangul(page, text);
  if (composing === null) {
    await page.keyboard.press("Enter");
  } else {
    await enterWhileComposing(page, composing, options);
  }
}
