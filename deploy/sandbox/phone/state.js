// What the page knows, and how it asks the platform.
import { word } from "./words.js";

export const state = {
  language: localStorage.getItem("desk-language") ?? (navigator.language.startsWith("zh") ? "zh" : "en"),
  openid: localStorage.getItem("desk-user") ?? "",
  account: { name: { zh: "", en: "" } },
  users: [],
  menu: { button: [] },
};

/** The user whose phone is shown. */
export const me = () => state.users.find((user) => user.openid === state.openid) ?? state.users[0];
/** The phone's language: its user's. */
export const spoken = () => (me()?.language === "en" ? "en" : "zh");
/** A sentence on the phone. */
export const say = (name, values) => word(spoken(), name, values);
/** A sentence on the desk. */
export const tell = (name, values) => word(state.language, name, values);
export const accountName = () => state.account.name[spoken()];

/** Ask the control API; refusals are thrown, and shown unless `quiet`. */
export async function ask(path, { method = "GET", body, quiet = false } = {}) {
  const options = { method };
  if (body !== undefined) {
    options.method = method === "GET" ? "POST" : method;
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const answer = await fetch(`/sandbox/${path}`, options);
  const found = await answer.json();
  if (!answer.ok) {
    if (!quiet) toast(found.wrong?.[state.language] ?? String(answer.status));
    throw Object.assign(new Error(found.wrong?.en ?? answer.statusText), { wrong: found.wrong });
  }
  return found;
}

/** Do something as the user whose phone is shown. */
export const act = (what, body = {}, quiet = false) => ask(`users/${state.openid}/${what}`, { body, quiet });

let fading;
export function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (box.hidden = true), 4000);
}

/** An element: make("a", {class: "x", onclick}, "text", child…). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on") && !value) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const ICONS = {
  keyboard: "M3 6h18v12H3zM6.5 9.5h.01M10 9.5h.01M13.5 9.5h.01M17 9.5h.01M6.5 12.5h.01M17 12.5h.01M9 15h6",
  menu: "M4 7h16M4 12h16M4 17h16",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  pin: "M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21ZM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16",
  cards: "M3 7h18v12H3zM3 11h18M7 4h10",
  arrow: "M9 5l7 7-7 7",
  tick: "M4 12.5l5 5L20 6.5",
  money: "M3 6h18v12H3zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM6 9.5v5M18 9.5v5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c0-4 3.6-7 8-7s8 3 8 7",
};

/** A line drawing. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon--${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A round-cornered picture of a person: the first character on their own colour. */
export function avatar(user) {
  const box = make("span", { class: "avatar", "aria-hidden": "true" }, [...user.nickname][0] ?? "?");
  box.style.setProperty("--hue", user.hue);
  return box;
}

export const accountAvatar = () => make("span", { class: "avatar avatar--account", "aria-hidden": "true" }, icon("plane"));
ICONS.plane = "M21 15.5v-2l-8-5V4a1.5 1.5 0 0 0-3 0v4.5l-8 5v2l8-2.5v5l-2 1.5V21l3.5-1 3.5 1v-1.5L13 18v-5z";

/** Hours and minutes at the airport, where phones and the log live. */
export const clockText = (seconds, options = {}) =>
  new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: state.zone, ...options });
