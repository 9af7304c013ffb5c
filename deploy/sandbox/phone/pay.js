// The pay sheet, and the wallet page that tells what was paid and what came back.
import { act, ask, clockText, icon, make, me, say, spoken, state, tell } from "./state.js";
import { endSheet, openSheet, scanSheet } from "./sheets.js";

const DIGITS = 6;
const DIGIT_MS = 60;
const HOWS = ["", "twice", "lost", "late"];

export const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;

/** Ask the person to pay. asked: a page's parameters or {code_url}; `done` gets ok, cancel or fail, and why. */
export async function paySheet(asked, done) {
  const dropped = () => done("cancel");
  openSheet(make("p", { class: "pay__wait" }, say("pay_opening")), { dropped, bare: true });
  let order;
  try {
    order = await act("pay/sheet", asked, true);
  } catch (error) {
    openSheet(failed(reason(error), done), { dropped: () => done("fail", reason(error)), bare: true });
    return;
  }
  openSheet(form(order, done), { dropped, bare: true });
}

/** Choose or paste a code and pay it. */
export function scanToPay() {
  scanSheet((text) => paySheet({ code_url: text }, () => {}), null, true);
}

function form(order, done) {
  const hows = HOWS.map((how) => make("label", { class: "how" },
    make("input", { type: "radio", name: "how", value: how, checked: how === "" }), make("span", {}, say(`how_${how || "well"}`))));
  const abnormal = make("label", { class: "how" }, make("input", { type: "checkbox", name: "abnormal" }), make("span", {}, say("how_abnormal")));
  const dots = make("div", { class: "dots", "aria-hidden": "true" }, ...Array.from({ length: DIGITS }, () => make("i", {})));
  const button = make("button", { class: "primary" }, say("pay_now", { amount: yuan(order.total_fen) }));
  const whole = make("form", { class: "pay", onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    const given = new FormData(whole);
    await typed(dots);
    try {
      const body = { session: order.session, how: given.get("how"), abnormal: given.get("abnormal") === "on" };
      await act("pay", body, true);
    } catch (error) {
      openSheet(failed(reason(error), done), { dropped: () => done("fail", reason(error)), bare: true });
      return;
    }
    openSheet(paid(order, done), { dropped: () => done("ok"), bare: true });
  } },
    head(done, "cancel"),
    make("p", { class: "pay__to" }, say("pay_to", { name: order.merchant[spoken()] })),
    make("p", { class: "pay__amount" }, yuan(order.total_fen)),
    make("dl", { class: "pay__lines" },
      line("pay_what", order.description), line("pay_number", order.out_trade_no), line("pay_by", say("pay_change"))),
    dots, button,
    make("fieldset", { class: "hows" }, make("legend", {}, say("how")), ...hows, abnormal));
  return whole;
}

const reason = (error) => error.wrong?.[spoken()] ?? error.message;
const line = (name, value) => make("div", {}, make("dt", {}, say(name)), make("dd", {}, value));

function head(done, what) {
  const leave = () => { endSheet(); done(what); };
  return make("header", { class: "pay__head" },
    make("button", { type: "button", class: "bar__side", "aria-label": say("close"), onclick: leave }, icon("close")), make("h3", {}, say("pay_title")), make("span", { class: "bar__side" }));
}

/** Six digits, as a thumb types them. */
async function typed(dots) {
  for (const dot of dots.children) {
    dot.classList.add("typed");
    await new Promise((resolve) => setTimeout(resolve, DIGIT_MS));
  }
}

function paid(order, done) {
  const leave = () => { endSheet(); done("ok"); };
  return make("div", { class: "pay" },
    make("p", { class: "pay__good" }, icon("tick"), say("pay_done")),
    make("p", { class: "pay__to" }, order.merchant[spoken()]), make("p", { class: "pay__amount" }, yuan(order.total_fen)),
    make("button", { class: "plain", onclick: leave }, say("pay_back")));
}

function failed(why, done) {
  const leave = () => { endSheet(); done("fail", why); };
  return make("div", { class: "pay" }, head(done, "fail"),
    make("p", { class: "pay__bad" }, say("pay_failed")), make("p", { class: "pay__why" }, why),
    make("button", { class: "plain", onclick: leave }, say("done")));
}

/** What this person paid, newest first, and what came back. */
export async function paymentsScreen(back) {
  const { payments } = await ask(`users/${state.openid}/pay`);
  const rows = payments.map((payment) => make("article", { class: "paid" },
    make("header", {}, make("b", {}, payment.description), make("strong", {}, `−${yuan(payment.total_fen)}`)),
    make("p", {}, day(payment.paid_at)), make("p", {}, payment.transaction_id),
    ...payment.refunds.map(refundRow)));
  return make("div", { class: "wallet" },
    make("header", { class: "bar" }, back, make("h2", {}, say("payments")), make("span", { class: "bar__side" })),
    make("div", { class: "wallet__list" }, ...(rows.length ? rows : [make("p", { class: "empty" }, say("no_payments"))])));
}

function refundRow(refund) {
  const end = (status) => () => ask("pay/refunds", { body: { out_refund_no: refund.out_refund_no, status } });
  const ends = refund.status === "PROCESSING" ? ["SUCCESS", "ABNORMAL", "CLOSED"] : refund.status === "ABNORMAL" ? ["SUCCESS", "CLOSED"] : [];
  return make("section", { class: `back back--${refund.status}` },
    make("div", {}, make("span", {}, say(`refund_${refund.status}`)), make("strong", {}, `+${yuan(refund.refund_fen)}`)),
    make("p", {}, `${refund.reason ? `${refund.reason} · ` : ""}${day(refund.done_at ?? refund.made)}`),
    ends.length ? make("footer", {}, ...ends.map((status) => make("button", { onclick: end(status), title: tell("how") }, say(`end_${status}`)))) : null);
}

const day = (seconds) => {
  const date = new Date(seconds * 1000).toLocaleDateString(me().language === "en" ? "en-GB" : "zh-CN", { timeZone: state.zone, month: "short", day: "numeric" });
  return `${date} ${clockText(seconds, { second: "2-digit" })}`;
};
