// Development only: a new client is loaded as soon as it is built.
(() => {
  const builtFrom = async () => {
    const answer = await fetch("/manifest.json", { cache: "no-store" });
    return (await answer.json()).inputs;
  };
  let running = null;
  setInterval(async () => {
    try {
      const latest = await builtFrom();
      running ??= latest;
      if (latest !== running) {
        location.reload();
      }
    } catch {
      // The server is being rebuilt; the next round asks again.
    }
  }, 1000);
})();
