// The main journey: two people meet and talk. It is made on a wide screen and on a narrow one.

import assert from "node:assert/strict";

import { eventually, gone, seen } from "./wait.mjs";

/** Both have just arrived: they make accounts, find each other, and become friends. */
export async function meet(one, other) {
  await Promise.all([one.signUp(), other.signUp()]);
  await one.askToBeFriends(other);
  await other.accept(one);
  await seen(one.friendRow(other));
  await seen(other.friendRow(one));
}

/** Two friends talk; what one says is on the other's screen, and neither loses anything by a reload. */
export async function talk(one, other) {
  await one.openDirect(other);
  await one.say("안녕하세요!");
  await isUnread(one, other, "안녕하세요!");
  await other.openChat(one.name);
  await seen(other.message("안녕하세요!", { of: one }));
  await gone(one.unreadNumber("안녕하세요!", 1));

  await other.say("Hello there");
  await seen(one.message("Hello there", { of: other }));
  await one.say("차 한잔할래요?");
  await seen(other.message("차 한잔할래요?", { of: one }));
  const said = ["안녕하세요!", "Hello there", "차 한잔할래요?"];
  assert.deepEqual(await one.texts(), said);
  assert.deepEqual(await other.texts(), said);

  await Promise.all([one.page.reload(), other.page.reload()]);
  await eventually(() => one.texts(), said, "a reload lost something");
  await eventually(() => other.texts(), said, "a reload lost something");
  await other.say("Six o'clock?");
  await seen(one.message("Six o'clock?", { of: other }));
  await gone(other.unreadNumber("Six o'clock?", 1));
}

/** A message that waits for somebody is counted wherever they look, and beside it for its author. */
async function isUnread(author, reader, text) {
  await reader.goTo(reader.words.chats);
  await seen(reader.badge(author.name, 1));
  await eventually(() => reader.areaLink(reader.words.chats).getAttribute("aria-label"), reader.chatsWithUnread(1));
  await eventually(async () => (await reader.page.title()).startsWith("(1) "), true, "the title counts nothing");
  await seen(author.unreadNumber(text, 1));
}
