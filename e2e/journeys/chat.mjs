// Two people meet and talk, on wide screens.

import assert from "node:assert/strict";
import { test } from "node:test";

import { launchBrowser } from "../lib/browser.mjs";
import { sendHangul } from "../lib/hangul.mjs";
import { meet, talk } from "../lib/meeting.mjs";
import { Person, friends } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("two people sign up, become friends and talk both ways", async (t) => {
  const browser = await launchBrowser(t);
  const minji = await Person.arrive(t, browser, { name: "김민지" });
  const alex = await Person.arrive(t, browser, { name: "Alex", language: "en" });
  await meet(minji, alex);
  await talk(minji, alex);
});

test("what is written is sent as it was meant", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  await sendsComposedHangul(minji, jun);
  await breaksLines(minji, jun);
  await showsTyping(jun, minji);
  await deletesForEveryone(minji, jun);
});

/** A composed sentence goes out whole, and once, with one Enter. */
async function sendsComposedHangul(author, reader) {
  await author.composer().focus();
  // As browsers report the key on Windows and Linux, and as they do on macOS.
  await sendHangul(author.page, "여섯 시에 봐요");
  await sendHangul(author.page, "늘 가던 데서", { key: "Enter" });
  // A second copy of either would be stored before this one.
  await author.say("끝");
  await seen(reader.message("끝", { of: author }));
  const sentences = ["여섯 시에 봐요", "늘 가던 데서", "끝"];
  assert.deepEqual(await reader.texts(), sentences);
  await eventually(() => author.texts(), sentences);
  assert.equal(await author.composer().inputValue(), "");
}

async function breaksLines(author, reader) {
  await author.composer().pressSequentially("one");
  await author.composer().press("Shift+Enter");
  await author.composer().pressSequentially("two");
  await author.composer().press("Enter");
  await seen(reader.message("one", { of: author }));
  assert.equal((await reader.texts()).at(-1), "one\ntwo");
}

/** Who is typing is shown until the message is there. */
async function showsTyping(author, reader) {
  const typing = reader.page.getByText(reader.words.typing(author.name));
  await author.composer().pressSequentially("생각 중");
  await seen(typing);
  await author.composer().press("Enter");
  await seen(reader.message("생각 중", { of: author }));
  await gone(typing);
}

async function deletesForEveryone(author, reader) {
  const { words } = author;
  await author.say("비밀이에요");
  await seen(reader.message("비밀이에요", { of: author }));
  await author.openMessageMenu("비밀이에요");
  await author.menuItem(words.deleteForEveryone).click();
  await author.button(words.deleteForEveryone, author.dialog(words.deleteTitle)).click();
  await seen(author.message(words.deletedMessage));
  await seen(reader.message(reader.words.deletedMessage, { of: author }));
  for (const person of [author, reader]) {
    await gone(person.page.getByText("비밀이에요"));
  }
}
