// Right of the phone: what happened, and why it went wrong.
import { clockText, make, state, tell } from "./state.js";

const KINDS = ["all", "wrong", "api", "push", "oauth", "js", "card", "pay", "page"];
const MOST = 300;
let entries = [];
let filter = "all";

const list = () => document.getElementById("log");
const wanted = (entry) => filter === "all" || (filter === "wrong" ? entry.level !== "ok" : entry.kind === filter);

export function fillLog(found) {
  entries = found;
  drawLog();
}

/** A new entry, on top. */
export function logged(entry) {
  entries.push(entry);
  entries = entries.slice(-MOST);
  if (!wanted(entry)) return;
  list().querySelector(".log__quiet")?.remove();
  list().prepend(drawn(entry));
  while (list().children.length > MOST) list().lastElementChild.remove();
}

export function drawLog() {
  document.getElementById("filters").replaceChildren(...KINDS.map((kind) => make("button", {
    "aria-pressed": kind === filter ? "true" : "false", onclick: () => { filter = kind; drawLog(); },
  }, tell(kind))));
  const shown = entries.filter(wanted).slice(-MOST).reverse().map(drawn);
  list().replaceChildren(...(shown.length ? shown : [make("li", { class: "log__quiet" }, tell("quiet"))]));
}

function drawn(entry) {
  const at = clockText(entry.at, { second: "2-digit" });
  const code = entry.detail.errcode ? make("b", { class: "log__code" }, String(entry.detail.errcode)) : null;
  return make("li", { class: `log__entry log__entry--${entry.level}` }, make("details", {},
    make("summary", {},
      make("span", { class: "log__line" }, make("i", { class: "log__kind" }, tell(entry.kind)), make("code", {}, entry.title), code, make("time", {}, at)),
      make("span", { class: "log__why" }, entry[state.language])),
    Object.keys(entry.detail).length ? make("pre", {}, JSON.stringify(entry.detail, null, 1)) : null));
}
