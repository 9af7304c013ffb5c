// What is scanned at the till is the coupon: into its field, and on when the rest is there.
"use strict";
(() => {
  const form = document.querySelector("form[data-till]");
  const take = (text) => {
    form.elements.code.value = text.slice(0, 64);
    const empty = ["amount", "receipt"].map((name) => form.elements[name]).find((field) => !field.value);
    if (empty) empty.focus(); else form.requestSubmit();
  };
  document.addEventListener("scanned", (event) => take(event.detail));
  document.addEventListener("scanned-here", (event) => { event.preventDefault(); take(event.detail); });
})();
