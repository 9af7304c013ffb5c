// Rows that are ticked: all at once, how many, and none without any.
"use strict";
for (const form of document.querySelectorAll("form[data-ticks]")) {
  const all = form.querySelector("[data-tick-all]"), boxes = [...form.querySelectorAll("[data-tick]:not(:disabled)")];
  const count = form.querySelector("[data-ticked]"), go = form.querySelector("[type=submit]");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    if (all) { all.checked = ticked > 0 && ticked === boxes.length; all.indeterminate = ticked > 0 && ticked < boxes.length; all.disabled = !boxes.length; }
    if (count) count.textContent = ticked ? `(${ticked})` : "";
    if (go) go.disabled = !ticked;
  };
  all?.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
  form.addEventListener("change", show);
  show();
}
