// A message waits for five seconds before it goes out, where somebody wants that, and can be called off.

import assert from "node:assert/strict";
import { test } from "node:test";

import { friends } from "../lib/person.mjs";
import { pngFile } from "../lib/pictures.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("what is called off is in the text box again, and was never sent", async (t) => {
  const [minji, alex] = await waiting(t);
  await alex.say("When?");
  await minji.openMessageMenu("When?", { of: alex });
  await minji.menuItem(minji.words.reply).click();
  await minji.composer().fill("여섯 시에");
  await minji.attach(pngFile("산.png", 640, 480));
  await seen(minji.tray().getByRole("listitem"));
  await minji.composer().press("Enter");
  await eventually(() => minji.composer().inputValue(), "");
  await minji.composer().fill("그리고");
  await minji.button(minji.words.callOff).click();
  await eventually(() => minji.composer().inputValue(), "여섯 시에\n그리고");
  await seen(minji.page.getByText(minji.words.replyTo(alex.name), { exact: true }));
  await seen(minji.tray().getByRole("listitem"));
  await eventually(() => minji.texts(), ["When?"]);

  // Sent after all, it is one message with all of it.
  await minji.composer().press("Enter");
  const arrived = alex.message("그리고", { of: minji });
  await seen(arrived);
  await seen(arrived.getByRole("button", { name: alex.words.openPhoto }));
  await gone(minji.button(minji.words.callOff));
  assert.equal(await alex.log().getByRole("article").count(), 2);
});

test("what waits keeps its order, and outlives its tab", async (t) => {
  const [minji, alex] = await waiting(t);
  await minji.say("하나");
  await minji.say("둘");
  await minji.say("셋");
  await minji.message("둘").getByRole("button", { name: minji.words.callOff, exact: true }).click();
  await eventually(() => minji.composer().inputValue(), "둘");
  await minji.page.close();
  minji.page = await minji.context.newPage();
  await minji.start();
  await eventually(() => alex.texts(), ["하나", "셋"]);
  await minji.openChat(alex.name);
  await eventually(() => minji.composer().inputValue(), "둘");
  await eventually(() => minji.texts(), ["하나", "셋"]);
});

async function waiting(t) {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  await minji.goToSettings(minji.words.notifications);
  await minji.shown(minji.words.waitsBeforeSending).click();
  await Promise.all([minji.openDirect(alex), alex.openDirect(minji)]);
  return [minji, alex];
}
