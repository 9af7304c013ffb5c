// What all pages of the shop desk share: keys, printing, the choice of a shop, a USB scanner that works everywhere.
"use strict";
window.mall ??= {};
(() => {
  document.body.dataset.ready = "";
  const typing = (target) => target.closest?.("input, select, textarea, button, a, dialog, [contenteditable]");

  document.querySelector("[data-choose-shop]")?.addEventListener("change", (event) => event.target.form.requestSubmit());
  for (const part of document.querySelectorAll(".top__nav [aria-current], .tabs [aria-current]")) part.scrollIntoView({ inline: "center", block: "nearest" });

  // Printed from a frame that nobody sees; a browser that can't show one there opens it instead.
  mall.print = (address) => {
    if (!navigator.pdfViewerEnabled) { open(address, "_blank", "noopener"); return; }
    document.querySelector("iframe.printer")?.remove();
    const frame = Object.assign(document.createElement("iframe"), { className: "printer", src: address, title: "" });
    frame.tabIndex = -1;
    frame.addEventListener("load", () => {
      try { frame.contentWindow.focus(); frame.contentWindow.print(); } catch { open(address, "_blank", "noopener"); }
    });
    document.body.append(frame);
  };
  for (const link of document.querySelectorAll("[data-print-file]")) {
    link.addEventListener("click", (event) => { event.preventDefault(); mall.print(link.href); });
  }

  // A USB scanner types fast, capitals or digits first, and ends with Enter: that is looked up wherever one is.
  const CODE = /^[0-9A-Z][0-9A-Z-]{5,19}$/, GAP_MS = 80;
  const usb = document.querySelector("form[data-usb]");
  let scanned = "", last = 0, keys = [];
  const flush = () => {
    const typed = keys;
    keys = []; scanned = "";
    for (const key of typed) document.dispatchEvent(new CustomEvent("typed", { detail: key }));
  };
  let timer = 0;
  window.addEventListener("keydown", (event) => {
    if (event.key === "Shift" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input, select, textarea, dialog, [contenteditable]")) return;
    clearTimeout(timer);
    if (event.key === "Enter" && Date.now() - last < GAP_MS && CODE.test(scanned)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const text = scanned;
      keys = []; scanned = "";
      if (!document.dispatchEvent(new CustomEvent("scanned-here", { detail: text, cancelable: true })) || !usb) return;
      usb.elements.number.value = text;
      usb.submit();
      return;
    }
    if (event.key.length !== 1 || !/[0-9A-Z-]/.test(event.key)) { flush(); return; }
    if (Date.now() - last >= GAP_MS) flush();
    // Held back for a moment: a digit alone is a key of the page, the first of many is a scan.
    scanned += event.key;
    keys.push(event.key);
    last = Date.now();
    event.preventDefault();
    event.stopImmediatePropagation();
    timer = setTimeout(flush, GAP_MS + 20);
  }, true);

  const goes = { q: "/staff/shop", s: "/staff/shop/scan", t: "/staff/shop/till" };
  const desk = (number) => document.querySelectorAll(".top__nav a")[number - 1]?.click();
  document.addEventListener("typed", ({ detail }) => {
    const tick = [...document.querySelectorAll("[data-tick]")][Number(detail) - 1];
    if (tick) tick.click();
    else if (/^[1-9]$/.test(detail) && !document.querySelector("[data-tick]")) desk(Number(detail));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (typing(event.target)) return;
    const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) { event.preventDefault(); button.click(); return; }
    if (event.key in goes) location.assign(goes[event.key]);
  });
})();
