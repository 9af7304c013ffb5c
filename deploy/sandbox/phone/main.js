// Starts the page and keeps it true: everything is read once, then news come as server-sent events.
import { accountName, ask, make, me, say, state } from "./state.js";
import { arrived, redrawFoot } from "./chat.js";
import { choose, drawDesk, drawUsers, wireDesk } from "./desk.js";
import { openPage } from "./frame.js";
import { drawLog, fillLog, logged } from "./log.js";
import { show, turnOn } from "./screens.js";

async function readAll() {
  Object.assign(state, await ask("state"));
  const asked = new URLSearchParams(location.search).get("user");
  if (asked && state.users.some((user) => user.openid === asked)) state.openid = asked;
  if (!me() || me().openid !== state.openid) state.openid = state.users[0]?.openid ?? "";
  drawDesk();
  fillLog((await ask("log")).log);
}

async function usersChanged(openid) {
  const followed = me()?.subscribed;
  const language = me()?.language;
  state.users = (await ask("users")).users;
  drawUsers();
  if (openid === state.openid && (me().subscribed !== followed || me().language !== language)) await show("chat");
}

let hiding;
function announce(item) {
  const box = document.getElementById("banner");
  const open = () => { box.hidden = true; if (item.body.url) openPage(item.body.url); else choose(item.openid); };
  box.replaceChildren(make("button", { onclick: open }, make("b", {}, accountName()), make("span", {}, `${item.body.title} · ${item.body.lines.map((line) => line.value).join(" ")}`)));
  box.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (box.hidden = true), 5000);
}

function listen() {
  const news = new EventSource("/sandbox/events");
  const on = (name, work) => news.addEventListener(name, (event) => work(JSON.parse(event.data)));
  on("message", (item) => {
    if (item.openid !== state.openid) return;
    arrived(item);
    if (item.kind === "template" && (document.getElementById("browsing") || state.screen !== "chat")) announce(item);
  });
  on("log", logged);
  on("users", ({ openid }) => usersChanged(openid));
  on("menu", async () => { state.menu = await ask("menu"); redrawFoot(); });
  on("state", async () => { Object.assign(state, await ask("state")); drawDesk(); });
  on("cleared", ({ openid }) => openid === state.openid && show("chat"));
  on("cards", ({ openid }) => ["", state.openid].includes(openid) && state.screen === "wallet" && show("wallet"));
  on("pay", ({ openid }) => openid === state.openid && state.screen === "payments" && show("payments"));
  on("resync", () => location.reload());
  let lost = false;
  news.onerror = () => { lost = true; document.body.classList.add("is-lost"); };
  on("hello", () => { document.body.classList.remove("is-lost"); if (lost) location.reload(); });
}

document.addEventListener("language", drawLog);
wireDesk();
await readAll();
await turnOn();
listen();
document.body.dataset.ready = say("title");
