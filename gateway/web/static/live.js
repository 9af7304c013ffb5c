// Keeps an open board or flight true: server-sent events, else polling. Without JavaScript the page reloads itself.
(() => {
  const POLL_MS = 15000, SLIDE_MS = 60000, REST_MS = 80, RETRY_MS = 10000;
  const place = () => document.querySelector("[data-live]");
  const root = place();
  if (!root) return;
  const isBoard = "rows" in root.dataset;
  const pending = new Set();
  let source = null, sourceUrl = "", busy = false, polling = 0;

  const parse = (html) => new DOMParser().parseFromString(html, "text/html");
  const load = async (url) => {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(String(response.status));
    return parse(await response.text());
  };
  const address = (base, extra) => {
    const url = new URL(base, location.href);
    for (const [key, value] of Object.entries(extra)) if (value) url.searchParams.set(key, value);
    return url;
  };

  const flash = (element) => {
    element.classList.remove("changed");
    void element.offsetWidth; // starts the animation anew for a row that changes twice
    element.classList.add("changed");
    setTimeout(() => element.classList.remove("changed"), 3500);
  };

  // --- a board ---------------------------------------------------------------------------------------

  const rowOf = (id) => place().querySelector(`tr[data-flight="${CSS.escape(id)}"]`);
  const timeOf = (row) => Date.parse(row.querySelector("time").getAttribute("datetime"));

  const patchRow = (old, fresh) => {
    if (old.dataset.version === fresh.dataset.version) return false;
    const focused = old.contains(document.activeElement);
    old.className = fresh.className;
    old.dataset.version = fresh.dataset.version;
    old.replaceChildren(...fresh.childNodes);
    if (focused) old.querySelector("a").focus({ preventScroll: true });
    flash(old);
    return true;
  };

  const insertRow = (fresh) => {
    const body = place().querySelector("#legs tbody");
    if (!body) return false;
    const rows = [...body.rows];
    const after = rows.find((row) => timeOf(row) > timeOf(fresh));
    const endsHere = !place().querySelector("#later a");
    if ((after === rows[0] && rows.length) || (!after && !endsHere)) return false; // on another page of the day
    body.insertBefore(fresh, after ?? null);
    flash(fresh);
    return true;
  };

  const refreshRows = async (ids) => {
    const fresh = await load(address(place().dataset.rows, { ids: ids.join(",") }));
    const told = [];
    for (const row of fresh.querySelectorAll("tr[data-flight]")) {
      const old = rowOf(row.dataset.flight);
      const says = row.dataset.says;
      if (old ? patchRow(old, row) : insertRow(row)) told.push(says);
    }
    for (const id of ids) if (!fresh.querySelector(`tr[data-flight="${CSS.escape(id)}"]`)) rowOf(id)?.remove();
    site.say(told.slice(0, 3).join(" · "));
  };

  // What the reader asks for comes first: a board read before a turned page or a filter came is old.
  const asked = new Set();
  let turns = 0;
  document.addEventListener("htmx:before:request", (event) => { asked.add(event.detail.ctx); turns += 1; });
  document.addEventListener("htmx:finally:request", (event) => asked.delete(event.detail.ctx));
  const turning = () => [...asked].some((ctx) => ctx.sourceElement?.isConnected);

  const refreshBoard = async () => {
    if (turning()) { pending.add("*"); return; }
    const begun = turns;
    const count = place().querySelectorAll("#legs tbody tr").length;
    const fresh = await load(address(place().dataset.rows, { at: place().dataset.at, n: Math.max(count, 50) }));
    if (turns !== begun) { pending.add("*"); return; }
    const now = [...fresh.querySelectorAll("tr[data-flight]")];
    const before = [...place().querySelectorAll("tr[data-flight]")];
    const same = now.length === before.length && now.every((row, i) => row.dataset.flight === before[i].dataset.flight);
    if (same) {
      now.forEach((row, i) => patchRow(before[i], row));
    } else if (!place().contains(document.activeElement)) {
      place().replaceChildren(...fresh.body.childNodes);
      window.htmx?.process(place());
    }
  };

  // --- one flight ------------------------------------------------------------------------------------

  const PARTS = ".end, .fact, .chip, .course__step, .advice, .pass__late";
  const refreshCard = async () => {
    const fresh = (await load(place().dataset.card)).querySelector("article");
    const old = place().querySelector("article");
    const known = new Set([...old.querySelectorAll(PARTS)].map((part) => part.className + part.textContent));
    const newer = fresh.dataset.version !== old.dataset.version;
    const kept = old.querySelector("[data-keep]"), inKept = kept?.contains(document.activeElement) && document.activeElement;
    const focus = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
    if (kept) fresh.querySelector("[data-keep]")?.replaceWith(kept); // the reader's own part of the card
    old.replaceWith(fresh);
    if (inKept) inKept.focus({ preventScroll: true });
    if (focus) fresh.querySelector(`a[href="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
    if (!newer) return;
    for (const part of fresh.querySelectorAll(PARTS)) if (!known.has(part.className + part.textContent)) flash(part);
    site.say(fresh.dataset.says);
  };

  // --- when ------------------------------------------------------------------------------------------

  const refreshAll = () => (isBoard ? refreshBoard() : refreshCard());

  const work = async () => {
    if (busy || !pending.size) return;
    busy = true;
    const ids = [...pending].slice(0, 100);
    ids.forEach((id) => pending.delete(id));
    try {
      await (isBoard && !ids.includes("*") ? refreshRows(ids) : refreshAll());
    } catch {
      poll(true);
    }
    setTimeout(() => { busy = false; work(); }, REST_MS);
  };
  const want = (id) => { pending.add(id); work(); };

  const poll = (on) => {
    if (on && !polling) polling = setInterval(() => want("*"), POLL_MS);
    if (!on && polling) polling = clearInterval(polling) ?? 0;
    site.setLive(!on && source?.readyState === 1);
  };

  const stale = (is) => document.getElementById("stale").toggleAttribute("hidden", !is);

  const open = () => {
    sourceUrl = place().dataset.live;
    source = new EventSource(sourceUrl);
    source.addEventListener("open", () => { poll(false); want("*"); }); // what was said while nobody listened
    source.addEventListener("flight", (event) => want(isBoard ? JSON.parse(event.data).id : "*"));
    source.addEventListener("resync", () => want("*"));
    source.addEventListener("stale", (event) => { // also the first word of every stream
      const is = JSON.parse(event.data).stale, was = !document.getElementById("stale").hidden;
      stale(is);
      site.setLive(!is);
      if (was && !is) want("*");
    });
    source.addEventListener("error", () => {
      poll(true);
      if (source.readyState === 2) setTimeout(() => { if (!document.hidden) { close(); open(); } }, RETRY_MS);
    });
  };
  const close = () => { source?.close(); source = null; };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { close(); poll(false); } else if (!source) open();
  });
  addEventListener("pagehide", close);
  document.addEventListener("htmx:after:swap", () => {
    if (place() && place().dataset.live !== sourceUrl) { close(); open(); }
  });
  setInterval(() => {
    // The board slides with the day unless someone reads further down; the plane moves on.
    if (!document.hidden && (!isBoard || (scrollY < 200 && !place().dataset.at))) want("*");
  }, SLIDE_MS);
  if (!document.hidden) open();
})();
