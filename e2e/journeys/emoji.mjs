// Any emoji there is, in a message and as a reaction.

import assert from "node:assert/strict";
import { test } from "node:test";

import { NARROW, PHONE } from "../lib/browser.mjs";
import { typeHangul } from "../lib/hangul.mjs";
import { friends, talking } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";


test("emoji are found by name and put where the caret is", async (t) => {
  const [minji, alex] = await talking(t);
  const { page, words } = minji;
  await minji.composer().fill("오늘 어때");
  for (let step = 0; step < 3; step += 1) {
    await page.keyboard.press("ArrowLeft");
  }
  await minji.button(words.emoji).click();
  const panel = await seen(minji.dialog(words.chooseEmoji));
  const search = panel.getByRole("searchbox", { name: words.searchEmoji });
  await eventually(() => search.evaluate((field) => field === document.activeElement), true);
  // Half of a syllable is enough, and Enter takes the best.
  await typeHangul(page, "부");
  await seen(panel.getByRole("button", { name: words.fire, exact: true }));
  await search.fill("불");
  await search.press("Enter");
  await eventually(() => minji.composer().inputValue(), "오늘🔥 어때");
  // In both languages, whichever the page is in.
  await search.fill("korea");
  await panel.getByRole("button", { name: words.koreanFlag, exact: true }).click();
  await eventually(() => minji.composer().inputValue(), "오늘🔥🇰🇷 어때");
  await search.fill("없는이모지");
  await seen(panel.getByText(words.noEmoji));
  await search.press("Escape");
  await seen(panel.getByRole("group", { name: words.recentEmoji }).or(panel.getByRole("button", { name: words.flags })));
  await page.keyboard.press("Escape");
  await gone(panel);
  await eventually(() => minji.composer().evaluate((box) => box === document.activeElement), true);
  await page.keyboard.press("Enter");
  await seen(alex.message("오늘🔥🇰🇷 어때", { of: minji }));

  await takesATone(minji);
  await minji.composer().press("Enter");
  // Alone it is large.
  await seen(alex.message("👋🏽", { of: minji }).locator(".bubble--emoji"));
  assert.equal(await alex.log().locator(".bubble--emoji").count(), 1);
  await reactsByKeyboard(alex, minji);
});

/** The tone is kept, and so are those that were used last. */
async function takesATone(person) {
  const { words } = person;
  await person.button(words.emoji).click();
  const panel = await seen(person.dialog(words.chooseEmoji));
  const tones = panel.getByRole("group", { name: words.skinTone });
  await tones.getByRole("button").click();
  await tones.getByRole("button", { name: words.mediumTone, exact: true }).click();
  await panel.getByRole("searchbox").fill("흔드는 손");
  await panel.getByRole("button", { name: words.wavingHand, exact: true }).click();
  await eventually(() => person.composer().inputValue(), "👋🏽");
  // Going on elsewhere closes it.
  await person.composer().click();
  await gone(panel);
  await person.button(words.emoji).click();
  const used = (await seen(person.dialog(words.chooseEmoji))).getByRole("group", { name: words.recentEmoji });
  await eventually(() => used.getByRole("button").allTextContents(), ["👋🏽", "🇰🇷", "🔥"]);
  await person.page.keyboard.press("Escape");
}

/** From the menu through the search to the one that is wanted, without a pointer. */
async function reactsByKeyboard(person, author) {
  const { page, words } = person;
  const message = person.message("👋🏽", { of: author });
  await person.button(words.messageMenu, message).focus();
  await page.keyboard.press("Enter");
  await person.menuItem(words.moreReactions).focus();
  await page.keyboard.press("Enter");
  const dialog = await seen(person.dialog(words.react));
  await dialog.getByRole("searchbox").focus();
  await page.keyboard.type("tada");
  await seen(dialog.getByRole("button", { name: "party popper", exact: true }));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await gone(dialog);
  await seen(author.message("👋🏽").getByRole("button", { name: author.words.reaction("🎉", 1, false), exact: true }));
}

test("on a phone the emoji stand under the conversation", async (t) => {
  const [minji, alex] = await talking(t, PHONE);
  await minji.button(minji.words.emoji).tap();
  const panel = await seen(minji.dialog(minji.words.chooseEmoji));
  assert.equal(await panel.getByRole("searchbox").evaluate((field) => field === document.activeElement), false);
  await panel.getByRole("button", { name: minji.words.flags, exact: true }).tap();
  await panel.getByRole("button", { name: minji.words.koreanFlag, exact: true }).tap();
  await eventually(() => minji.composer().inputValue(), "🇰🇷");
  await minji.button(minji.words.send).tap();
  await seen(alex.message("🇰🇷", { of: minji }));
  const overflow = await minji.page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(overflow, NARROW.width);
});

test("emoji that cannot be fetched are asked for again", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  await minji.openDirect(alex);
  minji.trouble.expect(/emoji\.txt/, /^Failed to load resource/);
  await minji.page.route("**/emoji.txt", (route) => route.abort(), { times: 1 });
  await minji.button(minji.words.emoji).click();
  const panel = await seen(minji.dialog(minji.words.chooseEmoji));
  await panel.getByRole("button", { name: minji.words.retry, exact: true }).click();
  await seen(panel.getByRole("button", { name: minji.words.flags, exact: true }));
  await seen(panel.getByRole("group", { name: "표정과 감정" }));
});
