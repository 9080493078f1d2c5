// Keeping the list of chats: away, unread, quiet, under a name of my own.

import assert from "node:assert/strict";
import { test } from "node:test";

import { direct, group, send } from "../lib/api.mjs";
import { PHONE } from "../lib/browser.mjs";
import { friends } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("a chat is put away on every device, and comes back with a new message", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const hikers = await group(alex, "등산", [minji]);
  await send(alex, hikers, { text: "토요일?" });
  await minji.goTo(minji.words.chats);
  const laptop = await minji.onAnotherDevice(t);
  await laptop.goTo(laptop.words.chats);

  await minji.chooseForChat("등산", minji.words.archive);
  await minji.isTold(minji.words.wasArchived);
  await gone(minji.chatRow("등산"));
  await gone(laptop.chatRow("등산"));
  await minji.button(minji.words.undo).click();
  await seen(laptop.chatRow("등산"));
  await gone(minji.button(minji.words.archived(1)));

  await minji.chooseForChat("등산", minji.words.archive);
  await gone(laptop.chatRow("등산"));
  await laptop.button(laptop.words.archived(1)).click();
  await seen(laptop.chatRow("등산"));
  await send(alex, hikers, { text: "일요일?" });
  await seen(minji.chatRow("등산"));
  await seen(laptop.page.getByText(laptop.words.noneArchived, { exact: true }));

  // A muted one stays away, and what is chosen stays chosen on this device.
  await minji.chooseForChat("등산", minji.words.mute);
  await minji.button(minji.words.muteHour).click();
  await minji.chooseForChat("등산", minji.words.archive);
  await gone(minji.chatRow("등산"));
  await send(alex, hikers, { text: "월요일?" });
  await seen(laptop.badge("등산", 3));
  await gone(minji.chatRow("등산"));
  await laptop.page.reload();
  await seen(laptop.chatRow("등산"));
});

test("a chat that is marked as unread is so until it is opened on any device", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const chat = await direct(jun, minji);
  await send(jun, chat, { text: "안녕하세요" });
  await minji.openChat(jun.name);
  await gone(minji.badge(jun.name, 1));
  await minji.goTo(minji.words.chats);
  const laptop = await minji.onAnotherDevice(t);
  await laptop.goTo(laptop.words.chats);
  const mark = (device) => device.chatRow(jun.name).getByRole("img", { name: device.words.markedUnread, exact: true });

  await minji.chooseForChat(jun.name, minji.words.markUnread);
  await seen(mark(minji));
  await seen(mark(laptop));
  await eventually(() => minji.page.title(), "(1) 담소");
  await laptop.openChat(jun.name);
  await gone(mark(minji));
  await gone(mark(laptop));
  await minji.chooseForChat(jun.name, minji.words.markUnread);
  await minji.chooseForChat(jun.name, minji.words.markRead);
  await gone(mark(minji));
});

test("a name of my own stands wherever the chat is named, for me alone", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const chat = await direct(alex, minji);
  await send(alex, chat, { text: "Hello" });
  await minji.goTo(minji.words.chats);
  await minji.chooseForChat(alex.name, minji.words.renameChat);
  await minji.field(minji.words.ownChatName).fill("영어 선생님");
  await minji.field(minji.words.ownChatName).press("Enter");
  await minji.openChat("영어 선생님");
  await alex.openChat(minji.name);
  // It is found by either name.
  for (const name of ["ㅇㅇ ㅅㅅㄴ", "alex"]) {
    await minji.pane(minji.words.chats).getByRole("searchbox").fill(name);
    await seen(minji.chatRow("영어 선생님"));
  }
  await minji.pane(minji.words.chats).getByRole("searchbox").fill("");
  await minji.chooseForChat("영어 선생님", minji.words.renameChat);
  await minji.field(minji.words.ownChatName).fill("");
  await minji.field(minji.words.ownChatName).press("Enter");
  await seen(minji.chatRow(alex.name));
});

test("chats are put into folders, which are the same on every device", async (t) => {
  const [minji, jun, alex] = await friends(t, [{ name: "김민지" }, { name: "박준" }, { name: "Alex", language: "en" }]);
  for (const friend of [jun, alex]) {
    await send(friend, await direct(friend, minji), { text: "Hi" });
  }
  const { page, words } = minji;
  await minji.goTo(words.chats);
  const laptop = await minji.onAnotherDevice(t);
  await laptop.goTo(laptop.words.chats);

  await makeFolder(minji, jun, "회사");
  await laptop.button("회사").click();
  await seen(laptop.chatRow(jun.name));
  assert.equal(await laptop.chatRow(alex.name).count(), 0);
  await makeFolder(minji, alex, "영어");
  await minji.chooseForChat(jun.name, words.folder);
  await minji.button("영어", minji.dialog(words.folder)).click();
  await gone(laptop.chatRow(jun.name));
  await laptop.button("영어").click();
  await seen(laptop.chatRow(jun.name));
  await seen(laptop.chatRow(alex.name));

  await minji.button(words.folders).click();
  const dialog = await seen(minji.dialog(words.folders));
  await minji.button(words.folderUp("영어"), dialog).click();
  const filters = () => page.getByRole("group", { name: words.chatFilter, exact: true }).getByRole("button").allInnerTexts();
  await eventually(async () => (await filters()).slice(2), ["영어", "회사"]);
  await minji.button(words.renameFolder("영어"), dialog).click();
  const name = minji.field(words.folderName, dialog);
  await name.fill("외국어");
  await name.press("Enter");
  await seen(laptop.button("외국어"));
  await minji.button(words.deleteFolder("외국어"), dialog).click();
  await minji.button(words.deleteFolderAction, minji.dialog(words.deleteFolderTitle("외국어"))).click();
  // Whoever was looking into it sees all of them.
  await gone(laptop.button("외국어"));
  await seen(laptop.chatRow(alex.name));
  await eventually(async () => (await filters()).slice(2), ["회사"]);
});

async function makeFolder(person, { name }, folder) {
  const { words } = person;
  await person.chooseForChat(name, words.folder);
  const dialog = await seen(person.dialog(words.folder));
  await person.field(words.newFolder, dialog).fill(folder);
  await person.button(words.makeFolder, dialog).click();
  await gone(dialog);
}

test("on a phone a row is swiped, and held for its menu", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지", options: PHONE }, { name: "박준" }]);
  const chat = await direct(jun, minji);
  await send(jun, chat, { text: "안녕하세요" });
  await minji.goTo(minji.words.chats);
  await seen(minji.badge(jun.name, 1));
  const finger = await Finger.of(minji);

  await finger.swipe(minji.chatRow(jun.name), 40);
  await seen(minji.badge(jun.name, 1));
  await finger.swipe(minji.chatRow(jun.name), 140);
  await gone(minji.badge(jun.name, 1));
  await finger.hold(minji.chatRow(jun.name));
  await seen(minji.menuItem(minji.words.markUnread));
  await finger.lift();
  await minji.page.keyboard.press("Escape");
  await gone(minji.menuItem(minji.words.markUnread));
  await finger.swipe(minji.chatRow(jun.name), -140);
  await minji.isTold(minji.words.wasArchived);
  await gone(minji.chatRow(jun.name));
  await minji.button(minji.words.archived(1)).tap();
  await seen(minji.chatRow(jun.name));
  assert.equal(new URL(minji.page.url()).pathname, "/chats", "nothing was opened by a swipe");
});

/** One finger on a screen. */
class Finger {
  static async of({ page }) {
    const finger = new Finger();
    finger.page = page;
    finger.session = await page.context().newCDPSession(page);
    return finger;
  }

  touch(type, points) {
    return this.session.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  }

  async swipe(row, distance) {
    const { x, y } = await middle(row);
    await this.touch("touchStart", [{ x, y }]);
    // As fast as a finger moves, one step for each frame, and at rest before it is lifted: what is flung goes on moving
    // for the browser, and the next tap only stops it.
    for (const part of [1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8]) {
      await this.touch("touchMove", [{ x: x + (distance * part) / 8, y }]);
      await this.page.evaluate(() => new Promise(requestAnimationFrame));
    }
    await this.lift();
  }

  async hold(row) {
    await this.touch("touchStart", [await middle(row)]);
  }

  lift() {
    return this.touch("touchEnd", []);
  }
}

async function middle(row) {
  const { x, y, width, height } = await row.boundingBox();
  return { x: x + width / 2, y: y + height / 2 };
}
