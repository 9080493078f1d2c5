// Waiting for what is awaited, and never for a length of time.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

const PATIENCE_MS = 10_000;
const STEP_MS = 25;

/** Waits until something is on the screen, and returns it. */
export async function seen(locator, options = {}) {
  await locator.first().waitFor({ state: "visible", ...options });
  return locator;
}

/** Waits until something is not on the screen, or not any more. */
export async function gone(locator) {
  await eventually(() => locator.filter({ visible: true }).count(), 0, `${locator} is still there`);
}

/** Looks out for a text on a page from now on. Returns a function that says whether it was ever there. */
export async function lookOutFor(page, text) {
  const flag = await page.evaluateHandle((text) => {
    const flag = { wasThere: false };
    const look = () => (flag.wasThere ||= document.body.innerText.includes(text));
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    return flag;
  }, text);
  return () => flag.evaluate(({ wasThere }) => wasThere);
}

/** Waits until `read` returns `expected`. What it returned last is in the message when it never does. */
export async function eventually(read, expected, message) {
  const end = Date.now() + PATIENCE_MS;
  let actual = await read();
  while (!isDeepStrictEqual(actual, expected) && Date.now() < end) {
    await pause(STEP_MS);
    actual = await read();
  }
  assert.deepEqual(actual, expected, message);
}
