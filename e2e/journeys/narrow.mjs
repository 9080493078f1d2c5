// The main journey on a screen of 390 × 844, once with a finger and once with a keyboard.

import assert from "node:assert/strict";
import { test } from "node:test";

import { launchBrowser, NARROW, PHONE } from "../lib/browser.mjs";
import { sendHangul, typeHangul } from "../lib/hangul.mjs";
import { meet, talk } from "../lib/meeting.mjs";
import { Person } from "../lib/person.mjs";
import { gone, seen } from "../lib/wait.mjs";

const SMALLEST_TARGET_PX = 36;

test("two people meet and talk on narrow screens", async (t) => {
  const browser = await launchBrowser(t);
  const minji = await Person.arrive(t, browser, { name: "김민지", options: PHONE });
  const alex = await Person.arrive(t, browser, { name: "Alex", language: "en", options: { viewport: NARROW } });
  await meet(minji, alex);
  await talk(minji, alex);
  await sendsComposedHangul(minji, alex);
  for (const person of [minji, alex]) {
    await hasOnePane(person);
  }
});

/** With a finger the last syllable may still be composed when the button is pressed. */
async function sendsComposedHangul(phone, keyboard) {
  await phone.composer().tap();
  await typeHangul(phone.page, "여섯 시에 봐요");
  await phone.button(phone.words.send).tap();
  await seen(keyboard.message("여섯 시에 봐요", { of: phone }));
  await keyboard.composer().focus();
  await sendHangul(keyboard.page, "좋아요");
  await seen(phone.message("좋아요", { of: keyboard }));
  const sentences = ["여섯 시에 봐요", "좋아요"];
  for (const person of [phone, keyboard]) {
    assert.deepEqual((await person.texts()).slice(-2), sentences);
    assert.equal(await person.composer().inputValue(), "");
  }
}

/** A conversation has the whole screen; the tabs are back with the lists. */
async function hasOnePane(person) {
  const { page, words } = person;
  await fits(page);
  await gone(person.areaLink(words.chats));
  await isReachable(person.composer());
  // There is nothing to send before something is written.
  await person.composer().fill("…");
  await isReachable(person.button(words.send));
  const drawer = await person.openDrawer();
  await gone(person.composer());
  await fits(page);
  await drawer.getByRole("button").first().click();
  await seen(person.composer());

  await person.button(words.back).click();
  await seen(person.pane(words.chats));
  await gone(person.composer());
  for (const area of [words.friends, words.settings, words.chats]) {
    await person.goTo(area);
    await isReachable(person.areaLink(area));
    await fits(page);
  }
  await page.goBack();
  await seen(person.pane(words.settings));
}

/** Nothing makes the page scroll sideways. */
async function fits(page) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(width, NARROW.width, `something at ${page.url()} is wider than the screen`);
}

/** It is inside the screen and large enough for a finger, and nothing covers it. */
async function isReachable(locator) {
  await locator.click({ trial: true });
  const { x, y, width, height } = await locator.boundingBox();
  assert.ok(0 <= x && x + width <= NARROW.width && y + height <= NARROW.height, `${locator} is cut off`);
  assert.ok(SMALLEST_TARGET_PX <= height, `${locator} is only ${height} px high`);
}
