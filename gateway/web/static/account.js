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
