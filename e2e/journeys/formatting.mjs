// Bold words, lists, code, and what is covered until somebody wants to see it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, composeSyllable } from "../lib/hangul.mjs";
import { talking } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("marks become formats, and nothing that is typed becomes an element", async (t) => {
  const [minji, alex] = await talking(t);
  await minji.say("**중요**합니다, ~~어제~~ `오늘`. <b>굵지 않음</b>");
  const words = alex.message("중요합니다", { of: minji });
  await seen(words.locator("strong").getByText("중요", { exact: true }));
  await seen(words.locator("s").getByText("어제", { exact: true }));
  await seen(words.locator("code").getByText("오늘", { exact: true }));
  await seen(words.getByText("<b>굵지 않음</b>"));
  assert.equal(await words.locator(".bubble b").count(), 0);
  await alex.goTo(alex.words.chats);
  await seen(alex.chatRow("중요합니다, 어제 오늘."));
});

test("a quote, a list and code stand on lines of their own, and long code scrolls", async (t) => {
  const [minji, alex] = await talking(t);
  const code = `let words = "${"가나다라 ".repeat(60)}";`;
  await minji.say(`> 물음\n장보기\n- 우유\n3. 빵\n\`\`\`rust\n${code}\n\`\`\``);
  const message = alex.message("장보기", { of: minji });
  await seen(message.locator("blockquote").getByText("물음", { exact: true }));
  assert.deepEqual(await message.getByRole("listitem").allInnerTexts(), ["•\n우유", "3.\n빵"]);
  const block = message.locator("pre");
  await seen(block);
  assert.ok(await block.evaluate((pre) => pre.clientWidth < pre.scrollWidth), "it scrolls sideways");
  const { width } = alex.page.viewportSize();
  assert.ok(await alex.page.evaluate((width) => document.documentElement.scrollWidth <= width, width), "the page does not");

  await alex.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await block.hover();
  await alex.button(alex.words.copyCode, message).click();
  await eventually(() => alex.page.evaluate(() => navigator.clipboard.readText()), code, "the code was not copied");
});

test("a spoiler is covered until it is pressed, by keyboard too, and in the list for ever", async (t) => {
  const [minji, alex] = await talking(t);
  await minji.say("범인은 ||집사||다");
  const message = alex.message("범인은", { of: minji });
  const cover = message.getByRole("button", { name: alex.words.showSpoiler, exact: true });
  await seen(cover);
  assert.equal(await message.getByText("집사", { exact: true }).isVisible(), false);
  await cover.focus();
  await alex.page.keyboard.press("Enter");
  await seen(message.getByText("집사", { exact: true }));
  await gone(cover);
  const own = minji.message("범인은");
  await minji.button(minji.words.showSpoiler, own).click();
  await seen(own.getByText("집사", { exact: true }));
  await alex.goTo(alex.words.chats);
  await seen(alex.chatRow("범인은 ▒▒▒다"));
});

test("keys put marks around what is selected, and leave a syllable that is being composed alone", async (t) => {
  const [minji] = await talking(t);
  const { page } = minji;
  const value = () => minji.composer().inputValue();
  await minji.composer().fill("중요");
  for (const [keys, expected] of [
    ["Control+b", "**중요**"],
    ["Control+i", "*중요*"],
    ["Control+e", "`중요`"],
    ["Control+Shift+X", "~~중요~~"],
  ]) {
    await minji.composer().selectText();
    await page.keyboard.press(keys);
    assert.equal(await value(), expected);
    // With its marks it is as before.
    await minji.composer().selectText();
    await page.keyboard.press(keys);
    assert.equal(await value(), "중요");
  }
  await minji.composer().fill("");
  await composeSyllable(page, "한");
  const before = await value();
  await page.keyboard.press("Control+b");
  assert.equal(await value(), before);
  await commit(page, "한");
  await eventually(value, "한", "the syllable is not whole");
});
