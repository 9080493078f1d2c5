// A part of the walk through every screen: the settings, to the end of the account.

import path from "node:path";

import { giveAuthenticator } from "./authenticator.mjs";
import { Mailbox, linkOf } from "./mailbox.mjs";
import { codeOf } from "./totp.mjs";
import { eventually, gone, seen } from "./wait.mjs";

export async function visitSettings({ me }, visit) {
  const { page, words } = me;
  await me.goTo(words.settings);
  await visit("settings", me);
  for (const [name, section] of [
    ["profile", words.profile],
    ["account", words.account],
    ["security", words.security],
    ["privacy", words.privacy],
    ["notifications", words.notifications],
    ["sessions", words.sessions],
    ["data", words.data],
    ["appearance", words.appearance],
    ["language", words.language],
  ]) {
    await me.goToSettings(section);
    await gone(page.getByRole("main").getByRole("status", { name: words.loading, exact: true }));
    await visit(`settings-${name}`, me);
  }
  await page.goto("/nowhere/at/all");
  await seen(page.getByRole("main").getByRole("heading"));
  await visit("not-found", me);
}

export async function visitSecurity({ me }, visit) {
  const { page, words } = me;
  me.trouble.expect(/^403 (POST|PUT) /);
  me.trouble.expect(/^422 POST .*\/(auth\/reauthenticate|me\/totp\/confirm)$/);
  await giveAuthenticator(page);
  await page.goto("/settings/security");
  await me.button(words.totpStart).click();
  const proof = await seen(me.dialog(words.proofTitle));
  await me.field(words.currentPassword, proof).fill("not my password");
  await me.button(words.confirm, proof).click();
  await seen(proof.getByText(words.wrongPassword, { exact: true }));
  await visit("proof", me);
  await me.prove();

  const setup = await seen(me.dialog(words.totpTitle));
  const secret = await setup.getByLabel(words.totpSecret, { exact: true }).innerText();
  await visit("totp-setup", me);
  await me.button(words.totpConfirm, setup).click();
  await me.field(words.code, setup).scrollIntoViewIfNeeded();
  await visit("totp-setup-empty", me);
  await me.field(words.code, setup).fill(codeOf(secret));
  await me.button(words.totpConfirm, setup).click();
  const kept = await seen(me.dialog(words.codesTitle));
  const codes = await kept.getByRole("listitem").allInnerTexts();
  await visit("recovery-codes", me);
  await kept.getByRole("checkbox").check();
  await me.button(words.done, kept).click();

  await me.button(words.passkeyAdd).click();
  const adding = await seen(me.dialog(words.passkeyAddTitle));
  await eventually(() => me.field(words.passkeyName, adding).inputValue().then((name) => 0 < name.length), true);
  await visit("passkey-add", me);
  await me.button(words.passkeyContinue, adding).click();
  await me.isTold(words.passkeyAdded);
  for (const code of codes.slice(0, 8)) {
    await me.call("POST", "/auth/reauthenticate", { code });
  }
  await page.reload();
  await seen(page.getByText(words.codesFew, { exact: true }));
  await seen(page.getByText(words.passkeyUnused));
  await seen(page.getByText(words.activityLook, { exact: true }).first());
  await visit("security-on", me);
  await page.getByRole("list", { name: words.activity }).getByRole("listitem").last().scrollIntoViewIfNeeded();
  await visit("security-on-end", me);
  const key = page.getByRole("main").getByRole("button", { name: words.passkeyMenu(""), exact: false });
  await key.click();
  await seen(me.menuItem(words.passkeyRemove));
  await visit("passkey-menu", me);
  await me.menuItem(words.passkeyRemove).click();
  await seen(page.getByRole("dialog"));
  await visit("passkey-remove", me);
  await page.keyboard.press("Escape");
  await me.button(words.totpOff).click();
  await seen(me.dialog(words.totpOffTitle));
  await visit("totp-off", me);
  await page.keyboard.press("Escape");
}

export async function visitExport({ me }, visit) {
  const { page, words } = me;
  // The answers are made up: an export of this little is over before it can be looked at.
  const made = { id: "019ac0a0-0000-7000-8000-000000000000", created_at: new Date().toISOString() };
  const states = {
    running: { state: "running", progress: { done: 1_204, total: 3_118 }, size_bytes: null, expires_at: null },
    ready: {
      state: "ready",
      progress: { done: 3_118, total: 3_118 },
      size_bytes: 48_211_000,
      expires_at: new Date(Date.now() + 7 * 86_400_000).toISOString(),
    },
    failed: { state: "failed", progress: { done: 0, total: 0 }, size_bytes: null, expires_at: null },
  };
  for (const [name, state] of Object.entries(states)) {
    const item = { ...made, ...state };
    await page.route("**/me/exports", (route) => route.fulfill({ json: { items: [item] } }));
    await page.route("**/me/exports/*", (route) => route.fulfill({ json: item }));
    await page.goto("/settings/data");
    await seen(page.getByRole("main").getByRole("status"));
    await gone(page.getByRole("main").getByRole("status", { name: words.loading, exact: true }));
    await visit(`export-${name}`, me);
    await page.unrouteAll({ behavior: "wait" });
  }
}

export async function visitEmail({ me }, visit) {
  const { page, words } = me;
  const address = `${me.handle}@example.org`;
  await page.goto("/settings/account");
  await me.button(words.emailAdd).click();
  const adding = await seen(me.dialog(words.emailAdd));
  await me.field(words.emailField, adding).fill("minji");
  await me.button(words.emailSend, adding).click();
  await seen(adding.getByText(words.emailWrong, { exact: true }));
  await visit("email-add", me);
  await me.field(words.emailField, adding).fill(address);
  await me.button(words.emailSend, adding).click();
  await me.isTold(words.emailSent(address));
  await visit("email-waits", me);
  const mailbox = new Mailbox(path.join(process.env.DAMSO_DATA_DIR, "mail"));
  const { hash } = new URL(linkOf(await mailbox.nextTo(address)));
  await me.call("POST", "/auth/email-verification/confirm", { token: hash.slice(1) });
  await me.call("PUT", "/me/email", { email: `another.${address}` });
  await page.reload();
  await seen(page.getByText(words.emailConfirmed, { exact: true }));
  await visit("email-both", me);
}

export async function visitDeletion({ me }, visit) {
  const { page, words } = me;
  await me.button(words.deleteAccount).click();
  await seen(me.dialog(words.deleteAccountTitle).getByRole("button", { name: words.proofPasskey, exact: true }));
  const dialog = await seen(me.dialog(words.deleteAccountTitle));
  await visit("delete-account", me);
  await me.field(words.currentPassword, dialog).fill(me.password);
  await me.button(words.deleteForGood, dialog).click();
  await seen(page.getByRole("heading", { name: words.accountDeleted, exact: true }));
  await visit("account-deleted", me);
}
