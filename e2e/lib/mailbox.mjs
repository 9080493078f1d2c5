// The mails of a server that writes them into a folder (DAMSO_MAIL=folder).

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import PostalMime from "postal-mime";

const PATIENCE_MS = 10_000;
const STEP_MS = 25;

/** The folder `mail` of a data folder. */
export class Mailbox {
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  /** What was sent to an address, in that order: `{ subject, text, html }`. */
  async mailsTo(address) {
    const mails = [];
    for (const name of await this.#names()) {
      const { to = [], subject = "", text = "", html = "" } = await PostalMime.parse(
        await readFile(path.join(this.#folder, name)),
      );
      if (to.some((recipient) => recipient.address === address)) {
        mails.push({ subject, text, html });
      }
    }
    return mails;
  }

  /** The mail to an address that comes after `known` others, once it is there. */
  async nextTo(address, known = 0) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const mails = await this.mailsTo(address);
      if (known < mails.length) {
        return mails[known];
      }
      if (end < Date.now()) {
        throw new Error(`there are ${mails.length} mails to ${address}, and no other came`);
      }
      await pause(STEP_MS);
    }
  }

  /** Whole mails only, the first one sent first: they are named by their time. */
  async #names() {
    try {
      const names = await readdir(this.#folder);
      return names.filter((name) => name.endsWith(".eml")).sort();
    } catch (error) {
      if (error.code === "ENOENT") {
        return [];
      }
      throw error;
    }
  }
}

/** The link of a mail: it stands alone on its line. */
export function linkOf({ text }) {
  const link = text.split(/\r?\n/).find((line) => /^https?:\/\/\S+$/.test(line));
  if (link === undefined) {
    throw new Error("there is no link in the mail");
  }
  return link;
}
