// The pictures, files and links of a chat.

import assert from "node:assert/strict";
import { test } from "node:test";

import { direct, send } from "../lib/api.mjs";
import { NARROW } from "../lib/browser.mjs";
import { friends } from "../lib/person.mjs";
import { pngFile } from "../lib/pictures.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const LINK = "https://example.org/산길";

test("what was shared in a chat is found by its kind, looked at, and gone to", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const chat = await shareAll(minji, alex);
  await alex.openDirect(minji);
  const { page, words } = alex;
  await alex.openDrawer();
  await alex.button(words.sharedMedia).click();
  const dialog = await seen(alex.dialog(words.sharedMedia));
  const tiles = dialog.getByRole("button", { name: /^Open photo/ });
  await eventually(() => tiles.count(), 3, "three pictures were sent");
  // The newest comes first, and is looked at above the dialog.
  await tiles.first().click();
  const viewer = await seen(alex.dialog(words.photo));
  await seen(viewer.getByText("셋.png", { exact: true }));
  await page.keyboard.press("ArrowRight");
  await seen(viewer.getByText("둘.png", { exact: true }));
  await page.keyboard.press("Escape");
  await gone(viewer);
  await alex.button(words.sharedFiles, dialog).click();
  await seen(dialog.getByRole("link", { name: /회의록\.txt/ }));
  await alex.button(words.links, dialog).click();
  const link = await seen(dialog.getByRole("link", { name: LINK, exact: true }));
  assert.equal(await link.getAttribute("target"), "_blank");
  // From there to the message, far above what is loaded.
  await dialog.getByRole("button", { name: words.toMessage, exact: true }).click();
  await gone(dialog);
  const said = alex.log().locator("[data-seq='3']");
  await eventually(() => said.evaluate((row) => row === document.activeElement), true, "it was not gone to");

  // What is deleted is not there any more.
  await minji.call("DELETE", `/conversations/${chat.id}/messages/3?for=everyone`);
  await alex.openDrawer();
  await alex.button(words.sharedMedia).click();
  await alex.button(words.links, dialog).click();
  await seen(dialog.getByText(words.nothingShared, { exact: true }));
});

test("on a phone a picture leads to its message as well", async (t) => {
  const [minji, alex] = await friends(t, [
    { name: "김민지" },
    { name: "Alex", language: "en", options: { viewport: NARROW } },
  ]);
  await shareAll(minji, alex);
  await alex.openDirect(minji);
  const { words } = alex;
  await alex.openDrawer();
  await alex.button(words.sharedMedia).click();
  const dialog = await seen(alex.dialog(words.sharedMedia));
  await dialog.getByRole("button", { name: /^Open photo/ }).last().click();
  const viewer = await seen(alex.dialog(words.photo));
  await viewer.getByRole("button", { name: words.toMessage, exact: true }).click();
  await gone(viewer);
  await gone(dialog);
  const said = alex.log().locator("[data-seq='1']");
  await eventually(() => said.evaluate((row) => row === document.activeElement), true, "it was not gone to");
});

/** Two pictures, a file, a link, a picture, and much that is said between them. */
async function shareAll(author, reader) {
  const chat = await direct(author, reader);
  await send(author, chat, { files: [pngFile("둘.png", 64, 48), pngFile("하나.png", 64, 48)] });
  const buffer = Buffer.from("1. 여섯 시에 만난다.\n", "utf8");
  await send(author, chat, { files: [{ name: "회의록.txt", mimeType: "text/plain", buffer }] });
  await send(author, chat, { text: `여기 봐 ${LINK}` });
  for (let at = 0; at < 60; at += 1) {
    await send(author, chat, { text: `그 사이에 한 말 ${at}` });
  }
  await send(author, chat, { files: [pngFile("셋.png", 64, 48)] });
  return chat;
}
