// No network, a refusal, two tabs: nothing is lost, and nothing is there twice.

import assert from "node:assert/strict";
import { test } from "node:test";

import { launchBrowser } from "../lib/browser.mjs";
import { friends, Person } from "../lib/person.mjs";
import { WITHOUT_NETWORK } from "../lib/server.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const LONGEST_MESSAGE_CHARS = 4_000;
/** What is fetched when the settings are first needed, and before that in the background. */
const LATE_CODE = /\/(split_settings|chunk_\d+)\.wasm$/;

test("what is written without a network arrives once and in order", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  WITHOUT_NETWORK.forEach((pattern) => minji.trouble.expect(pattern));

  await minji.context.setOffline(true);
  await seen(minji.page.getByText(minji.words.offline, { exact: true }));
  await minji.say("첫째");
  await minji.say("둘째");
  await seen(minji.message("둘째").getByRole("img", { name: minji.words.sending }));
  await minji.context.setOffline(false);
  await seen(jun.message("둘째", { of: minji }));
  await gone(minji.page.getByText(minji.words.offline, { exact: true }));

  // Even when the tab is closed before there is a network again.
  await minji.context.setOffline(true);
  await minji.say("셋째");
  await seen(minji.message("셋째"));
  await minji.page.close();
  await minji.context.setOffline(false);
  minji.page = await minji.context.newPage();
  await minji.start();
  await seen(jun.message("셋째", { of: minji }));

  await jun.say("다 왔어요");
  await minji.openChat(jun.name);
  const said = ["첫째", "둘째", "셋째", "다 왔어요"];
  await eventually(() => minji.texts(), said);
  assert.deepEqual(await jun.texts(), said);
});

test("a refused message says why, holds nothing up, and can be deleted", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { words } = minji;
  await minji.openDirect(jun);
  minji.trouble.expect(/^422 POST .*\/messages$/);
  // The composer does not let go of what is too long; so it becomes too long on its way.
  await minji.page.route("**/messages", (route) => route.continue({ postData: lengthened(route.request()) }), {
    times: 1,
  });
  await minji.say("너무 긴 글");
  const refused = minji.message("너무 긴 글");
  await seen(refused.getByText(`${words.notSent} · ${words.messageTooLong}`, { exact: true }));
  await minji.say("짧은 글");
  await seen(minji.unreadNumber("짧은 글", 1));

  await minji.page.reload();
  await seen(refused.getByText(words.messageTooLong));
  await minji.button(words.discard, refused).click();
  await gone(refused);
  await jun.openChat("김민지");
  await seen(jun.message("짧은 글", { of: minji }));
  assert.deepEqual(await jun.texts(), ["짧은 글"]);
});

test("two tabs of one account agree on what is unread", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const tab = await minji.inAnotherTab();
  await jun.openDirect(minji);
  await jun.say("하나");
  await jun.say("둘");
  for (const page of [minji, tab]) {
    await page.goTo(page.words.chats);
    await seen(page.badge("박준", 2));
  }
  await tab.openChat("박준");
  await gone(tab.badge("박준", 2));
  await gone(minji.badge("박준", 2));
  await eventually(() => minji.areaLink(minji.words.chats).getAttribute("aria-label"), minji.words.chats);

  // What one tab sends is in the other as well, once.
  await tab.say("셋");
  await minji.openChat("박준");
  await eventually(() => minji.texts(), ["하나", "둘", "셋"]);
  assert.deepEqual(await tab.texts(), ["하나", "둘", "셋"]);
});

test("a part of the client that could not be fetched is fetched on trying again", async (t) => {
  const minji = await Person.register(t, await launchBrowser(t), { name: "김민지" });
  const { page, words } = minji;
  const main = page.getByRole("main");
  minji.trouble.expect(/^net::ERR_FAILED GET .*\.wasm$/);
  minji.trouble.expect(/^console: TypeError: Failed to fetch/);
  await page.route(LATE_CODE, (route) => route.abort());
  await minji.start();
  await page.evaluate(() => (window.isStillThere = true));

  await minji.areaLink(words.settings).click();
  await seen(main.getByRole("heading", { name: words.failedToLoad, exact: true }));
  await page.unroute(LATE_CODE);
  await minji.button(words.retry, main).click();
  await seen(minji.pane(words.settings));
  await minji.goToSettings(words.account);

  // What failed in the background is fetched when it is needed.
  await minji.openChat(words.notes);
  await minji.say("다시 왔어요");
  await seen(minji.message("다시 왔어요"));
  assert.equal(await page.evaluate(() => window.isStillThere), true, "the page was loaded anew");
});

function lengthened(request) {
  return JSON.stringify({ ...request.postDataJSON(), text: "가".repeat(LONGEST_MESSAGE_CHARS + 1) });
}
