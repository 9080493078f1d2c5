// Without a server: what this browser keeps is shown, what is written waits, and nothing is lost or doubled.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { befriend, signUp } from "../lib/api.mjs";
import { launchBrowser, openKeptBrowser } from "../lib/browser.mjs";
import { databases, isKept, kept, spoil } from "../lib/kept.mjs";
import { friends, people, Person } from "../lib/person.mjs";
import { SERVER_GONE, startServer, WITHOUT_NETWORK } from "../lib/server.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const API = "**/api/**";
const THREE = ["하나", "둘", "셋"];

test("three messages outlive their tab and arrive once and in order", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  WITHOUT_NETWORK.forEach((pattern) => minji.trouble.expect(pattern));
  await minji.context.setOffline(true);
  await saysAll(minji, THREE);
  await minji.page.close();

  await minji.context.setOffline(false);
  minji.page = await minji.context.newPage();
  await minji.start();
  await eventually(() => jun.texts(), THREE);
  await minji.openChat(jun.name);
  await eventually(() => minji.texts(), THREE);
  await eventually(async () => (await kept(minji)).outbox, "", "the outbox still holds something");
});

test("what was written without a network outlives the browser", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "damso-e2e-"));
  t.after(() => rm(folder, { recursive: true }));
  const [jun] = await people(t, [{ name: "박준" }]);
  const minji = new Person(await openKeptBrowser(folder), { name: "김민지" });
  t.after(() => minji.context.close());
  WITHOUT_NETWORK.forEach((pattern) => minji.trouble.expect(pattern));
  Object.assign(minji, await signUp(minji.context, minji));
  await befriend(minji, jun);
  await minji.start();
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  await minji.context.setOffline(true);
  await saysAll(minji, THREE);
  await minji.context.close();

  Object.assign(minji, await openKeptBrowser(folder));
  await minji.start();
  await eventually(() => jun.texts(), THREE);
  await minji.openChat(jun.name);
  await eventually(() => minji.texts(), THREE);
});

test("friends, chats and messages are there before the server is, and then only news is fetched", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { page, words } = minji;
  WITHOUT_NETWORK.forEach((pattern) => minji.trouble.expect(pattern));
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  await minji.say("차 한잔해요");
  await jun.say("좋아요");
  await eventually(() => isKept(minji, "좋아요"), true, "the last message is not kept");

  await page.route(API, (route) => route.abort());
  await page.reload();
  await eventually(() => minji.texts(), ["차 한잔해요", "좋아요"]);
  await seen(minji.chatRow(jun.name).getByText("좋아요"));
  await minji.goTo(words.friends);
  await seen(minji.friendRow(jun));
  await seen(page.getByText(words.offline, { exact: true }));

  await jun.say("거기 있어요?");
  await minji.openChat(jun.name);
  await minji.say("다녀왔어요");
  await seen(minji.message("다녀왔어요").getByRole("img", { name: words.sending }));
  const asked = [];
  page.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.unroute(API);
  const said = ["차 한잔해요", "좋아요", "거기 있어요?", "다녀왔어요"];
  await eventually(() => minji.texts(), said);
  await eventually(() => jun.texts(), said);
  await gone(page.getByText(words.offline, { exact: true }));
  assert.ok(asked.includes("POST /api/v1/sync"), "it did not ask for what has changed");
  const whole = asked.filter((call) => /^GET .*\/(conversations|friend-requests|messages)$/.test(call));
  assert.deepEqual(whole, [], "it loaded what it had");
});

test("a copy of another version, or one that cannot be read, is loaded anew", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  await minji.openDirect(jun);
  await minji.say("차 한잔해요");
  for (const [key, value] of [
    ["account", 'a{"format":0}'],
    ["chat.of-a-kind", "c{}"],
    ["user.broken", "u[7]"],
  ]) {
    await eventually(() => isKept(minji, "차 한잔해요"), true, "it was not kept again");
    await spoil(minji, key, value);
    assert.ok(await isKept(minji, value));
    await minji.page.reload();
    await eventually(() => minji.texts(), ["차 한잔해요"]);
    await eventually(() => isKept(minji, value), false, "what cannot be read is still there");
  }
});

test("without a database, room in it, locks or any storage everything works from memory", async (t) => {
  const browser = await launchBrowser(t);
  const jun = await Person.register(t, browser, { name: "박준" });
  await jun.start();
  const missing = {
    indexedDB: () => Object.defineProperty(globalThis, "indexedDB", { value: undefined }),
    locks: () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }),
    room: () => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    },
    storage: () => {
      for (const store of ["localStorage", "indexedDB"]) {
        Object.defineProperty(globalThis, store, {
          get() {
            throw new DOMException("switched off", "SecurityError");
          },
        });
      }
    },
  };
  for (const [name, remove] of Object.entries(missing)) {
    const minji = await Person.register(t, browser, { name: `민지 ${name}` });
    await minji.context.addInitScript(remove);
    await befriend(minji, jun);
    await minji.start();
    await minji.openDirect(jun);
    await minji.say("안녕");
    await jun.openChat(minji.name);
    await seen(jun.message("안녕", { of: minji }));
    // Two tabs get along all the same.
    const tab = await minji.inAnotherTab();
    await tab.openChat(jun.name);
    await tab.say("여기서도");
    await jun.say("반가워요");
    const said = ["안녕", "여기서도", "반가워요"];
    await eventually(() => minji.texts(), said, name);
    await eventually(() => tab.texts(), said, name);
    await eventually(() => jun.texts(), said, name);
    await tab.page.close();

    // What waits is in local storage then, and where that is missing too, the browser asks.
    minji.trouble.expect(/^net::ERR_FAILED POST .*\/messages$/);
    await minji.page.route("**/messages", (route) => route.abort());
    await minji.say("기다려요");
    await seen(minji.message("기다려요").getByRole("img", { name: minji.words.sending }));
    if (name === "storage") {
      const asks = minji.page.waitForEvent("dialog");
      await minji.page.close({ runBeforeUnload: true });
      const dialog = await asks;
      assert.equal(dialog.type(), "beforeunload");
      await dialog.dismiss();
    } else {
      await minji.page.reload();
    }
    await minji.page.unroute("**/messages");
    await eventually(() => jun.texts(), [...said, "기다려요"], name);
  }
});

test("signing out leaves nothing behind, here and in other tabs", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { words } = minji;
  await minji.openDirect(jun);
  await minji.say("비밀이에요");
  await eventually(() => isKept(minji, "비밀이에요"), true);
  const tab = await minji.inAnotherTab();
  await minji.goToSettings(words.account);
  await minji.button(words.signOut, minji.page.getByRole("main")).click();
  for (const page of [minji.page, tab.page]) {
    await seen(page.getByRole("link", { name: words.signUp }));
    await eventually(() => databases(page), [], "a database is left");
    const stored = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("damso.of")));
    await eventually(stored, [], "something is left in storage");
  }
});

test("what waits is asked about before signing out", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { page, words } = minji;
  await minji.openDirect(jun);
  WITHOUT_NETWORK.forEach((pattern) => minji.trouble.expect(pattern));
  await page.route("**/messages", (route) => route.abort());
  await minji.say("아직 못 간 말");
  await minji.goToSettings(words.account);
  await minji.button(words.signOut, page.getByRole("main")).click();
  const dialog = await seen(minji.dialog(words.unsentTitle));
  await minji.button(words.signOut, dialog).click();
  await seen(page.getByRole("link", { name: words.signUp }));
  await eventually(() => databases(page), [], "a database is left");
});

test("a server that is killed loses nothing, doubles nothing, and is missed calmly", async (t) => {
  const server = await startServer(t);
  const options = { baseURL: server.url };
  const [minji, jun] = await friends(t, [
    { name: "김민지", options },
    { name: "박준", options },
  ]);
  for (const person of [minji, jun]) {
    SERVER_GONE.forEach((pattern) => person.trouble.expect(pattern));
  }
  const { page, words } = minji;
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  const said = ["하나", "둘", "셋", "넷", "다섯", "여섯"];
  await minji.say("하나");
  await seen(jun.message("하나", { of: minji }));
  await minji.say("둘");
  await minji.say("셋");
  await server.kill();
  await minji.say("넷");
  await minji.say("다섯");
  await minji.composer().pressSequentially("쓰다 만 말");
  await seen(page.getByText(words.offline, { exact: true }));
  await seen(minji.message("다섯").getByRole("img", { name: words.sending }));

  await server.start();
  await gone(page.getByText(words.offline, { exact: true }));
  await eventually(() => jun.texts(), said.slice(0, 5));
  assert.equal(await minji.composer().inputValue(), "쓰다 만 말");
  await minji.say("여섯");
  await eventually(() => jun.texts(), said);
  await eventually(() => minji.texts(), said);
});

async function saysAll(person, texts) {
  for (const text of texts) {
    await person.say(text);
    await seen(person.message(text).getByRole("img", { name: person.words.sending }));
  }
  const areKept = async () => {
    const { outbox } = await kept(person);
    return texts.every((text) => outbox.includes(text));
  };
  await eventually(areKept, true, "the browser does not keep them");
}
