// One account in several tabs and browsers: they agree, and one tab leads.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isKept } from "../lib/kept.mjs";
import { friends } from "../lib/person.mjs";
import { pngFile } from "../lib/pictures.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const UPLOAD = "**/storage/**";
/** Longer than a leader may be silent before another tab takes over. */
const ASLEEP_MS = 20_000;

test("two tabs and another device agree on what is unread, read and begun", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const [tab, laptop] = await Promise.all([minji.inAnotherTab(), minji.onAnotherDevice(t)]);
  const everywhere = [minji, tab, laptop];
  await jun.openDirect(minji);
  await jun.say("하나");
  await jun.say("둘");
  for (const place of everywhere) {
    await place.goTo(place.words.chats);
    await seen(place.badge(jun.name, 2));
  }
  // Read in the tab that follows: it is read everywhere, and its author sees so.
  await tab.openChat(jun.name);
  for (const place of everywhere) {
    await gone(place.badge(jun.name, 2));
    await eventually(() => place.areaLink(place.words.chats).getAttribute("aria-label"), place.words.chats);
  }
  await gone(jun.unreadNumber("둘", 1));

  await minji.openChat(jun.name);
  await tab.composer().pressSequentially("여기까지 쓰고");
  await eventually(() => minji.composer().inputValue(), "여기까지 쓰고", "the draft is not in the other tab");
  await tab.composer().press("Enter");
  await seen(jun.message("여기까지 쓰고", { of: minji }));
  await eventually(() => minji.composer().inputValue(), "", "the draft is still in the other tab");
  await jun.say("셋");
  await laptop.openChat(jun.name);
  for (const place of everywhere) {
    await eventually(() => place.texts(), ["하나", "둘", "여기까지 쓰고", "셋"]);
  }
});

test("a tab that follows hears of typing and of reading, and tells of its own", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const tab = await minji.inAnotherTab();
  await Promise.all([tab.openDirect(jun), jun.openDirect(minji)]);
  await tab.composer().pressSequentially("생각 중");
  await seen(jun.page.getByText(jun.words.typing(minji.name)));
  await tab.composer().press("Enter");
  await seen(jun.message("생각 중", { of: minji }));
  await gone(tab.unreadNumber("생각 중", 1));
  await jun.composer().pressSequentially("저도요");
  await seen(tab.page.getByText(tab.words.typing(jun.name)));
});

test("the next tab leads when the first one is closed, or crashes", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const said = [];
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  const [second, third] = [await minji.inAnotherTab(), await minji.inAnotherTab()];
  const sockets = { second: opened(second.page), third: opened(third.page) };
  for (const tab of [second, third]) {
    await tab.openChat(jun.name);
  }
  await says(second, "둘째 탭에서");
  assert.deepEqual([sockets.second(), sockets.third()], [0, 0], "a tab that follows has a connection");

  // Whatever waits when the leader goes is sent by the next one, once.
  await minji.page.route("**/messages", (route) => new Promise(() => route));
  await second.say("가는 중에");
  await seen(second.message("가는 중에").getByRole("img", { name: second.words.sending }));
  await minji.page.close();
  said.push("가는 중에");
  await arrived();
  await eventually(() => sockets.second() + sockets.third(), 1, "not exactly one of them leads");
  await says(third, "셋째 탭에서");
  await says(second, "그리고 둘째에서");
  await says(jun, "다 왔어요");

  const [leader, last] = sockets.second() === 1 ? [second, third] : [third, second];
  leader.trouble.expect(/the page crashed/);
  await crash(leader.page);
  await says(last, "혼자 남아서");
  await says(jun, "끝까지 봤어요");
  await eventually(() => last.texts(), said);

  async function says(person, text) {
    await person.say(text);
    said.push(text);
    await arrived();
  }

  async function arrived() {
    await eventually(() => jun.texts(), said);
  }
});

test("a tab that has fallen asleep does not lead for ever", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const tab = await minji.inAnotherTab();
  await Promise.all([tab.openDirect(jun), jun.openDirect(minji), minji.openDirect(jun)]);
  const leads = tab.page.waitForEvent("websocket", { timeout: ASLEEP_MS });
  const asleep = minji.page.evaluate((until) => {
    while (Date.now() < until);
  }, Date.now() + ASLEEP_MS);
  await tab.say("깨어 있어요");
  await leads;
  await seen(jun.message("깨어 있어요", { of: minji }));

  // Awake again, it follows: it neither sends nor writes what it held in its hands.
  await asleep;
  await jun.say("저도요");
  await minji.say("잘 잤어요");
  for (const place of [minji, tab, jun]) {
    await eventually(() => place.texts(), ["깨어 있어요", "저도요", "잘 잤어요"]);
  }
});

test("a file that one tab uploads is not given up by another, until that tab is gone", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { words } = minji;
  await jun.openDirect(minji);
  const tab = await minji.inAnotherTab();
  await tab.openDirect(jun);
  const held = [];
  await tab.page.route(UPLOAD, (route) => void held.push(route));
  await sendsPhoto(tab, "바닷가.png");
  await eventually(() => held.length, 1, "the upload has not begun");

  // The tab that leads shows it as on its way, and so does one that comes later.
  await minji.openChat(jun.name);
  const third = await minji.inAnotherTab();
  await third.openChat(jun.name);
  for (const other of [minji, third]) {
    await seen(other.log().getByRole("article", { name: words.myMessage }));
    await gone(other.log().getByText(words.notSent));
  }
  await held[0].continue();
  await seen(jun.message("", { of: minji }).getByRole("button", { name: words.openPhoto }));

  await sendsPhoto(tab, "산.png");
  await eventually(() => held.length, 2, "the upload has not begun");
  await tab.page.close();
  for (const other of [minji, third]) {
    await seen(other.log().getByText(words.notSent));
  }
  await minji.button(words.discard, minji.log()).click();
  for (const other of [minji, third]) {
    await gone(other.log().getByText(words.notSent));
  }
  assert.equal(await jun.log().getByRole("article").count(), 1);
});

test("without locks a file is not given up either", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { words } = minji;
  await minji.context.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }));
  await minji.start();
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  const held = [];
  await minji.page.route(UPLOAD, (route) => void held.push(route));
  await sendsPhoto(minji, "바닷가.png");
  await eventually(() => held.length, 1, "the upload has not begun");
  const tab = await minji.inAnotherTab();
  await tab.openChat(jun.name);
  await tab.say("사진 가요");
  await seen(jun.message("사진 가요", { of: minji }));
  await held[0].continue();
  await seen(jun.message("", { of: minji }).getByRole("button", { name: words.openPhoto }));

  await sendsPhoto(minji, "산.png");
  await eventually(() => held.length, 2, "the upload has not begun");
  // The second picture is in the outbox, not only in the tray.
  await eventually(() => minji.log().getByRole("article").count(), 3);
  await minji.page.close();
  await tab.page.reload();
  await seen(tab.log().getByText(words.notSent));
  assert.equal(await jun.log().getByRole("article").count(), 2);
});

test("a tab that comes later starts with what is kept", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  await jun.say("하나");
  await eventually(() => isKept(minji, "하나"), true);
  const tab = await minji.inAnotherTab();
  const asked = [];
  tab.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await tab.openChat(jun.name);
  await eventually(() => tab.texts(), ["하나"]);
  assert.ok(!asked.some((path) => path.endsWith("/messages")), "it loaded what it had");
  await jun.say("둘");
  await eventually(() => tab.texts(), ["하나", "둘"]);
});

async function sendsPhoto(person, name) {
  await person.attach([pngFile(name, 320, 240)]);
  await person.button(person.words.send).click();
}

/** Counts the connections that a page opens to the server. */
function opened(page) {
  let count = 0;
  page.on("websocket", () => (count += 1));
  return () => count;
}

/** Ends a page without a word. */
async function crash(page) {
  const crashed = page.waitForEvent("crash");
  const session = await page.context().newCDPSession(page);
  // The command is never answered: nobody is left to.
  session.send("Page.crash").catch(() => undefined);
  await crashed;
}
