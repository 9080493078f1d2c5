// Blocking somebody: what they write does not come, and they see nothing of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { friends } from "../lib/person.mjs";
import { eventually, gone, lookOutFor, seen } from "../lib/wait.mjs";

test("what a blocked person writes does not come, and to them nothing is unusual", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const { words } = minji;
  await Promise.all([minji.openDirect(alex), alex.openDirect(minji)]);
  await minji.say("안녕하세요");
  await alex.say("Hello");
  await seen(minji.message("Hello", { of: alex }));
  await gone(alex.anyUnreadNumber());

  await minji.openDrawer();
  await block(minji, minji.drawer());
  await seen(minji.page.getByText(words.blockedBar, { exact: true }));
  await gone(minji.composer());

  // Sent as ever, and unread as a message is that nobody has looked at.
  const sawTyping = await lookOutFor(minji.page, words.typing(alex.name));
  await alex.composer().pressSequentially("Are you there?");
  await alex.composer().press("Enter");
  await seen(alex.unreadNumber("Are you there?", 1));
  await alex.goTo(alex.words.friends);
  await gone(alex.presenceOf(minji, alex.words.online));
  await seen(alex.friendRow(minji));
  assert.equal(await sawTyping(), false);
  await minji.page.reload();
  await seen(minji.page.getByText(words.blockedBar, { exact: true }));
  await minji.goTo(words.friends);
  await gone(minji.friendRow(alex));
  await minji.goTo(words.chats);
  await seen(minji.chatRow(alex.name));
  assert.equal(await minji.badge(alex.name, 1).count(), 0);
  await minji.openChat(alex.name);
  assert.deepEqual(await minji.texts(), ["안녕하세요", "Hello"]);

  await minji.button(words.unblock, minji.page.getByRole("main")).click();
  await minji.isTold(words.unblocked(alex.name));
  await seen(minji.composer());
  await alex.openChat(minji.name);
  await seen(alex.unreadNumber("Are you there?", 1));
  await alex.say("And now?");
  await seen(minji.message("And now?", { of: alex }));
  assert.deepEqual(await minji.texts(), ["안녕하세요", "Hello", "And now?"]);
  await minji.say("네, 이제 보여요");
  await seen(alex.message("네, 이제 보여요", { of: minji }));
});

test("somebody is blocked from their profile, without mine, and let be again in the settings", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const { words } = minji;
  await minji.call("PATCH", "/me", { status_message: "여행 중" });
  await alex.friendRow(minji).click();
  await seen(alex.profile(minji).getByText("여행 중", { exact: true }));
  const tab = await minji.inAnotherTab();

  await minji.friendRow(alex).click();
  await seen(minji.profile(alex));
  await block(minji, minji.profile(alex), { hidesProfile: true });
  await seen(minji.button(words.unblock, minji.profile(alex)));
  await gone(tab.friendRow(alex));
  await gone(alex.profile(minji).getByText("여행 중", { exact: true }));
  await seen(alex.profile(minji));

  await tab.goToSettings(words.privacy);
  await tab.button(words.unblockName(alex.name)).click();
  await tab.isTold(words.unblocked(alex.name));
  await seen(tab.page.getByText(words.nobodyBlocked, { exact: true }));
  await seen(alex.profile(minji).getByText("여행 중", { exact: true }));
  // Whoever has kept me as a friend all along is one again as soon as I ask.
  await minji.button(words.sendRequest, minji.profile(alex)).click();
  await seen(minji.button(words.startDirect, minji.profile(alex)));
  await eventually(() => tab.page.getByText(words.nobodyBlocked, { exact: true }).count(), 1);
});

/** Presses the button, reads what will happen, and agrees. */
async function block(person, within, { hidesProfile = false } = {}) {
  const { words } = person;
  await person.button(words.block, within).click();
  const dialog = await seen(person.dialogAbout(words.blockTitle));
  if (hidesProfile) {
    await person.shown(words.hideProfile).click();
  }
  await person.button(words.block, dialog).click();
  await gone(dialog);
}
