// What reads the mails reads them right.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { Mailbox, linkOf } from "./mailbox.mjs";

const base64 = (text) => Buffer.from(text).toString("base64");

function mail(to, subject, text, html) {
  const part = (type, content) =>
    `--x\r\nContent-Type: text/${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(content)}\r\n`;
  return [
    "From: =?utf-8?b?64u07IaM?= <damso@localhost>",
    `To: ${to}`,
    `Subject: =?utf-8?b?${base64(subject)}?=`,
    "MIME-Version: 1.0",
    'Content-Type: multipart/alternative; boundary="x"',
    "",
    `${part("plain", text)}${part("html", html)}--x--\r\n`,
  ].join("\r\n");
}

test("mails are found by address, in the order in which they were sent", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "damso-mail-"));
  t.after(() => rm(folder, { recursive: true }));
  const put = (name, ...content) => writeFile(path.join(folder, name), mail(...content));
  await put("20261127T100000000000002-b.eml", "minji@example.org", "둘째", "셋\n", "<p>셋</p>");
  await put("20261127T100000000000001-c.eml", "minji@example.org", "첫째", "안녕:\nhttps://a.example/x#y\n", "<p>안녕</p>");
  await put("20261127T100000000000003-a.eml", "ada@example.org", "Hello", "x", "x");
  await put(".20261127T100000000000004-d.new", "minji@example.org", "half", "x", "x");

  const mailbox = new Mailbox(folder);
  const mails = await mailbox.mailsTo("minji@example.org");
  assert.deepEqual(mails.map(({ subject }) => subject), ["첫째", "둘째"]);
  assert.equal(mails[0].html.trim(), "<p>안녕</p>");
  assert.equal(linkOf(mails[0]), "https://a.example/x#y");
  assert.throws(() => linkOf(mails[1]), /no link/);
  assert.deepEqual(await new Mailbox(path.join(folder, "none")).mailsTo("minji@example.org"), []);

  const next = mailbox.nextTo("ada@example.org", 1);
  await put("20261127T100000000000005-e.eml", "ada@example.org", "Later", "x", "x");
  assert.equal((await next).subject, "Later");
});
