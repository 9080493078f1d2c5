// Three friends in a group.

import { test } from "node:test";

import { friends } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("three friends make a group, and it lives with them", async (t) => {
  const all = await friends(t, [{ name: "김민지" }, { name: "박준" }, { name: "Alex", language: "en" }]);
  const [minji, jun, alex] = all;
  // Both stop being members while they look at the group: what has just come is told as read a moment too late.
  [jun, alex].forEach(({ trouble }) => trouble.expect(/^404 PUT .*\/read$/));
  await minji.makeGroup("북클럽", [jun, alex]);
  await countsWhoHasNotRead(minji, jun, alex);
  await namesAuthors(minji, jun, alex);
  await isRenamed(minji, [jun, alex]);
  await losesAndRegainsMember(minji, jun, alex);
  await isLeft(minji, jun);
});

/** The number beside a message falls with each member who reads it. */
async function countsWhoHasNotRead(author, first, second) {
  await author.say("첫 책은 뭐로 할까요?");
  await seen(author.unreadNumber("첫 책은", 2));
  await first.openChat("북클럽");
  await seen(author.unreadNumber("첫 책은", 1));
  await second.openChat("북클럽");
  await gone(author.unreadNumber("첫 책은", 1));
  await seen(author.message("첫 책은"));
}

async function namesAuthors(minji, jun, alex) {
  await jun.say("소년이 온다");
  await alex.say("Pachinko?");
  for (const [author, text] of [[jun, "소년이 온다"], [alex, "Pachinko?"]]) {
    const message = await seen(minji.message(text, { of: author }));
    await seen(message.getByText(author.name, { exact: true }));
  }
}

async function isRenamed(owner, others) {
  const { words } = owner;
  const drawer = await owner.openDrawer();
  await seen(drawer.getByRole("heading", { name: words.members(3), exact: true }));
  await owner.button(words.editGroup, drawer).click();
  const dialog = await seen(owner.dialog(words.editGroup));
  await owner.field(words.groupName, dialog).fill("여름 북클럽");
  await owner.button(words.save, dialog).click();
  await gone(dialog);
  for (const person of [owner, ...others]) {
    await seen(person.conversation("여름 북클럽"));
    await seen(person.chatRow("여름 북클럽"));
    await seen(person.log().getByText(person.words.nameChanged(owner.name, "여름 북클럽"), { exact: true }));
  }
}

/** A removed member loses the group while looking at it, and gets it back when added again. */
async function losesAndRegainsMember(owner, witness, member) {
  const { words } = owner;
  await owner.button(words.manage(member.name), owner.drawer()).click();
  await owner.menuItem(words.removeMember).click();
  await owner.button(words.removeMember, owner.dialog(words.removeMemberTitle(member.name))).click();
  await seen(member.page.getByRole("heading", { name: member.words.chatGone, exact: true }));
  await gone(member.chatRow("여름 북클럽"));
  await seen(witness.log().getByText(words.memberRemoved(owner.name, member.name), { exact: true }));
  await seen(owner.drawer().getByRole("heading", { name: words.members(2), exact: true }));

  await owner.button(words.addMembersAction, owner.drawer()).click();
  const dialog = await seen(owner.dialog(words.addMembers));
  await dialog.getByRole("checkbox", { name: member.name, exact: true }).check();
  await owner.button(words.addCount(1), dialog).click();
  await seen(member.chatRow("여름 북클럽"));
  await seen(witness.log().getByText(words.membersAdded(owner.name, member.name), { exact: true }));
  await seen(owner.drawer().getByRole("heading", { name: words.members(3), exact: true }));
}

async function isLeft(owner, member) {
  const { words } = member;
  const drawer = await member.openDrawer();
  await member.button(words.leave, drawer).click();
  await member.button(words.leave, member.dialog(words.leaveTitle("여름 북클럽"))).click();
  await gone(member.chatRow("여름 북클럽"));
  await seen(owner.log().getByText(owner.words.memberLeft(member.name), { exact: true }));
  await eventually(() => owner.drawer().getByRole("link", { name: member.name }).count(), 0);
}
