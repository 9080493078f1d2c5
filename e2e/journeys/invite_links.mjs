// Links that people hand out: into a group, and to be a friend.

import { test } from "node:test";

import { launchBrowser, NARROW } from "../lib/browser.mjs";
import { friends, people, Person } from "../lib/person.mjs";
import { SERVER_GONE, startServer } from "../lib/server.mjs";
import { gone, seen } from "../lib/wait.mjs";

const NO_SESSION = /^401 POST .*\/auth\/refresh$/;
const OVER = /^404 GET .*\/invites\/[\w-]+$/;

test("a stranger opens a link into a group, makes an account, and is in it", async (t) => {
  const [minji, jun, seoyeon] = await friends(t, [{ name: "김민지" }, { name: "박준" }, { name: "이서연" }]);
  await minji.makeGroup("북클럽", [jun, seoyeon]);
  const drawer = await minji.openDrawer();
  await minji.button(minji.words.groupLinks, drawer).click();
  const dialog = await seen(minji.dialog(minji.words.groupLinks));
  await seen(dialog.getByText(minji.words.noLinks, { exact: true }));
  await minji.button(minji.words.onePerson, dialog).click();
  await minji.button(minji.words.makeLink, dialog).click();
  const link = await linkIn(minji, dialog);
  await minji.button(minji.words.showQr, dialog).click();
  await seen(dialog.getByRole("img", { name: minji.words.inviteQr, exact: true }));

  const alex = await Person.arrive(t, minji.context.browser(), {
    name: "Alex",
    language: "en",
    options: { viewport: NARROW },
  });
  alex.trouble.expect(NO_SESSION);
  const { page, words } = alex;
  await page.goto(link);
  await seen(page.getByRole("heading", { name: words.invitedToGroup("북클럽"), exact: true }));
  await seen(page.getByText(words.peopleInside(3), { exact: true }));
  await alex.button(words.signUpAndJoin).click();
  await alex.field(words.handle).fill(alex.handle);
  // Whoever loads the page anew half-way has lost what they typed, and not where they wanted to go.
  await page.reload();
  await alex.field(words.handle).fill(alex.handle);
  await alex.field(words.displayName).fill(alex.name);
  await alex.field(words.password).fill(alex.password);
  await alex.button(words.signUp).click();
  await seen(page.getByRole("heading", { name: words.invitedToGroup("북클럽"), exact: true }));
  await alex.button(words.joinGroup).click();
  await seen(alex.conversation("북클럽"));
  await alex.say("Hi all");

  await minji.page.keyboard.press("Escape");
  await seen(minji.log().getByText(minji.words.memberJoined("Alex"), { exact: true }));
  await seen(minji.message("Hi all", { of: alex }));
  // It was for one.
  jun.trouble.expect(OVER);
  await jun.page.goto(link);
  await seen(jun.page.getByRole("heading", { name: jun.words.inviteGone, exact: true }));
});

test("a link that was turned off opens nothing", async (t) => {
  const [minji, jun, seoyeon] = await friends(t, [{ name: "김민지" }, { name: "박준" }, { name: "이서연" }]);
  await minji.makeGroup("북클럽", [jun, seoyeon]);
  const drawer = await minji.openDrawer();
  await minji.button(minji.words.groupLinks, drawer).click();
  const dialog = await seen(minji.dialog(minji.words.groupLinks));
  await minji.button(minji.words.makeLink, dialog).click();
  const link = await linkIn(minji, dialog);
  await minji.button(minji.words.revokeLink, dialog).click();
  await minji.isTold(minji.words.linkRevoked);
  await seen(dialog.getByText(minji.words.noLinks, { exact: true }));
  const stranger = await Person.arrive(t, minji.context.browser(), { name: "Sam", language: "en" });
  [NO_SESSION, OVER].forEach((pattern) => stranger.trouble.expect(pattern));
  await stranger.page.goto(link);
  await seen(stranger.page.getByRole("heading", { name: stranger.words.inviteGone, exact: true }));
});

test("a link makes two people friends at once", async (t) => {
  const [minji, alex] = await people(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const dialog = await openAddFriend(minji);
  await minji.button(minji.words.scanQr, dialog).click();
  await seen(dialog.getByText(minji.words.noReader));
  await minji.button(minji.words.makeFriendLink, dialog).click();
  await seen(dialog.getByRole("img", { name: minji.words.inviteQr, exact: true }));
  const link = await linkIn(minji, dialog);
  // One's own link befriends nobody.
  const tab = await minji.inAnotherTab();
  await tab.page.goto(link);
  tab.trouble.expect(/^422 POST .*\/friend-requests$/);
  await tab.button(tab.words.becomeFriends).click();
  await seen(tab.page.getByText(tab.words.ownLink));
  await tab.page.close();

  await alex.page.goto(link);
  await seen(alex.page.getByRole("heading", { name: alex.words.invitedAsFriend("김민지"), exact: true }));
  await alex.button(alex.words.becomeFriends).click();
  await seen(alex.profile(minji));
  await minji.page.keyboard.press("Escape");
  await gone(dialog);
  await seen(minji.friendRow(alex));
});

/** A browser that reads codes by itself: what it finds stands for what is in the picture. */
test("a code in a picture is read where the browser can", async (t) => {
  const [minji, alex] = await people(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  const { url } = await minji.call("POST", "/me/friend-invites");
  await alex.page.addInitScript((text) => {
    globalThis.BarcodeDetector = class {
      async detect() {
        return [{ rawValue: text }];
      }
    };
  }, url);
  await alex.page.reload();
  const dialog = await openAddFriend(alex);
  await alex.button(alex.words.scanQr, dialog).click();
  const picture = { name: "code.png", mimeType: "image/png", buffer: Buffer.from("not looked at") };
  await dialog.locator("input[type=file]").setInputFiles(picture);
  await seen(alex.page.getByRole("heading", { name: alex.words.invitedAsFriend("김민지"), exact: true }));
});

test("where accounts are made by the operator's invitation alone, a link says so", async (t) => {
  const server = await startServer(t, { signUp: "invite" });
  const { new_invite: operators } = await server.administer("invite", "--uses", "1");
  const browser = await launchBrowser(t);
  const options = { baseURL: server.url };
  const minji = await Person.arrive(t, browser, { name: "김민지", options });
  [NO_SESSION, ...SERVER_GONE].forEach((pattern) => minji.trouble.expect(pattern));
  await minji.page.goto(operators.link);
  await minji.field(minji.words.handle).fill(minji.handle);
  await minji.field(minji.words.displayName).fill(minji.name);
  await minji.field(minji.words.password).fill(minji.password);
  await minji.button(minji.words.signUp).click();
  await seen(minji.pane(minji.words.friends));
  const dialog = await openAddFriend(minji);
  await minji.button(minji.words.makeFriendLink, dialog).click();
  const link = await linkIn(minji, dialog);
  const alex = await Person.arrive(t, browser, { name: "Alex", language: "en", options });
  [NO_SESSION, ...SERVER_GONE].forEach((pattern) => alex.trouble.expect(pattern));
  await alex.page.goto(link);
  await seen(alex.page.getByText(alex.words.needsOperator));
});

/** The dialog in which friends are added. */
async function openAddFriend(person) {
  await person.button(person.words.addFriend, person.pane(person.words.friends)).first().click();
  return seen(person.dialog(person.words.addFriend));
}

/** The link that is shown; another part of the server may be addressed by another name, so its path counts. */
async function linkIn(person, dialog) {
  const field = await seen(dialog.getByRole("textbox", { name: person.words.inviteLink, exact: true }));
  return new URL(await field.inputValue()).pathname;
}
