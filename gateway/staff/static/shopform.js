// A campaign's form shows only what belongs to the kind that was chosen.
"use strict";
(() => {
  const form = document.querySelector("form[data-campaign]");
  const SHOWN = { kind: { amount: ["value"], percent: ["pct", "cap"] }, valid: { days: ["valid_days"], until: ["valid_from", "valid_until"] } };
  const show = () => {
    for (const [choice, groups] of Object.entries(SHOWN)) {
      const chosen = form.elements[choice].value;
      for (const [value, names] of Object.entries(groups)) {
        for (const name of names) form.querySelector(`[data-of="${name}"]`).hidden = value !== chosen;
      }
    }
  };
  form.addEventListener("change", show);
  show();
})();
