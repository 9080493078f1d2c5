// Somebody is faster than the server lets them be.

import assert from "node:assert/strict";
import { test } from "node:test";

import { launchBrowser } from "../lib/browser.mjs";
import { friends, Person } from "../lib/person.mjs";
import { SERVER_GONE, startServer } from "../lib/server.mjs";
import { eventually, seen } from "../lib/wait.mjs";

const REFUSED = 429;

test("who writes very fast waits a little, and all of it arrives once and in order", async (t) => {
  const { url } = await startServer(t, { hasLimits: true });
  const options = { baseURL: url };
  const [minji, jun] = await friends(t, [
    { name: "김민지", options },
    { name: "박준", options },
  ]);
  await Promise.all([minji.openDirect(jun), jun.openDirect(minji)]);
  minji.trouble.expect(/^429 POST .*\/messages$/);
  // The server ends before the browser does.
  for (const person of [minji, jun]) {
    SERVER_GONE.forEach((pattern) => person.trouble.expect(pattern));
  }
  let refusals = 0;
  minji.page.on("response", (response) => (refusals += Number(response.status() === REFUSED)));
  // However slow this machine is: what is malformed uses up the allowance as well, and is nothing that is said.
  const malformed = { data: {}, headers: { origin: url, authorization: `Bearer ${minji.token}` } };
  const conversation = new URL(minji.page.url()).pathname.split("/").at(-1);
  const press = () => minji.context.request.post(`/api/v1/conversations/${conversation}/messages`, malformed);
  const pressing = (async () => {
    while (refusals === 0) {
      await Promise.all(Array.from({ length: 10 }, press));
    }
  })();
  const said = Array.from({ length: 60 }, (_, at) => `${at + 1}번째`);
  for (const text of said) {
    await minji.say(text);
  }
  await pressing;
  await seen(jun.message(said.at(-1), { of: minji }), { timeout: 60_000 });
  assert.deepEqual(await jun.texts(), said);
  await eventually(() => minji.texts(), said);
  assert.ok(refusals > 0, "nothing was too fast");
});

test("who tries many passwords is told how long to wait", async (t) => {
  const { url } = await startServer(t, { hasLimits: true });
  const browser = await launchBrowser(t);
  const alex = await Person.arrive(t, browser, { name: "Alex", language: "en", options: { baseURL: url } });
  const wrong = { data: { login: alex.handle, password: "a wrong password" }, headers: { origin: url } };
  for (let tries = 0; tries < 10; tries += 1) {
    assert.equal((await alex.context.request.post("/api/v1/auth/sign-in", wrong)).status(), 401);
  }
  alex.trouble.expect(/^429 POST .*\/auth\/sign-in$/);
  await alex.trySignIn();
  await seen(alex.page.getByText(/^Too many attempts\. Try again in \d+ seconds\.$/));
});
