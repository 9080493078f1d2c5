// What is in a ZIP file, by its list of contents at the end (APPNOTE 4.3).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { inflateRawSync } from "node:zlib";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const DEFLATED = 8;

/** Reads a file as an archive: a map from names to bytes. Not for archives that need ZIP64. */
export async function readArchive(file) {
  const bytes = await readFile(file);
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  assert.ok(end >= 0 && bytes.readUInt32LE(end) === END, "it is no archive");
  const entries = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    assert.equal(bytes.readUInt32LE(at), ENTRY, "its list of contents is broken");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    entries.set(name, contents(bytes, at));
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}

function contents(bytes, entry) {
  const size = bytes.readUInt32LE(entry + 20);
  const header = bytes.readUInt32LE(entry + 42);
  const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
  const stored = bytes.subarray(start, start + size);
  return bytes.readUInt16LE(entry + 10) === DEFLATED ? inflateRawSync(stored) : stored;
}
