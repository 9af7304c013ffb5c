// Keeps opened pages with tickets or boarding passes for a phone without a network: those right below its scope
// (/bus/orders/, /checkin/passes/), and no other.
// A page is kept under the name of the session that it was drawn for; a page of another session, an answer that is
// no ticket, and signing out (account.js) throw away what was kept before.
const KEPT = "tickets-", FILES = "ticket-files", WAIT_MS = 4000;
const SCOPE = new URL(self.registration.scope).pathname;
const PAGE = { test: (path) => path.startsWith(SCOPE) && /^[^/]+$/.test(path.slice(SCOPE.length)) };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const forget = async (path) => {
  for (const name of await caches.keys()) if (name.startsWith(KEPT)) await (await caches.open(name)).delete(path);
};

const keepFiles = async (html) => {
  const files = await caches.open(FILES), wanted = new Set(html.match(/\/static\/[\w.-]+/g));
  for (const file of wanted) if (!(await files.match(file))) await files.add(file);
};

const keep = async (path, response) => {
  const reader = response.headers.get("X-Ticket-Of"), forS = Number(response.headers.get("X-Ticket-For-S"));
  if (!response.ok || response.redirected || !reader || !(forS > 0)) return forget(path);
  const name = KEPT + reader;
  for (const other of await caches.keys()) if (other.startsWith(KEPT) && other !== name) await caches.delete(other);
  const html = await response.text();
  await keepFiles(html);
  const headers = { "Content-Type": "text/html; charset=utf-8", "X-Until": String(Date.now() + forS * 1000) };
  for (const each of ["Content-Security-Policy", "X-Content-Type-Options"]) if (response.headers.get(each)) headers[each] = response.headers.get(each);
  await (await caches.open(name)).put(path, new Response(html, { headers }));
};

const kept = async (path) => {
  for (const name of await caches.keys()) {
    if (!name.startsWith(KEPT)) continue;
    const found = await (await caches.open(name)).match(path);
    if (found && Number(found.headers.get("X-Until")) > Date.now()) return found;
  }
  return undefined;
};

const page = async (event, path) => {
  const waited = new Promise((_, late) => setTimeout(late, WAIT_MS));
  const asked = fetch(event.request);
  try {
    const response = await Promise.race([asked, (await kept(path)) ? waited : asked]);
    if (response.status >= 500) return (await kept(path)) ?? response;
    event.waitUntil(keep(path, response.clone()));
    return response;
  } catch {
    return (await kept(path)) ?? asked;
  }
};

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && PAGE.test(url.pathname)) event.respondWith(page(event, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(caches.match(url.pathname).then((found) => found ?? fetch(event.request)));
});

self.addEventListener("message", (event) => {
  const path = event.data?.keep;
  if (typeof path !== "string" || !PAGE.test(path)) return;
  event.waitUntil(fetch(path, { credentials: "same-origin", redirect: "manual" }).then((response) => keep(path, response)).catch(() => {}));
});
