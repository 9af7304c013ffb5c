// Keeps opened pages of the inspector for a phone without a network. Scope: /staff/inspector/ alone, no other desk.
// A page is kept until its session ends; an answer that says the session is over throws all of them away, and so do
// signing out (console.js) and somebody else's session.
"use strict";
const PAGES = "boarding-pages", FILES = "boarding-files", WAIT_MS = 4000;
const PAGE = /^\/staff\/inspector\/[^/]+$/, FILE = /\/staff\/static\/[\w.-]+|\/staff\/inspector\/reader\.js/g;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const filesOf = (html) => new Set(html.match(FILE));

const keepFiles = async (html) => {
  const files = await caches.open(FILES);
  for (const file of filesOf(html)) if (!(await files.match(file))) await files.add(file);
};

const dropFiles = async () => {
  const files = await caches.open(FILES), pages = await caches.open(PAGES), wanted = new Set();
  for (const page of await pages.matchAll()) for (const file of filesOf(await page.text())) wanted.add(file);
  for (const request of await files.keys()) if (!wanted.has(new URL(request.url).pathname)) await files.delete(request);
};

const sweep = async (of) => {
  const pages = await caches.open(PAGES);
  for (const request of await pages.keys()) {
    const page = await pages.match(request);
    if (page.headers.get("X-Page-Of") !== of || Number(page.headers.get("X-Until")) < Date.now()) await pages.delete(request);
  }
};

const keep = async (path, response) => {
  const of = response.headers.get("X-Page-Of"), forS = Number(response.headers.get("X-Page-For-S"));
  if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) return caches.delete(PAGES);
  if (!response.ok || response.redirected || !of || !(forS > 0)) return (await caches.open(PAGES)).delete(path);
  await sweep(of);
  const html = await response.text();
  const headers = { "Content-Type": "text/html; charset=utf-8", "X-Page-Of": of, "X-Until": String(Date.now() + forS * 1000) };
  for (const each of ["Content-Security-Policy", "X-Content-Type-Options", "Permissions-Policy"]) if (response.headers.get(each)) headers[each] = response.headers.get(each);
  // A page that is kept works: all that it needs is there before it is.
  await keepFiles(html);
  await (await caches.open(PAGES)).put(path, new Response(html, { headers }));
  return dropFiles();
};

const kept = async (path) => {
  const found = await (await caches.open(PAGES)).match(path);
  return found && Number(found.headers.get("X-Until")) > Date.now() ? found : undefined;
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
  else if (url.pathname.match(FILE)) event.respondWith(caches.open(FILES).then((files) => files.match(url.pathname)).then((found) => found ?? fetch(event.request)));
});

self.addEventListener("message", (event) => {
  const path = event.data?.keep;
  if (typeof path !== "string" || !PAGE.test(path)) return;
  // Told only what is true: the page, its scripts and the reader of codes are all here, or not.
  const told = async () => event.source?.postMessage({ asked: path, kept: Boolean(await kept(path)) });
  event.waitUntil(fetch(path, { credentials: "same-origin", redirect: "manual" }).then((response) => keep(path, response)).catch(() => {}).then(told));
});
