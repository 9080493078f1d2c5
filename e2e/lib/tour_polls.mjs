// A part of the walk through every screen: polls.

import { randomUUID } from "node:crypto";

import { gone, seen } from "./wait.mjs";

/** Polls of both, open and closed, who voted, and the dialog that makes one. */
export async function visitPolls({ me, cast, story, hikers }, visit) {
  const { page, words } = me;
  const { question, options } = story.poll;
  const make = (person, more) =>
    person.call("POST", `/conversations/${hikers.id}/polls`, { client_key: randomUUID(), question, options, ...more });
  const path = ({ seq }, end) => `/conversations/${hikers.id}/messages/${seq}/${end}`;
  const [theirs, secret] = [await make(cast[0]), await make(me, { is_multiple: true, is_anonymous: true })];
  await cast[0].call("PUT", path(theirs, "poll-vote"), { options: [2] });
  await cast[1].call("PUT", path(theirs, "poll-vote"), { options: [1] });
  await me.call("PUT", path(theirs, "poll-vote"), { options: [2] });
  await cast[1].call("PUT", path(secret, "poll-vote"), { options: [1, 3] });
  await me.openChat(story.group);
  const shown = await seen(me.message(question, { of: cast[0] }));
  await seen(shown.getByText(words.pollVoters(3), { exact: true }));
  await seen(me.message(question).getByText(words.pollVoters(1), { exact: true }));
  await visit("poll", me);
  await me.button(words.whoVoted, shown).click();
  const voters = await seen(me.dialog(words.whoVoted));
  await seen(voters.getByText(cast[0].name).first());
  await visit("poll-voters", me);
  await page.keyboard.press("Escape");
  await gone(voters);
  await cast[0].call("POST", path(theirs, "poll-close"));
  await seen(shown.getByText(words.pollIsClosed));
  await visit("poll-closed", me);
  await me.button(words.addFilesOrPoll).click();
  await seen(me.menuItem(words.makePoll));
  await visit("add-menu", me);
  await me.menuItem(words.makePoll).click();
  const dialog = await seen(me.dialog(words.newPoll));
  await me.field(words.pollQuestion, dialog).fill(question);
  await dialog.getByRole("textbox", { name: words.pollOption(1), exact: true }).fill(options[0]);
  await me.button(words.addOption, dialog).click();
  await dialog.getByRole("combobox", { name: words.pollCloses }).selectOption(words.pollOwnTime);
  await me.button(words.startPoll, dialog).click();
  await seen(dialog.getByText(words.tooFewOptions, { exact: true }));
  await visit("poll-making", me);
  await page.keyboard.press("Escape");
  await gone(dialog);
}
