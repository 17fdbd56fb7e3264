// What the scan page keeps in this browser, in IndexedDB: the outbox, and what was decided here, for
// undo and for the summary. Of one person; another who signs in here sees none of it.
const VERSION = 1;

function opened(person) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(`fritz-scan-${person}`, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("outbox", { autoIncrement: true });
      asked.result.createObjectStore("made", { autoIncrement: true });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

class Store {
  constructor(database, name) {
    this.database = database;
    this.name = name;
  }

  run(mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(this.name, mode);
      const result = work(transaction.objectStore(this.name));
      transaction.oncomplete = () => resolve(result);
      transaction.onerror = () => reject(transaction.error);
    });
  }

  async all() {
    const found = [];
    await this.run("readonly", (store) => {
      store.openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        found.push({ key: cursor.key, item: cursor.value });
        cursor.continue();
      };
    });
    return found;
  }

  add(item) {
    return this.run("readwrite", (store) => {
      store.add(item);
    });
  }

  remove(keys) {
    return this.run("readwrite", (store) => {
      keys.forEach((key) => store.delete(key));
    });
  }
}

export async function openStores(person) {
  const database = await opened(person);
  return { outbox: new Store(database, "outbox"), made: new Store(database, "made") };
}
