// The traveller's own flights on the first page stay true while it is open; a number shown in full is hidden again.
(() => {
  const EVERY_MS = 15000, SHOWN_MS = 60000;
  const mine = () => document.querySelector("[data-mine]");
  const refresh = () => { if (mine() && !document.hidden) window.htmx?.trigger(mine(), "refresh"); };
  if (mine()) {
    setInterval(refresh, EVERY_MS);
    document.addEventListener("visibilitychange", refresh);
  }
  if (document.getElementById("shown")) setTimeout(() => location.replace("/me/documents"), SHOWN_MS);
})();

// Tickets that a phone keeps for want of a network go when their owner signs out, or when somebody else signs in.
(() => {
  const KEPT = "tickets-", ENDS = /^\/(sign-out|me\/data\/erasure)/;
  if (!("caches" in window)) return;
  const forget = async (but = "") => {
    for (const name of await caches.keys()) if (name.startsWith(KEPT) && name !== KEPT + but) await caches.delete(name);
  };
  if (document.body.dataset.reader) forget(document.body.dataset.reader);
  document.addEventListener("submit", (event) => {
    if (!ENDS.test(new URL(event.target.action).pathname) || event.defaultPrevented) return;
    event.preventDefault();
    forget().finally(() => event.target.submit());
  });
})();

// So do drafts of what was lost (lost.js).
document.addEventListener("submit", (event) => {
  if (!/^\/(sign-out|me\/data\/erasure)/.test(new URL(event.target.action).pathname)) return;
  try {
    for (const store of [localStorage, sessionStorage]) for (const key of Object.keys(store)) if (key.startsWith("lost-draft:")) store.removeItem(key);
  } catch {} // a browser that keeps nothing has nothing to forget
});
