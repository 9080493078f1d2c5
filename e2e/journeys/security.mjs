// What makes an account safe, as its owner sets it up.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { readArchive } from "../lib/archive.mjs";
import { giveAuthenticator } from "../lib/authenticator.mjs";
import { Mailbox, linkOf } from "../lib/mailbox.mjs";
import { friends, people } from "../lib/person.mjs";
import { codeOf } from "../lib/totp.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

/** The server wants to know first whose session it is. */
const NOT_PROVED = /^403 (POST|PUT|DELETE) /;

test("what needs a proof waits for it, goes on by itself, and is left alone when it is called off", async (t) => {
  const [minji] = await people(t, [{ name: "김민지" }]);
  const { page, words } = minji;
  minji.trouble.expect(NOT_PROVED);
  minji.trouble.expect(/^422 POST .*\/auth\/reauthenticate$/);
  await minji.goToSettings(words.security);

  await minji.button(words.totpStart).click();
  const proof = await seen(minji.dialog(words.proofTitle));
  await eventually(() => isFocused(minji.field(words.currentPassword, proof)), true, "the password has no focus");
  await page.keyboard.press("Escape");
  await gone(proof);
  await eventually(() => isFocused(minji.button(words.totpStart)), true, "the focus is not given back");
  assert.equal(await minji.dialog(words.totpTitle).count(), 0);

  await page.keyboard.press("Enter");
  await seen(proof);
  await minji.field(words.currentPassword, proof).fill("not my password");
  await page.keyboard.press("Enter");
  await seen(proof.getByText(words.wrongPassword, { exact: true }));
  await minji.prove();
  const setup = await seen(minji.dialog(words.totpTitle));
  await minji.button(words.cancel, setup).click();

  // For some minutes it is not asked for again.
  await minji.button(words.totpStart).click();
  await seen(setup);
});

test("codes from an app are turned on, their recovery codes are kept, and they are turned off", async (t) => {
  const [minji] = await people(t, [{ name: "김민지" }]);
  const { page, words } = minji;
  minji.trouble.expect(NOT_PROVED);
  minji.trouble.expect(/^422 POST .*\/me\/totp\/(confirm|disable)$/);
  await minji.goToSettings(words.security);
  await minji.button(words.totpStart).click();
  await minji.prove();
  const setup = await seen(minji.dialog(words.totpTitle));
  await seen(setup.getByRole("img", { name: words.totpQr, exact: true }));
  const secret = await setup.getByLabel(words.totpSecret, { exact: true }).innerText();
  await minji.field(words.code, setup).fill(wrongCode(secret));
  await page.keyboard.press("Enter");
  await seen(setup.getByText(words.codeWrong, { exact: true }));
  await minji.field(words.code, setup).fill(codeOf(secret));
  await minji.button(words.totpConfirm, setup).click();
  await gone(setup);

  const codes = await keepCodes(minji);
  assert.equal(codes.length, 10);
  await seen(page.getByText(words.totpOn));
  await seen(page.getByText(words.codesLeft(10)));
  await page.reload();
  await seen(page.getByText(words.codesLeft(10)));
  assert.equal(await page.getByText(codes[0]).count(), 0, "a recovery code is shown again");

  for (const code of codes.slice(0, 7)) {
    await minji.call("POST", "/auth/reauthenticate", { code });
  }
  await page.reload();
  await seen(page.getByText(words.codesLeft(3)));
  await seen(page.getByText(words.codesFew, { exact: true }));
  await minji.button(words.codesRenew).click();
  await minji.button(words.codesRenew, minji.dialog(words.codesRenewTitle)).click();
  const renewed = await keepCodes(minji);
  assert.equal(renewed.filter((code) => codes.includes(code)).length, 0);
  await seen(page.getByText(words.codesLeft(10)));

  await minji.button(words.totpOff).click();
  const off = await seen(minji.dialog(words.totpOffTitle));
  await minji.field(words.code, off).fill(codes[9]);
  await minji.button(words.totpOff, off).click();
  await seen(off.getByText(words.codeWrong, { exact: true }));
  await minji.field(words.code, off).fill(codeOf(secret, 1));
  await minji.button(words.totpOff, off).click();
  await minji.isTold(words.totpIsOff);
  await seen(minji.button(words.totpStart));
  const { totpEnabled, codesRenewed, totpDisabled } = words.happened;
  for (const happened of [totpEnabled, codesRenewed, totpDisabled]) {
    await seen(activity(minji).getByText(happened).first());
  }
  await seen(activity(minji).getByText(words.activityLook, { exact: true }).first());
});

test("a passkey is added, named, used as a proof, and removed", async (t) => {
  const [minji] = await people(t, [{ name: "김민지" }]);
  const { page, words } = minji;
  minji.trouble.expect(NOT_PROVED);
  const authenticator = await giveAuthenticator(page);
  await minji.goToSettings(words.security);
  await seen(page.getByText(words.noPasskeys, { exact: true }));
  await minji.button(words.passkeyAdd).click();
  const adding = await seen(minji.dialog(words.passkeyAddTitle));
  await eventually(() => minji.field(words.passkeyName, adding).inputValue().then((name) => 0 < name.length), true);

  // Whoever is not its owner makes none.
  await authenticator.verify(false);
  await minji.button(words.passkeyContinue, adding).click();
  await minji.prove();
  await seen(adding.getByText(words.passkeyCalledOff, { exact: true }));
  await authenticator.verify(true);
  await minji.field(words.passkeyName, adding).fill("내 노트북");
  await minji.button(words.passkeyContinue, adding).click();
  await minji.isTold(words.passkeyAdded);
  await seen(row(minji, "내 노트북").getByText(words.passkeyUnused));
  assert.equal((await authenticator.credentials()).length, 1);

  await minji.button(words.passkeyMenu("내 노트북")).click();
  await minji.menuItem(words.passkeyRename).click();
  const renaming = await seen(minji.dialog(words.passkeyRename));
  await minji.field(words.passkeyName, renaming).fill("회사 노트북");
  await minji.button(words.save, renaming).click();
  await minji.isTold(words.passkeyRenamed);
  await seen(row(minji, "회사 노트북"));

  // A session that has shown nothing yet.
  await minji.goToSettings(words.account);
  await minji.button(words.signOut).click();
  await seen(page.getByRole("link", { name: words.signUp }));
  // By the password: the form offers the passkey as well, and would be answered while it is filled in.
  await authenticator.touch(false);
  await minji.signIn();
  await authenticator.touch(true);
  await minji.goToSettings(words.security);
  await minji.button(words.passkeyMenu("회사 노트북")).click();
  await minji.menuItem(words.passkeyRemove).click();
  await minji.button(words.passkeyRemove, minji.dialog(words.passkeyRemoveTitle("회사 노트북"))).click();
  const proof = await seen(minji.dialog(words.proofTitle));
  await minji.button(words.proofPasskey, proof).click();
  await minji.button(words.proofUsePasskey, proof).click();
  await gone(proof);
  await minji.isTold(words.passkeyRemoved);
  await seen(page.getByText(words.noPasskeys, { exact: true }));
  for (const happened of [words.happened.passkeyAdded, words.happened.passkeyRemoved]) {
    await seen(activity(minji).getByText(happened, { exact: true }));
  }
});

test("an address is given, sent again, confirmed by the mailed link, changed, and removed", async (t) => {
  const [minji] = await people(t, [{ name: "김민지" }]);
  const { page, words } = minji;
  const mailbox = new Mailbox(path.join(process.env.DAMSO_DATA_DIR, "mail"));
  const [first, second] = ["a", "b"].map((at) => `${minji.handle}.${at}@example.org`);
  minji.trouble.expect(NOT_PROVED);
  await minji.goToSettings(words.account);
  await minji.button(words.emailAdd).click();
  const adding = await seen(minji.dialog(words.emailAdd));
  await minji.field(words.emailField, adding).fill("minji");
  await minji.button(words.emailSend, adding).click();
  await seen(adding.getByText(words.emailWrong, { exact: true }));
  await minji.field(words.emailField, adding).fill(first);
  await minji.button(words.emailSend, adding).click();
  await minji.prove();
  await minji.isTold(words.emailSent(first));
  await seen(page.getByText(words.emailWaits, { exact: true }));
  await minji.button(words.emailResend).click();
  await minji.isTold(words.emailResent);
  await confirm(minji, await mailbox.nextTo(first, 1));
  await seen(page.getByText(words.emailConfirmed, { exact: true }));
  await gone(page.getByText(words.emailWaits, { exact: true }));

  // Called off, the one before it stays.
  await changeTo(minji, second);
  await minji.button(words.cancel).click();
  await minji.isTold(words.emailCancelled);
  await gone(page.getByText(second, { exact: true }));
  await seen(page.getByText(first, { exact: true }));

  await changeTo(minji, second);
  await confirm(minji, await mailbox.nextTo(second, 1));
  await gone(page.getByText(first, { exact: true }));
  await seen(page.getByText(second, { exact: true }));

  await minji.button(words.emailRemove).click();
  await minji.button(words.emailRemove, minji.dialog(words.emailRemoveTitle)).click();
  await minji.isTold(words.emailRemoved);
  await seen(minji.button(words.emailAdd));
  const me = await minji.call("GET", "/me");
  assert.deepEqual([me.email, me.pending_email], [null, null]);
  await minji.goToSettings(words.security);
  await seen(activity(minji).getByText(words.happened.emailChanged, { exact: true }).first());
});

test("ending another device's session closes it within a second", async (t) => {
  const [phone] = await people(t, [{ name: "박준" }]);
  const { words } = phone;
  const laptop = await phone.onAnotherDevice(t);
  await phone.goToSettings(words.security);
  await phone.page.getByRole("main").getByRole("link").click();
  const end = await seen(phone.page.getByRole("listitem").getByRole("button", { name: words.endSession }));
  const pressed = await phone.page.evaluateHandle(() => ({
    at: new Promise((resolve) => {
      const note = () => resolve(performance.timeOrigin + performance.now());
      addEventListener("click", note, { capture: true, once: true });
    }),
  }));
  const closed = await laptop.page.evaluateHandle(() => ({
    at: new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        // Nothing of the account is on the screen any more.
        if (document.querySelector("nav") === null || document.querySelector("a[href='/sign-up']") !== null) {
          observer.disconnect();
          resolve(performance.timeOrigin + performance.now());
        }
      }).observe(document.body, { childList: true, subtree: true });
    }),
  }));
  await end.click();
  const took = (await closed.evaluate(({ at }) => at)) - (await pressed.evaluate(({ at }) => at));
  t.diagnostic(`the other device was signed out after ${took.toFixed(0)} ms`);
  assert.ok(took < 1_000, `it took ${took} ms`);
  await phone.goToSettings(words.security);
  await seen(activity(phone).getByText(words.happened.sessionEnded, { exact: true }));
  await seen(activity(phone).getByText(words.happened.signedUp, { exact: true }));
});

test("what has happened is read page by page", async (t) => {
  const [minji] = await people(t, [{ name: "김민지" }]);
  const { words } = minji;
  for (let at = 0; at < 25; at += 1) {
    await visitElsewhere(minji);
  }
  await minji.goToSettings(words.security);
  const rows = activity(minji).getByRole("listitem");
  await eventually(() => rows.count(), 20);
  await minji.button(words.activityMore).click();
  await eventually(() => rows.count(), 26);
  await seen(activity(minji).getByText(words.happened.signedUp, { exact: true }));
  await gone(minji.button(words.activityMore));
});

test("everything that is mine is exported, downloaded and removed", async (t) => {
  const [minji, jun] = await friends(t, [{ name: "김민지" }, { name: "박준" }]);
  const { page, words } = minji;
  await minji.openDirect(jun);
  await minji.say("내보낼 이야기");
  await seen(minji.message("내보낼 이야기"));
  minji.trouble.expect(NOT_PROVED);
  await minji.goToSettings(words.data);
  await minji.button(words.exportStart).click();
  await minji.prove();
  await seen(page.getByText(words.exportReady), { timeout: 30_000 });

  const downloading = page.waitForEvent("download");
  await minji.button(words.exportDownload).click();
  const archive = await readArchive(await (await downloading).path());
  const about = JSON.parse(archive.get("export.json"));
  assert.equal(about.format, "damso-export");
  assert.equal(about.user_id, minji.id);
  const said = [...archive].filter(([name]) => name.endsWith(".messages.jsonl")).map(([, bytes]) => String(bytes));
  assert.ok(said.some((lines) => lines.includes("내보낼 이야기")));

  // Another device has to show whose it is, although it did not ask for the export.
  const tablet = await minji.onAnotherDevice(t);
  await tablet.goToSettings(words.data);
  const again = tablet.page.waitForEvent("download");
  await tablet.button(words.exportDownload).click();
  await tablet.prove();
  assert.match((await again).suggestedFilename(), /\.zip$/);

  await page.reload();
  await seen(page.getByText(words.exportReady));
  await minji.button(words.exportRemove).click();
  await minji.button(words.exportRemove, minji.dialog(words.exportRemoveTitle)).click();
  await minji.isTold(words.exportRemoved);
  await seen(minji.button(words.exportStart));
  await minji.goToSettings(words.security);
  for (const happened of [words.happened.exportRequested, words.happened.exportDownloaded]) {
    await seen(activity(minji).getByText(happened, { exact: true }));
  }
});

test("an account is deleted by a passkey", async (t) => {
  const [minji] = await people(t, [{ name: "김민지" }]);
  const { page, words } = minji;
  await giveAuthenticator(page);
  minji.trouble.expect(NOT_PROVED);
  await minji.goToSettings(words.security);
  await minji.button(words.passkeyAdd).click();
  const adding = await seen(minji.dialog(words.passkeyAddTitle));
  await minji.field(words.passkeyName, adding).fill("열쇠");
  await minji.button(words.passkeyContinue, adding).click();
  await minji.prove();
  await minji.isTold(words.passkeyAdded);
  await minji.goToSettings(words.account);
  await minji.button(words.deleteAccount).click();
  const dialog = await seen(minji.dialog(words.deleteAccountTitle));
  await minji.button(words.proofPasskey, dialog).click();
  await minji.button(words.deleteForGood, dialog).click();
  await seen(page.getByRole("heading", { name: words.accountDeleted, exact: true }));
});

/** The recovery codes that are on the screen: downloaded, kept, and put away. */
async function keepCodes(person) {
  const { page, words } = person;
  const dialog = await seen(person.dialog(words.codesTitle));
  const codes = await dialog.getByRole("listitem").allInnerTexts();
  // Nothing but its button closes it.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await seen(dialog);
  const downloading = page.waitForEvent("download");
  await person.button(words.codesDownload, dialog).click();
  const download = await downloading;
  assert.match(download.suggestedFilename(), /\.txt$/);
  const saved = await readFile(await download.path(), "utf8");
  assert.ok(codes.every((code) => saved.includes(code)));
  assert.ok(saved.includes(person.handle));
  assert.equal(await person.button(words.done, dialog).isDisabled(), true);
  await dialog.getByRole("checkbox", { name: words.codesKept, exact: true }).check();
  await person.button(words.done, dialog).click();
  await gone(dialog);
  return codes;
}

async function changeTo(person, address) {
  const { page, words } = person;
  await person.button(words.emailChange).click();
  const dialog = await seen(person.dialog(words.emailChangeTitle));
  await person.field(words.emailField, dialog).fill(address);
  await person.button(words.emailSend, dialog).click();
  await person.isTold(words.emailSent(address));
  await seen(page.getByText(address, { exact: true }));
}

/** Opens the link of a mail, and comes back to the window. */
async function confirm(person, mail) {
  const token = new URL(linkOf(mail)).hash.slice(1);
  await person.call("POST", "/auth/email-verification/confirm", { token });
  await person.page.evaluate(() => window.dispatchEvent(new Event("focus")));
}

/** Signs in and out again, away from the browser. */
async function visitElsewhere({ handle, password }) {
  const post = (path, headers, body) =>
    fetch(`${process.env.DAMSO_URL}/api/v1/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: process.env.DAMSO_URL, ...headers },
      body: JSON.stringify(body),
    });
  const signedIn = await post("sign-in", {}, { login: handle, password, token_transport: "body" });
  const { access_token: token } = await signedIn.json();
  const signedOut = await post("sign-out", { authorization: `Bearer ${token}` });
  assert.deepEqual([signedIn.status, signedOut.status], [200, 204]);
}

/** A code of six digits that the app does not show, nor did or will for a while. */
function wrongCode(secret) {
  const near = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps));
  return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !near.includes(code));
}

function activity(person) {
  return person.page.getByRole("list", { name: person.words.activity, exact: true });
}

function row(person, name) {
  return person.page.getByRole("main").getByRole("listitem").filter({ hasText: name });
}

function isFocused(locator) {
  return locator.evaluate((element) => element === document.activeElement);
}
