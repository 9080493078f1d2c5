// Messages are changed after they were sent, and people react to them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { NARROW, PHONE } from "../lib/browser.mjs";
import { sendHangul } from "../lib/hangul.mjs";
import { talking } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const HEART = "❤️";

test("a message is changed: the other one sees it at once, and its author what it said", async (t) => {
  const [minji, alex] = await talking(t);
  await minji.say("여섯 시에 봐요");
  await seen(alex.message("여섯 시에 봐요", { of: minji }));
  await editsByMenu(minji, alex);
  await readsWhatItSaid(minji, alex);
  await editsByKeyboard(minji, alex);
  await saysWhatWentWrong(minji, alex);
  await Promise.all([minji.page.reload(), alex.page.reload()]);
  await seen(edited(alex, "여덟 시에 봐요", { of: minji }));
  await seen(minji.message("여덟 시에 봐요"));
});

/** What was begun to be written waits in the meantime. */
async function editsByMenu(author, reader) {
  await author.composer().fill("다음에는");
  await author.openMessageMenu("여섯 시에 봐요");
  await author.menuItem(author.words.edit).click();
  await seen(author.page.getByText(author.words.editing, { exact: true }));
  assert.equal(await author.composer().inputValue(), "여섯 시에 봐요");
  await author.composer().fill("일곱 시에 봐요");
  await author.composer().press("Enter");
  await seen(edited(reader, "일곱 시에 봐요", { of: author }));
  await seen(author.message("일곱 시에 봐요"));
  for (const person of [author, reader]) {
    await gone(person.page.getByText("여섯 시에 봐요"));
  }
  await seen(reader.chatRow(author.name).filter({ hasText: "일곱 시에 봐요" }));
  await eventually(() => author.composer().inputValue(), "다음에는");
  await author.composer().fill("");
}

async function readsWhatItSaid(author, reader) {
  await author.button(author.words.showEdits, author.message("일곱 시에 봐요")).click();
  const dialog = await seen(author.dialog(author.words.editsTitle));
  await seen(dialog.getByText("여섯 시에 봐요", { exact: true }));
  await author.page.keyboard.press("Escape");
  await gone(dialog);
  // Nobody else is offered that.
  assert.equal(await reader.button(reader.words.showEdits).count(), 0);
}

/** The arrow upwards begins, Escape gives up, and one Enter saves what was composed. */
async function editsByKeyboard(author, reader) {
  const { page } = author;
  await author.composer().focus();
  await page.keyboard.press("ArrowUp");
  await eventually(() => author.composer().inputValue(), "일곱 시에 봐요");
  await page.keyboard.type(" 아니");
  await page.keyboard.press("Escape");
  await eventually(() => author.composer().inputValue(), "");
  await page.keyboard.press("ArrowUp");
  await eventually(() => author.composer().inputValue(), "일곱 시에 봐요");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await sendHangul(page, "여덟 시에 봐요");
  await seen(edited(reader, "여덟 시에 봐요", { of: author }));
  await eventually(() => author.composer().inputValue(), "");
  assert.deepEqual(await author.texts(), ["여덟 시에 봐요"], "it was changed, not sent once more");
}

/** What the server refuses stays in the box, and the message stays as it was. */
async function saysWhatWentWrong(author, reader) {
  author.trouble.expect(/^422 PATCH .*\/messages\/\d+$/);
  const lengthen = (route) => route.continue({ postData: JSON.stringify({ text: "가".repeat(4_001) }) });
  await author.page.route("**/messages/*", lengthen, { times: 1 });
  await author.composer().press("ArrowUp");
  await author.composer().fill("아홉 시");
  await author.composer().press("Enter");
  await author.isTold(author.words.messageTooLong);
  assert.equal(await author.composer().inputValue(), "아홉 시");
  await author.button(author.words.cancelEdit).click();
  await eventually(() => author.composer().inputValue(), "");
  await seen(reader.message("여덟 시에 봐요", { of: author }));
}

test("two people react to a message and take it back", async (t) => {
  const [minji, alex] = await talking(t);
  await minji.say("차 한잔할래요?");
  const his = await seen(alex.message("차 한잔할래요?", { of: minji }));
  const hers = minji.message("차 한잔할래요?");

  await his.click({ button: "right" });
  await quick(alex, HEART).click();
  await seen(chip(alex, his, HEART, 1, true));
  await seen(chip(minji, hers, HEART, 1, false));
  // A double click joins, and leaves.
  await hers.getByRole("paragraph").dblclick();
  for (const [person, message] of [[minji, hers], [alex, his]]) {
    await seen(chip(person, message, HEART, 2, true));
  }
  await saysWhoReacted(minji, hers, alex);
  await chip(alex, his, HEART, 2, true).click();
  await seen(chip(minji, hers, HEART, 1, true));
  await seen(chip(alex, his, HEART, 1, false));

  await refusedReactionsGo(alex, his);
  await Promise.all([minji.page.reload(), alex.page.reload()]);
  await seen(chip(alex, his, HEART, 1, false));
  await seen(chip(minji, hers, HEART, 1, true));
  await hers.getByRole("paragraph").dblclick();
  for (const person of [minji, alex]) {
    await gone(person.page.getByRole("button", { name: new RegExp(`^${HEART} `) }));
  }
});

async function saysWhoReacted(person, message, other) {
  await message.hover();
  await person.button(person.words.whoReacted, message).click();
  const dialog = await seen(person.dialog(person.words.reactedTitle));
  for (const name of [person.name, other.name]) {
    await seen(dialog.getByText(name, { exact: true }));
  }
  await person.page.keyboard.press("Escape");
  await gone(dialog);
}

/** What was shown at once is gone again when the server says no. */
async function refusedReactionsGo(person, message) {
  person.trouble.expect(/^503 PUT .*\/reactions\/.+$/);
  const problem = {
    type: "/errors/unavailable", title: "", status: 503, detail: null, kind: "unavailable", request_id: "r", fields: [],
  };
  const refuse = (route) =>
    route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) });
  await person.page.route("**/reactions/*", refuse, { times: 1 });
  await message.click({ button: "right" });
  await quick(person, "😂").click();
  await person.isTold(person.words.unavailable);
  await gone(message.getByRole("button", { name: /^😂/ }));
}

test("everything is done with the keyboard alone", async (t) => {
  const [minji, alex] = await talking(t);
  const { page, words } = alex;
  await minji.say("내일 어때요?");
  const message = await seen(alex.message("내일 어때요?", { of: minji }));
  await alex.button(words.messageMenu, message).focus();
  await page.keyboard.press("Enter");
  await eventually(() => quick(alex, HEART).evaluate((item) => item === document.activeElement), true);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  const mine = chip(alex, message, "👍", 1, true);
  await seen(mine);
  await seen(chip(minji, minji.message("내일 어때요?"), "👍", 1, false));
  // The chip is the next stop, and Space takes it back.
  await mine.focus();
  await page.keyboard.press("Space");
  await gone(minji.page.getByRole("button", { name: /^👍 / }));

  // The menu of a message that is still on its way becomes that of a message that has arrived.
  let letGo;
  const held = new Promise((resolve) => (letGo = resolve));
  await page.route("**/messages", (route) => held.then(() => route.continue()), { times: 1 });
  await alex.say("Fine");
  const own = await seen(alex.message("Fine"));
  await alex.button(words.messageMenu, own).focus();
  await page.keyboard.press("Enter");
  await seen(alex.menuItem(words.discard));
  letGo();
  await gone(alex.menuItem(words.discard));
  await page.keyboard.press("Home");
  await eventually(() => quick(alex, HEART).evaluate((item) => item === document.activeElement), true);
  // Behind the reactions, the way to more of them, and the answer.
  const edit = await seen(alex.menuItem(words.edit));
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press("ArrowDown");
  }
  assert.equal(await edit.evaluate((item) => item === document.activeElement), true);
  await page.keyboard.press("Enter");
  await eventually(() => alex.composer().evaluate((box) => box === document.activeElement), true);
  await page.keyboard.type(", see you");
  await page.keyboard.press("Enter");
  await seen(edited(minji, "Fine, see you", { of: alex }));
});

test("on a phone, with a finger", async (t) => {
  const [minji, alex] = await talking(t, PHONE);
  await alex.say("Nice weather");
  const message = await seen(minji.message("Nice weather", { of: alex }));
  // Where it comes to rest: below what is loaded before it.
  await message.getByRole("paragraph").tap({ trial: true });
  const { x, y, width, height } = await message.getByRole("paragraph").boundingBox();
  for (let tap = 0; tap < 2; tap += 1) {
    await minji.page.touchscreen.tap(x + width / 2, y + height / 2);
  }
  await seen(chip(minji, message, HEART, 1, true));
  await seen(chip(alex, alex.message("Nice weather"), HEART, 1, false));
  await chip(minji, message, HEART, 1, true).tap();
  await gone(alex.page.getByRole("button", { name: new RegExp(`^${HEART} `) }));

  await minji.say("여섯 시");
  const own = await seen(minji.message("여섯 시"));
  await own.getByRole("paragraph").tap();
  await minji.button(minji.words.messageMenu, own).tap();
  await minji.menuItem(minji.words.edit).tap();
  await eventually(() => minji.composer().inputValue(), "여섯 시");
  await minji.composer().fill("일곱 시");
  await minji.button(minji.words.saveEdit).tap();
  await seen(edited(alex, "일곱 시", { of: minji }));
  const overflow = await minji.page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(overflow, NARROW.width);
});

/** A message of somebody else's that says it was changed. */
function edited(person, text, { of }) {
  return person.message(text, { of }).filter({ has: person.page.getByText(person.words.edited, { exact: true }) });
}

/** One of the reactions at hand. */
function quick(person, emoji) {
  return person.page.getByRole("menuitemcheckbox", { name: person.words.reactWith(emoji), exact: true });
}

/** What stands below a message. */
function chip(person, message, emoji, count, isMine) {
  const name = person.words.reaction(emoji, count, isMine);
  return message.getByRole("button", { name, exact: true, pressed: isMine });
}
