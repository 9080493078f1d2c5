// A part of the walk through every screen: what one does with messages and chats.

import { randomUUID } from "node:crypto";

import { send } from "./api.mjs";
import { gone, seen } from "./wait.mjs";

/** Emoji in the composer, and as reactions. */
export async function visitEmoji({ me, cast, story }, visit) {
  const { page, words } = me;
  await me.openChat(cast[0].name);
  await me.button(words.emoji).click();
  const panel = await seen(me.dialog(words.chooseEmoji));
  await seen(panel.getByRole("button", { name: words.flags, exact: true }));
  await visit("emoji", me);
  await panel.getByRole("searchbox").fill(words.fire);
  await seen(panel.getByRole("button", { name: words.fire, exact: true }));
  await visit("emoji-found", me);
  await panel.getByRole("searchbox").fill("");
  await page.keyboard.press("Escape");
  await gone(panel);
  await me.message(story.directTalk.at(-1)[1]).click({ button: "right" });
  await me.menuItem(words.moreReactions).click();
  const dialog = await seen(me.dialog(words.react));
  await seen(dialog.getByRole("button", { name: words.flags, exact: true }));
  await visit("react", me);
  await page.keyboard.press("Escape");
  await gone(dialog);
}

/** Formats in the bubbles of both, and what is covered. */
export async function visitFormats({ me, cast, story, withFriend }, visit) {
  await send(cast[0], withFriend, { text: story.formatted });
  await send(me, withFriend, { text: story.formatted });
  await send(cast[0], withFriend, { text: "🎉🍵" });
  await send(me, withFriend, { text: "👍🏽" });
  const [theirs, mine] = [me.message(story.covered, { of: cast[0] }), me.message(story.covered)];
  await seen(mine);
  await seen(theirs);
  await visit("formats", me);
  await me.button(me.words.showSpoiler, mine).click();
  await gone(me.button(me.words.showSpoiler, mine));
  await visit("formats-uncovered", me);
}

/** Who is mentioned in a group, and what stands on top of it. */
export async function visitMentions({ me, cast, story, hikers }, visit) {
  const { page, words } = me;
  await me.goTo(words.chats);
  const name = `@${me.name}`;
  const { seq } = await cast[0].call("POST", `/conversations/${hikers.id}/messages`, {
    client_key: randomUUID(),
    text: `${name} ${story.called}`,
    mention_spans: [{ user_id: me.id, start: 0, end: name.length }],
  });
  await seen(me.chatRow(story.group).getByRole("img", { name: words.mentioned, exact: true }));
  await visit("chats-mentioned", me);
  await me.openChat(story.group);
  await seen(me.log().getByText(story.called.slice(0, 12)).first());
  await visit("mentioned", me);
  await me.composer().fill("@");
  const list = await seen(page.getByRole("listbox", { name: words.mentionList, exact: true }));
  await visit("mention-list", me);
  await page.keyboard.press("Escape");
  await gone(list);
  await me.composer().fill(story.formatted);
  await visit("writing", me);
  await me.composer().fill("");
  await me.call("PUT", `/conversations/${hikers.id}/notice`, { seq });
  await seen(page.getByRole("region", { name: words.notice, exact: true }));
  await visit("notice-on-top", me);
  await me.button(words.unfoldNotice).click();
  await seen(me.button(words.removeNotice));
  await visit("notice-unfolded", me);
}

/** Several messages are chosen, and forwarded or deleted. */
export async function visitForwarding({ me, cast, story, withFriend, hikers }, visit) {
  const { page, words } = me;
  const [, said] = story.directTalk[0];
  const { seq } = (await me.call("GET", `/conversations/${withFriend.id}/messages`)).items.at(0);
  const forward_of = { conversation_id: withFriend.id, seq };
  await me.call("POST", `/conversations/${hikers.id}/messages`, { client_key: randomUUID(), forward_of });
  await me.openChat(story.group);
  await seen(me.message(said).getByText(words.forwarded, { exact: true }));
  await visit("forwarded", me);

  await me.openChat(cast[0].name);
  await me.openMessageMenu(story.directTalk.at(-1)[1]);
  await me.menuItem(words.select).click();
  await me.message(said, { of: cast[0] }).getByRole("checkbox", { name: words.selectMessage }).check();
  const bar = await seen(page.getByRole("toolbar", { name: words.selection }));
  await seen(bar.getByText(words.selected(2)));
  await visit("selection", me);
  await me.button(words.forward, bar).click();
  const dialog = await seen(me.dialog(words.forwardTitle));
  await dialog.getByRole("checkbox", { name: cast[1].name }).check();
  await visit("forward", me);
  await page.keyboard.press("Escape");
  await gone(dialog);
  await me.button(words.deleteSelected, bar).click();
  const question = await seen(me.dialog(words.deleteSelectedTitle(2)));
  await visit("delete-selected", me);
  await page.keyboard.press("Escape");
  await gone(question);
  await page.keyboard.press("Escape");
  await gone(bar);
}

/** What was said is found, everywhere and in one chat. */
export async function visitSearch({ me, story }, visit) {
  const { page, words } = me;
  const field = page.getByRole("searchbox", { name: words.searchEverything, exact: true });
  const results = page.getByRole("list", { name: words.searchResults, exact: true });
  await page.goto("/search");
  await seen(field);
  await visit("search-empty", me);
  await field.fill(story.sought);
  await seen(results.locator("mark").first());
  await visit("search", me);
  await results.getByRole("link").last().click();
  await seen(me.composer());
  await visit("search-gone-to", me);
  await page.goto("/search");
  await field.fill("쀍쀍쀍");
  await seen(page.getByText(words.nothingFound("쀍쀍쀍"), { exact: true }));
  await visit("search-nothing", me);
}

/** Chats are put away, marked and named. */
export async function visitKeptChats({ me, cast, story }, visit) {
  const { page, words } = me;
  await me.goTo(words.chats);
  await me.chooseForChat(cast[0].name, words.markUnread);
  await seen(me.chatRow(cast[0].name).getByRole("img", { name: words.markedUnread, exact: true }));
  await visit("chats-marked", me);
  await me.chatRow(story.group).click({ button: "right" });
  await seen(page.getByRole("menu"));
  await visit("chat-menu", me);
  await me.menuItem(words.mute).click();
  await seen(me.button(words.muteHour));
  await visit("mute", me);
  await page.keyboard.press("Escape");
  await me.chooseForChat(story.group, words.renameChat);
  await seen(me.field(words.ownChatName));
  await visit("rename-chat", me);
  await page.keyboard.press("Escape");
  await me.chooseForChat(story.group, words.folder);
  const choosing = await seen(me.dialog(words.folder));
  await me.field(words.newFolder, choosing).fill(story.folders[0]);
  await visit("folder-first", me);
  await me.button(words.makeFolder, choosing).click();
  await seen(me.button(story.folders[0]));
  await me.call("POST", "/me/folders", { name: story.folders[1] });
  await seen(me.button(story.folders[1]));
  await me.chooseForChat(cast[0].name, words.folder);
  await seen(me.button(story.folders[1], choosing));
  await visit("folder", me);
  await page.keyboard.press("Escape");
  await me.button(story.folders[0]).click();
  await gone(me.chatRow(cast[0].name));
  await visit("chats-folder", me);
  await me.button(words.folders).click();
  const managing = await seen(me.dialog(words.folders));
  await me.button(words.renameFolder(story.folders[0]), managing).click();
  await seen(me.field(words.folderName, managing));
  await visit("folders", me);
  await page.keyboard.press("Escape");
  await me.button(words.allChats).click();
  await me.chooseForChat(story.group, words.archive);
  await me.isTold(words.wasArchived);
  await visit("chat-archived", me);
  await me.button(words.archived(1)).click();
  await seen(me.chatRow(story.group));
  await visit("chats-archived", me);
  await me.chooseForChat(story.group, words.unarchive);
  await seen(page.getByText(words.noneArchived, { exact: true }));
  await visit("chats-none-archived", me);
  await me.button(words.allChats).click();
  await seen(me.chatRow(story.group));
}
