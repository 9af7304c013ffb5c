// A shelf counted by scanner: a barcode leads to its field, again it counts one more; Enter goes to the next field.
"use strict";
(() => {
  const form = document.querySelector("[data-count-form]"), fields = [...form.querySelectorAll("[data-barcode]")];
  const search = document.querySelector("[data-search]");
  const found = (text) => fields.find((each) => each.dataset.barcode === text || each.dataset.sku === text);
  document.addEventListener("scanned-here", (event) => {
    event.preventDefault();
    const field = found(event.detail);
    if (!field) { search.value = event.detail; search.form.requestSubmit(); return; }
    field.value = Number(field.value || 0) + 1;
    field.closest("tr").scrollIntoView({ block: "center" });
    field.closest("tr").classList.add("is-fresh");
  });
  form.addEventListener("keydown", (event) => {
    const at = fields.indexOf(event.target);
    if (at < 0 || event.key !== "Enter") return;
    event.preventDefault();
    const text = event.target.value;
    // A scanner that types into a field: its digits are a barcode, not a count.
    const scanned = text.length >= 8 ? found(text.slice(-13)) ?? found(text.slice(-8)) : null;
    if (scanned) {
      event.target.value = event.target.dataset.before ?? "";
      scanned.value = Number(scanned.value || 0) + 1;
      scanned.focus();
      return;
    }
    (fields[at + 1] ?? form.querySelector("[type=submit]")).focus();
  });
  form.addEventListener("focusin", (event) => { if (fields.includes(event.target)) { event.target.dataset.before = event.target.value; event.target.select(); } });
})();
