// The phone's browser: a page of the account in a frame, and what that page asks of WeChat.
import { icon, make, me, say, state, toast } from "./state.js";
import { paySheet } from "./pay.js";
import { closeSheet, locationSheet, openSheet, placeSheet, scanSheet } from "./sheets.js";
import { addSheet, chooseSheet, openCards } from "./wallet.js";

let browsing = null;

const origin = () => `${location.protocol}//${location.hostname}:${state.browser_port}`;

/** Open an address as a tap on a link in WeChat does. */
export function openPage(url) {
  closePage();
  const ours = url.startsWith("/") || url.startsWith(state.public_url) || url.startsWith(`${state.base_url}/connect/`);
  const title = make("h2", {}, "…");
  const frame = ours
    ? make("iframe", { title: "WeChat", src: `${origin()}/.wechat/open?${new URLSearchParams({ user: state.openid, url })}`, allow: "geolocation; clipboard-write" })
    : make("div", { class: "outside" }, make("p", {}, say("outside")), make("a", { href: url, target: "_blank", rel: "noreferrer" }, url));
  const bar = make("header", { class: "bar bar--page" },
    make("button", { class: "bar__side", "aria-label": say("close"), onclick: closePage }, icon("close")), title,
    make("button", { class: "bar__side", "aria-label": say("more"), onclick: pageSheet }, icon("more")));
  const page = make("div", { class: "browsing", id: "browsing" }, bar, frame);
  browsing = { page, frame, title, url };
  document.getElementById("view").after(page);
}

export function closePage() {
  browsing?.page.remove();
  browsing = null;
  closeSheet();
}

function pageSheet() {
  const entry = (name, work) => make("button", { class: "line", onclick: () => { closeSheet(); work(); } }, say(name));
  openSheet(make("div", { class: "lines" },
    entry("reload", () => (browsing.frame.src = `${origin()}/.wechat/open?${new URLSearchParams({ user: state.openid, url: browsing.at ?? browsing.url })}`)),
    entry("open_outside", () => window.open(browsing.frame.src, "_blank")),
    entry("close", closePage)));
}

// What the bridge inside the page says or asks. Answers go back by the number of the question.
const ASKED = {
  page: (data) => {
    browsing.title.textContent = data.title || "…";
    browsing.at = data.path;
  },
  close: () => closePage(),
  scan: (_, reply) => scanSheet((text) => reply({ text }), () => reply(null)),
  location: (_, reply) => {
    const user = me();
    if (user.latitude !== null) return reply({ latitude: user.latitude, longitude: user.longitude });
    return locationSheet((place) => reply(place), () => reply(null));
  },
  place: (data) => placeSheet(data),
  pay: (data, reply) => paySheet(data, (what, why) => reply({ what, why })),
  config: (data) => data.why && toast(say("bad_config", { why: data.why[me().language === "en" ? "en" : "zh"] })),
  cards: (data, reply) => addSheet(data, (what, found) => reply({ what, found })),
  choose: (data, reply) => chooseSheet(data, (what, found) => reply({ what, found })),
  opencard: (data, reply) => openCards(data, (what, found) => reply({ what, found })),
};

window.addEventListener("message", (event) => {
  if (!browsing || event.source !== browsing.frame.contentWindow || event.origin !== origin()) return;
  const { sandbox, id, data } = event.data ?? {};
  const reply = (answer) => event.source?.postMessage({ sandbox: "reply", id, data: answer }, event.origin);
  if (sandbox in ASKED) ASKED[sandbox](data, reply);
});

/** Clear the user's cookies: done by a request to the browser's own port. */
export async function forgetCookies() {
  await fetch(`${origin()}/.wechat/forget`, { method: "POST", mode: "no-cors", credentials: "include" });
  if (browsing) closePage();
}

