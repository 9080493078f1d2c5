// Screenshots for people to look at, in e2e/.screenshots/. Nothing compares them.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../.screenshots/", import.meta.url));

/** Saves what the page shows as `<name>.png`, once its fonts and pictures are there. */
export async function shot(page, name, options = {}) {
  await mkdir(FOLDER, { recursive: true });
  await page.evaluate(async () => {
    await document.fonts.ready;
    const loading = [...document.images].filter((image) => !image.complete && image.loading !== "lazy");
    // A picture that cannot be loaded is shown as such.
    await Promise.all(loading.map((image) => image.decode().catch(() => undefined)));
  });
  const file = path.join(FOLDER, `${name}.png`);
  await page.screenshot({ path: file, animations: "disabled", caret: "hide", ...options });
  return file;
}
