// Pages of check-in: a seat taken by a tap, the map kept fresh; boarding passes bright, true, and without a network.
(() => {
  const first = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const FRESH_MS = 6000, TRUE_MS = 15000;

  // --- the seat map ----------------------------------------------------------------------------------------

  const map = () => document.getElementById("seats");
  let busy = false;

  const put = (html, focus) => {
    const fresh = first("#seats", new DOMParser().parseFromString(html, "text/html"));
    if (!fresh) return location.reload();
    const was = document.activeElement, name = was?.name === "seat" && map().contains(was) ? was.value : "";
    map().replaceWith(document.adoptNode(fresh));
    const wanted = first("[data-declare] h2", map()) ?? (name && first(`button[name=seat][value="${CSS.escape(name)}"]`, map()));
    if (wanted && (focus || name)) wanted.focus({ preventScroll: !first("[data-declare]", map()) });
    const told = first("[data-wrong]", map()) ?? first(".seats__said", map());
    if (focus && told?.textContent.trim()) window.site?.say(told.textContent.trim());
    if (focus && first("[data-wrong]", map())) first("[data-wrong]", map()).scrollIntoView({ block: "center" });
  };
  const load = async (url, options = {}) => {
    const answer = await fetch(url, { ...options, headers: { "HX-Request": "true", Accept: "text/html" }, cache: "no-store" });
    if (answer.redirected || answer.headers.get("HX-Redirect") || answer.status >= 500 || answer.status === 404) return location.reload();
    return answer.text();
  };
  const change = async (url, options) => {
    if (busy) return;
    busy = true;
    map().setAttribute("aria-busy", "true");
    try {
      const html = await load(url, options);
      if (html) put(html, true);
    } catch {
      location.reload();
    } finally {
      busy = false;
    }
  };
  const refresh = async () => {
    if (busy || document.hidden || first("[data-declare]", map())) return;
    try {
      const html = await load(`${map().dataset.seats}&v=${map().dataset.version}`); // empty when nothing changed
      if (html && !busy) put(html, false);
    } catch {} // the next one may come through
  };
  if (map()) {
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-map]")) return;
      event.preventDefault();
      const form = event.target, body = new URLSearchParams(new FormData(form, event.submitter));
      if (!("declared" in (event.submitter?.dataset ?? {}))) body.delete("declared");
      change(form.getAttribute("action"), { method: "POST", body });
    });
    document.addEventListener("click", (event) => {
      const part = event.target.closest?.("a[data-part]");
      if (!part || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      change(part.href);
    });
    setInterval(refresh, FRESH_MS);
    document.addEventListener("visibilitychange", refresh);
  }

  // --- boarding passes -------------------------------------------------------------------------------------

  const passes = first("[data-passes]");
  if (!passes) return;
  const here = passes.dataset.passes, offline = first("[data-offline]", passes), who = `?who=${passes.dataset.ids}`;
  const ask = async () => {
    try {
      const answer = await fetch(`${here}/state${who}`, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.redirected || answer.status === 404) return location.replace(here);
      offline.hidden = answer.ok;
      if (answer.ok && (await answer.json()).version !== passes.dataset.version) location.replace(here + who);
    } catch {
      offline.hidden = false;
    }
  };
  setInterval(() => { if (!document.hidden) ask(); }, TRUE_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  addEventListener("online", ask);
  addEventListener("offline", () => { offline.hidden = false; });
  ask();

  let awake = null;
  const stayAwake = async () => { try { awake = await navigator.wakeLock?.request("screen"); } catch { awake = null; } };
  for (const code of all("[data-bright]", passes)) {
    code.addEventListener("click", () => {
      const shown = document.createElement("dialog"), words = document.createElement("p");
      shown.className = "bright";
      shown.setAttribute("aria-label", code.getAttribute("aria-label"));
      words.textContent = code.getAttribute("aria-label");
      shown.append(first("svg", code).cloneNode(true), words);
      shown.addEventListener("click", () => shown.close());
      shown.addEventListener("close", () => { shown.remove(); awake?.release(); });
      document.body.append(shown);
      shown.showModal();
      stayAwake();
    });
  }

  if ("keeps" in passes.dataset && "serviceWorker" in navigator) {
    navigator.serviceWorker.register("/checkin/worker.js", { scope: "/checkin/passes/" })
      .then(() => navigator.serviceWorker.getRegistration(here))
      .then((found) => (found.active ?? found.waiting ?? found.installing).postMessage({ keep: here }))
      .catch(() => {}); // a browser that keeps nothing still shows the page
  }
})();
