// The desktop's notifications, as a page asks for them, and whether anybody looks at the page.

/**
 * Lets a browser show notifications, and notes those that its pages show. Before its first page is opened.
 *
 * A headless browser shows none; what is noted is the real constructor being called.
 */
export async function allowNotifications({ context }) {
  await context.grantPermissions(["notifications"]);
  await context.addInitScript(() => {
    const shown = [];
    class Recorded extends Notification {
      constructor(title, options) {
        super(title, options);
        Object.assign(this, { isOpen: true });
        shown.push(this);
      }

      close() {
        this.isOpen = false;
        super.close();
      }
    }
    Object.assign(globalThis, { Notification: Recorded, notificationsShown: shown });
  });
}

/** All that a page has shown, from the first to the last. */
export function notifications({ page }) {
  return page.evaluate(() => globalThis.notificationsShown.map(({ title, body }) => `${title}: ${body}`));
}

/** Those that are still there. */
export function openNotifications({ page }) {
  return page.evaluate(() =>
    globalThis.notificationsShown.filter(({ isOpen }) => isOpen).map(({ title, body }) => `${title}: ${body}`),
  );
}

/** Clicks on the last one. */
export async function clickNotification({ page }) {
  await page.evaluate(() => globalThis.notificationsShown.at(-1).dispatchEvent(new Event("click")));
}

/** Counts the sounds of a page from now on: each has an audio context of its own. */
export async function sounds({ page }) {
  const contexts = await page.evaluateHandle(() => {
    const contexts = new Set();
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (when) {
      contexts.add(this.context);
      start.call(this, when);
    };
    return contexts;
  });
  return () => contexts.evaluate(({ size }) => size);
}

/** Somebody turns to another tab or window. Pages of a headless browser all believe that they are looked at. */
export async function looksAway({ page }) {
  await page.evaluate(() => {
    Object.defineProperties(document, {
      hidden: { configurable: true, value: true },
      visibilityState: { configurable: true, value: "hidden" },
      hasFocus: { configurable: true, value: () => false },
    });
    document.dispatchEvent(new Event("visibilitychange"));
    window.dispatchEvent(new Event("blur"));
  });
}

/** Somebody is back. */
export async function looksBack({ page }) {
  await page.evaluate(() => {
    for (const name of ["hidden", "visibilityState", "hasFocus"]) {
      delete document[name];
    }
    document.dispatchEvent(new Event("visibilitychange"));
    window.dispatchEvent(new Event("focus"));
  });
}
