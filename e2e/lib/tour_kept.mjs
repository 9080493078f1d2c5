// A part of the walk through every screen: what people keep of each other, and what chats keep.

import { gone, seen } from "./wait.mjs";

/** Birthdays, what two have in common, and the card of somebody who is no friend. */
export async function visitPeople({ me, cast, stranger }, visit) {
  const { page, words } = me;
  const [month, day] = await page.evaluate(() => [new Date().getMonth() + 1, new Date().getDate()]);
  const birthday = [month, day].map((part) => String(part).padStart(2, "0")).join("-");
  await cast[1].call("PATCH", "/me", { birthday });
  await me.goTo(words.friends);
  await seen(me.pane(words.friends).getByRole("heading", { name: words.birthdays(1), exact: true }));
  await visit("friends-birthdays", me);
  await me.friendRow(cast[1]).first().click();
  const mutual = await seen(me.profile(cast[1]).locator(".card__mutual"));
  await visit("profile-birthday", me);
  await mutual.click();
  await seen(me.dialog(words.mutual).getByRole("link").first());
  await visit("mutual", me);
  await page.keyboard.press("Escape");
  await cast[1].call("PATCH", "/me", { birthday: null });
  await me.leaveDetail();
  await page.goto(`/friends/${stranger.id}`);
  await seen(me.profile(stranger));
  await visit("profile-stranger", me);
}

/** Photos, files and links of a group, and of a chat that holds none. */
export async function visitShared({ me, cast, story }, visit) {
  const { page, words } = me;
  await me.goTo(words.chats);
  await me.openChat(story.group);
  await me.openDrawer();
  await me.button(words.sharedMedia).click();
  const dialog = await seen(me.dialog(words.sharedMedia));
  await seen(dialog.locator("img").first());
  await visit("shared-photos", me);
  await me.button(words.sharedFiles, dialog).click();
  await seen(dialog.getByRole("link").first());
  await visit("shared-files", me);
  await page.keyboard.press("Escape");
  await me.leaveDrawer();
  await me.leaveDetail();
  await me.openChat(cast[0].name);
  await me.openDrawer();
  await me.button(words.sharedMedia).click();
  await seen(dialog.getByText(words.nothingShared, { exact: true }));
  await visit("shared-nothing", me);
  await me.button(words.links, dialog).click();
  await seen(dialog.getByRole("link").first());
  await visit("shared-links", me);
  await page.keyboard.press("Escape");
  await me.leaveDrawer();
}

/** What is begun, and how it can be sent. */
export async function visitDrafts({ me, cast, story }, visit) {
  const { page, words } = me;
  await me.goTo(words.chats);
  await me.openChat(story.group);
  await me.composer().fill(story.called);
  await me.button(words.send).click({ button: "right" });
  const menu = await seen(page.getByRole("menu"));
  await visit("send-menu", me);
  await page.keyboard.press("Escape");
  await gone(menu);
  await me.leaveDetail();
  await me.openChat(cast[0].name);
  await me.goTo(words.chats);
  await seen(me.chatRow(story.group).getByText(words.draft));
  await visit("chats-draft", me);
  await me.openChat(story.group);
  await me.composer().fill("");
}
