// What the browser keeps of somebody.

/** The databases of this browser, by their names. */
export function databases(page) {
  return page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
}

/** All that is kept of somebody, as one text: the copy and the outbox. */
export function kept({ page, id }) {
  return page.evaluate(async (name) => {
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open(name));
    const stores = [...database.objectStoreNames];
    const read = async (store) => (await done(database.transaction(store).objectStore(store).getAll())).join("\n");
    const texts = await Promise.all(stores.map(read));
    database.close();
    return Object.fromEntries(stores.map((store, at) => [store, texts[at]]));
  }, `damso.${id}`);
}

/** Whether a text is in the copy. */
export async function isKept(person, text) {
  return (await kept(person)).copy?.includes(text) ?? false;
}

/** Writes something into the copy that this client cannot read. */
export function spoil({ page, id }, key, value) {
  return page.evaluate(
    async ([name, key, value]) => {
      const request = indexedDB.open(name);
      await new Promise((resolve, reject) => Object.assign(request, { onsuccess: resolve, onerror: reject }));
      const transaction = request.result.transaction("copy", "readwrite");
      transaction.objectStore("copy").put(value, key);
      await new Promise((resolve) => Object.assign(transaction, { oncomplete: resolve }));
      request.result.close();
    },
    [`damso.${id}`, key, value],
  );
}
