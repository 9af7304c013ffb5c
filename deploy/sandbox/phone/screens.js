// Which screen the phone shows.
import { accountAvatar, accountName, act, ask, icon, make, me, say, state } from "./state.js";
import { chatScreen } from "./chat.js";
import { closePage } from "./frame.js";
import { paymentsScreen } from "./pay.js";
import { closeSheet, scanSheet } from "./sheets.js";
import { walletScreen } from "./wallet.js";

const view = () => document.getElementById("view");

/** chat, profile, wallet or payments. Who doesn't follow the account sees its profile. */
export async function show(name) {
  closeSheet();
  const screens = { chat: chatScreen, profile: profileScreen, wallet: () => walletScreen(backButton()), payments: () => paymentsScreen(backButton()) };
  const wanted = name === "chat" && !me()?.subscribed ? "profile" : name;
  state.screen = wanted;
  const drawn = await screens[wanted]();
  if (drawn && state.screen === wanted) view().replaceChildren(drawn);
}

/** Another user's phone, or the same one's anew. */
export async function turnOn() {
  closePage();
  await show("chat");
}

const backButton = () => make("button", { class: "bar__side", "aria-label": say("back"), onclick: () => show("chat") }, icon("back"));

async function profileScreen() {
  const user = me();
  if (!user) return make("div");
  const head = make("header", { class: "bar" },
    user.subscribed ? backButton() : make("span", { class: "bar__side" }),
    make("h2", {}, ""), make("span", { class: "bar__side" }));
  const follow = make("button", { class: "primary", id: "follow", onclick: async () => { await act("subscribe"); } }, say("follow"));
  const byCode = make("button", { class: "plain", onclick: () => scanSheet((text) => act("scan", { text })) }, say("follow_scene"));
  const enter = make("button", { class: "primary", onclick: () => show("chat") }, say("enter"));
  const leave = make("button", { class: "plain plain--bad", onclick: () => act("unsubscribe") }, say("unfollow"));
  return make("div", { class: "profile" }, head,
    make("div", { class: "profile__face" }, accountAvatar(), make("h2", {}, accountName()), make("p", {}, say("account")), make("p", { class: "profile__intro" }, say("intro"))),
    make("div", { class: "profile__doors" }, ...(user.subscribed ? [enter, leave] : [follow, byCode])),
    user.subscribed ? await refusals() : null);
}

async function refusals() {
  const [{ templates }, { refused }] = await Promise.all([ask("templates"), ask(`users/${state.openid}`)]);
  const rows = templates.filter((one) => one.kind === "template").map((one) => {
    const box = make("input", { type: "checkbox", checked: !refused.includes(one.id), onchange: () => act("refuse", { template_id: one.id, refused: !box.checked }) });
    return make("label", { class: "setting" }, make("span", {}, one.title), box);
  });
  return make("section", { class: "settings" }, make("h3", {}, say("refuse_templates")), ...rows);
}
