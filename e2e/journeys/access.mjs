// Coming in by other ways than a handle and a password.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { giveAuthenticator, registerPasskey } from "../lib/authenticator.mjs";
import { baseUrl, launchBrowser } from "../lib/browser.mjs";
import { linkOf, Mailbox } from "../lib/mailbox.mjs";
import { Person } from "../lib/person.mjs";
import { codeOf, enableCodes } from "../lib/totp.mjs";
import { eventually, seen } from "../lib/wait.mjs";

const mailbox = new Mailbox(path.join(process.env.DAMSO_DATA_DIR ?? "", "mail"));

const NOT_SIGNED_IN = /^401 POST .*\/auth\/(refresh|sign-in)$/;
const LINK_INVALID = /^404 POST .*\/auth\/(password-reset|email-verification)\/confirm$/;
/** How soon the other devices are to be signed out. */
const AT_ONCE = { timeout: 1_000 };

test("a forgotten password is replaced by a mailed link, which signs out everywhere", async (t) => {
  const browser = await launchBrowser(t);
  const email = `${Math.random().toString(36).slice(2, 12)}@example.org`;
  const phone = await Person.arrive(t, browser, { name: "김민지", email });
  const { page, words, trouble } = phone;
  trouble.expect(NOT_SIGNED_IN);
  await phone.signUp();
  await phone.isTold(words.linkOnItsWay(email));

  await page.goto(await mailedLink(email, "/verify"));
  await seen(phone.card(words.verified));
  assert.equal(page.url(), `${baseUrl}/verify`, "the token is still in the address");
  await page.getByRole("link", { name: words.goOn }).click();
  await seen(phone.pane(words.friends));
  const laptop = await phone.onAnotherDevice(t);
  laptop.trouble.expect(NOT_SIGNED_IN);
  await phone.signOut();

  await page.getByRole("link", { name: words.signIn }).click();
  await page.getByRole("link", { name: words.forgot }).click();
  await phone.field(words.email).fill("minji@");
  await phone.button(words.sendLink).click();
  await seen(page.getByText(words.emailInvalid, { exact: true }));
  await phone.field(words.email).fill(email);
  await phone.field(words.email).press("Enter");
  await seen(phone.card(words.linkSent));

  const link = await mailedLink(email, "/reset");
  await page.goto(link);
  await seen(phone.card(words.newPasswordTitle));
  assert.equal(page.url(), `${baseUrl}/reset`, "the token is still in the address");
  phone.password = "a calmer tea at seven";
  await phone.field(words.newPassword).fill(phone.password);
  await phone.field(words.newPasswordAgain).fill("a calmer tea at eight");
  await phone.button(words.changePassword).click();
  await seen(page.getByText(words.passwordsDiffer, { exact: true }));
  await phone.field(words.newPasswordAgain).fill(phone.password);
  await phone.button(words.changePassword).click();
  await seen(page.getByRole("status").getByText(words.passwordReset));
  await seen(laptop.page.getByRole("link", { name: words.signUp }), AT_ONCE);

  await phone.field(words.login).fill(email);
  await phone.field(words.password).fill(phone.password);
  await phone.field(words.password).press("Enter");
  await seen(phone.pane(words.friends));
  await isGoodOnce(laptop, link);
});

/** A used link says so, and leads to another one. */
async function isGoodOnce(person, link) {
  const { page, words, trouble } = person;
  trouble.expect(LINK_INVALID);
  await page.goto(link);
  await person.field(words.newPassword).fill("another calm tea");
  await person.field(words.newPasswordAgain).fill("another calm tea");
  await person.button(words.changePassword).click();
  await seen(person.card(words.linkInvalid));
  await person.button(words.newLink).click();
  await seen(person.field(words.email));
}

test("an address that nobody has is answered like any other", async (t) => {
  const browser = await launchBrowser(t);
  const alex = await Person.arrive(t, browser, { name: "Alex", language: "en" });
  const { page, words, trouble } = alex;
  trouble.expect(NOT_SIGNED_IN);
  await page.goto("/reset");
  await alex.field(words.email).fill("nobody@example.org");
  await alex.button(words.sendLink).click();
  await seen(alex.card(words.linkSent));
  assert.ok(await page.getByRole("button", { name: words.sendAgain }).isDisabled());
  await alex.button(words.otherAddress).click();
  await eventually(() => alex.field(words.email).inputValue(), "nobody@example.org");

  trouble.expect(LINK_INVALID);
  await page.goto("/verify#no-such-token");
  await seen(alex.card(words.unverified));
  await page.getByRole("main").getByRole("link", { name: words.signIn }).click();
  await seen(alex.field(words.login));
});

test("a code from an app is the second step, and a recovery code does once in its place", async (t) => {
  const browser = await launchBrowser(t);
  const minji = await Person.join(t, browser, { name: "김민지" });
  const { secret, recoveryCodes } = await enableCodes(minji);

  const phone = await arriveAgain(t, minji);
  const { page, words } = phone;
  await phone.trySignIn();
  await seen(phone.card(words.secondStep));
  await eventually(() => phone.field(words.appCode).evaluate((field) => field === document.activeElement), true);
  await page.keyboard.type("12345");
  await page.keyboard.press("Enter");
  await seen(page.getByText(words.appCodeDigits, { exact: true }));
  const code = codeOf(secret, 1);
  await phone.field(words.appCode).fill(code === "000000" ? "000001" : "000000");
  await page.keyboard.press("Enter");
  await seen(page.getByText(words.codeRefused, { exact: true }));
  await phone.field(words.appCode).fill(` ${code.slice(0, 3)} ${code.slice(3)} `);
  await page.keyboard.press("Enter");
  await seen(phone.pane(words.friends));

  const laptop = await arriveAgain(t, minji);
  await laptop.trySignIn();
  await laptop.button(words.useRecovery).click();
  await laptop.field(words.recoveryCode).fill(recoveryCodes[0].toUpperCase().replaceAll("-", " "));
  await laptop.button(words.confirm).click();
  await seen(laptop.pane(words.friends));
  await laptop.signOut();

  await laptop.trySignIn();
  await laptop.button(words.useRecovery).click();
  await laptop.field(words.recoveryCode).fill(recoveryCodes[0]);
  await laptop.button(words.confirm).click();
  await seen(laptop.page.getByText(words.codeRefused, { exact: true }));
  await laptop.button(words.otherAccount).click();
  await eventually(() => laptop.field(words.login).inputValue(), minji.handle);
  assert.equal(await laptop.field(words.password).inputValue(), "");
});

test("a forgotten password of an account with codes needs one, too", async (t) => {
  const browser = await launchBrowser(t);
  const email = `${Math.random().toString(36).slice(2, 12)}@example.org`;
  const alex = await Person.arrive(t, browser, { name: "Alex", language: "en", email });
  const { page, words, trouble } = alex;
  trouble.expect(NOT_SIGNED_IN);
  await alex.signUp();
  await page.goto(await mailedLink(email, "/verify"));
  await seen(alex.card(words.verified));
  const { access_token: token } = await signInByHand(alex);
  const { secret } = await enableCodes(Object.assign(alex, { token }));

  await page.goto("/reset");
  await alex.field(words.email).fill(email);
  await alex.button(words.sendLink).click();
  await seen(alex.card(words.linkSent));
  await page.goto(await mailedLink(email, "/reset"));
  alex.password = "a calmer tea at seven";
  await alex.field(words.newPassword).fill(alex.password);
  await alex.field(words.newPasswordAgain).fill(alex.password);
  trouble.expect(/^401 POST .*\/auth\/password-reset\/confirm$/);
  await alex.button(words.changePassword).click();
  await alex.field(words.appCode).fill(codeOf(secret, 1));
  await alex.button(words.changePassword).click();
  await seen(page.getByRole("status").getByText(words.passwordReset));
});

test("a passkey signs its owner in without a password", async (t) => {
  const browser = await launchBrowser(t);
  const { minji, authenticator, passkey } = await joinWithPasskey(t, browser, { isOffered: false });
  const { page, words, trouble } = minji;
  await minji.signOut();
  await page.getByRole("link", { name: words.signIn }).click();
  await minji.button(words.passkeySignIn).click();
  await seen(minji.pane(words.friends));

  await minji.signOut();
  await page.getByRole("link", { name: words.signIn }).click();
  await authenticator.verify(false);
  await minji.button(words.passkeySignIn).click();
  await seen(page.getByText(words.passkeyDismissed, { exact: true }));

  await authenticator.verify(true);
  Object.assign(minji, { token: (await signInByHand(minji)).access_token });
  await minji.call("POST", "/auth/reauthenticate", { password: minji.password });
  await minji.call("DELETE", `/me/passkeys/${passkey.id}`);
  trouble.expect(/^401 POST .*\/auth\/passkey\/finish$/);
  await minji.button(words.passkeySignIn).click();
  await seen(page.getByText(words.passkeyRefused, { exact: true }));
});

test("a passkey is offered where one types who one is", async (t) => {
  const browser = await launchBrowser(t);
  const { minji } = await joinWithPasskey(t, browser, { isOffered: true });
  const { page, words } = minji;
  await minji.signOut();
  // This authenticator's owner chooses what is offered as soon as it is.
  await page.getByRole("link", { name: words.signIn }).click();
  await seen(minji.pane(words.friends));
});

test("a passkey takes the place of the code, if it is of the same account", async (t) => {
  const browser = await launchBrowser(t);
  const { minji } = await joinWithPasskey(t, browser, { isOffered: false });
  const { page, words } = minji;
  await enableCodes(minji);
  const jun = await Person.join(t, browser, { name: "박준" });
  await enableCodes(jun);

  await minji.signOut();
  await minji.trySignIn(jun.handle);
  await seen(minji.card(words.secondStep));
  await minji.button(words.usePasskey).click();
  await seen(page.getByText(words.passkeyOfOther, { exact: true }));

  await minji.trySignIn();
  await seen(minji.card(words.secondStep));
  await minji.button(words.usePasskey).click();
  await seen(minji.pane(words.friends));
});

/** Somebody with a passkey, in a browser that offers it by itself or does not. */
async function joinWithPasskey(t, browser, { isOffered }) {
  const minji = await Person.register(t, browser, { name: "김민지" });
  minji.trouble.expect(NOT_SIGNED_IN);
  if (!isOffered) {
    await minji.page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
  }
  await minji.start();
  const authenticator = await giveAuthenticator(minji.page);
  return { minji, authenticator, passkey: await registerPasskey(minji) };
}

/** The link to a page that was mailed last; other mails may come before it. */
async function mailedLink(email, pathname) {
  for (let known = 0; ; known += 1) {
    const mail = await mailbox.nextTo(email, known);
    if (mail.text.includes(`${pathname}#`)) {
      return linkOf(mail);
    }
  }
}

/** The same account in a browser that is not signed in. */
async function arriveAgain(t, { context, name, handle, password }) {
  const person = await Person.arrive(t, context.browser(), { name, handle });
  person.password = password;
  person.trouble.expect(NOT_SIGNED_IN);
  return person;
}

/** A session of another client than the browser. */
async function signInByHand({ handle, password }) {
  const response = await fetch(`${baseUrl}/api/v1/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: baseUrl },
    body: JSON.stringify({ login: handle, password, token_transport: "body" }),
  });
  assert.equal(response.status, 200);
  return response.json();
}
