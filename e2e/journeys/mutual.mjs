// What a profile says of what two people have in common.

import { test } from "node:test";

import { NARROW } from "../lib/browser.mjs";
import { friends } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("a profile says what both of us have, and leads there", async (t) => {
  const [minji, alex, jiho] = await friends(t, [
    { name: "김민지" },
    { name: "Alex", language: "en" },
    { name: "박지호" },
  ]);
  const { words } = minji;
  await minji.makeGroup("산행", [alex, jiho]);
  await minji.openProfile(alex);
  await minji.button(words.mutualLine, minji.profile(alex)).click();
  const dialog = await seen(minji.dialog(words.mutual));
  await dialog.getByRole("link", { name: jiho.name }).click();
  await gone(dialog);
  await seen(minji.profile(jiho));
  await minji.openProfile(alex);
  await minji.button(words.mutualLine, minji.profile(alex)).click();
  await dialog.getByRole("link", { name: "산행" }).click();
  await seen(minji.conversation("산행"));
});

test("on a phone what both have is a screen away, and the way back is there", async (t) => {
  const [minji, alex, jiho] = await friends(t, [
    { name: "김민지", options: { viewport: NARROW } },
    { name: "Alex", language: "en" },
    { name: "박지호" },
  ]);
  const { page, words } = minji;
  await minji.makeGroup("산행", [alex, jiho]);
  await minji.openProfile(alex);
  await minji.button(words.mutualLine, minji.profile(alex)).click();
  const dialog = await seen(minji.dialog(words.mutual));
  await page.keyboard.press("Escape");
  await gone(dialog);
  const line = minji.button(words.mutualLine, minji.profile(alex));
  await eventually(() => line.evaluate((node) => node === document.activeElement), true, "the focus is elsewhere");
  await line.click();
  await dialog.getByRole("link", { name: "산행" }).click();
  await seen(minji.conversation("산행"));
  await page.goBack();
  await seen(minji.profile(alex));
});
