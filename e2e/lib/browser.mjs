// A browser for the journeys, and one context a person in it.
//
//     const browser = await launchBrowser(t);
//     const { page, trouble } = await openContext(t, browser, { locale: "en-US", viewport: NARROW });
//     trouble.expect(/401 .*\/auth\/refresh/);
//
// `t` is the context of node:test. When its test ends, everything is closed, and the test fails if a page
// reported an error that nobody expected.

import assert from "node:assert/strict";

import { chromium } from "playwright-core";

import { shot } from "./shots.mjs";

/** The address of the server under test. */
export const baseUrl = process.env.DAMSO_URL;

export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 390, height: 844 };
/** Options of a context that is a phone. */
export const PHONE = { viewport: NARROW, isMobile: true, hasTouch: true };

const FLAGS = [
  // A test may not talk to anything but the server under test.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-quic",
  "--disable-sync",
  "--no-default-browser-check",
  "--no-first-run",
  "--no-pings",
  // Two people in two windows: neither may be put to sleep because the other one is in front.
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  // Containers give /dev/shm 64 MB.
  "--disable-dev-shm-usage",
  // Screenshots of two machines should show the same letters.
  "--font-render-hinting=none",
  "--force-color-profile=srgb",
];

// Chromium's sandbox does not start as root.
const SANDBOX = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

const LAUNCH = {
  executablePath: process.env.DAMSO_CHROMIUM,
  headless: true,
  args: [...FLAGS, ...SANDBOX],
};

/** Starts Chromium and closes it with the test. */
export async function launchBrowser(t) {
  const browser = await chromium.launch(LAUNCH);
  const leavings = [];
  LEAVINGS.set(browser, leavings);
  t.after(async () => {
    // The hooks of a test run in the order in which they were added, and a closed browser tells nothing.
    const outcomes = await Promise.allSettled(leavings.map((leave) => leave()));
    await browser.close();
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) {
      throw failed.reason;
    }
  });
  return browser;
}

/** What is done in each browser before it is closed. */
const LEAVINGS = new WeakMap();

/**
 * Opens a window of somebody's own: cookies, storage, language, colours and size are shared with nobody.
 *
 * `options` are Playwright's for a new context.
 */
export async function openContext(t, browser, options = {}) {
  const context = await browser.newContext({ ...OPTIONS, ...options });
  ADDRESSES.set(context, options.baseURL ?? baseUrl);
  context.setDefaultTimeout(10_000);
  const trouble = new Trouble();
  context.on("page", (page) => trouble.watch(page));
  const page = await context.newPage();
  LEAVINGS.get(browser).push(async () => {
    // A test that failed already reports its own error only; what the browser said often explains it.
    trouble.unexpected().forEach((entry) => t.diagnostic(entry));
    await showFailure(t, context);
    trouble.assertNone();
  });
  return { context, page, trouble };
}

/** A context's options, where a test says nothing else. */
const OPTIONS = {
  baseURL: baseUrl,
  locale: "ko-KR",
  timezoneId: "Asia/Seoul",
  colorScheme: "light",
  viewport: WIDE,
  reducedMotion: "reduce",
};

/** The address of the server that a context's pages are of. */
export function addressOf(context) {
  return ADDRESSES.get(context) ?? baseUrl;
}

const ADDRESSES = new WeakMap();

/**
 * Opens a browser whose cookies and storage are kept in `folder`, for who closes it and comes back. The caller
 * closes its context.
 */
export async function openKeptBrowser(folder, options = {}) {
  const context = await chromium.launchPersistentContext(folder, {
    ...LAUNCH,
    ...OPTIONS,
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const trouble = new Trouble();
  const page = context.pages()[0] ?? (await context.newPage());
  trouble.watch(page);
  return { context, page, trouble };
}

/** Keeps what the pages of a failed test show, for people to look at. */
async function showFailure(t, context) {
  if (t.error === null) {
    return;
  }
  for (const page of context.pages().filter((page) => page.url() !== "about:blank")) {
    failures += 1;
    // A page that cannot be shown must not hide why the test failed.
    const file = await shot(page, `failed-${failures}`).catch((error) => error.message);
    t.diagnostic(`${page.url()} as it was: ${file}`);
  }
}

let failures = 0;

/** What went wrong in somebody's pages without the test noticing: errors on the console, failed requests. */
export class Trouble {
  #seen = [];
  #expected = [];

  /** Forgives what matches, before or after it happens. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  /** Listens to a page. */
  watch(page) {
    page.on("pageerror", (error) => this.#note(`error in the page: ${error.name}: ${error.message} ${error.stack}`));
    page.on("crash", () => this.#note("the page crashed"));
    page.on("console", (message) => {
      // The browser's own line about a refused request names no status that a pattern could use.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        this.#note(`console: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "unknown reason";
      // Leaving a page ends its requests, which is nobody's fault.
      if (reason !== "net::ERR_ABORTED") {
        this.#note(`${reason} ${request.method()} ${request.url()}`);
      }
    });
    page.on("response", (response) => {
      if (response.status() >= 400) {
        this.#note(`${response.status()} ${response.request().method()} ${response.url()}`);
      }
    });
  }

  /** Everything nobody expected, such as `404 GET http://127.0.0.1:4242/favicon.ico`. */
  unexpected() {
    return this.#seen.filter((entry) => !this.#expected.some((pattern) => pattern.test(entry)));
  }

  /** Fails when anything unexpected happened. */
  assertNone() {
    const unexpected = this.unexpected();
    assert.equal(unexpected.length, 0, `unexpected in the browser:\n  ${unexpected.join("\n  ")}`);
  }

  #note(entry) {
    this.#seen.push(entry);
  }
}
