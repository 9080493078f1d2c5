// Polls in groups.

import assert from "node:assert/strict";
import { test } from "node:test";

import { group } from "../lib/api.mjs";
import { NARROW, PHONE } from "../lib/browser.mjs";
import { friends } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

const HIKERS = "주말 등산 모임";
const LUNCH = "점심 뭐 먹을까?";

for (const [size, options] of [["wide", undefined], ["narrow", { viewport: NARROW }]]) {
  test(`a poll is made, voted in by two at once, closed and deleted (${size})`, async (t) => {
    const [minji, alex] = await hikers(t, options);
    await asks(minji, LUNCH, ["김밥", "국수", "떡볶이"]);
    const [own, theirs] = [poll(minji, LUNCH), poll(alex, LUNCH, minji)];
    await seen(theirs.getByText(alex.words.pollVoters(0), { exact: true }));

    // Two people vote; both see it live, and whose votes they are.
    await option(alex, theirs, "국수").click();
    await isChosen(alex, theirs, "국수");
    await hasVotes(minji, own, "국수", 1);
    await option(minji, own, "국수").click();
    await hasVotes(alex, theirs, "국수", 2);
    await seen(own.getByText(minji.words.pollVoters(2), { exact: true }));
    await minji.button(minji.words.whoVoted, own).click();
    const dialog = await seen(minji.dialog(minji.words.whoVoted));
    for (const name of [minji.name, alex.name]) {
      await seen(dialog.getByText(name, { exact: true }));
    }
    await minji.page.keyboard.press("Escape");
    await gone(dialog);

    // Another choice takes the place of the first; arrows alone choose nothing.
    await box(theirs, "국수").focus();
    await alex.page.keyboard.press("ArrowDown");
    await isFocused(box(theirs, "떡볶이"));
    await hasVotes(minji, own, "국수", 2);
    await alex.page.keyboard.press("Space");
    await hasVotes(minji, own, "떡볶이", 1);
    await hasVotes(minji, own, "국수", 1);
    await alex.button(alex.words.takeBack, theirs).click();
    await hasVotes(minji, own, "떡볶이", 0);
    await gone(alex.button(alex.words.takeBack, theirs));
    await option(alex, theirs, "김밥").click();
    await hasVotes(minji, own, "김밥", 1);

    // Only who made it, or runs the group, closes it.
    await alex.openMessageMenu(LUNCH, { of: minji });
    await seen(alex.menuItem(alex.words.reply));
    assert.equal(await alex.menuItem(alex.words.closePoll).count(), 0);
    assert.equal(await alex.menuItem(alex.words.forward).count(), 0);
    await alex.page.keyboard.press("Escape");
    await minji.openMessageMenu(LUNCH);
    await minji.menuItem(minji.words.closePoll).click();
    const question = await seen(minji.dialog(minji.words.closePollTitle));
    await minji.button(minji.words.closePoll, question).click();
    await seen(theirs.getByText(alex.words.pollIsClosed));
    await eventually(() => box(theirs, "국수").isDisabled(), true, "it can still be voted in");
    await seen(own.getByText(minji.words.pollIsClosed));

    // It is there after a reload, with what was chosen.
    await alex.page.reload();
    await isChosen(alex, theirs, "김밥");
    await hasVotes(alex, theirs, "국수", 1);

    await minji.openMessageMenu(LUNCH);
    await minji.menuItem(minji.words.deleteForEveryone).click();
    const asked = await seen(minji.dialog(minji.words.deleteTitle));
    await minji.button(minji.words.deleteForEveryone, asked).click();
    await gone(theirs);
    await gone(own);
    await seen(alex.page.getByText(alex.words.deletedMessage, { exact: true }).first());
  });
}

test("several are chosen anonymously with a finger, and other devices of mine know", async (t) => {
  const [minji, alex] = await hikers(t, PHONE);
  const { page, words } = minji;
  await minji.button(words.addFilesOrPoll).tap();
  await minji.menuItem(words.makePoll).tap();
  const dialog = await seen(minji.dialog(words.newPoll));
  await minji.button(words.startPoll, dialog).tap();
  await seen(dialog.getByText(words.noQuestion, { exact: true }));
  await minji.field(words.pollQuestion, dialog).fill(LUNCH);
  const line = (number) => dialog.getByRole("textbox", { name: words.pollOption(number), exact: true });
  await line(1).fill("김밥");
  // Enter leads on, and makes a new line after the last.
  await line(1).press("Enter");
  await isFocused(line(2));
  await page.keyboard.type("국수");
  await page.keyboard.press("Enter");
  await isFocused(line(3));
  await page.keyboard.type("떡볶이");
  // Closing it by mistake loses nothing.
  await page.keyboard.press("Escape");
  await gone(dialog);
  await minji.button(words.addFilesOrPoll).tap();
  await minji.menuItem(words.makePoll).tap();
  assert.equal(await line(3).inputValue(), "떡볶이");
  await dialog.getByRole("switch", { name: words.pollMultiple }).check();
  await dialog.getByRole("switch", { name: words.pollAnonymous }).check();
  await dialog.getByRole("combobox", { name: words.pollCloses }).selectOption(words.pollHour);
  await minji.button(words.startPoll, dialog).tap();
  await gone(dialog);

  const [own, theirs] = [poll(minji, LUNCH), poll(alex, LUNCH, minji)];
  await seen(own.getByText(words.pollIsAnonymous, { exact: true }));
  const tablet = await alex.onAnotherDevice(t);
  await tablet.openChat(HIKERS);
  const onTablet = poll(tablet, LUNCH, minji);
  for (const text of ["김밥", "떡볶이"]) {
    await option(alex, theirs, text).click();
    await isChosen(tablet, onTablet, text);
    await hasVotes(minji, own, text, 1);
  }
  await option(alex, theirs, "김밥").click();
  await hasVotes(minji, own, "김밥", 0);
  await isChosen(tablet, onTablet, "떡볶이");
  await seen(own.getByText(words.pollVoters(1), { exact: true }));
  assert.equal(await minji.button(words.whoVoted, own).count(), 0);
  assert.equal(await box(own, "떡볶이").isChecked(), false);
  const size = await option(minji, own, "국수").boundingBox();
  assert.ok(44 <= size.height, `${size.height}`);
});

test("without a network nothing is lost, and what did not count is said", async (t) => {
  const [minji, alex] = await hikers(t);
  const { words } = minji;
  minji.trouble.expect(/ERR_INTERNET_DISCONNECTED/);
  await minji.button(words.addFilesOrPoll).click();
  await minji.menuItem(words.makePoll).click();
  const dialog = await seen(minji.dialog(words.newPoll));
  await fills(minji, dialog, LUNCH, ["김밥", "국수"]);
  await minji.context.setOffline(true);
  await minji.button(words.startPoll, dialog).click();
  await seen(dialog.getByText(words.unreachable, { exact: true }));
  await minji.context.setOffline(false);
  await minji.button(words.startPoll, dialog).click();
  await gone(dialog);
  const [own, theirs] = [poll(minji, LUNCH), poll(alex, LUNCH, minji)];
  await seen(theirs);
  assert.equal(await theirs.count(), 1);

  await minji.context.setOffline(true);
  await option(minji, own, "국수").click();
  await minji.isTold(words.unreachable);
  await eventually(() => box(own, "국수").isChecked(), false, "it looks as if it counted");
  await minji.context.setOffline(false);
  await hasVotes(alex, theirs, "국수", 0);

  // It was closed a moment ago, and nobody has heard of it yet.
  minji.trouble.expect(/^409 PUT .*\/poll-vote$/);
  await minji.page.route("**/poll-vote", (route) =>
    route.fulfill({ status: 409, json: problem("poll_closed"), contentType: "application/problem+json" }),
  );
  await option(minji, own, "김밥").click();
  await minji.isTold(words.pollClosed);
  await eventually(() => box(own, "김밥").isChecked(), false, "it looks as if it counted");
});

/** Two friends with a group that both look at; the first with the options of a context that are given. */
async function hikers(t, options) {
  const [minji, alex] = await friends(t, [{ name: "김민지", options }, { name: "Alex", language: "en" }]);
  await group(minji, HIKERS, [alex]);
  await Promise.all([minji.openChat(HIKERS), alex.openChat(HIKERS)]);
  return [minji, alex];
}

async function asks(person, question, texts) {
  const { words } = person;
  await person.button(words.addFilesOrPoll).click();
  await person.menuItem(words.makePoll).click();
  const dialog = await seen(person.dialog(words.newPoll));
  await fills(person, dialog, question, texts);
  await person.button(words.startPoll, dialog).click();
  await gone(dialog);
}

async function fills(person, dialog, question, texts) {
  const { words } = person;
  await person.field(words.pollQuestion, dialog).fill(question);
  for (const [at, text] of texts.entries()) {
    if (1 < at) {
      await person.button(words.addOption, dialog).click();
    }
    await dialog.getByRole("textbox", { name: words.pollOption(at + 1), exact: true }).fill(text);
  }
}

/** A poll in the conversation. */
function poll(person, question, author = person) {
  return person.message(question, { of: author }).filter({ has: person.page.locator(".poll") });
}

async function isFocused(locator) {
  await eventually(() => locator.evaluate((element) => element === document.activeElement), true, "it has no focus");
}

function box(poll, text) {
  return poll.locator("label", { hasText: text }).locator("input");
}

/** What is pressed: the whole line. */
function option(_person, poll, text) {
  return poll.locator("label", { hasText: text });
}

async function isChosen(person, poll, text) {
  await eventually(() => box(poll, text).isChecked(), true, `${person.name} has not chosen ${text}`);
}

async function hasVotes(person, poll, text, count) {
  const votes = person.words.pollVotes(count);
  await seen(poll.locator("label", { hasText: text }).getByText(`, ${votes},`));
}

function problem(kind) {
  return { type: `/errors/${kind}`, title: kind, status: 409, detail: null, kind, request_id: "none", fields: [] };
}
