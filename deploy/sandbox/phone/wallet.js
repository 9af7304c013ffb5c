// The wallet of cards: what is in it, one card with its code, and what pages ask of it.
import { act, ask, icon, make, me, say, spoken, state, toast } from "./state.js";
import { endSheet, openSheet } from "./sheets.js";

// WeChat's names of colours, and what they look like.
const COLOURS = {
  Color010: "#63b359", Color020: "#2c9f67", Color030: "#509fc9", Color040: "#5885cf", Color050: "#9062c0", Color060: "#d09a45", Color070: "#e4b138",
  Color080: "#ee903c", Color081: "#f08500", Color082: "#a9d92d", Color090: "#dd6549", Color100: "#cc463d", Color101: "#cf3e36", Color102: "#5e6671",
};
const GONE = ["CONSUMED", "UNAVAILABLE", "EXPIRE"];
const yuan = (fen) => `¥${fen % 100 ? (fen / 100).toFixed(2) : fen / 100}`;
const base = (card) => card.body.base_info;
const day = (seconds) => new Date(seconds * 1000).toLocaleDateString(me().language === "en" ? "en-GB" : "zh-CN", { timeZone: state.zone, year: "numeric", month: "short", day: "numeric" });

/** What a card is worth, as WeChat says it for each type. */
function worth(card) {
  if (card.kind === "CASH") return card.body.least_cost ? say("worth_over", { off: yuan(card.body.reduce_cost), least: yuan(card.body.least_cost) }) : say("worth_off", { off: yuan(card.body.reduce_cost) });
  if (card.kind === "DISCOUNT") return say("worth_percent", { off: card.body.discount, left: (100 - card.body.discount) / 10 });
  return "";
}

function face(card, more = null) {
  const used = GONE.includes(card.status);
  const box = make("article", { class: `ticket${used ? " ticket--gone" : ""}` },
    make("header", { class: "ticket__head" }, make("img", { src: base(card).logo_url, alt: "", onerror: (event) => event.target.replaceWith(icon("plane")) }), make("small", {}, base(card).brand_name)),
    make("b", {}, base(card).title), worth(card) ? make("p", {}, worth(card)) : null,
    make("footer", {}, make("span", {}, say("until", { day: day(card.ends) })), card.status ? make("strong", {}, say(card.status)) : null), more);
  if (!used) box.style.setProperty("--ticket", COLOURS[base(card).color] ?? COLOURS.Color010);
  return box;
}

/** Everything in the wallet: what can be used first. */
export async function walletScreen(back) {
  const { cards } = await ask(`users/${state.openid}/cards`);
  const row = (card) => make("button", { class: "wallet__card", onclick: () => cardSheet(card) }, face(card));
  const good = cards.filter((card) => !GONE.includes(card.status)).map(row);
  const gone = cards.filter((card) => GONE.includes(card.status)).map(row);
  return make("div", { class: "wallet" },
    make("header", { class: "bar" }, back, make("h2", {}, say("wallet")), make("span", { class: "bar__side" })),
    make("div", { class: "wallet__list" }, ...good, gone.length ? make("h3", { class: "wallet__past" }, say("past_cards")) : null, ...gone,
      cards.length ? null : make("p", { class: "empty" }, say("no_cards"))));
}

/** One card, with the code that a shop scans. */
export function cardSheet(card, dropped = null) {
  const usable = !GONE.includes(card.status);
  const drop = async () => { endSheet(); dropped?.(); await act("cards/delete", { code: card.code }); };
  const code = make("div", { class: "card__code" }, make("img", { src: `/sandbox/cards/code.svg?${new URLSearchParams({ code: card.code })}`, alt: card.code }), make("code", {}, spaced(card.code)));
  openSheet(make("div", { class: "card" }, face(card), usable ? code : make("p", { class: "card__gone" }, say(`${card.status}_why`)),
    make("p", { class: "card__notice" }, base(card).notice), make("p", { class: "card__terms" }, base(card).description),
    make("button", { class: "card__delete", onclick: drop }, say("delete_card"))), { dropped, leave: "close" });
}

const spaced = (code) => code.replace(/(.{4})(?=.)/g, "$1 ");

/** wx.addCard: shown to the person, taken when they say so. `done` gets ok with the cards, cancel, or fail and why. */
export async function addSheet(asked, done) {
  const cards = asked.cardList ?? [];
  let offered;
  try {
    ({ cards: offered } = await act("cards/sheet", { cards }, true));
  } catch (error) {
    return refused(error, done);
  }
  const button = make("button", { class: "primary", onclick: async () => {
    button.disabled = true;
    const taken = [];
    try {
      for (const card of cards) taken.push(await act("cards", card, true));
    } catch (error) {
      endSheet();
      return refused(error, done);
    }
    endSheet();
    toast(say("card_taken"));
    return done("ok", { cardList: cards.map((card, at) => ({ ...card, code: taken[at].encrypt_code, isSuccess: true })) });
  } }, say("take_card"));
  return openSheet(make("div", { class: "card" }, make("h3", {}, say("card_offered", { name: state.account.name[spoken()] })), ...offered.map((card) => face(card)), button),
    { dropped: () => done("cancel") });
}

function refused(error, done) {
  const why = error.wrong?.[spoken()] ?? error.message;
  toast(why);
  done("fail", { err_desc: why });
}

/** wx.chooseCard: one of the person's cards, its code sealed. */
export async function chooseSheet(asked, done) {
  let found;
  try {
    ({ cards: found } = await act("cards/choices", asked, true));
  } catch (error) {
    return refused(error, done);
  }
  const pick = (card) => { endSheet(); done("ok", { cardList: JSON.stringify([{ card_id: card.card_id, encrypt_code: card.encrypt_code }]) }); };
  const rows = found.map((card) => make("button", { class: "wallet__card", onclick: () => pick(card) }, face(card)));
  return openSheet(make("div", { class: "card" }, make("h3", {}, say("choose_card")), ...rows, rows.length ? null : make("p", { class: "card__gone" }, icon("cards"), say("no_cards_here"))),
    { dropped: () => done("cancel") });
}

/** wx.openCard: cards of one's own, the first of those asked for that is there. */
export async function openCards(asked, done) {
  const { cards } = await ask(`users/${state.openid}/cards`);
  const wanted = (asked.cardList ?? []).map((one) => cards.find((card) => card.card_id === one.cardId && card.code === one.code));
  const card = wanted.find(Boolean);
  if (!card) {
    toast(say("no_such_card"));
    return done("fail", { err_desc: "no such card" });
  }
  done("ok", {});
  return cardSheet(card);
}
