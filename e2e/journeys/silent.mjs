// Messages that call nobody.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PHONE } from "../lib/browser.mjs";
import { allowNotifications, looksAway, notifications, sounds } from "../lib/notifications.mjs";
import { friends, talking } from "../lib/person.mjs";
import { eventually, gone, seen } from "../lib/wait.mjs";

test("a message that is sent without sound is there, and calls nobody", async (t) => {
  const [minji, alex] = await friends(t, [{ name: "김민지" }, { name: "Alex", language: "en" }]);
  await allowNotifications(alex);
  await alex.page.reload();
  await minji.openDirect(alex);
  const heard = await sounds(alex);
  await looksAway(alex);
  await minji.composer().fill("늦었지만");
  await minji.button(minji.words.send).click({ button: "right" });
  await minji.menuItem(minji.words.sendSilently).click();
  const own = minji.message("늦었지만");
  await seen(own.getByRole("img", { name: minji.words.wasSilent, exact: true }));
  await eventually(() => minji.composer().inputValue(), "");
  await eventually(() => alex.areaLink(alex.words.chats).getAttribute("aria-label"), alex.chatsWithUnread(1));

  // The next one calls, and is the only one that has.
  await minji.say("이제 괜찮아요?");
  await eventually(() => notifications(alex), ["김민지: 이제 괜찮아요?"]);
  await eventually(heard, 1);
  await gone(minji.message("이제 괜찮아요?").getByRole("img", { name: minji.words.wasSilent, exact: true }));
});

test("on a phone the button is held, and letting go sends nothing", async (t) => {
  const [minji, alex] = await talking(t, PHONE);
  await minji.composer().fill("쉿");
  const box = await minji.button(minji.words.send).boundingBox();
  const finger = await minji.context.newCDPSession(minji.page);
  const touch = (type, touchPoints) => finger.send("Input.dispatchTouchEvent", { type, touchPoints });
  await touch("touchStart", [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }]);
  const isHeld = () => minji.page.locator(".composer__send--held").count();
  await eventually(isHeld, 1, "nothing shows that it is held");
  await touch("touchEnd", []);
  await seen(minji.menuItem(minji.words.sendSilently));
  assert.equal(await minji.composer().inputValue(), "쉿");
  await minji.menuItem(minji.words.sendSilently).tap();
  await seen(alex.message("쉿", { of: minji }));
  await gone(alex.log().getByRole("img", { name: alex.words.wasSilent, exact: true }));
});
