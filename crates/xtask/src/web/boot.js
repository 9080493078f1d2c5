"use strict";
// Runs before the first paint, so that a person who chose a theme never sees the other one flash up.
(() => {
  const page = document.documentElement;
  let theme = null;
  try {
    theme = localStorage.getItem("damso.theme");
  } catch {
    // Storage may be switched off; the system's theme is right then.
  }
  if (theme !== "light" && theme !== "dark") {
    theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  page.dataset.theme = theme;

  const app = import("__APP_JS__");
  const start = async () => {
    try {
      const { default: init } = await app;
      await init({ module_or_path: "__APP_WASM__" });
    } catch (error) {
      // The stylesheet shows the page's own words for a browser that cannot run the client.
      page.dataset.boot = "failed";
      throw error;
    }
  };
  document.addEventListener("DOMContentLoaded", start, { once: true });
})();
