// What all pages of the desk share: sending with the session's token, a session that ends without losing a word, keys.
"use strict";
window.lost ??= {};
(() => {
  const over = document.querySelector("[data-over]");

  // A token of whoever is signed in now; null when nobody is.
  lost.token = async () => {
    const answer = await fetch("/staff/lost/token", { redirect: "manual", cache: "no-store" });
    if (!answer.ok) return null;
    const { token } = await answer.json();
    document.body.dataset.token = token;
    return token;
  };

  const once = (address, body) => {
    const headers = { "X-Form-Token": document.body.dataset.token };
    if (!(body instanceof FormData)) headers["Content-Type"] = "application/json";
    return fetch(address, { method: "POST", headers, body: body instanceof FormData ? body : JSON.stringify(body) });
  };

  // POSTs; gives {ok, told}: what came back as JSON, or the problem. Throws when nothing was reached, "over" when the
  // session ended: what was to be sent is sent again as it is.
  lost.send = async (address, body) => {
    let answer = await once(address, body);
    if ((answer.status === 401 || answer.status === 403) && await lost.token()) answer = await once(address, body);
    if (answer.status === 401) { lost.over(); throw new Error("over"); }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok && !told.detail) throw new Error("away");
    return { ok: answer.ok, told };
  };

  lost.over = () => { if (over && !over.open) over.showModal(); };
  const back = async () => { if (over?.open && await lost.token().catch(() => null)) over.close(); };
  over?.querySelector("[data-over-back]").addEventListener("click", back);
  addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);

  // A form of a page that was open for long: the session is looked at first, and the form goes with its token.
  for (const form of document.querySelectorAll("form[data-stays]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const by = event.submitter;
      const token = await lost.token().catch(() => undefined);
      if (token === null) { lost.over(); return; }
      if (token) form.elements.csrf.value = token;
      if (by?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: by.name, value: by.value }));
      form.submit();
    });
  }

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest("form[data-stays]");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });

  document.querySelector("[data-choose-desk]")?.addEventListener("change", (event) => event.target.form.requestSubmit());

  // A USB scanner types a label's number, capitals first, wherever one is: that opens the item, and no digit of it leads to
  // another desk meanwhile.
  const NUMBER = /^[A-Z]{3}-?[0-9A-Z]{6}-?[0-9A-Z]$/, GAP_MS = 300;
  let scanned = "", last = 0;
  window.addEventListener("keydown", (event) => {
    if (event.key === "Shift" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input, select, textarea, dialog, [contenteditable]")) { scanned = ""; return; }
    const going = scanned && Date.now() - last < GAP_MS;
    if (event.key === "Enter" && going && NUMBER.test(scanned)) location.assign(`/staff/lost?q=${scanned}`);
    else if (event.key.length === 1 && (going || /[A-Z]/.test(event.key))) scanned = going ? scanned + event.key : event.key;
    else { scanned = ""; return; }
    last = Date.now();
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // The parts of the desk are more than a tablet is wide.
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

  const goes = { r: "/staff/lost/new", s: "/staff/lost/scan", i: "/staff/lost" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, button, dialog, [contenteditable]")) return;
    if (event.key in goes) location.assign(goes[event.key]);
    const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) { event.preventDefault(); button.click(); }
  });

  // A label is printed from a frame that nobody sees; a browser that can't show one there opens it instead.
  lost.print = (address) => {
    if (!navigator.pdfViewerEnabled) { open(address, "_blank"); return; }
    document.querySelector("iframe.printer")?.remove();
    const frame = Object.assign(document.createElement("iframe"), { className: "printer", src: address, title: "" });
    frame.tabIndex = -1;
    frame.addEventListener("load", () => {
      try { frame.contentWindow.focus(); frame.contentWindow.print(); } catch { open(address, "_blank"); }
    });
    document.body.append(frame);
  };
})();
