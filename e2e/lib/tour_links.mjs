// A part of the walk through every screen: links that people hand out.

import { Person } from "./person.mjs";
import { gone, seen } from "./wait.mjs";

/** Where links are made, for friends and for groups. */
export async function visitLinksMade({ me, story }, visit) {
  const { page, words } = me;
  await me.goTo(words.friends);
  await me.pane(words.friends).getByRole("button", { name: words.addFriend }).first().click();
  const adding = await seen(me.dialog(words.addFriend));
  await visit("add-friend-empty", me);
  await me.button(words.makeFriendLink, adding).click();
  await seen(adding.getByRole("img", { name: words.inviteQr, exact: true }));
  await visit("friend-link", me);
  await me.button(words.scanQr, adding).click();
  await seen(adding.getByText(words.noReader));
  await visit("scan", me);
  await page.keyboard.press("Escape");
  await gone(adding);

  await me.openChat(story.group);
  const drawer = await me.openDrawer();
  await me.button(words.groupLinks, drawer).click();
  const dialog = await seen(me.dialog(words.groupLinks));
  await seen(dialog.getByText(words.noLinks, { exact: true }));
  await visit("group-links-none", me);
  await me.button(words.makeLink, dialog).click();
  await me.button(words.showQr, dialog).click();
  await seen(dialog.getByRole("img", { name: words.inviteQr, exact: true }));
  await visit("group-links", me);
  await page.keyboard.press("Escape");
  await gone(dialog);
  await me.leaveDrawer();
}

/** What a link opens, for who has an account and for who has none. */
export async function visitLinksOpened(t, scene, language, options, visit) {
  const { me, cast, hikers } = scene;
  const pathOf = async (made) => new URL((await made).url).pathname;
  const intoGroup = await pathOf(me.call("POST", `/conversations/${hikers.id}/invites`, {}));
  const asFriend = await pathOf(cast[0].call("POST", "/me/friend-invites"));
  const stranger = await Person.arrive(t, me.context.browser(), { name: "윤슬", language, options });
  stranger.trouble.expect(/^401 POST .*\/auth\/refresh$/);
  [me, stranger].forEach((person) => person.trouble.expect(/^404 GET .*\/invites\/[\w-]+$/));
  for (const [name, person] of [["in", me], ["out", stranger]]) {
    const { page, words } = person;
    for (const [kind, path] of [["group", intoGroup], ["friend", asFriend], ["gone", `/invite/${"A".repeat(22)}`]]) {
      await page.goto(path);
      await seen(page.getByRole("main").getByRole("heading", { level: 1 }));
      await gone(page.getByRole("status", { name: words.loading, exact: true }));
      await visit(`invite-${kind}-${name}`, person);
    }
  }
  await me.start();
}
