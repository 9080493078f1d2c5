// A walk through every screen. `visit(name, person)` is awaited at each of them.

import { call } from "./api.mjs";
import { stage } from "./cast.mjs";
import { Person } from "./person.mjs";
import { pngFile } from "./pictures.mjs";
import { visitDrafts, visitPeople, visitShared } from "./tour_kept.mjs";
import { visitLinksMade, visitLinksOpened } from "./tour_links.mjs";
import {
  visitDeletion,
  visitEmail,
  visitExport,
  visitSecurity,
  visitSettings,
} from "./tour_settings.mjs";
import { visitPolls } from "./tour_polls.mjs";
import { visitEmoji, visitFormats, visitForwarding, visitKeptChats, visitMentions, visitSearch } from "./tour_talk.mjs";
import { eventually, gone, seen } from "./wait.mjs";

/** What somebody sees who has no account, and right after making one. */
export async function tourEntrance(t, browser, language, options, visit) {
  const person = await Person.arrive(t, browser, { name: "한결", language, options });
  const { page, words } = person;
  person.trouble.expect(/^401 POST .*\/auth\/(refresh|sign-in)$/);
  await page.goto("/welcome");
  await seen(page.getByRole("link", { name: words.signUp }));
  await visit("welcome", person);

  await page.getByRole("link", { name: words.signIn }).click();
  await person.field(words.login).fill(person.handle);
  await person.field(words.password).fill("not my password");
  await person.button(words.signIn).click();
  await seen(page.getByText(words.wrongCredentials, { exact: true }));
  await visit("sign-in", person);

  await page.getByRole("link", { name: words.signUp }).click();
  await seen(person.field(words.emailOptional));
  await visit("sign-up-empty", person);
  await person.field(words.handle).fill("ab");
  await person.field(words.displayName).fill(person.name);
  await person.field(words.password).fill(person.password);
  await person.field(words.emailOptional).fill("hangyeol@");
  await person.button(words.signUp).click();
  await seen(page.getByText(words.handleLength, { exact: true }));
  await visit("sign-up", person);
  await visitReset(person, visit);
  await visitLinks(person, visit);
  await visitSecondStep(person, visit);
  await page.goto("/sign-up");
  await person.field(words.displayName).fill(person.name);
  await person.field(words.password).fill(person.password);
  await person.field(words.handle).fill(person.handle);
  await person.button(words.signUp).click();

  await seen(person.pane(words.friends));
  await visit("friends-empty", person);
  await person.goTo(words.chats);
  await visit("chats-empty", person);
}

/** For whom the password is gone. */
async function visitReset(person, visit) {
  const { page, words } = person;
  await page.goto("/reset");
  await person.field(words.email).fill("hangyeol@example.org");
  await visit("reset", person);
  await person.button(words.sendLink).click();
  await seen(person.card(words.linkSent));
  await visit("reset-sent", person);

  await page.route("**/api/v1/server", withoutMail);
  await page.goto("/reset");
  await seen(page.getByText(words.withoutMail));
  await visit("reset-without-mail", person);
  await page.unroute("**/api/v1/server", withoutMail);
}

async function withoutMail(route) {
  const response = await route.fetch();
  const server = await response.json();
  return route.fulfill({ response, json: { ...server, features: [] } });
}

/** What mailed links open. */
async function visitLinks(person, visit) {
  const { page, words, trouble } = person;
  trouble.expect(/^404 POST .*\/(password-reset|email-verification)\/confirm$/);
  await page.goto("/reset#no-such-token");
  await person.field(words.newPassword).fill("a calmer tea at seven");
  await person.field(words.newPasswordAgain).fill("a calmer tea at");
  await person.button(words.changePassword).click();
  await seen(page.getByText(words.passwordsDiffer, { exact: true }));
  await visit("new-password", person);
  await person.field(words.newPasswordAgain).fill("a calmer tea at seven");
  await person.button(words.changePassword).click();
  await seen(person.card(words.linkInvalid));
  await visit("new-password-link-invalid", person);

  const done = (route) => route.fulfill({ status: 204 });
  await page.route("**/password-reset/confirm", done, { times: 1 });
  await page.goto("/reset#a-good-token");
  await person.field(words.newPassword).fill("a calmer tea at seven");
  await person.field(words.newPasswordAgain).fill("a calmer tea at seven");
  await person.button(words.changePassword).click();
  await seen(page.getByText(words.passwordReset));
  await visit("sign-in-after-reset", person);

  await page.goto("/verify#no-such-token");
  await seen(person.card(words.unverified));
  await visit("verify-link-invalid", person);
  await page.goto("/verify");
  await seen(person.card(words.unverified));
  await visit("verify-without-link", person);
  await page.route("**/email-verification/confirm", done, { times: 1 });
  await page.goto("/verify#a-good-token");
  await seen(person.card(words.verified));
  await visit("verify", person);
}

/** For whom the password is not enough. */
async function visitSecondStep(person, visit) {
  const { page, words } = person;
  const problem = { type: "", title: "", status: 401, detail: null, request_id: "", kind: "second_factor_required" };
  const refuse = (kind) =>
    page.route(
      "**/auth/sign-in",
      (route) => route.fulfill({ status: 401, json: { ...problem, kind } }),
      { times: 1 },
    );
  await page.goto("/sign-in");
  await refuse("second_factor_required");
  await person.field(words.login).fill(person.handle);
  await person.field(words.password).fill(person.password);
  await person.button(words.signIn).click();
  await refuse("second_factor_invalid");
  await person.field(words.appCode).fill("123 456");
  await person.button(words.confirm).click();
  await seen(page.getByText(words.codeRefused, { exact: true }));
  await visit("second-step", person);
  await person.button(words.useRecovery).click();
  await seen(person.field(words.recoveryCode));
  await visit("second-step-recovery", person);
}

/** What somebody sees who has been here for a while. */
export async function tourInside(t, browser, language, options, visit) {
  const scene = await stage(t, browser, language, options);
  await scene.me.start();
  await visitFriends(scene, visit);
  await visitKeptFriends(scene, visit);
  await visitPeople(scene, visit);
  await visitChats(scene, visit);
  await visitGroup(scene, visit);
  await visitShared(scene, visit);
  await visitDrafts(scene, visit);
  await visitEmoji(scene, visit);
  await visitForwarding(scene, visit);
  await visitFormats(scene, visit);
  await visitMentions(scene, visit);
  await visitPolls(scene, visit);
  await visitKeptChats(scene, visit);
  await visitSearch(scene, visit);
  await visitLinksMade(scene, visit);
  await visitLinksOpened(t, scene, language, options, visit);
  await visitBlocked(scene, visit);
  await visitSettings(scene, visit);
  await visitSecurity(scene, visit);
  await visitExport(scene, visit);
  await visitEmail(scene, visit);
  await visitDeletion(scene, visit);
}

async function visitFriends({ me, cast, stranger }, visit) {
  const { page, words } = me;
  await seen(me.button(words.acceptRequest(stranger.name)));
  await seen(me.presenceOf(cast[0], words.online));
  await seen(me.presenceOf(cast[3], words.away));
  await seen(me.presenceOf(cast[2], words.online));
  await cast[2].page.close();
  await gone(me.presenceOf(cast[2], words.online));
  await visit("friends", me);
  for (const [name, friend, presence] of [
    ["profile", cast[0], words.online],
    ["profile-busy", cast[1], words.busy],
    ["profile-gone", cast[2], words.seenNow],
  ]) {
    await me.leaveDetail();
    await me.friendRow(friend).click();
    await seen(me.profile(friend));
    await seen(me.button(words.startDirect));
    await seen(me.profile(friend).getByText(presence));
    await visit(name, me);
  }

  await me.leaveDetail();
  await me.pane(words.friends).getByRole("button", { name: words.addFriend }).first().click();
  const dialog = await seen(me.dialog(words.addFriend));
  const unknown = await unaskedHandle(me);
  await me.field(words.friendHandle, dialog).fill(unknown);
  await me.button(words.find, dialog).click();
  await seen(me.button(words.sendRequest, dialog));
  await visit("add-friend", me);
  await page.keyboard.press("Escape");
  await gone(dialog);
}

/** Some friends under another name, on top, and out of sight; afterwards all are as before. */
async function visitKeptFriends({ me, cast, story }, visit) {
  const { page, words } = me;
  const keep = (friend, change) => me.call("PATCH", `/friends/${friend.id}`, change);
  const renamed = { ...cast[1], name: story.nickname };
  await keep(cast[0], { is_favorite: true });
  await keep(cast[1], { is_favorite: true, nickname: renamed.name });
  await keep(cast[3], { is_hidden: true });
  await me.goTo(words.friends);
  await seen(me.button(words.hiddenFriends(1)));
  await gone(me.friendRow(cast[1]));
  await visit("friends-kept", me);
  const search = me.field(words.searchFriends, me.pane(words.friends));
  await search.fill(cast[3].name.slice(0, 2));
  await seen(me.friendRow(cast[3]).getByText(words.hiddenMark, { exact: true }));
  await visit("friends-found", me);
  await search.fill("");

  await me.friendRow(renamed).click();
  await seen(me.profile(renamed).getByText(cast[1].name));
  await visit("profile-renamed", me);
  await me.button(words.rename, me.profile(renamed)).click();
  await seen(me.dialog(words.rename));
  await visit("rename", me);
  await page.keyboard.press("Escape");
  await me.leaveDetail();
  await me.button(words.hiddenFriends(1)).click();
  const dialog = await seen(me.dialog(words.hiddenTitle));
  await seen(me.button(words.showAgainName(cast[3].name), dialog));
  await visit("friends-hidden", me);
  await page.keyboard.press("Escape");
  await gone(dialog);
  await keep(cast[0], { is_favorite: false });
  await keep(cast[1], { is_favorite: false, nickname: null });
  await keep(cast[3], { is_hidden: false });
  await seen(me.friendRow(cast[3]));
}

/** The handle of somebody who is found but is no friend. */
async function unaskedHandle(me) {
  const handle = `${me.handle}.b`;
  // Without a context of its own: a session there would end the one that is being looked at.
  const response = await fetch(`${process.env.DAMSO_URL}/api/v1/auth/sign-up`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: process.env.DAMSO_URL },
    body: JSON.stringify({ handle, display_name: "윤슬", password: me.password, token_transport: "body" }),
  });
  const { access_token: token } = await response.json();
  await call(me.context, "PATCH", "/me", { token, body: { status_message: "반짝이는 물결" } });
  return handle;
}

async function visitChats({ me, cast, story }, visit) {
  const { page, words } = me;
  await me.goTo(words.chats);
  await seen(me.badge(cast[2].name, 2));
  await visit("chats", me);

  await me.openChat(cast[0].name);
  await seen(me.message(story.directTalk.at(-1)[1]));
  await failOnce(me, story.failing);
  await visit("conversation", me);
  await me.message(story.directTalk.at(-1)[1]).click({ button: "right" });
  await seen(page.getByRole("menu"));
  await visit("message-menu", me);
  await page.keyboard.press("Escape");
  await me.button(words.showEdits).click();
  await seen(me.dialog(words.editsTitle).locator("time").first());
  await visit("edits", me);
  await page.keyboard.press("Escape");
  await me.composer().press("ArrowUp");
  await seen(page.getByText(words.editing, { exact: true }));
  await visit("composer-edit", me);
  await me.composer().press("Escape");

  const memo = { name: "memo.txt", mimeType: "text/plain", buffer: Buffer.from("…") };
  await me.attach([pngFile("지도.png", 240, 240), memo]);
  await eventually(() => me.tray().getByRole("progressbar").count(), 0, "the upload does not end");
  await me.composer().fill("…");
  await visit("composer", me);
  await me.openDrawer();
  await visit("drawer-direct", me);

  await me.leaveDrawer();
  await me.leaveDetail();
  await me.pane(words.chats).getByRole("button", { name: words.newChat }).first().click();
  const dialog = await seen(me.dialog(words.newChat));
  for (const friend of [cast[0], cast[1]]) {
    await dialog.getByRole("checkbox", { name: friend.name, exact: true }).check();
  }
  await visit("new-chat", me);
  await page.keyboard.press("Escape");
  await gone(dialog);
}

/** A message that the server refuses, because it grows on its way. */
async function failOnce(me, text) {
  me.trouble.expect(/^422 POST .*\/messages$/);
  const lengthen = (route) => {
    const body = { ...route.request().postDataJSON(), text: "가".repeat(4_001) };
    return route.continue({ postData: JSON.stringify(body) });
  };
  await me.page.route("**/messages", lengthen, { times: 1 });
  await me.say(text);
  await seen(me.button(me.words.discard, me.message(text)));
}

async function visitGroup({ me, cast, story }, visit) {
  const { page, words } = me;
  await me.openChat(story.group);
  await seen(me.message(story.last));
  await picturesAreShown(me);
  await visit("group", me);
  await me.message(story.last).hover();
  await me.button(words.whoReacted, me.message(story.last)).click();
  await seen(me.dialog(words.reactedTitle).getByText(cast[0].name, { exact: true }).first());
  await visit("reacted", me);
  await page.keyboard.press("Escape");
  await me.log().getByRole("button", { name: words.openPhotoOf(2, 3), exact: true }).click();
  await seen(me.dialog(words.photo));
  await visit("viewer", me);
  await page.keyboard.press("Escape");
  await me.message(story.last).click({ button: "right" });
  await me.menuItem(words.setNotice).click();
  await me.button(words.unfoldNotice).click();
  await visit("notice", me);
  await page.keyboard.press("Escape");

  const drawer = await me.openDrawer();
  await seen(me.button(words.manage(cast[3].name), drawer));
  await visit("drawer-group", me);
  await me.button(words.manage(cast[3].name), drawer).click();
  await seen(page.getByRole("menu"));
  await visit("member-menu", me);
  await page.keyboard.press("Escape");
  await me.button(words.editGroup, drawer).click();
  await seen(me.dialog(words.editGroup));
  await visit("edit-group", me);
  await page.keyboard.press("Escape");
  await me.button(words.leave, drawer).click();
  await seen(me.dialog(words.leaveTitle(story.group)));
  await visit("leave", me);
  await page.keyboard.press("Escape");
  await me.leaveDrawer();
}

function picturesAreShown(me) {
  const loaded = (images) => images.every((image) => image.complete && 0 < image.naturalWidth);
  return eventually(() => me.log().locator("img").evaluateAll(loaded), true, "a picture is not shown");
}

async function visitBlocked({ me, cast }, visit) {
  const { page, words } = me;
  await me.openChat(cast[0].name);
  const drawer = await me.openDrawer();
  await me.button(words.block, drawer).click();
  const dialog = await seen(me.dialogAbout(words.blockTitle));
  await me.shown(words.hideProfile).click();
  await visit("block", me);
  await me.button(words.block, dialog).click();
  await gone(dialog);
  await me.leaveDrawer();
  await seen(page.getByText(words.blockedBar, { exact: true }));
  await visit("blocked", me);
  await me.leaveDetail();
  await page.goto(`/friends/${cast[0].id}`);
  await seen(me.button(words.unblock, me.profile(cast[0])));
  await visit("profile-blocked", me);
  await me.goToSettings(words.privacy);
  await me.button(words.unblockName(cast[0].name)).scrollIntoViewIfNeeded();
  await visit("settings-blocked", me);
}
