import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { codeOf } from "./totp.mjs";

test("codes are those of RFC 6238", (t) => {
  t.after(() => mock.timers.reset());
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  for (const [seconds, code] of [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [20_000_000_000, "353130"],
  ]) {
    mock.timers.reset();
    mock.timers.enable({ apis: ["Date"], now: seconds * 1_000 });
    assert.equal(codeOf(secret), code);
  }
});
