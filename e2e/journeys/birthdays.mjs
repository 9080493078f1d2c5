// A birthday: its owner tells it, friends see the day of it, and nobody the year.

import assert from "node:assert/strict";
import { test } from "node:test";

import { friends } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("a friend's birthday is on top of the list when it comes, and goes when it is not shown any more", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const { page, words } = minji;
  const [month, day] = await alex.page.evaluate(() => [new Date().getMonth() + 1, new Date().getDate()]);
  const list = (label) => page.getByRole("combobox", { name: label, exact: true });
  const title = () => alex.pane(alex.words.friends).getByRole("heading", { name: alex.words.birthdays(1), exact: true });

  await minji.goToSettings(words.profile);
  await list(words.birthdayYear).selectOption("2000");
  await list(words.birthdayMonth).selectOption(String(month));
  await minji.button(words.save).click();
  await seen(page.getByText(words.birthdayIncomplete, { exact: true }));
  await list(words.birthdayDay).selectOption(String(day));
  await minji.button(words.save).click();
  await minji.isTold(words.profileSaved);
  await page.reload();
  await eventually(() => list(words.birthdayDay).inputValue(), String(day));
  assert.equal(await list(words.birthdayYear).inputValue(), "2000");

  await seen(title());
  const row = alex.friendRow(minji).filter({ hasText: alex.words.today });
  await seen(row);
  await row.click();
  await seen(alex.profile(minji).getByText(alex.words.birthday));
  assert.equal(await alex.page.getByText("2000").count(), 0);
  // It is found once, as everybody is, while something is searched.
  await alex.page.getByRole("searchbox").first().fill("김민지");
  await gone(title());
  await eventually(() => alex.friendRow(minji).count(), 1);
  await alex.page.getByRole("searchbox").first().fill("");
  await seen(title());

  await minji.goToSettings(words.privacy);
  const answered = page.waitForResponse((response) => response.url().endsWith("/me/settings") && response.ok());
  await minji.shown(words.birthday).uncheck();
  await answered;
  await gone(title());
  await gone(alex.profile(minji).getByText(alex.words.birthday));
});
