// A picture of every screen, wide and narrow, light and dark, in both languages, for people to look at:
//
//     DAMSO_SHOTS=1 cargo xtask e2e screens

import { test } from "node:test";

import { launchBrowser, NARROW } from "../lib/browser.mjs";
import { shot } from "../lib/shots.mjs";
import { tourEntrance, tourInside } from "../lib/tour.mjs";

const skip = process.env.DAMSO_SHOTS === "1" ? false : "only with DAMSO_SHOTS=1";
const SIZES = { wide: { width: 1440, height: 900 }, narrow: NARROW };

for (const language of ["ko", "en"]) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`every screen, ${size}, ${language}`, { skip }, async (t) => {
      const browser = await launchBrowser(t);
      const visit = async (screen, { page }) => {
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          await shot(page, `${screen}-${size}-${colorScheme}-${language}`);
        }
      };
      await tourEntrance(t, browser, language, { viewport }, visit);
      await tourInside(t, browser, language, { viewport }, visit);
    });
  }
}
