// Finding messages, and going to where they are.

import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { befriend, direct, group } from "../lib/api.mjs";
import { launchBrowser, PHONE } from "../lib/browser.mjs";
import { friends, Person } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("what was said long ago is found by half a syllable, with the keyboard alone, and gone to", async (t) => {
  const { minji } = await talking(t);
  const { page } = minji;
  await page.keyboard.press("Control+k");
  const field = searchField(minji);
  await eventually(() => isFocused(field), true, "the field has no focus");
  await page.keyboard.insertText("번여");
  const found = results(minji).getByRole("link");
  await eventually(() => found.count(), 1, "the message is not found");
  await seen(results(minji).getByRole("mark").or(results(minji).locator("mark")).filter({ hasText: "번역" }));

  await page.keyboard.press("ArrowDown");
  await eventually(() => isFocused(found), true, "the arrow leads elsewhere");
  await page.keyboard.press("Enter");
  const message = minji.log().locator("[data-seq='1']");
  await eventually(() => message.evaluate((row) => row === document.activeElement), true, "it was not gone to");
  // What was found stays beside it.
  await seen(found);
});

test("a chat is searched by initial consonants, and all of them from its list", async (t) => {
  const { minji, alex } = await talking(t);
  const { page, words } = minji;
  await minji.openDirect(alex);
  await minji.button(words.searchHere).click();
  await searchField(minji).fill("ㅂㅇㅇ");
  await eventually(() => results(minji).getByRole("link").count(), 1, "the message is not found");
  minji.trouble.expect(/^422 GET .*\/search\/messages/);
  await page.goto("/search");
  await searchField(minji).fill("ㅂㅇㅇ");
  await seen(page.getByText(words.initialsHint, { exact: true }));

  await minji.goTo(words.chats);
  await page.getByRole("searchbox", { name: words.searchChats, exact: true }).fill("그 사이에");
  await minji.button(words.searchMessages("그 사이에")).click();
  await eventually(() => results(minji).getByRole("link").count(), 20, "the first page is not there");
  await page.getByRole("button", { name: "더 보기", exact: true }).click();
  await eventually(() => results(minji).getByRole("link").count(), 40, "the second page is not there");
});

test("on a phone what was found opens alone and leads back to the results", async (t) => {
  const { minji } = await talking(t, PHONE);
  const { page, words } = minji;
  await page.goto("/search");
  await searchField(minji).fill("번역");
  await results(minji).getByRole("link").first().tap();
  await gone(searchField(minji));
  await eventually(() => minji.log().locator("[data-seq='1']").count(), 1, "the message is not there");
  await minji.button(words.back).tap();
  await seen(results(minji));
});

test("in a large group everybody's messages can be looked for", async (t) => {
  const browser = await launchBrowser(t);
  const names = Array.from({ length: 10 }, (_, at) => ({ name: `회원 ${at}` }));
  const [minji, ...others] = await Promise.all(names.map((name) => Person.register(t, browser, name)));
  for (const other of others) {
    await befriend(minji, other);
  }
  const { id } = await group(minji, "동창회", others);
  await minji.page.goto(`/search/${id}`);
  const authors = minji.page.getByRole("combobox", { name: minji.words.searchAuthor, exact: true });
  // Anybody, and the ten of them.
  await eventually(() => authors.getByRole("option").count(), 11);
});

/** Two people with a long talk, of which the first message is looked for. */
async function talking(t, device) {
  const [minji, alex] = await friends(t, [{ name: "김민지", options: device }, { name: "Alex", language: "en" }]);
  const { id } = await direct(alex, minji);
  const write = (text) =>
    alex.call("POST", `/conversations/${id}/messages`, { client_key: randomUUID(), text });
  await write("번역을 맡겼어");
  for (let at = 0; at < 90; at += 1) {
    await write(`그 사이에 한 말 ${at}`);
  }
  // Written beside the server's other work.
  await eventually(
    async () => (await minji.call("GET", `/search/messages?query=${encodeURIComponent("사이에 한 말 89")}`)).items.length,
    1,
    "the talk is not searchable",
  );
  return { minji, alex };
}

const searchField = ({ page, words }) => page.getByRole("searchbox", { name: words.searchEverything, exact: true });
const results = ({ page, words }) => page.getByRole("list", { name: words.searchResults, exact: true });
const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement);
