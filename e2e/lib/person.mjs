// Somebody in a browser of their own: where they go, what they press, and what they see.
//
//     const [minji, alex] = await friends(t, [{ name: "민지" }, { name: "Alex", language: "en" }]);
//     await minji.openDirect(alex);
//     await minji.say("여섯 시에 봐요");
//     await seen(alex.message("여섯 시에 봐요", { of: minji }));

import { befriend, call, signUp } from "./api.mjs";
import { addressOf, launchBrowser, openContext } from "./browser.mjs";
import { gone, seen } from "./wait.mjs";
import { WORDS } from "./words.mjs";

const PASSWORD = "tea at six, quietly";

/** Nobody is signed in yet: the client asks, and is told so. */
const NO_SESSION = /^401 POST .*\/auth\/refresh$/;

function uniqueHandle() {
  return `e2e_${Math.random().toString(36).slice(2, 12)}`;
}

/** Opens a browser and brings people into it who have accounts and are signed in. */
export async function people(t, descriptions) {
  const browser = await launchBrowser(t);
  return Promise.all(descriptions.map((description) => Person.join(t, browser, description)));
}

/** As `people`, and each is a friend of each. */
export async function friends(t, descriptions) {
  const browser = await launchBrowser(t);
  const all = await Promise.all(descriptions.map((description) => Person.register(t, browser, description)));
  for (const [at, one] of all.entries()) {
    for (const other of all.slice(at + 1)) {
      await befriend(one, other);
    }
  }
  await Promise.all(all.map((person) => person.start()));
  return all;
}

/** Two friends who have their direct conversation open: the first with the options of a context that are given. */
export async function talking(t, options) {
  const [minji, alex] = await friends(t, [{ name: "김민지", options }, { name: "Alex", language: "en" }]);
  await Promise.all([minji.openDirect(alex), alex.openDirect(minji)]);
  return [minji, alex];
}

/** Somebody, with a page. */
export class Person {
  constructor({ context, page, trouble }, { name, language = "ko", handle = uniqueHandle(), email, hasTouch = false }) {
    Object.assign(this, { context, page, trouble, name, language, handle, email });
    this.password = PASSWORD;
    this.hasTouch = hasTouch;
    this.words = WORDS[language];
  }

  /** Opens a window for somebody who has no account yet; `description.options` are those of `openContext`. */
  static async arrive(t, browser, description) {
    const { language = "ko", options = {} } = description;
    const { locale } = WORDS[language];
    const opened = await openContext(t, browser, { locale, ...options });
    return new Person(opened, { ...description, hasTouch: options.hasTouch });
  }

  /** Somebody with an account, whose page is still empty. */
  static async register(t, browser, description) {
    const person = await Person.arrive(t, browser, description);
    Object.assign(person, await signUp(person.context, person));
    return person;
  }

  /** Somebody with an account who is looking at the first screen. */
  static async join(t, browser, description) {
    const person = await Person.register(t, browser, description);
    await person.start();
    return person;
  }

  /** The same account in a browser of its own, signed in by the form. */
  async onAnotherDevice(t) {
    const { name, language, handle } = this;
    const options = { baseURL: addressOf(this.context) };
    const other = await Person.arrive(t, this.context.browser(), { name, language, handle, options });
    other.password = this.password;
    await other.signIn();
    return other;
  }

  /** The same account in another tab of the same browser. */
  async inAnotherTab() {
    const tab = Object.assign(Object.create(Person.prototype), this, { page: await this.context.newPage() });
    await tab.start();
    return tab;
  }

  /** Opens the client. */
  async start() {
    await this.page.goto("/");
    await seen(this.pane(this.words.friends));
  }

  // The entrance.

  /** Makes an account with the form. */
  async signUp() {
    const { page, words } = this;
    this.trouble.expect(NO_SESSION);
    await page.goto("/");
    await page.getByRole("link", { name: words.signUp }).click();
    await this.field(words.handle).fill(this.handle);
    await this.field(words.displayName).fill(this.name);
    await this.field(words.password).fill(this.password);
    if (this.email !== undefined) {
      await this.field(words.emailOptional).fill(this.email);
    }
    await this.button(words.signUp).click();
    await seen(this.pane(words.friends));
  }

  /** Signs in with the form. */
  async signIn() {
    await this.trySignIn();
    await seen(this.pane(this.words.friends));
  }

  /** Ends this browser's session from the settings. */
  async signOut() {
    const { page, words } = this;
    await this.goToSettings(words.account);
    await this.button(words.signOut, page.getByRole("main")).click();
    await seen(page.getByRole("link", { name: words.signUp }));
  }

  /** The heading of a card at the entrance. */
  card(title) {
    return this.page.getByRole("main").getByRole("heading", { name: title, exact: true, level: 1 });
  }

  /** Fills in the form and sends it, with the handle unless it is to be something else. */
  async trySignIn(login = this.handle) {
    const { page, words } = this;
    this.trouble.expect(NO_SESSION);
    await page.goto("/sign-in");
    await this.field(words.login).fill(login);
    await this.field(words.password).fill(this.password);
    await this.button(words.signIn).click();
  }

  // Getting around.

  /** A list on the left, by its title. */
  pane(title) {
    return this.page.getByRole("region", { name: title, exact: true });
  }

  /** A link to an area, by its name. With something unread, its accessible name goes on. */
  areaLink(name) {
    const navigation = this.page.getByRole("navigation", { name: this.words.navigation, exact: true });
    return navigation.getByRole("link", { name: new RegExp(`^${name}(,|$)`) });
  }

  /** What the link to the chats is called while something is unread. */
  chatsWithUnread(count) {
    return `${this.words.chats}, ${this.words.unreadMessages(count)}`;
  }

  /** Goes back to the list, where a narrow screen shows nothing else. */
  async leaveDetail() {
    // Only the lists have the tabs there.
    if (!(await this.areaLink(this.words.friends).isVisible())) {
      await this.button(this.words.back).click();
      await seen(this.areaLink(this.words.friends));
    }
  }

  /** Goes to an area and waits for its list. */
  async goTo(name) {
    await this.leaveDetail();
    await this.areaLink(name).click();
    await seen(this.pane(name));
  }

  /** Goes to a page of the settings. */
  async goToSettings(section) {
    await this.goTo(this.words.settings);
    await this.pane(this.words.settings).getByRole("link", { name: section }).click();
    await seen(this.page.getByRole("main").getByRole("heading", { name: section, exact: true, level: 1 }));
  }

  /** A switch in the settings; its name goes on with a sentence about it. */
  shown(name) {
    return this.page.getByRole("switch", { name: new RegExp(`^${name}`) });
  }

  button(name, within = this.page) {
    return within.getByRole("button", { name, exact: true });
  }

  field(label, within = this.page) {
    return within.getByLabel(label, { exact: true });
  }

  dialog(name) {
    return this.page.getByRole("dialog", { name, exact: true });
  }

  /** A dialog whose title is not known to the letter. */
  dialogAbout(pattern) {
    return this.page.getByRole("dialog", { name: pattern });
  }

  menuItem(name) {
    return this.page.getByRole("menuitem", { name, exact: true });
  }

  /** Waits for short news at the foot of the screen. */
  async isTold(text) {
    await seen(this.page.getByRole("status").getByText(text, { exact: true }));
  }

  /** Shows once more that it is them, by their password, when the server asks for it. */
  async prove() {
    const dialog = await seen(this.dialog(this.words.proofTitle));
    await this.field(this.words.currentPassword, dialog).fill(this.password);
    await this.button(this.words.confirm, dialog).click();
    await gone(dialog);
  }

  // People.

  /** Somebody's row in the list of friends. */
  friendRow({ name }) {
    return this.pane(this.words.friends).getByRole("link").filter({ hasText: name });
  }

  /** The dot on somebody's face in the list of friends, by what it says. */
  presenceOf(other, status) {
    return this.friendRow(other).getByRole("img", { name: status, exact: true });
  }

  /** The card of somebody. */
  profile({ name }) {
    return this.page.getByRole("article", { name, exact: true });
  }

  /** Looks somebody up by handle and asks to be friends. */
  async askToBeFriends(other) {
    const { words } = this;
    await this.pane(words.friends).getByRole("button", { name: words.addFriend }).first().click();
    const dialog = await seen(this.dialog(words.addFriend));
    await this.field(words.friendHandle, dialog).fill(other.handle);
    await this.button(words.find, dialog).click();
    await seen(dialog.getByText(other.name, { exact: true }));
    await this.button(words.sendRequest, dialog).click();
    await this.isTold(words.requestSent(other.name));
  }

  /** Accepts a request that has come. */
  async accept(other) {
    await this.button(this.words.acceptRequest(other.name)).click();
    await this.isTold(this.words.nowFriends(other.name));
  }

  // Chats.

  /** A row of the list of chats, by the name of the chat. */
  chatRow(title) {
    return this.pane(this.words.chats).getByRole("link").filter({ hasText: title });
  }

  /** The unread badge of a row. */
  badge(title, count) {
    return this.chatRow(title).getByText(this.words.unreadMessages(count), { exact: true });
  }

  /** Chooses from the menu of a row, as the right mouse button opens it. */
  async chooseForChat(title, item) {
    await this.chatRow(title).click({ button: "right" });
    await this.menuItem(item).click();
  }

  /** Opens a conversation from the list of chats. */
  async openChat(title) {
    await this.goTo(this.words.chats);
    await this.chatRow(title).click();
    await seen(this.conversation(title));
  }

  /** Opens the profile of a friend. */
  async openProfile(other) {
    await this.goTo(this.words.friends);
    await this.friendRow(other).click();
    await seen(this.profile(other));
  }

  /** Opens the conversation with a friend from their profile. */
  async openDirect(other) {
    await this.openProfile(other);
    await this.button(this.words.startDirect).click();
    await seen(this.conversation(other.name));
    await seen(this.composer());
  }

  conversation(title) {
    return this.page.getByRole("main", { name: this.words.conversation(title), exact: true });
  }

  composer() {
    return this.page.getByRole("textbox", { name: this.words.message, exact: true });
  }

  /** Writes and sends: with Enter, or with the button where Enter breaks the line. */
  async say(text) {
    await this.composer().fill(text);
    if (this.hasTouch) {
      await this.button(this.words.send).tap();
    } else {
      await this.composer().press("Enter");
    }
  }

  log() {
    return this.page.getByRole("log", { name: this.words.messages, exact: true });
  }

  /** Messages of mine, or of somebody else, with this text in them. */
  message(text, { of = this } = {}) {
    const name = of.handle === this.handle ? this.words.myMessage : this.words.messageOf(of.name);
    return this.log().getByRole("article", { name, exact: true }).filter({ hasText: text });
  }

  /** Opens the menu of a message, as the right mouse button does. */
  async openMessageMenu(text, { of = this } = {}) {
    await this.message(text, { of }).getByText(text, { exact: true }).click({ button: "right" });
    await seen(this.page.getByRole("menu", { name: this.words.messageMenu, exact: true }));
  }

  /** The texts of all messages that are shown, from the first to the last. */
  texts() {
    return this.log().getByRole("article").getByRole("paragraph").allInnerTexts();
  }

  /** The unread number beside a message of mine. */
  unreadNumber(text, count) {
    return this.message(text).getByText(this.words.unreadBy(count), { exact: true });
  }

  /** Whatever number is shown beside messages. */
  anyUnreadNumber() {
    return this.log().getByText(this.words.unreadByAny);
  }

  /** Makes a group from the list of chats and opens it. */
  async makeGroup(name, members) {
    const { words } = this;
    await this.goTo(words.chats);
    await this.pane(words.chats).getByRole("button", { name: words.newChat }).first().click();
    const dialog = await seen(this.dialog(words.newChat));
    for (const member of members) {
      await dialog.getByRole("checkbox", { name: member.name, exact: true }).check();
    }
    await this.field(words.groupName, dialog).fill(name);
    await this.button(words.makeGroup(members.length), dialog).click();
    await seen(this.conversation(name));
  }

  /** Opens the drawer of the conversation that is on the screen. */
  async openDrawer() {
    await this.button(this.words.aboutChat).click();
    return seen(this.drawer());
  }

  async leaveDrawer() {
    await this.button(this.words.closeDrawer, this.drawer()).click();
    await gone(this.drawer());
  }

  drawer() {
    return this.page.getByRole("complementary", { name: this.words.aboutChat, exact: true });
  }

  /** What is attached to the message that is being written. */
  tray() {
    return this.page.getByRole("list", { name: this.words.attached, exact: true });
  }

  /** Attaches files to the message that is being written. */
  async attach(files) {
    const chooser = this.page.waitForEvent("filechooser");
    const { attach, addFilesOrPoll, attachFiles } = this.words;
    await seen(this.button(attach).or(this.button(addFilesOrPoll)));
    // In a group there is more to add than files.
    if (await this.button(addFilesOrPoll).isVisible()) {
      await this.button(addFilesOrPoll).click();
      await this.menuItem(attachFiles).click();
    } else {
      await this.button(attach).click();
    }
    await (await chooser).setFiles(files);
  }

  /** Calls an operation as this person. */
  call(method, path, body) {
    return call(this.context, method, path, { token: this.token, body });
  }
}
