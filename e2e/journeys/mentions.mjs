// Mentioning people in groups.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { group } from "../lib/api.mjs";
import { PHONE } from "../lib/browser.mjs";
import { enterWhileComposing, typeHangul } from "../lib/hangul.mjs";
import { friends } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const HIKERS = "주말 등산 모임";

test("a name is chosen by keys while it is composed, and calls whom it means", async (t) => {
  const [minji, seoyeon] = await hikers(t, [{ name: "김민지" }, { name: "이서연" }, { name: "Alex", language: "en" }]);
  await minji.openChat(HIKERS);
  await seoyeon.goTo(seoyeon.words.chats);
  const { page, words } = minji;
  await minji.composer().focus();
  await page.keyboard.type("@");
  await seen(option(minji, "이서연"));
  await seen(option(minji, "Alex"));
  await seen(option(minji, words.everybody));
  const syllable = await typeHangul(page, "서");
  await gone(option(minji, "Alex"));
  // One key ends the composition and chooses, and sends nothing.
  await enterWhileComposing(page, syllable);
  await eventually(() => minji.composer().inputValue(), "@이서연 ", "the name was not put in");
  await gone(list(minji));
  assert.deepEqual(await minji.texts(), []);
  const last = await typeHangul(page, "봐");
  await enterWhileComposing(page, last);

  const sent = minji.message("@이서연 봐");
  await seen(sent.getByRole("link", { name: "@이서연", exact: true }));
  await seen(mentionMark(seoyeon));
  await seen(seoyeon.badge(HIKERS, 1));
  await seoyeon.chatRow(HIKERS).click();
  const called = calling(seoyeon, minji);
  await seen(called);
  // Read beside the list, it calls no more.
  await gone(mentionMark(seoyeon));
  await seoyeon.goTo(seoyeon.words.chats);

  // What is not chosen means nobody, and Escape lets it be.
  await minji.composer().focus();
  await page.keyboard.type("@al");
  await seen(option(minji, "Alex"));
  await page.keyboard.press("Escape");
  await gone(list(minji));
  await page.keyboard.type("ex");
  await page.keyboard.press("Enter");
  await seen(minji.message("@alex"));
  assert.equal(await minji.message("@alex").getByRole("link").count(), 0);

  // Arrows go round, and Tab chooses as well.
  await page.keyboard.type("@");
  await seen(list(minji));
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await eventually(() => minji.composer().inputValue(), `@${words.everybody} `, "everybody was not chosen");
  await page.keyboard.press("Enter");
  await seen(minji.message(`@${words.everybody}`));
  await seen(mentionMark(seoyeon));

  // It leads to whom it means.
  await sent.getByRole("link", { name: "@이서연", exact: true }).click();
  await seen(minji.profile({ name: "이서연" }));
});

test("a finger chooses a name, and an edit says anew who is meant", async (t) => {
  const [minji, seoyeon, alex] = await hikers(t, [
    { name: "김민지", options: PHONE },
    { name: "이서연", options: PHONE },
    { name: "Alex", language: "en" },
  ]);
  await minji.openChat(HIKERS);
  await minji.composer().tap();
  await minji.page.keyboard.type("@");
  // What is being composed is put in whole.
  await typeHangul(minji.page, "이");
  await option(minji, "이서연").tap();
  await eventually(() => minji.composer().inputValue(), "@이서연 ", "the name was not put in");
  await minji.page.keyboard.type("hi");
  await minji.button(minji.words.send).tap();
  await seoyeon.openChat(HIKERS);
  await seen(calling(seoyeon, minji));
  // What was begun waits with whom it means.
  await minji.page.keyboard.type("@al");
  await option(minji, "Alex").tap();
  await minji.page.reload();
  await eventually(() => minji.composer().inputValue(), "@Alex ", "the draft is gone");
  await minji.button(minji.words.send).tap();
  await alex.openChat(HIKERS);
  await seen(calling(alex, minji).filter({ hasText: "@Alex" }));

  const [{ id }] = (await minji.call("GET", "/conversations")).items.filter(({ kind }) => kind === "group");
  const [, first] = (await minji.call("GET", `/conversations/${id}/messages`)).items;
  await minji.call("PATCH", `/conversations/${id}/messages/${first.seq}`, { text: "nobody" });
  await seen(seoyeon.message("nobody", { of: minji }));
  assert.equal(await calling(seoyeon, minji).count(), 0);
});

test("a mention far up can be gone to, also in a chat that is kept quiet", async (t) => {
  const [minji, seoyeon] = await hikers(t, [{ name: "김민지" }, { name: "이서연" }]);
  const [{ id }] = (await minji.call("GET", "/conversations")).items.filter(({ kind }) => kind === "group");
  const write = (text, more) =>
    minji.call("POST", `/conversations/${id}/messages`, { client_key: randomUUID(), text, ...more });
  const muted_until = "2100-01-01T00:00:00.000Z";
  await seoyeon.call("PATCH", `/conversations/${id}/membership`, { muted_until });
  for (let at = 0; at < 60; at += 1) {
    await write(`그 앞에 한 말 ${at}`);
  }
  const span = { user_id: seoyeon.id, start: 0, end: 4 };
  await write("@이서연 여기 봐", { mention_spans: [span] });
  for (let at = 0; at < 120; at += 1) {
    await write(`그 뒤에 한 말 ${at}`);
  }
  await seoyeon.goTo(seoyeon.words.chats);
  await seen(mentionMark(seoyeon));
  await seoyeon.openChat(HIKERS);
  const button = seoyeon.button(seoyeon.words.toMention(1));
  await button.click();
  const called = calling(seoyeon, minji);
  await eventually(() => called.evaluate((row) => row === document.activeElement), true, "it was not gone to");
  await gone(button);
  await seen(seoyeon.button(new RegExp(`^${seoyeon.words.toEnd}`)));
});

/** Friends in a group of the first one. */
async function hikers(t, descriptions) {
  const all = await friends(t, descriptions);
  await group(all[0], HIKERS, all.slice(1));
  return all;
}

function list(person) {
  return person.page.getByRole("listbox", { name: person.words.mentionList, exact: true });
}

/** Somebody who is offered while a name is typed. */
function option(person, name) {
  return list(person).getByRole("option").filter({ hasText: name });
}

/** The sign in the list of chats. */
function mentionMark(person) {
  return person.chatRow(HIKERS).getByRole("img", { name: person.words.mentioned, exact: true });
}

/** Messages of somebody that mention me. */
function calling(person, author) {
  const name = `${person.words.messageOf(author.name)}, ${person.words.mentionsMe}`;
  return person.log().getByRole("article", { name, exact: true });
}
