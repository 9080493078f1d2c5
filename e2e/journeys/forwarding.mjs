// Messages that are forwarded.

import assert from "node:assert/strict";
import { test } from "node:test";

import { NARROW } from "../lib/browser.mjs";
import { friends } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const PEOPLE = [{ name: "김민지" }, { name: "Alex", language: "en" }, { name: "박서연" }];

test("a message is forwarded to several chats", async (t) => {
  const [minji, alex, seoyeon] = await friends(t, PEOPLE);
  await withChats(minji, alex, seoyeon);
  await alex.say("See you at six");
  await seen(minji.message("See you at six", { of: alex }));

  const dialog = await beginForward(minji, "See you at six", alex);
  await minji.field(minji.words.searchChats, dialog).fill("서연");
  await gone(dialog.getByRole("checkbox", { name: "Alex" }));
  await dialog.getByRole("checkbox", { name: "박서연" }).check();
  await minji.field(minji.words.searchChats, dialog).fill("");
  await dialog.getByRole("checkbox", { name: "Alex" }).check();
  await minji.button(minji.words.forwardTo(2), dialog).click();
  await gone(dialog);
  await minji.isTold(minji.words.forwardDone);

  const here = alex.message("See you at six", { of: minji });
  await seen(here.getByText(alex.words.forwarded, { exact: true }));
  const there = seoyeon.message("See you at six", { of: minji });
  await seen(there.getByText(seoyeon.words.forwarded, { exact: true }));
  // What was forwarded is not edited.
  await minji.openMessageMenu("See you at six");
  await seen(minji.menuItem(minji.words.forward));
  assert.equal(await minji.menuItem(minji.words.edit).count(), 0);
});

test("what is forwarded without a network goes out once, in order", async (t) => {
  const [minji, alex, seoyeon] = await friends(t, PEOPLE);
  await withChats(minji, alex, seoyeon);
  await alex.say("Rice cakes");
  await seen(minji.message("Rice cakes", { of: alex }));
  minji.trouble.expect(/ERR_INTERNET_DISCONNECTED/);
  await minji.context.setOffline(true);
  await seen(minji.page.getByText(minji.words.offline));
  const dialog = await beginForward(minji, "Rice cakes", alex);
  await dialog.getByRole("checkbox", { name: "박서연" }).check();
  await minji.page.keyboard.press("Enter");
  await minji.isTold(minji.words.forwardLater);
  await minji.openChat("박서연");
  await minji.say("이거 봐");
  const echo = minji.message("Rice cakes");
  await seen(echo.getByText(minji.words.forwarded, { exact: true }));
  await minji.context.setOffline(false);
  await seen(seoyeon.message("이거 봐", { of: minji }));
  assert.deepEqual(await seoyeon.texts(), ["Rice cakes", "이거 봐"]);
  await eventually(() => minji.texts(), ["Rice cakes", "이거 봐"]);
});

test("a friend is forwarded to with whom there is no chat yet", async (t) => {
  const [minji, alex, seoyeon] = await friends(t, PEOPLE);
  await Promise.all([minji.openDirect(alex), alex.openDirect(minji)]);
  await alex.say("New here");
  await seen(minji.message("New here", { of: alex }));
  const dialog = await beginForward(minji, "New here", alex);
  await dialog.getByRole("checkbox", { name: "박서연" }).check();
  await minji.button(minji.words.forwardTo(1), dialog).click();
  await seoyeon.openDirect(minji);
  await seen(seoyeon.message("New here", { of: minji }));
});

test("a message is forwarded on a narrow screen", async (t) => {
  const [minji, alex, seoyeon] = await friends(t, PEOPLE);
  await withChats(minji, alex, seoyeon);
  await alex.say("Tea?");
  await minji.page.setViewportSize(NARROW);
  await seen(minji.message("Tea?", { of: alex }));
  const dialog = await beginForward(minji, "Tea?", alex);
  await dialog.getByRole("checkbox", { name: "박서연" }).check();
  await minji.button(minji.words.forwardTo(1), dialog).click();
  await seen(seoyeon.message("Tea?", { of: minji }));
});

for (const [width, size] of [["wide", null], ["narrow", NARROW]]) {
  test(`several messages are chosen, forwarded in order and deleted, ${width}`, async (t) => {
    const [minji, alex, seoyeon] = await friends(t, PEOPLE);
    await withChats(minji, alex, seoyeon);
    for (const text of ["One", "Two", "Three"]) {
      await minji.say(text);
      await seen(alex.message(text, { of: minji }));
    }
    if (size) {
      await minji.page.setViewportSize(size);
    }
    const box = (text) => minji.message(text).getByRole("checkbox", { name: minji.words.selectMessage });
    await minji.openMessageMenu("Three");
    await minji.menuItem(minji.words.select).click();
    await eventually(() => box("Three").evaluate((it) => it === document.activeElement), true, "the box has no focus");
    await minji.page.keyboard.press("Escape");
    await gone(box("Three"));

    await minji.openMessageMenu("Three");
    await minji.menuItem(minji.words.select).click();
    await box("One").focus();
    await minji.page.keyboard.press("Space");
    const bar = await seen(minji.page.getByRole("toolbar", { name: minji.words.selection }));
    await seen(bar.getByText(minji.words.selected(2)));
    await minji.button(minji.words.forward, bar).click();
    const dialog = await seen(minji.dialog(minji.words.forwardTitle));
    await dialog.getByRole("checkbox", { name: "박서연" }).check();
    await minji.button(minji.words.forwardTo(1), dialog).click();
    await seen(seoyeon.message("Three", { of: minji }));
    assert.deepEqual(await seoyeon.texts(), ["One", "Three"]);

    // They are sent: nothing is chosen any more.
    await gone(bar);
    await minji.openMessageMenu("One");
    await minji.menuItem(minji.words.select).click();
    await box("Two").check();
    await minji.button(minji.words.deleteSelected, bar).click();
    const question = await seen(minji.dialog(minji.words.deleteSelectedTitle(2)));
    await minji.button(minji.words.deleteForEveryone, question).click();
    for (const person of [minji, alex]) {
      await eventually(() => person.log().getByText(person.words.deletedMessage, { exact: true }).count(), 2);
    }
    await seen(alex.message("Three", { of: minji }));
  });
}

test("what others wrote is deleted for oneself only", async (t) => {
  const [minji, alex, seoyeon] = await friends(t, PEOPLE);
  await withChats(minji, alex, seoyeon);
  await alex.say("Noise");
  await seen(minji.message("Noise", { of: alex }));
  await minji.openMessageMenu("Noise", { of: alex });
  await minji.menuItem(minji.words.select).click();
  await minji.button(minji.words.deleteSelected).click();
  const question = await seen(minji.dialog(minji.words.deleteSelectedTitle(1)));
  assert.equal(await minji.button(minji.words.deleteForEveryone, question).count(), 0);
  await minji.button(minji.words.deleteForMe, question).click();
  await gone(minji.message("Noise", { of: alex }));
  await seen(alex.message("Noise"));
});

/** Minji is in the chat with Alex, and has one with Seoyeon as well, which Seoyeon has open. */
async function withChats(minji, alex, seoyeon) {
  await minji.openDirect(seoyeon);
  await Promise.all([minji.openDirect(alex), alex.openDirect(minji), seoyeon.openDirect(minji)]);
}

async function beginForward(person, text, of) {
  await person.openMessageMenu(text, { of });
  await person.menuItem(person.words.forward).click();
  return seen(person.dialog(person.words.forwardTitle));
}
