// Keys, kept filters, rows that open: everything works without this, more slowly.
"use strict";
(() => {
  const search = document.querySelector("[data-search]");
  const list = document.querySelector("[data-list] tbody");
  const rows = list ? [...list.rows] : [];
  const help = document.getElementById("keys");

  const step = (by) => {
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    const to = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
    rows[to].focus();
    rows[to].scrollIntoView({ block: "nearest" });
  };
  const open = (row) => {
    if (row && row.dataset.href) location.assign(row.dataset.href);
  };
  const desk = (number) => {
    const link = document.querySelectorAll(".top__nav a")[number - 1];
    if (link) location.assign(link.href);
  };

  const acts = {
    "/": () => { if (search) { search.focus(); search.select(); } },
    j: () => step(1),
    k: () => step(-1),
    n: () => document.querySelector("[rel=next]")?.click(),
    p: () => { if (new URLSearchParams(location.search).has("cursor")) history.back(); },
    "?": () => { if (help && !help.open) help.showModal(); },
    Enter: () => open(document.activeElement.closest("tr[data-href]")),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement === search) { search.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, button, a, dialog, [contenteditable]")) return;
    const act = acts[event.key] || (/^[1-9]$/.test(event.key) ? () => desk(Number(event.key)) : null);
    if (!act) return;
    event.preventDefault();
    act();
  });
  list?.addEventListener("click", (event) => {
    if (!event.target.closest("a, button, input, select")) open(event.target.closest("tr[data-href]"));
  });
  document.querySelector("[data-print]")?.addEventListener("click", () => print());
  for (const form of document.querySelectorAll("form[data-confirm]")) {
    form.addEventListener("submit", (event) => { if (!confirm(form.dataset.confirm)) event.preventDefault(); });
  }

  // What the inspector's page keeps for want of a network goes with its session; scans that are still to be sent stay.
  const out = document.querySelector("form[action='/staff/sign-out']");
  const boarding = async () => {
    const known = await (self.indexedDB?.databases?.() ?? []);
    if (!known.some((each) => each.name === "boarding")) return null;
    return new Promise((found) => {
      const opened = indexedDB.open("boarding");
      opened.onsuccess = () => found(opened.result);
      opened.onerror = () => found(null);
    });
  };
  const forget = async (shelf, sent) => new Promise((done) => {
    const turn = shelf.transaction(["meta", "marks", "manifests", "scans"], "readwrite");
    turn.objectStore("marks").clear();
    turn.objectStore("manifests").clear();
    turn.objectStore("meta").delete("book");
    for (const scan of sent) turn.objectStore("scans").delete(scan.scan_id);
    turn.oncomplete = turn.onabort = done;
  });
  const leave = async () => {
    const shelf = await boarding();
    if (shelf) {
      const scans = await new Promise((found) => { const asked = shelf.transaction("scans").objectStore("scans").getAll(); asked.onsuccess = () => found(asked.result); asked.onerror = () => found([]); });
      if (scans.some((scan) => !scan.sent) && !confirm(out.dataset.unsent)) return;
      await forget(shelf, scans.filter((scan) => scan.sent));
    }
    await self.caches?.delete("boarding-pages");
    out.submit();
  };
  out?.addEventListener("submit", (event) => { event.preventDefault(); leave().catch(() => out.submit()); });

  // Kept filters: of this browser, by queue; addresses without the page.
  const form = document.querySelector("form[data-queue]");
  const shelf = document.querySelector("[data-kept]");
  const saved = document.querySelector("[data-saved]");
  if (!form || !shelf || !saved) return;
  const key = `staff.filters.${form.dataset.queue}`;
  const read = () => {
    try { const found = JSON.parse(localStorage.getItem(key) || "[]"); return Array.isArray(found) ? found : []; } catch { return []; }
  };
  const write = (filters) => { try { localStorage.setItem(key, JSON.stringify(filters)); } catch { /* no room: not kept */ } show(); };
  const here = () => {
    const query = new URLSearchParams(location.search);
    for (const name of ["cursor", "as", "lang"]) query.delete(name);
    for (const [name, value] of [...query]) if (!value) query.delete(name);
    return query.toString();
  };
  const show = () => {
    const filters = read();
    shelf.replaceChildren(...filters.map((each, at) => {
      const chip = document.createElement("span"), link = document.createElement("a"), drop = document.createElement("button");
      link.href = `${location.pathname}?${each.query}`;
      link.textContent = each.name;
      drop.type = "button";
      drop.textContent = "×";
      drop.setAttribute("aria-label", `${saved.dataset.drop}: ${each.name}`);
      drop.addEventListener("click", () => write(filters.filter((_, other) => other !== at)));
      chip.append(link, drop);
      return chip;
    }));
    shelf.hidden = !filters.length;
    saved.hidden = !here() || filters.some((each) => each.query === here());
  };
  saved.querySelector("[data-keep]").addEventListener("click", () => {
    const name = (prompt(saved.dataset.ask) || "").trim().slice(0, 40);
    if (name) write([...read(), { name, query: here() }].slice(-20));
  });
  show();
})();
