// The message that stands on top of a conversation.

import assert from "node:assert/strict";
import { test } from "node:test";

import { group, send } from "../lib/api.mjs";
import { PHONE } from "../lib/browser.mjs";
import { friends, talking } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("a message is put on top of a group, read in full, put away and taken down", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const made = await group(minji, "산행", [alex]);
  await send(minji, made, { text: "토요일 아홉 시, 도봉산역 1번 출구\n**물**을 챙겨 오세요" });
  for (let at = 0; at < 40; at += 1) {
    await send(alex, made, { text: `그 뒤에 한 말 ${at}` });
  }
  await minji.openChat("산행");
  await alex.openChat("산행");
  const first = minji.log().locator("[data-seq='2']");

  // Who runs the group may, and who only takes part may not.
  await alex.openMessageMenu("그 뒤에 한 말 39");
  await seen(alex.menuItem(alex.words.copyLink));
  assert.equal(await alex.menuItem(alex.words.setNotice).count(), 0);
  await alex.page.keyboard.press("Escape");
  await minji.log().evaluate((log) => log.scrollTo(0, 0));
  await first.getByText("토요일 아홉 시").click({ button: "right" });
  await minji.menuItem(minji.words.setNotice).click();
  await minji.isTold(minji.words.noticeSet);
  for (const person of [minji, alex]) {
    await seen(bar(person).getByText("토요일 아홉 시, 도봉산역 1번 출구 물을 챙겨 오세요", { exact: true }));
    await seen(person.log().getByText(person.words.noticeWasSet(minji.name), { exact: true }));
  }

  // Unfolded it says all of it; pressed it leads to its message.
  const { page, words } = alex;
  await alex.button(words.unfoldNotice).press("Enter");
  await seen(bar(alex).locator("strong", { hasText: "물" }));
  assert.equal(await alex.button(words.removeNotice).count(), 0);
  await page.keyboard.press("Escape");
  await gone(bar(alex).locator("strong"));
  await bar(alex).getByTitle(words.toMessage, { exact: true }).click();
  const original = alex.log().locator("[data-seq='2']");
  await eventually(() => original.evaluate((row) => row === document.activeElement), true, "it was not gone to");

  // What it says follows its message.
  await minji.call("PATCH", `/conversations/${made.id}/messages/2`, { text: "일요일 아홉 시" });
  await seen(bar(alex).getByText("일요일 아홉 시", { exact: true }));

  // Each browser may put it away, and remembers that.
  await alex.button(words.unfoldNotice).click();
  await alex.button(words.hideNotice).click();
  await gone(bar(alex));
  await page.reload();
  await alex.button(words.showNotice).click();
  await seen(bar(alex));

  const drawer = await alex.openDrawer();
  await drawer.getByTitle(words.toMessage, { exact: true }).click();
  await gone(alex.drawer());

  await minji.button(minji.words.unfoldNotice).click();
  await minji.button(minji.words.removeNotice).click();
  for (const person of [minji, alex]) {
    await gone(bar(person));
    await seen(person.log().getByText(person.words.noticeWasRemoved(minji.name), { exact: true }));
  }
});

test("what stands on top goes with its message, on a phone as well", async (t) => {
  const [minji, alex] = await talking(t, PHONE);
  await alex.say("Six o'clock");
  const said = minji.message("Six o'clock", { of: alex });
  await said.getByText("Six o'clock", { exact: true }).tap();
  await minji.button(minji.words.messageMenu, said).tap();
  await minji.menuItem(minji.words.setNotice).tap();
  await seen(bar(alex).getByText("Six o'clock", { exact: true }));
  await minji.button(minji.words.unfoldNotice).tap();
  await minji.button(minji.words.hideNotice).tap();
  await gone(bar(minji));
  await seen(minji.button(minji.words.showNotice));

  await alex.openMessageMenu("Six o'clock");
  await alex.menuItem(alex.words.deleteForEveryone).click();
  await alex.button(alex.words.deleteForEveryone, alex.dialog(alex.words.deleteTitle)).click();
  await gone(bar(alex));
  await gone(minji.button(minji.words.showNotice));
});

/** What stands on top. */
function bar(person) {
  return person.page.getByRole("region", { name: person.words.notice, exact: true });
}
