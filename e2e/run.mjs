// Runs the journeys, one after the other, against the server that DAMSO_URL names.
//
//     node e2e/run.mjs [filter]
//
// The filter is a part of a file name in journeys/, or else of a test's name.

import { readdir } from "node:fs/promises";
import path from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const LONGEST_JOURNEY_MS = 5 * 60_000;

function fail(reason) {
  console.error(`error: ${reason}`);
  process.exit(1);
}

async function filesIn(name, ending) {
  const folder = fileURLToPath(new URL(name, import.meta.url));
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => path.join(folder, name));
}

/** The journeys, and before them the tests of what they are told by. */
async function testFiles() {
  return [...(await filesIn("lib/", ".test.mjs")), ...(await filesIn("journeys/", ".mjs"))];
}

/** Chooses by file name where one matches, else by the tests' names. */
function choose(files, filter) {
  if (filter === undefined) {
    return { files };
  }
  const named = files.filter((file) => path.basename(file).includes(filter));
  if (named.length > 0) {
    return { files: named };
  }
  const literally = filter.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return { files, testNamePatterns: [new RegExp(literally, "i")] };
}

if (process.env.DAMSO_URL === undefined) {
  fail("DAMSO_URL does not name a server; `./just e2e` starts one and sets it");
}
const files = await testFiles();
if (files.length === 0) {
  fail("there are no journeys in e2e/journeys");
}

let ran = 0;
run({ ...choose(files, process.argv[2]), concurrency: 1, timeout: LONGEST_JOURNEY_MS })
  .on("test:pass", ({ skip, details }) => {
    // A file counts as a test of its own where it runs apart; only what somebody wrote counts here.
    ran += skip === undefined && details.type !== "suite" ? 1 : 0;
  })
  .on("test:fail", () => {
    process.exitCode = 1;
  })
  .on("end", () => {
    if (ran === 0 && process.exitCode === undefined) {
      fail("no journey ran: nothing has that name");
    }
  })
  .compose(new spec())
  .pipe(process.stdout);
