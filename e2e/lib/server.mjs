// A server of a journey's own, which may be killed and started again.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { Mailbox } from "./mailbox.mjs";

/** What a browser says of a server that is not there, or is about to be. */
export const SERVER_GONE = [
  /^net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/,
  /WebSocket/,
  /^503 /,
];

/** What a browser says of requests while it has no network. */
export const WITHOUT_NETWORK = [/^net::ERR_FAILED .*\/api\//, /ERR_INTERNET_DISCONNECTED/];

const READY = /Damso is ready at (http:\/\/\S+)/;

/** Starts a server with an empty data folder, and ends it with the test. Usually nobody is too fast for it. */
export async function startServer(t, { hasLimits = false, signUp = "open" } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "damso-e2e-"));
  // Started by root, the cluster runs as another user, who has to get to its files.
  await chmod(folder, 0o755);
  const server = new Server(path.join(folder, "data"), { hasLimits, signUp });
  t.after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });
  await server.start();
  return server;
}

class Server {
  #data;
  #settings;
  #child;

  /** Where it answers, before and after it was started again. */
  url = null;

  /** What it sends. */
  mailbox;

  constructor(data, { hasLimits, signUp }) {
    this.#data = data;
    this.mailbox = new Mailbox(path.join(data, "mail"));
    this.#settings = ["--rate-limits", hasLimits ? "on" : "off", "--sign-up", signUp];
  }

  async start() {
    const listen = `127.0.0.1:${this.url === null ? 0 : new URL(this.url).port}`;
    const { DAMSO_SERVER, DAMSO_WEB_DIR } = process.env;
    const args = ["serve", "--data-dir", this.#data, "--listen", listen, "--web-dir", DAMSO_WEB_DIR];
    args.push("--mail", "folder", ...this.#settings);
    this.#child = spawn(DAMSO_SERVER, args, { env: withoutSettings(), stdio: ["ignore", "pipe", "pipe"] });
    this.url = await Promise.race([ready(this.#child.stdout), ready(this.#child.stderr), failed(this.#child)]);
  }

  /** What the operator asks of it, and what comes of that. */
  async administer(...request) {
    const args = ["admin", "--data-dir", this.#data, "--json", ...request];
    const { stdout } = await promisify(execFile)(process.env.DAMSO_SERVER, args, { env: withoutSettings() });
    return JSON.parse(stdout);
  }

  /** Ends it without a word, as a power cut does. */
  async kill() {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await gone;
    }
  }
}

async function ready(stream) {
  const lines = createInterface({ input: stream });
  return new Promise((resolve) => {
    // Read to the end: a pipe that nobody empties would stop the server.
    lines.on("line", (line) => {
      const match = READY.exec(line);
      if (match !== null) {
        resolve(match[1].replace(/\/$/, ""));
      }
    });
  });
}

async function failed(child) {
  const [code, signal] = await once(child, "exit");
  throw new Error(`the server ended before it was ready: ${code ?? signal}`);
}

/** The settings of whoever runs the tests are not for a server of theirs. */
function withoutSettings() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== "DATABASE_URL" && !name.startsWith("DAMSO_")),
  );
}
