// Telling the operator of somebody, or of what they wrote.

import assert from "node:assert/strict";
import { test } from "node:test";

import { friends } from "../lib/person.mjs";
import { SERVER_GONE, startServer, WITHOUT_NETWORK } from "../lib/server.mjs";
import { gone, seen } from "../lib/wait.mjs";

test("a message is reported, with why, and the operator reads it", async (t) => {
  const { server, minji, alex } = await meet(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const { words } = minji;
  await Promise.all([minji.openDirect(alex), alex.openDirect(minji)]);
  await alex.say("Buy this");
  await alex.openMessageMenu("Buy this");
  await seen(alex.menuItem(alex.words.deleteForEveryone));
  await gone(alex.menuItem(alex.words.report));

  await minji.openMessageMenu("Buy this", { of: alex });
  await minji.menuItem(words.report).click();
  const dialog = await seen(minji.dialog(words.reportMessage));
  await minji.button(words.report, dialog).click();
  await seen(dialog.getByText(words.chooseReason, { exact: true }));
  await dialog.getByText(words.spam, { exact: true }).click();
  const note = dialog.getByLabel(words.reportNote);
  await note.fill("가".repeat(1001));
  await seen(dialog.getByText(words.noteTooLong, { exact: true }));
  await note.fill("벌써 세 번째예요.\n막아 주세요.");
  await minji.button(words.report, dialog).click();
  await minji.isTold(words.reported);
  await gone(dialog);
  const { reports: [report] } = await server.administer("report", "list");
  assert.equal(report.reason, "spam");
  assert.equal(report.note, "벌써 세 번째예요.\n막아 주세요.");
  assert.deepEqual([report.user.handle, report.reporter.handle, report.seq], [alex.handle, minji.handle, 1]);
});

test("a friend and somebody who is blocked are reported from their profile; without a network nothing is lost", async (t) => {
  const { server, minji, alex } = await meet(t, [{ name: "Minji", language: "en" }, { name: "알렉스" }]);
  const { words } = minji;
  await minji.friendRow(alex).click();
  await minji.button(words.report, await seen(minji.profile(alex))).click();
  const dialog = await seen(minji.dialog(words.reportPerson(alex.name)));
  await dialog.getByText(words.harassment, { exact: true }).click();
  await dialog.getByLabel(words.reportNote).fill("Writes at night.");
  WITHOUT_NETWORK.forEach((pattern) => minji.trouble.expect(pattern));
  await minji.context.setOffline(true);
  await minji.button(words.report, dialog).click();
  await seen(dialog.getByRole("alert"));
  await minji.context.setOffline(false);
  assert.equal(await dialog.getByLabel(words.reportNote).inputValue(), "Writes at night.");
  await minji.button(words.report, dialog).click();
  await minji.isTold(words.reported);
  const { reports: [report] } = await server.administer("report", "list");
  assert.deepEqual([report.reason, report.user.handle, report.seq], ["harassment", alex.handle, null]);

  await minji.button(words.block, minji.profile(alex)).click();
  await minji.button(words.block, await seen(minji.dialogAbout(words.blockTitle))).click();
  await seen(minji.button(words.unblock, minji.profile(alex)));
  await seen(minji.button(words.report, minji.profile(alex)));
});

/** Two friends, and the server whose operator they tell. */
async function meet(t, descriptions) {
  const server = await startServer(t);
  const options = { baseURL: server.url };
  const [minji, alex] = await friends(t, descriptions.map((description) => ({ ...description, options })));
  // It ends before their pages do.
  for (const person of [minji, alex]) {
    SERVER_GONE.forEach((pattern) => person.trouble.expect(pattern));
  }
  return { server, minji, alex };
}
