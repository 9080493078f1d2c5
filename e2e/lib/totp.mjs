// Codes as an authenticator app shows them (RFC 6238: SHA-1, six digits, 30 seconds).

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

const STEP_MS = 30_000;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code of a secret in base32; `steps` later than now, which a server takes for a clock that is early. */
export function codeOf(secret, steps = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + steps));
  const mac = createHmac("sha1", bytesOf(secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 0xf) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

function bytesOf(base32) {
  const bits = [...base32.replaceAll(/\s/g, "")].map((letter) => {
    const value = ALPHABET.indexOf(letter);
    assert.notEqual(value, -1, `${letter} is no letter of base32`);
    return value.toString(2).padStart(5, "0");
  });
  const bytes = bits.join("").match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** Has an account ask for codes from an app. Returns the app's secret and the recovery codes. */
export async function enableCodes(person) {
  await person.call("POST", "/auth/reauthenticate", { password: person.password });
  const { secret } = await person.call("POST", "/me/totp");
  const { recovery_codes: recoveryCodes } = await person.call("POST", "/me/totp/confirm", { code: codeOf(secret) });
  return { secret, recoveryCodes };
}
