// What somebody does with their own account, and what others see of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { databases } from "../lib/kept.mjs";
import { friends, people } from "../lib/person.mjs";
import { pngFile } from "../lib/pictures.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";
import { WORDS } from "../lib/words.mjs";

const INVALID_CREDENTIALS = /^401 POST .*\/auth\/sign-in$/;

test("a changed profile is seen by a friend at once", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const { words } = minji;
  await alex.openDirect(minji);
  await minji.goToSettings(words.profile);

  await minji.field(words.displayName).fill("민지 🌸");
  await minji.field(words.statusMessage).fill("여행 중");
  await minji.button(words.save).click();
  await minji.isTold(words.profileSaved);
  await seen(alex.conversation("민지 🌸"));
  await seen(alex.page.getByRole("main").getByText("여행 중"));

  const chooser = minji.page.waitForEvent("filechooser");
  await minji.button(words.changePicture).click();
  await (await chooser).setFiles([pngFile("me.png", 300, 200)]);
  await minji.button(words.usePicture, minji.dialog(words.pictureTitle)).click();
  await minji.isTold(words.pictureSaved);
  await eventually(() => shownWidths(alex.chatRow("민지 🌸").locator("img")), [128], "the picture is not shown");
  await alex.goTo(alex.words.friends);
  await seen(alex.friendRow({ name: "민지 🌸" }).getByText("여행 중", { exact: true }));
});

test("a changed password ends the other devices, and only the new one signs in", async (t) => {
  const [phone] = await people(t, [{ name: "박준" }]);
  const { words } = phone;
  const laptop = await phone.onAnotherDevice(t);
  const newPassword = "a calmer tea at seven";

  await phone.goToSettings(words.account);
  await phone.field(words.currentPassword).fill("not my password");
  await phone.field(words.newPassword).fill(newPassword);
  phone.trouble.expect(/^422 PUT .*\/me\/password$/);
  await phone.button(words.changePassword).click();
  await seen(phone.page.getByText(words.wrongPassword, { exact: true }));
  await phone.field(words.currentPassword).fill(phone.password);
  await phone.button(words.changePassword).click();
  await phone.isTold(words.passwordChanged);
  await isSignedOut(laptop);

  await laptop.trySignIn();
  await seen(laptop.page.getByText(words.wrongCredentials, { exact: true }));
  laptop.password = newPassword;
  await laptop.signIn();
  await phone.page.reload();
  await seen(phone.field(words.currentPassword));
});

test("devices are listed, and another one can be signed out", async (t) => {
  const [phone] = await people(t, [{ name: "박준" }]);
  const { words } = phone;
  const laptop = await phone.onAnotherDevice(t);
  await phone.goToSettings(words.sessions);
  await seen(phone.page.getByText(words.deviceInUse, { exact: true }));
  await phone.page.getByRole("listitem").getByRole("button", { name: words.endSession }).click();
  await phone.isTold(words.sessionEnded);
  await seen(phone.page.getByText(words.noOtherSessions, { exact: true }));
  await isSignedOut(laptop);
  await keepsNothing(laptop);
});

test("language and theme change at once and stay", async (t) => {
  const [person] = await people(t, [{ name: "한결" }]);
  const { page } = person;
  await person.goToSettings(WORDS.ko.language);
  await page.getByRole("radio", { name: /^English/ }).check();
  await seen(person.pane(WORDS.en.settings));
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  person.words = WORDS.en;

  await person.goToSettings(WORDS.en.appearance);
  const light = await backgroundColour(page);
  await page.getByRole("radio", { name: WORDS.en.dark, exact: true }).check();
  await eventually(() => page.locator("html").getAttribute("data-theme"), "dark");
  const dark = await backgroundColour(page);
  assert.notEqual(dark, light);

  await page.reload();
  await seen(person.pane(WORDS.en.settings));
  assert.equal(await backgroundColour(page), dark);
  await person.goToSettings(WORDS.en.language);
  await page.getByRole("radio", { name: /^한국어/ }).check();
  await seen(person.pane(WORDS.ko.settings));
});

test("a deleted account leaves no name and no words behind", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { words } = minji;
  await minji.openDirect(jun);
  await minji.say("잘 지내요");
  await jun.openChat("김민지");
  await jun.say("벌써 가요?");
  await seen(minji.message("벌써 가요?", { of: jun }));

  await minji.goToSettings(words.account);
  await minji.button(words.deleteAccount).click();
  const dialog = await seen(minji.dialog(words.deleteAccountTitle));
  await dialog.getByRole("radio", { name: new RegExp(`^${words.erase}`) }).check();
  await minji.field(words.currentPassword, dialog).fill(minji.password);
  await minji.button(words.deleteForGood, dialog).click();
  await seen(minji.page.getByRole("heading", { name: words.accountDeleted, exact: true }));
  await seen(minji.page.getByRole("row", { name: `${words.reportMessages} 1개` }));
  await minji.button(words.close).click();
  await isSignedOut(minji);
  await keepsNothing(minji);

  await seen(jun.conversation(jun.words.deletedAccount));
  await seen(jun.log().getByText(jun.words.deletedMessage, { exact: true }));
  await seen(jun.message("벌써 가요?"));
  await gone(jun.page.getByText("잘 지내요"));
  await gone(jun.page.getByText("김민지"));
  await jun.page.reload();
  await seen(jun.conversation(jun.words.deletedAccount));
  await gone(jun.page.getByText("김민지"));
  await jun.goTo(jun.words.friends);
  await gone(jun.friendRow(minji));

  await minji.trySignIn();
  await seen(minji.page.getByText(words.wrongCredentials, { exact: true }));
});

/** Only the entrance has a way to make an account. */
async function isSignedOut(person) {
  await seen(person.page.getByRole("link", { name: person.words.signUp }));
  person.trouble.expect(INVALID_CREDENTIALS);
}

/** What a browser has kept of somebody goes with their session. */
async function keepsNothing(person) {
  await eventually(() => databases(person.page), [], "a database is left");
}

/** The widths of those pictures that have been loaded. */
function shownWidths(images) {
  return images.evaluateAll((all) => all.map((image) => image.naturalWidth));
}

function backgroundColour(page) {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}
