// Who is told of a message while they look elsewhere, and how.

import assert from "node:assert/strict";
import { test } from "node:test";

import { direct, group, send } from "../lib/api.mjs";
import {
  allowNotifications,
  clickNotification,
  looksAway,
  looksBack,
  notifications,
  openNotifications,
  sounds,
} from "../lib/notifications.mjs";
import { friends } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const FAR_AWAY = "2100-01-01T00:00:00Z";

test("the number of unread messages is on the tab, in its title and on its picture", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const chat = await direct(jun, minji);
  await eventually(() => onTab(minji), ["담소", null]);
  await send(jun, chat, { text: "하나" });
  await eventually(() => onTab(minji), ["(1) 담소", "1"]);
  await send(jun, chat, { text: "둘" });
  await eventually(() => onTab(minji), ["(2) 담소", "2"]);
  await isDrawn(minji);
  await minji.openChat(jun.name);
  await eventually(() => onTab(minji), ["담소", null]);
});

test("a message is told of on the desktop, and a click leads to it", async (t) => {
  const [minji, jun, sua] = await notified(t, ["김민지", "박준", "이수아"]);
  const [withJun, hikers] = await Promise.all([direct(jun, minji), group(sua, "등산", [minji, jun])]);
  const heard = await sounds(minji);
  await looksAway(minji);
  await send(jun, withJun, { text: "여섯 시에 봐요" });
  await eventually(() => notifications(minji), ["박준: 여섯 시에 봐요"]);
  await eventually(heard, 1);
  await send(sua, hikers, { text: "토요일 어때요?" });
  await eventually(() => notifications(minji), ["박준: 여섯 시에 봐요", "등산: 이수아: 토요일 어때요?"]);

  // What has been read on another device goes from the desktop.
  await minji.call("PUT", `/conversations/${withJun.id}/read`, { seq: 1 });
  await eventually(() => openNotifications(minji), ["등산: 이수아: 토요일 어때요?"]);
  await clickNotification(minji);
  await seen(minji.conversation("등산"));
  await eventually(() => openNotifications(minji), []);
});

test("nobody is told of what they look at, of a muted chat, or of what they have read elsewhere", async (t) => {
  const [minji, jun, sua] = await notified(t, ["김민지", "박준", "이수아"]);
  const [withJun, withSua] = await Promise.all([direct(jun, minji), direct(sua, minji)]);
  const hikers = await group(sua, "등산", [minji, jun]);
  await minji.call("PATCH", `/conversations/${hikers.id}/membership`, { muted_until: FAR_AWAY });
  // Before she is notified of anything, she has read what there is.
  await send(jun, withJun, { text: "안녕하세요" });
  await minji.openChat(jun.name);
  await gone(minji.badge(jun.name, 1));
  const heard = await sounds(minji);

  // The chat on the screen makes no sound, another one only that.
  await send(jun, withJun, { text: "보고 있죠?" });
  await gone(minji.badge(jun.name, 1));
  await send(sua, withSua, { text: "여기도요" });
  await eventually(heard, 1);
  assert.deepEqual(await notifications(minji), []);

  await looksAway(minji);
  const { seq } = await send(sua, withSua, { text: "다른 데서 읽었어요" });
  await minji.call("PUT", `/conversations/${withSua.id}/read`, { seq });
  await send(jun, hikers, { text: "조용한 방" });
  // The last of them to be told of: the others would have been before it.
  await send(jun, withJun, { text: "이건 알려 줘요" });
  await eventually(() => notifications(minji), ["박준: 이건 알려 줘요"]);
});

test("of several tabs one tells, and the next one when it is gone", async (t) => {
  const [minji, jun] = await notified(t, ["김민지", "박준"]);
  const chat = await direct(jun, minji);
  const tab = await minji.inAnotherTab();
  await Promise.all([looksAway(minji), looksAway(tab)]);
  await send(jun, chat, { text: "하나" });
  await eventually(() => onTab(tab), ["(1) 담소", "1"]);
  await eventually(() => notifications(minji), ["박준: 하나"]);
  assert.deepEqual(await notifications(tab), []);

  const leads = tab.page.waitForEvent("websocket");
  await minji.page.close();
  await leads;
  await send(jun, chat, { text: "둘" });
  await eventually(() => notifications(tab), ["박준: 둘"]);
});

test("notifications are offered once something was missed, and asked for only then", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { page, words } = minji;
  const chat = await direct(jun, minji);
  await page.evaluate(() => {
    globalThis.asked = 0;
    // Nobody presses anything in the browser's own question here.
    Object.defineProperty(Notification, "permission", { configurable: true, get: () => "default" });
    Notification.requestPermission = async () => {
      globalThis.asked += 1;
      Object.defineProperty(Notification, "permission", { configurable: true, get: () => "granted" });
      return "granted";
    };
  });
  const heard = await sounds(minji);
  await looksAway(minji);
  await send(jun, chat, { text: "어디예요?" });
  await eventually(heard, 1);
  assert.equal(await page.getByText(words.notifyOffer).count(), 0);
  await looksBack(minji);
  await seen(page.getByText(words.notifyOffer));
  assert.equal(await page.evaluate(() => globalThis.asked), 0);
  await minji.button(words.notifyTurnOn).click();
  await eventually(() => page.evaluate(() => globalThis.asked), 1);
  await minji.goToSettings(words.notifications);
  await eventually(() => minji.shown(words.notify).isChecked(), true);
});

test("sound and notifications can be turned off, and stay so in this browser", async (t) => {
  const [minji, jun] = await notified(t, ["김민지", "박준"]);
  const { words } = minji;
  const chat = await direct(jun, minji);
  await minji.goToSettings(words.notifications);
  const tab = await minji.inAnotherTab();
  await tab.goToSettings(words.notifications);
  for (const name of [words.sound, words.notify]) {
    assert.equal(await minji.shown(name).isChecked(), true);
    await minji.shown(name).click();
    await eventually(() => tab.shown(name).isChecked(), false);
  }
  await tab.page.close();
  await minji.page.reload();
  for (const name of [words.sound, words.notify]) {
    await seen(minji.shown(name));
    assert.equal(await minji.shown(name).isChecked(), false);
  }

  const heard = await sounds(minji);
  await looksAway(minji);
  await send(jun, chat, { text: "조용히" });
  await eventually(() => onTab(minji), ["(1) 담소", "1"]);
  await looksBack(minji);
  await minji.shown(words.sound).click();
  // Turned on, it lets itself be heard.
  await eventually(heard, 1);
  await minji.shown(words.notify).click();
  await looksAway(minji);
  await send(jun, chat, { text: "이제 들려요" });
  await eventually(() => notifications(minji), ["박준: 이제 들려요"]);
  await eventually(heard, 2);
});

/** Friends, the first of whom may be told on the desktop. */
async function notified(t, names) {
  const all = await friends(
    t,
    names.map((name) => ({ name })),
  );
  await allowNotifications(all[0]);
  await all[0].start();
  return all;
}

/** What the tab of a page says: its title, and the number on its picture. */
function onTab({ page }) {
  return page.evaluate(() => {
    const { href } = document.querySelector("link[rel=icon]");
    const picture = href.startsWith("data:") ? decodeURIComponent(href) : "";
    return [document.title, /<text[^>]*>(.+)<\/text>/.exec(picture)?.[1] ?? null];
  });
}

/** The picture with the number can be drawn. */
async function isDrawn({ page }) {
  const width = await page.evaluate(async () => {
    const image = new Image();
    image.src = document.querySelector("link[rel=icon]").href;
    await image.decode();
    return image.naturalWidth;
  });
  assert.ok(0 < width);
}
