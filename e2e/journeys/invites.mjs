// A server that takes only those who are invited.

import { test } from "node:test";

import { launchBrowser } from "../lib/browser.mjs";
import { Person } from "../lib/person.mjs";
import { SERVER_GONE, startServer } from "../lib/server.mjs";
import { seen } from "../lib/wait.mjs";

const NO_SESSION = /^401 POST .*\/auth\/refresh$/;

test("who is invited makes an account by the link, and the next one is told that it is used up", async (t) => {
  const server = await startServer(t, { signUp: "invite" });
  const { new_invite: { link } } = await server.administer("invite", "--uses", "1");
  const browser = await launchBrowser(t);
  const options = { baseURL: server.url };
  const minji = await invited(t, browser, link, { name: "김민지", options });
  await minji.button(minji.words.signUp).click();
  await seen(minji.pane(minji.words.friends));

  const alex = await invited(t, browser, link, { name: "Alex", language: "en", options });
  alex.trouble.expect(/^403 POST .*\/auth\/sign-up$/);
  await alex.button(alex.words.signUp).click();
  await seen(alex.page.getByText(alex.words.inviteInvalid, { exact: true }));
});

test("a password that is easy to guess is called so while it is typed", async (t) => {
  const browser = await launchBrowser(t);
  for (const language of ["ko", "en"]) {
    const person = await Person.arrive(t, browser, { name: "Sam", language });
    const { page, words } = person;
    person.trouble.expect(NO_SESSION);
    await page.goto("/sign-up");
    await person.field(words.password).fill("michael1");
    await seen(page.getByText(words.passwordCommon, { exact: true }));
    await person.field(words.password).fill("tea at six, quietly");
    await seen(page.getByText(words.passwordStrong));
  }
});

/** Somebody who has followed an invitation and filled in the form. */
async function invited(t, browser, link, description) {
  const person = await Person.arrive(t, browser, description);
  const { page, words } = person;
  [NO_SESSION, ...SERVER_GONE].forEach((pattern) => person.trouble.expect(pattern));
  await page.goto(link);
  await seen(page.getByText(words.inviteHint, { exact: true }));
  await person.field(words.handle).fill(person.handle);
  await person.field(words.displayName).fill(person.name);
  await person.field(words.password).fill(person.password);
  return person;
}
