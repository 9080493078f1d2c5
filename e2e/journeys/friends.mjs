// How somebody keeps their friends: under another name, on top, out of sight, and found again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, typeHangul } from "../lib/hangul.mjs";
import { friends } from "../lib/person.mjs";
import { eventually, gone, lookOutFor, seen } from "../lib/wait.mjs";

test("a friend is called what I call them, on all my devices, and does not know", async (t) => {
  const [minji, alex, jiho] = await friends(t, [
    { name: "김민지" },
    { name: "Alex", language: "en" },
    { name: "박지호" },
  ]);
  const { page, words } = minji;
  const nickname = "산에서 만난 알렉스";
  const renamed = { ...alex, name: nickname };
  await minji.makeGroup("산행", [alex, jiho]);
  await alex.openChat("산행");
  await alex.say("Six o'clock?");
  await alex.openDirect(minji);
  await alex.say("Hello");
  const phone = await minji.onAnotherDevice(t);

  // By the keyboard alone.
  await minji.openProfile(alex);
  const pencil = minji.button(words.rename, minji.profile(alex));
  await pencil.focus();
  await page.keyboard.press("Enter");
  const dialog = await seen(minji.dialog(words.rename));
  const field = minji.field(words.nickname, dialog);
  assert.equal(await field.getAttribute("placeholder"), alex.name);
  await eventually(() => field.evaluate((node) => node === document.activeElement), true, "it has no focus");
  await commit(page, await typeHangul(page, nickname));
  await page.keyboard.press("Enter");
  await gone(dialog);
  await isFocused(minji.button(words.rename, minji.profile(renamed)));

  await seen(minji.profile(renamed).getByText(`${alex.name} · @${alex.handle}`, { exact: true }));
  for (const device of [minji, phone]) {
    await seen(device.friendRow(renamed));
    await gone(device.pane(words.friends).getByText(alex.name, { exact: true }));
  }
  await phone.goTo(words.chats);
  await seen(chatCalled(phone, nickname));
  await seen(phone.chatRow("산행").getByText(`${nickname}: Six o'clock?`));

  await minji.goTo(words.chats);
  await chatCalled(minji, nickname).click();
  await seen(minji.conversation(nickname));
  await seen(minji.message("Hello", { of: renamed }));
  const sawTyping = await lookOutFor(page, words.typing(nickname));
  await alex.composer().pressSequentially("Are you there?");
  await alex.composer().press("Enter");
  await eventually(sawTyping, true, "typing is not told under the nickname");
  await minji.openChat("산행");
  await seen(minji.message("Six o'clock?", { of: renamed }));
  const drawer = await minji.openDrawer();
  await seen(drawer.getByText(nickname, { exact: true }));
  await minji.leaveDrawer();

  // Nobody else sees it, now or after reading everything anew.
  for (const other of [alex, jiho]) {
    await other.start();
    await seen(other.friendRow(minji));
    await other.openChat("산행");
    await gone(other.page.getByText(nickname));
  }
  await phone.start();
  await seen(phone.friendRow(renamed));

  await rename(minji, renamed, "");
  for (const device of [minji, phone]) {
    await seen(device.friendRow(alex));
    await gone(device.pane(words.friends).getByText(nickname));
  }
});

test("a name that is too long is refused beside the field, and Escape changes nothing", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "Minji", language: "en" }, { name: "Alex", language: "en" }]);
  const { page, words } = minji;
  await minji.openProfile(alex);
  await minji.button(words.rename, minji.profile(alex)).click();
  const dialog = await seen(minji.dialog(words.rename));
  // Its label goes on with a counter once the room gets scarce.
  const field = dialog.getByRole("textbox");
  await field.fill("a".repeat(31));
  await minji.button(words.save, dialog).click();
  await eventually(() => field.getAttribute("aria-invalid"), "true", "nothing is said about the name");
  await page.keyboard.press("Escape");
  await gone(dialog);
  await seen(minji.profile(alex));
  await isFocused(minji.button(words.rename, minji.profile(alex)));
});

test("favourites stand on top of the list, on all my devices", async (t) => {
  const [minji, alex, jiho] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }, { name: "박지호" }]);
  const { page, words } = minji;
  const phone = await minji.onAnotherDevice(t);
  await seen(heading(minji, words.friendCount(2)));
  await gone(heading(minji, words.favourites(1)));

  await minji.openProfile(jiho);
  const star = minji.button(words.favourite, minji.profile(jiho));
  assert.equal(await star.getAttribute("aria-pressed"), "false");
  await star.focus();
  await page.keyboard.press("Space");
  await eventually(() => star.getAttribute("aria-pressed"), "true", "the star is not lit");
  await isFocused(star);
  for (const device of [minji, phone]) {
    await seen(heading(device, words.favourites(1)));
    await seen(heading(device, words.friendCount(1)));
    assert.deepEqual(await names(device), [jiho.name, alex.name]);
  }
  await page.keyboard.press("Space");
  for (const device of [minji, phone]) {
    await seen(heading(device, words.friendCount(2)));
    await gone(heading(device, words.favourites(1)));
    assert.deepEqual(await names(device), [alex.name, jiho.name]);
  }
});

test("a hidden friend is out of the lists, is found, and comes back", async (t) => {
  const [minji, alex, jiho] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }, { name: "박지호" }]);
  const { page, words } = minji;
  const phone = await minji.onAnotherDevice(t);
  await minji.openProfile(jiho);
  const hide = minji.button(words.hide, minji.profile(jiho));
  await hide.focus();
  await page.keyboard.press("Enter");
  await minji.isTold(words.hiddenNow(jiho.name));
  await isFocused(minji.button(words.showAgain, minji.profile(jiho)));
  for (const device of [minji, phone]) {
    await seen(device.button(words.hiddenFriends(1)));
    await gone(device.friendRow(jiho));
  }
  await minji.button(words.undo).click();
  for (const device of [minji, phone]) {
    await seen(device.friendRow(jiho));
    await gone(device.button(words.hiddenFriends(1)));
  }
  await minji.button(words.hide, minji.profile(jiho)).click();
  await gone(minji.friendRow(jiho));

  // The other one can write as ever, and notices nothing.
  await jiho.openDirect(minji);
  await jiho.say("거기 있어요?");
  await minji.openChat(jiho.name);
  await seen(minji.message("거기 있어요?", { of: jiho }));

  await minji.pane(words.chats).getByRole("button", { name: words.newChat }).first().click();
  const picker = await seen(minji.dialog(words.newChat));
  await seen(picker.getByRole("checkbox", { name: alex.name, exact: true }));
  await gone(picker.getByRole("checkbox", { name: jiho.name, exact: true }));
  await minji.field(words.searchFriends, picker).fill("ㅈㅎ");
  await picker.getByRole("checkbox", { name: jiho.name, exact: true }).check();
  await minji.field(words.searchFriends, picker).fill("");
  await seen(picker.getByRole("checkbox", { name: alex.name, exact: true }));
  assert.equal(await picker.getByRole("checkbox", { name: jiho.name, exact: true }).isChecked(), true);
  await page.keyboard.press("Escape");
  await gone(picker);

  await minji.goTo(words.friends);
  await search(minji, "박지호");
  await seen(minji.friendRow(jiho).getByText(words.hiddenMark, { exact: true }));
  await search(minji, "");
  await gone(minji.friendRow(jiho));
  await minji.button(words.hiddenFriends(1)).focus();
  await page.keyboard.press("Enter");
  const dialog = await seen(minji.dialog(words.hiddenTitle));
  await minji.button(words.showAgainName(jiho.name), dialog).focus();
  await page.keyboard.press("Enter");
  await seen(dialog.getByText(words.nobodyHidden, { exact: true }));
  await page.keyboard.press("Escape");
  await gone(dialog);
  for (const device of [minji, phone]) {
    await seen(device.friendRow(jiho));
    await gone(device.button(words.hiddenFriends(1)));
  }
});

test("friends are found by 초성, by every name, and on the other keyboard layout", async (t) => {
  const [me, seoyeon, kim] = await friends(t, [{ name: "김민지" }, { name: "박서연" }, { name: "Minji Kim", language: "en" }]);
  const { words } = me;
  await me.openProfile(kim);
  await rename(me, kim, "옆집 친구");
  const neighbour = { ...kim, name: "옆집 친구" };
  const found = [
    ["ㅂㅅㅇ", [seoyeon]],
    ["서여", [seoyeon]],
    ["qkrtjdus", [seoyeon]],
    ["Tjdus", [seoyeon]],
    ["ㅇㅈ", [neighbour]],
    ["duvwl", [neighbour]],
    ["minji", [neighbour]],
    ["ㅡㅑㅜㅓㅑ", [neighbour]],
    [`@${seoyeon.handle}`, [seoyeon]],
  ];
  await me.goTo(words.friends);
  for (const [typed, people] of found) {
    await search(me, typed);
    await eventually(() => names(me), people.map(({ name }) => name), `it is not found by ${typed}`);
  }
  await search(me, "zzzzz");
  await eventually(() => names(me), [], "somebody is found by nothing");
  await search(me, "");

  // The same in the list of chats and where one chooses whom to talk to.
  await me.openDirect(seoyeon);
  await me.openDirect(neighbour);
  await me.goTo(words.chats);
  const field = me.field(words.searchChats, me.pane(words.chats));
  for (const [typed, { name }] of [["qkrtj", seoyeon], ["ㅡㅑㅜㅓㅑ", neighbour], ["ㅇㅈㅊㄱ", neighbour]]) {
    await field.fill(typed);
    await eventually(() => me.pane(words.chats).getByRole("listitem").count(), 1, `not one chat for ${typed}`);
    await seen(me.chatRow(name));
  }
  await field.fill("");
  await me.pane(words.chats).getByRole("button", { name: words.newChat }).first().click();
  const picker = await seen(me.dialog(words.newChat));
  for (const [typed, { name }] of [["qkrtj", seoyeon], ["ㅡㅑㅜㅓㅑ", neighbour], ["duvwlq", neighbour]]) {
    await me.field(words.searchFriends, picker).fill(typed);
    await eventually(() => picker.getByRole("checkbox").count(), 1, `not one friend for ${typed}`);
    await seen(picker.getByRole("checkbox", { name, exact: true }));
  }
});

/** Calls a friend by another name, or by their own again; the profile is open when it was before. */
async function rename(person, other, nickname) {
  const { words } = person;
  await person.openProfile(other);
  await person.button(words.rename, person.profile(other)).click();
  const dialog = await seen(person.dialog(words.rename));
  await person.field(words.nickname, dialog).fill(nickname);
  await person.button(words.save, dialog).click();
  await gone(dialog);
}

function search(person, typed) {
  return person.field(person.words.searchFriends, person.pane(person.words.friends)).fill(typed);
}

function heading(person, name) {
  return person.pane(person.words.friends).getByRole("heading", { name, exact: true });
}

/** The row of a chat by its title alone: names are in what was said last, too. */
function chatCalled(person, title) {
  return person.chatRow(title).filter({ has: person.page.getByText(title, { exact: true }) });
}

/** Who is listed, from the top. */
function names(person) {
  return person.pane(person.words.friends).getByRole("listitem").locator(".row__name > span:first-child").allInnerTexts();
}

function isFocused(locator) {
  return eventually(() => locator.evaluate((node) => node === document.activeElement), true, "the focus is elsewhere");
}
