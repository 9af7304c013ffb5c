// What slides up from the phone's lower edge.
import { ask, make, say, state } from "./state.js";

const sheet = () => document.getElementById("sheet");

let onClosed = null;

/** Show a sheet. `dropped` is called when it is closed by anything but endSheet; `bare`: without the row to cancel, whose word is `leave`. */
export function openSheet(content, { dropped = null, bare = false, leave = "cancel" } = {}) {
  onClosed = dropped;
  sheet().replaceChildren(make("div", { class: "sheet__dark", onclick: bare ? null : closeSheet }), make("div", { class: "sheet__body" }, content,
    bare ? null : make("button", { class: "sheet__cancel", onclick: closeSheet }, say(leave))));
  sheet().hidden = false;
}

/** Close the sheet; what was to be told has been told. */
export function endSheet() {
  onClosed = null;
  closeSheet();
}

export function closeSheet() {
  sheet().hidden = true;
  onClosed?.();
  onClosed = null;
}

/** Choose or type what a QR code says; `use` gets the text. `dropped` is called when nothing was chosen. payable: only codes to pay. */
export async function scanSheet(use, dropped, payable = false) {
  const [{ qrcodes }, { codes: unpaid }] = await Promise.all([ask("qrcodes"), ask("pay/codes")]);
  const done = (text) => { onClosed = null; closeSheet(); use(text); };
  const input = make("input", { name: "text", placeholder: say("scan_what"), "aria-label": say("scan_what"), autocomplete: "off" });
  const form = make("form", { class: "asked", onsubmit: (event) => { event.preventDefault(); if (input.value.trim()) done(input.value.trim()); } },
    make("h3", {}, say(payable ? "scan_pay" : "scan")), input, make("button", { class: "primary" }, say("done")));
  const bills = unpaid.map((code) => make("button", { type: "button", class: "line bill", onclick: () => done(code.code_url) },
    make("span", {}, code.description), make("b", {}, `¥${(code.total_fen / 100).toFixed(2)}`)));
  if (bills.length) form.append(make("p", { class: "asked__note" }, say("pay_codes")), make("div", { class: "lines bills" }, ...bills));
  else if (payable) form.append(make("p", { class: "asked__note" }, say("no_codes")));
  const codes = (payable ? [] : qrcodes).map((code) => make("button", { type: "button", class: "code", onclick: () => done(code.ticket) },
    make("img", { src: `/cgi-bin/showqrcode?ticket=${encodeURIComponent(code.ticket)}`, alt: "" }), make("span", {}, code.scene)));
  if (codes.length) form.append(make("p", { class: "asked__note" }, say("scan_codes")), make("div", { class: "codes" }, ...codes));
  openSheet(form);
  onClosed = dropped ?? null;
  input.focus();
}

/** Choose a place; `use` gets {latitude, longitude, label}. */
export function locationSheet(use, dropped) {
  const places = state.places ?? [];
  const field = (name, value, type = "text") => make("label", {}, make("span", {}, say(name)), make("input", { name, value, type, step: "any", required: true }));
  const first = places[0] ?? { latitude: 0, longitude: 0, label: "" };
  const fields = [field("place", first.label), field("latitude", first.latitude, "number"), field("longitude", first.longitude, "number")];
  const form = make("form", { class: "asked", onsubmit: (event) => {
    event.preventDefault();
    const given = new FormData(form);
    onClosed = null;
    closeSheet();
    use({ latitude: Number(given.get("latitude")), longitude: Number(given.get("longitude")), label: given.get("place") });
  } }, make("h3", {}, say("location")),
    make("div", { class: "chips" }, ...places.map((place) => make("button", { type: "button", onclick: () => {
      form.elements.place.value = place.label;
      form.elements.latitude.value = place.latitude;
      form.elements.longitude.value = place.longitude;
    } }, place.label))),
    ...fields, make("button", { class: "primary" }, say("done")));
  openSheet(form);
  onClosed = dropped ?? null;
}

/** Where a page shows the traveller to. */
export function placeSheet(place) {
  openSheet(make("div", { class: "asked" }, make("h3", {}, say("open_place")), make("p", {}, `${place.name ?? ""} ${place.address ?? ""}`),
    make("p", { class: "asked__note" }, `${place.latitude}, ${place.longitude}`)));
}

