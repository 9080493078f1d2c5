// Links that lead to a message.

import assert from "node:assert/strict";
import { test } from "node:test";

import { direct, send } from "../lib/api.mjs";
import { addressOf, NARROW } from "../lib/browser.mjs";
import { friends } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const PEOPLE = [{ name: "김민지" }, { name: "Alex", language: "en" }];

test("a link leads to its message, and is copied from its menu", async (t) => {
  const [minji, alex] = await friends(t, PEOPLE);
  const conversation = await direct(alex, minji);
  await send(alex, conversation, { text: "처음에 한 말" });
  for (let at = 0; at < 120; at += 1) {
    await send(alex, conversation, { text: `그 사이에 한 말 ${at}` });
  }
  await minji.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await minji.openDirect(alex);
  await minji.page.goto(`/chats/${conversation.id}/1`);
  const first = minji.log().locator("[data-seq='1']");
  await eventually(() => isFocused(first), true, "the link did not lead there");
  assert.equal(new URL(minji.page.url()).pathname, `/chats/${conversation.id}`, "it has done its part");

  await first.getByText("처음에 한 말", { exact: true }).click({ button: "right" });
  await minji.menuItem(minji.words.copyLink).click();
  await minji.isTold(minji.words.linkCopied);
  const link = await minji.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, `${addressOf(minji.context)}/chats/${conversation.id}/1`);

  await send(alex, conversation, { text: `여기 봐: ${link}` });
  await minji.button(new RegExp(`^${minji.words.toEnd}`)).click();
  const told = minji.log().getByRole("link", { name: link });
  await seen(told);
  await told.click();
  await eventually(() => isFocused(first), true, "a link in a message leads there as well");
  assert.equal(minji.context.pages().length, 1, "in the same tab");
});

test("a link waits for the sign-in, and leads to its message on a narrow screen", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지", options: { viewport: NARROW } }, PEOPLE[1]]);
  const conversation = await direct(alex, minji);
  await send(alex, conversation, { text: "See you at six" });
  await minji.signOut();
  minji.trouble.expect(/^401 POST .*\/auth\/refresh$/);
  await minji.page.goto(`/chats/${conversation.id}/1`);
  await minji.page.getByRole("link", { name: minji.words.signIn, exact: true }).click();
  await minji.field(minji.words.login).fill(minji.handle);
  await minji.field(minji.words.password).fill(minji.password);
  await minji.button(minji.words.signIn).click();
  await eventually(() => isFocused(minji.log().locator("[data-seq='1']")), true, "it was forgotten");
  await minji.button(minji.words.back).click();
  await seen(minji.pane(minji.words.chats));
  await gone(minji.log());
});

function isFocused(locator) {
  return locator.evaluate((element) => element === document.activeElement).catch(() => false);
}
