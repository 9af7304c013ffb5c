// What the inspector's page keeps on the phone: IndexedDB, or this page's memory where the browser keeps nothing.
"use strict";
(() => {
  const NAME = "boarding", STORES = ["meta", "marks", "manifests", "scans"];

  const done = (request) => new Promise((yes, no) => {
    request.onsuccess = () => yes(request.result);
    request.onerror = () => no(request.error);
  });

  const open = () => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => { for (const store of STORES) request.result.createObjectStore(store); };
    return done(request);
  };

  class Kept {
    keeps = true;
    constructor(db) { this.db = db; }

    get(store, key) { return done(this.db.transaction(store).objectStore(store).get(key)); }

    async all(store) {
      const rows = this.db.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
      return new Map(keys.map((key, at) => [key, values[at]]));
    }

    // changes: [store, key, value] each, undefined to delete; all of them or none, on the disk before this returns.
    write(changes) {
      return new Promise((yes, no) => {
        const turn = this.db.transaction(STORES, "readwrite", { durability: "strict" });
        for (const [store, key, value] of changes) {
          if (value === undefined) turn.objectStore(store).delete(key);
          else turn.objectStore(store).put(value, key);
        }
        turn.oncomplete = () => yes();
        turn.onerror = turn.onabort = () => no(turn.error);
      });
    }

    clear(...stores) {
      return new Promise((yes, no) => {
        const turn = this.db.transaction(stores, "readwrite");
        for (const store of stores) turn.objectStore(store).clear();
        turn.oncomplete = () => yes();
        turn.onerror = turn.onabort = () => no(turn.error);
      });
    }
  }

  class Remembered {
    keeps = false;
    stores = Object.fromEntries(STORES.map((store) => [store, new Map()]));
    async get(store, key) { return this.stores[store].get(key); }
    async all(store) { return new Map(this.stores[store]); }
    async write(changes) {
      for (const [store, key, value] of changes) {
        if (value === undefined) this.stores[store].delete(key);
        else this.stores[store].set(key, value);
      }
    }
    async clear(...stores) { for (const store of stores) this.stores[store].clear(); }
  }

  boarding.openShelf = () => open().then((db) => new Kept(db)).catch(() => new Remembered());
})();
