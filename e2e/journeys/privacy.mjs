// What somebody lets others see of themself, and what they see in return.

import assert from "node:assert/strict";
import { test } from "node:test";

import { befriend } from "../lib/api.mjs";
import { launchBrowser } from "../lib/browser.mjs";
import { Person, friends } from "../lib/person.mjs";
import { eventually, gone, lookOutFor, seen } from "../lib/wait.mjs";

test("without read receipts no number is shown, on either side, until they are on again", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  await Promise.all([minji.openDirect(alex), alex.goTo(alex.words.chats)]);
  await minji.say("읽었어요?");
  await seen(minji.unreadNumber("읽었어요?", 1));
  await setShown(alex, alex.words.readReceipts, false);

  await gone(minji.anyUnreadNumber());
  await alex.openChat(minji.name);
  await alex.say("Who knows");
  await seen(minji.message("Who knows", { of: alex }));
  // Minji has it on the screen; neither is told who has read what.
  await minji.say("또 하나");
  await seen(alex.message("또 하나", { of: minji }));
  for (const person of [minji, alex]) {
    await gone(person.anyUnreadNumber());
  }

  await alex.goTo(alex.words.friends);
  await minji.say("셋째");
  await setShown(alex, alex.words.readReceipts, true);
  await seen(minji.unreadNumber("셋째", 1));
  await alex.openChat(minji.name);
  await gone(minji.anyUnreadNumber());
});

test("whoever is invisible looks as if they were not there, and types unseen", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const { words } = minji;
  await seen(alex.presenceOf(minji, alex.words.online));
  await says(minji, words.invisible);
  await gone(alex.presenceOf(minji, alex.words.online));
  assert.equal(await alex.friendRow(minji).getByRole("img", { name: alex.words.online }).count(), 0);

  await Promise.all([minji.openDirect(alex), alex.openDirect(minji)]);
  const sawTyping = await lookOutFor(alex.page, alex.words.typing(minji.name));
  await minji.composer().pressSequentially("몰래 쓰는 중");
  await minji.composer().press("Enter");
  await seen(alex.message("몰래 쓰는 중", { of: minji }));
  assert.equal(await sawTyping(), false);
  await says(minji, words.online);
  await minji.openDirect(alex);
  await minji.composer().pressSequentially("이제는 보이게");
  await eventually(sawTyping, true, "typing is not shown again");
});

test("a friend who comes while the list of friends is being read is there", async (t) => {
  const browser = await launchBrowser(t);
  const descriptions = [{ name: "김민지" }, { name: "Alex", language: "en" }];
  const [minji, alex] = await Promise.all(descriptions.map((one) => Person.register(t, browser, one)));
  await befriend(minji, alex);
  // The list is read before she comes and answered after that was told.
  let letGo;
  const held = new Promise((resolve) => (letGo = resolve));
  const isRead = new Promise((resolve) => {
    const hold = async (route) => {
      const response = await route.fetch();
      resolve();
      await held;
      await route.fulfill({ response });
    };
    alex.page.route("**/friends?*", hold, { times: 1 });
  });
  const connected = alex.page.waitForEvent("websocket");
  const started = alex.start();
  await isRead;
  const told = (await connected).waitForEvent("framereceived", ({ payload }) => saysOnline(payload, minji));
  await Promise.all([minji.start(), told]);
  letGo();
  await started;
  await seen(alex.presenceOf(minji, alex.words.online));
});

function saysOnline(frame, { id }) {
  const { type, data } = JSON.parse(frame);
  return type === "presence_changed" && data.items.some((item) => item.user_id === id && item.status === "online");
}

test("who does not show that they type does not see it either", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  await setShown(minji, minji.words.typingShown, false);
  await Promise.all([minji.openDirect(alex), alex.openDirect(minji)]);
  const sawTyping = await Promise.all([
    lookOutFor(minji.page, minji.words.typing(alex.name)),
    lookOutFor(alex.page, alex.words.typing(minji.name)),
  ]);
  await alex.composer().pressSequentially("thinking");
  await alex.composer().press("Enter");
  await seen(minji.message("thinking", { of: alex }));
  await minji.composer().pressSequentially("생각 중");
  await minji.composer().press("Enter");
  await seen(alex.message("생각 중", { of: minji }));
  assert.deepEqual(await Promise.all(sawTyping.map((saw) => saw())), [false, false]);
});

test("a friend sees what somebody says of this hour, and when they were here last", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const { words } = alex;
  await says(minji, minji.words.busy, "회의 중");
  await seen(alex.presenceOf(minji, words.busy));
  await seen(alex.friendRow(minji).getByText("회의 중", { exact: true }));
  await alex.friendRow(minji).click();
  const said = `${words.busy} · 회의 중`;
  await seen(alex.profile(minji).getByText(said, { exact: true }));
  await alex.button(words.startDirect).click();
  await seen(alex.conversation(minji.name).getByText(said, { exact: true }));

  // It is still there for whoever comes later.
  await alex.page.reload();
  await seen(alex.conversation(minji.name).getByText(said, { exact: true }));
  await minji.page.close();
  await seen(alex.conversation(minji.name).getByText(words.seenNow, { exact: true }));
  await alex.goTo(words.friends);
  await gone(alex.presenceOf(minji, words.busy));
  await gone(alex.friendRow(minji).getByText("회의 중", { exact: true }));
  await alex.friendRow(minji).click();
  await seen(alex.profile(minji).getByText(words.seenNow, { exact: true }));
});

test("who does not show whether they are here tells nothing of it", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  await seen(alex.presenceOf(minji, alex.words.online));
  await setShown(minji, minji.words.presenceShown, false);
  await gone(alex.presenceOf(minji, alex.words.online));
  await minji.page.close();
  await alex.friendRow(minji).click();
  await seen(alex.profile(minji));
  await gone(alex.page.getByText(alex.words.seenNow));
});

test("the settings agree in two tabs and on another device", async (t) => {
  const [minji] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { words } = minji;
  const [tab, laptop] = await Promise.all([minji.inAnotherTab(), minji.onAnotherDevice(t)]);
  const everywhere = [minji, tab, laptop];
  for (const place of everywhere) {
    await place.goToSettings(words.privacy);
    await seen(place.shown(words.readReceipts));
  }
  await tab.shown(words.readReceipts).click();
  await tab.shown(words.typingShown).click();
  for (const place of everywhere) {
    await eventually(() => place.shown(words.readReceipts).isChecked(), false);
    await eventually(() => place.shown(words.typingShown).isChecked(), false);
  }
  await laptop.page.getByRole("radio", { name: words.away }).check();
  await laptop.field(words.presenceWords).fill("산책 중");
  await laptop.page.getByRole("button", { name: words.halfAnHour, exact: true }).click();
  await laptop.button(words.save).click();
  await laptop.isTold(words.presenceSaved);
  for (const place of everywhere) {
    await eventually(() => place.page.getByRole("radio", { name: words.away }).isChecked(), true);
    await eventually(() => place.field(words.presenceWords).inputValue(), "산책 중");
    await seen(place.page.getByRole("button", { name: words.until, pressed: true }));
  }
});

test("a switch that the server refuses goes back, and keeps the keyboard", async (t) => {
  const [minji] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { page, words } = minji;
  await minji.goToSettings(words.privacy);
  const receipts = await seen(minji.shown(words.readReceipts));
  minji.trouble.expect(/^503 PATCH .*\/me\/settings$/);
  await page.route("**/me/settings", (route) => route.fulfill({ status: 503, json: {} }), { times: 1 });
  await receipts.focus();
  await page.keyboard.press("Space");
  await eventually(() => page.getByRole("status").getByRole("button", { name: words.close }).count(), 1);
  assert.equal(await receipts.isChecked(), true);
  await eventually(() => receipts.evaluate((input) => input === document.activeElement), true);

  // What is pressed quickly ends where it was pressed last.
  for (const _ of [1, 2, 3]) {
    await page.keyboard.press("Space");
  }
  await eventually(() => minji.call("GET", "/me/settings").then((settings) => settings.read_receipts), false);
  await page.reload();
  await seen(minji.shown(words.readReceipts));
  assert.equal(await minji.shown(words.readReceipts).isChecked(), false);
});

test("who is not to be found by their handle is like nobody, and who takes no requests says so", async (t) => {
  const browser = await launchBrowser(t);
  const descriptions = [{ name: "김민지" }, { name: "Alex", language: "en" }];
  const [minji, alex] = await Promise.all(descriptions.map((one) => Person.join(t, browser, one)));
  const { words } = alex;
  alex.trouble.expect(/^404 GET .*\/users\/by-handle\//);
  alex.trouble.expect(/^403 POST .*\/friend-requests$/);
  await setShown(minji, minji.words.foundByHandle, false);
  await alex.pane(words.friends).getByRole("button", { name: words.addFriend }).first().click();
  const dialog = await seen(alex.dialog(words.addFriend));
  await alex.field(words.friendHandle, dialog).fill(minji.handle);
  await alex.button(words.find, dialog).click();
  await seen(dialog.getByText(words.nobodyHasHandle, { exact: true }));

  await setShown(minji, minji.words.foundByHandle, true);
  const saved = minji.page.waitForResponse((response) => response.url().endsWith("/me/settings") && response.ok());
  await minji.page.getByRole("radio", { name: minji.words.requestsFromNobody }).check();
  await saved;
  await alex.button(words.find, dialog).click();
  await seen(dialog.getByText(minji.name, { exact: true }));
  await alex.button(words.sendRequest, dialog).click();
  await seen(dialog.getByText(words.takesNoRequests, { exact: true }));
});

test("who lets everybody write is written to by a stranger, and who comes by a link is not added", async (t) => {
  const [minji, alex, jun] = await friends(t, [
    { name: "김민지" },
    { name: "Alex", language: "en" },
    { name: "박준" },
  ]);
  const stranger = await Person.join(t, minji.page.context().browser(), { name: "Sam", language: "en" });
  await setShown(minji, minji.words.addedToGroups, false);
  await setShown(minji, minji.words.writtenToByAll, true);

  const { words } = alex;
  alex.trouble.expect(/^403 POST .*\/conversations$/);
  await alex.goTo(words.chats);
  await alex.pane(words.chats).getByRole("button", { name: words.newChat }).first().click();
  const dialog = await seen(alex.dialog(words.newChat));
  await dialog.getByRole("checkbox", { name: minji.name, exact: true }).check();
  await dialog.getByRole("checkbox", { name: jun.name, exact: true }).check();
  await alex.field(words.groupName, dialog).fill("Hikers");
  await alex.button(words.makeGroup(2), dialog).click();
  await seen(alex.page.getByText(words.joinsByLink, { exact: true }));

  await stranger.page.goto(`/friends/${minji.id}`);
  await stranger.button(words.startDirect).click();
  await seen(stranger.conversation(minji.name));
  await stranger.say("Hello there");
  await minji.openChat(stranger.name);
  await seen(minji.message("Hello there", { of: stranger }));
});

/** Turns on or off what others see, and waits until the server has it. */
async function setShown(person, name, on) {
  await person.goToSettings(person.words.privacy);
  const input = await seen(person.shown(name));
  const answered = person.page.waitForResponse((response) => response.url().endsWith("/me/settings") && response.ok());
  await input.setChecked(on);
  await answered;
}

/** Says whether one is here, with words or without. */
async function says(person, status, text = "") {
  const { page, words } = person;
  await person.goToSettings(words.privacy);
  await page.getByRole("radio", { name: status }).check();
  await person.field(words.presenceWords).fill(text);
  await person.button(words.save).click();
  await person.isTold(words.presenceSaved);
}
