// What axe finds wrong on a page, by the rules of WCAG 2.2 AA.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Fails with a list of what is wrong and where. `within` is a selector; `except` names rules by id. */
export async function assertAccessible(page, { within = null, except = [] } = {}) {
  // Evaluated rather than added as a script, which the page's content security policy refuses.
  await page.evaluate(source);
  const violations = await page.evaluate(
    async ({ within, except, tags }) => {
      const rules = Object.fromEntries(except.map((id) => [id, { enabled: false }]));
      const result = await globalThis.axe.run(within ?? document, { runOnly: tags, rules });
      return result.violations.flatMap(({ id, help, nodes }) =>
        nodes.map((node) => `${id} (${help}): ${node.target.join(" ")}`),
      );
    },
    { within, except, tags: TAGS },
  );
  assert.equal(violations.length, 0, `not accessible at ${page.url()}:\n  ${violations.join("\n  ")}`);
}
