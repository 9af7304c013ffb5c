// Lines ticked while they are picked: kept in this browser until the parcel is ready, and none is forgotten.
"use strict";
(() => {
  const list = document.querySelector("[data-lines]"), form = document.querySelector("[data-ready-form]");
  if (!list || !form) return;
  const key = `staff.shop.picked.${list.dataset.lines}`, boxes = [...list.querySelectorAll("[data-tick]")];
  const told = form.querySelector("[data-ready-told]"), usual = told.textContent, go = form.querySelector("[type=submit]");
  let kept = [];
  try { kept = JSON.parse(sessionStorage.getItem(key) ?? "[]"); } catch { kept = []; }
  for (const box of boxes) box.checked = kept.includes(box.value);
  const show = () => {
    const left = boxes.filter((box) => !box.checked).length;
    go.disabled = left > 0;
    told.textContent = left ? usual : "";
    sessionStorage.setItem(key, JSON.stringify(boxes.filter((box) => box.checked).map((box) => box.value)));
    if (!left) go.focus();
  };
  list.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    if (boxes.some((box) => !box.checked)) { event.preventDefault(); told.textContent = form.dataset.left; return; }
    sessionStorage.removeItem(key);
  });
  show();
})();
