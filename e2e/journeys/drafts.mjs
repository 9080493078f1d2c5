// What somebody has begun to write is on all of their devices, until it is sent.

import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, composeSyllable, enterWhileComposing } from "../lib/hangul.mjs";
import { friends, talking } from "../lib/person.mjs";
import { WITHOUT_NETWORK } from "../lib/server.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("what is begun on one device goes on on another, and ends with its message", async (t) => {
  const [minji, alex] = await talking(t);
  await alex.say("When?");
  await seen(minji.message("When?", { of: alex }));
  const laptop = await minji.onAnotherDevice(t);
  await laptop.goTo(laptop.words.chats);
  await minji.openMessageMenu("When?", { of: alex });
  await minji.menuItem(minji.words.reply).click();
  await minji.composer().pressSequentially("여섯 시에 ");
  await seen(laptop.chatRow(alex.name).getByText(`${laptop.words.draft} 여섯 시에`));
  await gone(minji.chatRow(alex.name).getByText(minji.words.draft));

  await laptop.openChat(alex.name);
  await eventually(() => laptop.composer().inputValue(), "여섯 시에 ");
  await seen(laptop.page.getByText(laptop.words.replyTo(alex.name), { exact: true }));
  await laptop.composer().press("End");
  await laptop.composer().pressSequentially("볼까?");
  await eventually(() => minji.composer().inputValue(), "여섯 시에 볼까?", "the draft is not on the other device");
  await laptop.goTo(laptop.words.chats);
  await laptop.openChat(minji.words.notes);
  await seen(laptop.chatRow(alex.name).getByText(`${laptop.words.draft} 여섯 시에 볼까?`));

  await minji.composer().press("Enter");
  await seen(alex.message("여섯 시에 볼까?", { of: minji }));
  await gone(laptop.chatRow(alex.name).getByText(laptop.words.draft));
  await laptop.openChat(alex.name);
  await eventually(() => laptop.composer().inputValue(), "");
  await gone(laptop.button(laptop.words.cancelReply));
  assert.deepEqual(await draftsOf(minji), []);
});

test("what somebody is writing is not written over, and the last one wins", async (t) => {
  const [minji, alex] = await talking(t);
  const laptop = await minji.onAnotherDevice(t);
  await laptop.openChat(alex.name);
  await minji.composer().focus();
  await laptop.composer().pressSequentially("노트북에서");
  await composeSyllable(minji.page, "강");
  await eventually(() => laptop.composer().inputValue(), "강", "what was written last is not there");
  assert.equal(await minji.composer().inputValue(), "강");
  await commit(minji.page, "강");
  await composeSyllable(minji.page, "산");
  await enterWhileComposing(minji.page, "산");
  await seen(alex.message("강산", { of: minji }));
  for (const place of [minji, laptop]) {
    await eventually(() => place.composer().inputValue(), "");
    await eventually(() => place.texts(), ["강산"]);
  }
});

test("what is begun without a network goes out with the next visit", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const laptop = await minji.onAnotherDevice(t);
  await minji.openDirect(alex);
  await laptop.openDirect(alex);
  WITHOUT_NETWORK.forEach((pattern) => minji.trouble.expect(pattern));
  await minji.context.setOffline(true);
  await minji.composer().pressSequentially("지하철에서");
  await minji.page.close();
  await minji.context.setOffline(false);
  minji.page = await minji.context.newPage();
  await minji.start();
  await eventually(() => laptop.composer().inputValue(), "지하철에서");

  // Taken back on one device, it is gone on the other.
  await laptop.composer().fill("");
  await minji.openDirect(alex);
  await eventually(() => minji.composer().inputValue(), "");
  await eventually(() => draftsOf(minji), []);
});

async function draftsOf(person) {
  const { items } = await person.call("GET", "/conversations");
  return items.map(({ draft }) => draft).filter((draft) => draft !== null);
}
