// Every screen, by the rules of WCAG 2.2 AA, in both themes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { violations } from "../lib/accessibility.mjs";
import { launchBrowser, NARROW, WIDE } from "../lib/browser.mjs";
import { tourEntrance, tourInside } from "../lib/tour.mjs";

const THEMES = ["light", "dark"];

test("the entrance is accessible", async (t) => {
  await tourIsAccessible(t, tourEntrance, "ko", { viewport: WIDE });
});

test("the screens inside are accessible on a wide screen", async (t) => {
  await tourIsAccessible(t, tourInside, "ko", { viewport: WIDE });
});

test("the screens inside are accessible on a narrow screen", async (t) => {
  await tourIsAccessible(t, tourInside, "en", { viewport: NARROW });
});

async function tourIsAccessible(t, tour, language, options) {
  const browser = await launchBrowser(t);
  const found = [];
  await tour(t, browser, language, options, async (screen, { page }) => {
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      const here = await violations(page);
      found.push(...here.map((violation) => `${screen}, ${colorScheme}: ${violation}`));
    }
  });
  assert.equal(found.length, 0, `not accessible:\n  ${found.join("\n  ")}`);
}
