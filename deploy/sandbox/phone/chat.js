// The chat with the account: what was said, the menu, and what one can send.
import { accountAvatar, accountName, act, ask, avatar, clockText, icon, make, me, say, state } from "./state.js";
import { openPage } from "./frame.js";
import { paySheet } from "./pay.js";
import { openSheet, closeSheet, locationSheet, scanSheet } from "./sheets.js";
import { show } from "./screens.js";

const GAP_S = 300;
let list;
let lastAt = 0;
let typing = false;
let shown = new Set();
let early = null; // what arrives while the chat is being read

/** Show the chat; messages come from the platform. */
export async function chatScreen() {
  lastAt = 0;
  list = make("ol", { class: "chat", id: "chat" });
  const head = make("header", { class: "bar" },
    make("span", { class: "bar__side" }),
    make("h2", {}, accountName()),
    make("button", { class: "bar__side", "aria-label": say("account"), onclick: () => show("profile") }, icon("person")));
  const foot = make("footer", { class: "foot", id: "foot" });
  const openid = state.openid;
  shown = new Set();
  early = [];
  const { messages } = await ask(`users/${openid}/messages`);
  if (openid !== state.openid) return null;
  for (const item of [...messages, ...early.filter((one) => one.openid === openid)]) add(item);
  early = null;
  drawFoot(foot);
  toEnd();
  return make("div", { class: "chatting" }, head, list, foot);
}

/** A new item, if the chat is on the screen. */
export function arrived(item) {
  if (early) return void early.push(item);
  if (!list) return;
  add(item);
  toEnd("smooth");
}

function toEnd(behavior = "auto") {
  requestAnimationFrame(() => list.scrollTo({ top: list.scrollHeight, behavior }));
}

export function redrawFoot() {
  const foot = document.getElementById("foot");
  if (foot) drawFoot(foot);
}

function add(item) {
  if (shown.has(item.id)) return;
  shown.add(item.id);
  if (item.at - lastAt > GAP_S) list.append(make("li", { class: "chat__time" }, clockText(item.at)));
  lastAt = item.at;
  const body = DRAWN[item.kind]?.(item.body, item) ?? make("div", { class: "bubble" }, item.kind);
  if (item.kind === "notice") return void list.append(make("li", { class: "chat__notice" }, body));
  if (item.kind === "template") return void list.append(make("li", { class: "chat__card" }, body));
  const face = item.mine ? avatar(me()) : accountAvatar();
  list.append(make("li", { class: item.mine ? "said said--mine" : "said" }, face, body));
}

const DRAWN = {
  text: (body) => make("div", { class: "bubble" }, ...linked(body.text)),
  notice: (body) => notice(body),
  template: (body, item) => templateCard(body, item),
  news: (body) => newsCard(body),
  location: (body) => make("div", { class: "place" },
    make("b", {}, body.label || say("location")),
    make("small", {}, `${body.latitude.toFixed(4)}, ${body.longitude.toFixed(4)}`),
    make("span", { class: "place__map" }, icon("pin"))),
  choices: (body) => make("div", { class: "bubble" }, ...linked(body.head), make("ul", { class: "choices" },
    ...body.options.map((option) => make("li", {}, make("button", { onclick: () => act("text", { content: option.text, choice: option.id }) }, option.text)))),
    ...linked(body.tail)),
  card: (body) => make("div", { class: "coupon" }, make("small", {}, body.brand), make("b", {}, body.title)),
};

function notice(body) {
  const name = accountName();
  if (body.what === "subscribed") return say(body.scene ? "subscribed_scene" : "subscribed", { name, scene: body.scene });
  if (body.what === "clicked") return make("span", { class: "tapped" }, body.name);
  if (body.what === "out of service") return make("span", { class: "broken" }, say("out_of_service"));
  return say("scanned", { scene: body.scene });
}

function templateCard(body, item) {
  const rows = body.lines.map((line) => make("div", {}, make("dt", {}, line.label), make("dd", {}, line.value)));
  return make("article", { class: body.url ? "note note--link" : "note", onclick: () => body.url && openPage(body.url) },
    make("header", {}, accountAvatar(), make("span", {}, accountName()), make("time", {}, clockText(item.at))),
    make("h3", {}, body.title), make("dl", {}, ...rows),
    body.url ? make("footer", {}, make("button", {}, say("details")), icon("arrow")) : null);
}

function newsCard(body) {
  const [first, ...others] = body.articles;
  const picture = (article) => article.picurl ? make("img", { src: article.picurl, alt: "", loading: "lazy" }) : make("span", { class: "news__blank" }, icon("plane"));
  return make("div", { class: "news" },
    make("button", { class: "news__first", onclick: () => openPage(first.url) }, picture(first), make("b", {}, first.title), make("span", {}, first.description)),
    ...others.map((article) => make("button", { class: "news__more", onclick: () => openPage(article.url) }, make("b", {}, article.title), picture(article))));
}

const LINK = /<a\s[^>]*?href=["']([^"']+)["'][^>]*>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"'，。；！？）]+)/gi;

/** Text with its links: <a> as WeChat allows it, and bare addresses. Nothing else becomes markup. */
function linked(text) {
  const parts = [];
  let end = 0;
  for (const found of (text ?? "").matchAll(LINK)) {
    parts.push(text.slice(end, found.index));
    const [href, label] = found[3] ? [found[3], found[3]] : [found[1].replaceAll("&amp;", "&"), found[2]];
    parts.push(make("a", { href, onclick: (event) => { event.preventDefault(); follow(href); } }, label));
    end = found.index + found[0].length;
  }
  return [...parts, (text ?? "").slice(end)];
}

function follow(href) {
  if (!href.startsWith("weixin://bizmsgmenu")) return openPage(href);
  const query = new URLSearchParams(href.split("?")[1]);
  act("text", { content: query.get("msgmenucontent"), choice: query.get("msgmenuid") });
}

function drawFoot(foot) {
  const buttons = state.menu.button;
  foot.replaceChildren(...(buttons.length && !typing ? menuBar(buttons, foot) : inputBar(buttons.length > 0, foot)));
  toEnd();
}

function menuBar(buttons, foot) {
  const toggle = make("button", { class: "foot__key", "aria-label": say("keyboard"), onclick: () => { typing = true; drawFoot(foot); foot.querySelector("input").focus(); } }, icon("keyboard"));
  const tops = buttons.map((button) => make("button", { class: "foot__menu", onclick: (event) => tapped(button, event.currentTarget) },
    button.sub_button?.length ? icon("menu") : "", make("span", {}, button.name)));
  return [toggle, ...tops];
}

function inputBar(hasMenu, foot) {
  const input = make("input", { class: "foot__text", "aria-label": say("type"), placeholder: say("type"), autocomplete: "off", enterkeyhint: "send" });
  const form = make("form", { class: "foot__form", onsubmit: (event) => { event.preventDefault(); const content = input.value.trim(); input.value = ""; if (content) act("text", { content }); } },
    input, make("button", { class: "foot__send" }, say("send")));
  const toggle = hasMenu ? make("button", { class: "foot__key", "aria-label": say("to_menu"), onclick: () => { typing = false; drawFoot(foot); } }, icon("menu")) : null;
  const plus = make("button", { class: "foot__key", "aria-label": say("more"), onclick: moreSheet }, icon("plus"));
  return [toggle, form, plus].filter(Boolean);
}

function tapped(button, anchor) {
  const open = document.querySelector(".submenu");
  open?.remove();
  if (!button.sub_button?.length) return click(button);
  if (open?.dataset.name === button.name) return;
  const list_ = make("div", { class: "submenu", "data-name": button.name },
    ...button.sub_button.map((leaf) => make("button", { onclick: () => { list_.remove(); click(leaf); } }, leaf.name)));
  anchor.after(list_);
  list_.style.left = `${Math.min(anchor.offsetLeft + anchor.offsetWidth / 2, anchor.parentElement.offsetWidth - list_.offsetWidth / 2 - 8)}px`;
  setTimeout(() => document.addEventListener("click", () => list_.remove(), { once: true }));
}

async function click(leaf) {
  if (leaf.type.startsWith("scancode")) return scanSheet(async (scanned) => act("menu/click", { key: leaf.key, scanned }));
  const answer = await act("menu/click", { key: leaf.key ?? leaf.url ?? leaf.name });
  if (answer.open) openPage(answer.open);
}

function moreSheet() {
  const entry = (name, drawing, work) => make("button", { class: "entry", onclick: () => { closeSheet(); work(); } }, icon(drawing), say(name));
  openSheet(make("div", { class: "entries" },
    entry("location", "pin", () => locationSheet((place) => act("location", place))),
    entry("scan", "scan", () => scanSheet(async (text) => {
      if (text.startsWith("weixin://wxpay/")) return paySheet({ code_url: text }, () => {});
      const answer = await act("scan", { text }); if (answer.open) openPage(answer.open);
    })),
    entry("payments", "money", () => show("payments")),
    entry("wallet", "cards", () => show("wallet")),
    entry("report", "pin", () => locationSheet((place) => act("report-location", place)))));
}
