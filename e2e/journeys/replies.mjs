// Messages that answer others.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { direct } from "../lib/api.mjs";
import { PHONE } from "../lib/browser.mjs";
import { friends, talking } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";


test("a message is answered, and its quote says what it says now", async (t) => {
  const [minji, alex] = await talking(t);
  await minji.say("여섯 시에 봐요");
  await seen(alex.message("여섯 시에 봐요", { of: minji }));

  await alex.openMessageMenu("여섯 시에 봐요", { of: minji });
  await alex.menuItem(alex.words.reply).click();
  await seen(alex.page.getByText(alex.words.replyTo(minji.name), { exact: true }));
  await eventually(() => isFocused(alex.composer()), true, "the text box has no focus");
  await alex.page.keyboard.type("See you there");
  await alex.page.keyboard.press("Enter");
  await gone(alex.button(alex.words.cancelReply));

  const answer = minji.message("See you there", { of: alex });
  await seen(quote(minji, answer).getByText(minji.words.replyToMe, { exact: true }));
  await seen(quote(minji, answer).getByText("여섯 시에 봐요", { exact: true }));
  const own = alex.message("See you there");
  await seen(quote(alex, own).getByText(alex.words.replyTo(minji.name), { exact: true }));

  const [conversation] = (await minji.call("GET", "/conversations")).items.filter(({ kind }) => kind === "direct");
  const first = `/conversations/${conversation.id}/messages/1`;
  await minji.call("PATCH", first, { text: "일곱 시에 봐요" });
  for (const [person, message] of [[minji, answer], [alex, own]]) {
    await seen(quote(person, message).getByText("일곱 시에 봐요", { exact: true }));
  }
  await minji.call("DELETE", `${first}?for=everyone`);
  for (const [person, message] of [[minji, answer], [alex, own]]) {
    await seen(quote(person, message).getByText(person.words.deletedMessage, { exact: true }));
  }
  await Promise.all([minji.page.reload(), alex.page.reload()]);
  await seen(quote(minji, answer).getByText(minji.words.deletedMessage, { exact: true }));
});

test("a quote leads to its message, however far up it is", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const { id } = await direct(alex, minji);
  const path = `/conversations/${id}/messages`;
  const write = (text, more) => alex.call("POST", path, { client_key: randomUUID(), text, ...more });
  await write("처음에 한 말");
  for (let at = 0; at < 200; at += 1) {
    await write(`그 사이에 한 말 ${at}`);
  }
  await write("무슨 말이었지?", { reply_to_seq: 1 });
  await alex.openDirect(minji);
  const answer = alex.message("무슨 말이었지?");
  await seen(answer);
  assert.equal(await alex.log().getByText("처음에 한 말", { exact: true }).count(), 1, "only as a quote");

  await quote(alex, answer).press("Enter");
  const first = alex.log().locator("[data-seq='1']");
  await eventually(() => first.evaluate((row) => row === document.activeElement), true, "it was not gone to");
  await eventually(() => isInView(alex, first), true, "it is out of view");
  await alex.button(alex.words.toEnd).click();
  await eventually(() => isInView(alex, answer), true, "the end is out of view");
  // From there it is not far any more.
  await alex.page.reload();
  await seen(answer);
});

test("an answer that was begun waits for its words, and what is written without a network keeps its quote", async (t) => {
  const [minji, alex] = await talking(t);
  await alex.say("저녁 먹을까?");
  await seen(minji.message("저녁 먹을까?", { of: alex }));
  const { page, words } = minji;
  await minji.openMessageMenu("저녁 먹을까?", { of: alex });
  await minji.menuItem(words.reply).click();
  const bar = page.getByText(words.replyTo(alex.name), { exact: true });
  await seen(bar);
  await page.reload();
  await seen(bar);
  await minji.composer().focus();
  await page.keyboard.press("Escape");
  await gone(bar);

  await minji.openMessageMenu("저녁 먹을까?", { of: alex });
  await minji.menuItem(words.reply).click();
  minji.trouble.expect(/ERR_INTERNET_DISCONNECTED/);
  await minji.context.setOffline(true);
  await minji.say("좋아");
  const echo = minji.message("좋아");
  await seen(quote(minji, echo).getByText("저녁 먹을까?", { exact: true }));
  await minji.context.setOffline(false);
  await seen(quote(alex, alex.message("좋아", { of: minji })).getByText("저녁 먹을까?", { exact: true }));
  // It was one answer: the next message answers nothing.
  await minji.say("어디서?");
  await seen(alex.message("어디서?", { of: minji }));
  assert.equal(await quote(alex, alex.message("어디서?", { of: minji })).count(), 0);
});

test("a finger answers as well", async (t) => {
  const [minji, alex] = await talking(t, PHONE);
  await alex.say("Coffee?");
  const asked = minji.message("Coffee?", { of: alex });
  await asked.getByText("Coffee?", { exact: true }).tap();
  await minji.button(minji.words.messageMenu, asked).tap();
  await minji.menuItem(minji.words.reply).tap();
  await minji.say("좋아요");
  await seen(quote(alex, alex.message("좋아요", { of: minji })).getByText("Coffee?", { exact: true }));
});

/** What a message quotes. */
function quote(person, message) {
  return message.getByTitle(person.words.toOriginal, { exact: true });
}

function isFocused(locator) {
  return locator.evaluate((element) => element === document.activeElement);
}

/** Whether a row lies within the log. */
async function isInView(person, row) {
  const [log, box] = await Promise.all([person.log().boundingBox(), row.boundingBox()]);
  return box !== null && log.y <= box.y && box.y + box.height <= log.y + log.height;
}
