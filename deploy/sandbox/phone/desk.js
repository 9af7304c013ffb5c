// Left of the phone: people, the phone's conditions, the platform. Above: how messages are pushed.
import { ask, avatar, clockText, make, me, state, tell, toast } from "./state.js";
import { dress } from "./words.js";
import { closePage, forgetCookies } from "./frame.js";
import { scanToPay } from "./pay.js";
import { show, turnOn } from "./screens.js";

const byId = (id) => document.getElementById(id);

/** Draw everything that hangs on the state. */
export function drawDesk() {
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
  dress(document.body, state.language);
  byId("about").textContent = tell("about", { name: state.account.name[state.language], to: state.pushes_to });
  byId("language").textContent = state.language === "zh" ? "English" : "中文";
  byId("mode").value = state.account.mode;
  drawUsers();
  drawClock();
}

export function drawUsers() {
  byId("users").replaceChildren(...state.users.map((user) => make("li", {}, make("button", {
    class: "user", "aria-current": user.openid === state.openid ? "true" : "false", onclick: () => choose(user.openid),
  }, avatar(user), make("span", {}, make("b", {}, user.nickname), make("small", {}, `${tell(user.subscribed ? "following" : "stranger")} · ${user.language === "en" ? "English" : "中文"}`)), make("i", { class: user.subscribed ? "dot dot--on" : "dot" })))));
  for (const name of ["refuses", "blocks", "slow"]) byId(name).checked = Boolean(me()?.[name]);
}

function drawClock() {
  const at = new Date(Date.now() + state.offset_s * 1000);
  byId("clock").textContent = at.toLocaleString(state.language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "short", timeStyle: "short", timeZone: state.zone });
  byId("clock").classList.toggle("shifted", state.offset_s !== 0);
  byId("status-clock").textContent = clockText(at / 1000);
}
setInterval(() => state.account.mode && drawClock(), 5000);

export async function choose(openid) {
  state.openid = openid;
  localStorage.setItem("desk-user", openid);
  drawUsers();
  await turnOn();
}

/** Make the controls work. */
export function wireDesk() {
  byId("language").onclick = () => {
    state.language = state.language === "zh" ? "en" : "zh";
    localStorage.setItem("desk-language", state.language);
    drawDesk();
    document.dispatchEvent(new CustomEvent("language"));
  };
  byId("mode").onchange = (event) => ask("mode", { body: { mode: event.target.value } });
  byId("check").onclick = async () => {
    const { good, why } = await ask("check", { body: {} });
    toast(good ? tell("address_good") : why[state.language]);
  };
  byId("add").onsubmit = async (event) => {
    event.preventDefault();
    const form = event.target;
    const user = await ask("users", { body: Object.fromEntries(new FormData(form)) });
    form.reset();
    state.users.push(user);
    await choose(user.openid);
  };
  for (const name of ["refuses", "blocks", "slow"])
    byId(name).onchange = (event) => ask(`users/${state.openid}`, { method: "PATCH", body: { [name]: event.target.checked } });
  byId("repeat").onclick = () => ask(`users/${state.openid}/repeat`, { body: {} });
  byId("forget").onclick = forgetCookies;
  byId("scan-pay").onclick = scanToPay;
  byId("payments").onclick = () => { closePage(); show("payments"); };
  byId("expire").onclick = () => ask("tokens/expire", { body: {} });
  for (const button of document.querySelectorAll("[data-advance]"))
    button.onclick = () => ask("clock", { body: { advance_s: Number(button.dataset.advance) } });
  byId("clock-reset").onclick = () => ask("clock", { body: { reset: true } });
  byId("fault").onsubmit = (event) => {
    event.preventDefault();
    const { path, errcode, times } = Object.fromEntries(new FormData(event.target));
    const [status, code] = errcode.split(" ");
    const what = errcode === "502" ? { status: 502 } : code ? { status: Number(status), code } : { errcode: Number(errcode) };
    ask("faults", { body: { path, times: Number(times), ...what } });
  };
}
