// Pictures and files.

import assert from "node:assert/strict";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { friends } from "../lib/person.mjs";
import { png, pngFile } from "../lib/pictures.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const LARGEST_UPLOAD_BYTES = 100_000_000;

const NOTES = {
  name: "회의록_최종.txt",
  mimeType: "text/plain",
  buffer: Buffer.from("1. 여섯 시에 만난다.\n2. 차를 마신다.\n", "utf8"),
};
const DRAWING = {
  name: "drawing.svg",
  mimeType: "image/svg+xml",
  buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "utf8"),
};

test("a photo is seen, opened and closed; a file arrives byte for byte", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  await sendsPhoto(minji, jun);
  await sendsFile(minji, jun, NOTES);
  // A drawing can hold scripts, so it is never shown, only handed on.
  await sendsFile(jun, minji, DRAWING);
});

test("what cannot be sent is explained, and holds nothing up", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "Jun", language: "en" }]);
  await minji.openDirect(jun);
  await refusesOversizedFile(t, minji);
  await refusesBrokenPicture(minji);
  await minji.say("사진은 나중에 보낼게요");
  await jun.openChat(minji.name);
  await seen(jun.message("사진은 나중에 보낼게요", { of: minji }));
});

async function sendsPhoto(author, reader) {
  const name = "바닷가.png";
  await author.attach([pngFile(name, 640, 480)]);
  await seen(author.tray().getByText(name, { exact: true }));
  await author.button(author.words.send).click();
  const photo = await seen(reader.message("", { of: author }).getByRole("button", { name: reader.words.openPhoto }));
  await eventually(() => naturalWidth(photo.locator("img")), 640, "the photo was not loaded");
  await gone(author.tray());

  await photo.click();
  const viewer = await seen(reader.dialog(reader.words.photo));
  await eventually(() => naturalWidth(viewer.getByRole("img", { name })), 640, "the viewer shows nothing");
  await reader.page.keyboard.press("Escape");
  await gone(viewer);
  await eventually(() => photo.evaluate((button) => button === document.activeElement), true, "the focus is lost");
}

async function sendsFile(author, reader, file) {
  await author.attach([file]);
  await author.button(author.words.send).click();
  const link = await seen(reader.log().getByRole("link", { name: reader.words.download }).filter({ hasText: file.name }));
  const started = reader.page.waitForEvent("download");
  await link.click();
  const download = await started;
  assert.equal(download.suggestedFilename(), file.name);
  assert.deepEqual(await readFile(await download.path()), file.buffer);
}

async function refusesOversizedFile(t, author) {
  const folder = await mkdtemp(path.join(tmpdir(), "damso-e2e-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, "film.bin");
  const handle = await open(file, "w");
  // A hole: nothing of that size is written.
  await handle.truncate(LARGEST_UPLOAD_BYTES + 1);
  await handle.close();
  await author.attach(file);
  await author.isTold(author.words.fileTooLarge);
  await gone(author.tray());
}

async function refusesBrokenPicture(author) {
  author.trouble.expect(/^422 POST .*\/attachments\/[^/]+\/complete$/);
  const name = "broken.png";
  const whole = png(64, 64);
  await author.attach([{ name, mimeType: "image/png", buffer: whole.subarray(0, whole.length / 2) }]);
  await seen(author.tray().getByText(author.words.imageUnreadable, { exact: true }));
  await author.button(author.words.removeFile(name)).click();
  await gone(author.tray());
}

function naturalWidth(image) {
  return image.evaluate((element) => element.naturalWidth);
}
