// Pages of the mall: the variant that was chosen, photos, choices that ask again, steppers after a swap, codes of coupons.
(() => {
  const first = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // --- pictures, as one comes near them ---------------------------------------------------------------------

  const near = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach(({ target }) => {
    target.classList.add("is-near");
    near.unobserve(target);
  }), { rootMargin: "200px 0px" });
  const pictures = () => all(".good:not(.is-near), .stall:not(.is-near)").forEach((one) => near.observe(one));
  pictures();

  // --- one product -------------------------------------------------------------------------------------------

  const buy = first("[data-buy]");
  if (buy) {
    const shown = first("[data-price]", buy), was = first("[data-was]", buy), ends = first("[data-ends]", buy);
    const stock = first("[data-stock]", first(".one__tags", buy)), many = buy.elements.quantity;
    const price = (sum) => {
      const [whole, rest] = sum.slice(1).split(".");
      const small = (text) => Object.assign(document.createElement("small"), { textContent: text });
      const bold = Object.assign(document.createElement("b"), { className: "price" });
      bold.append(small(sum[0]), whole, ...(rest ? [small(`.${rest}`)] : []));
      return bold;
    };
    buy.addEventListener("change", ({ target }) => {
      if (target.name !== "variant_id") return;
      const one = target.dataset;
      shown.replaceChildren(price(one.price));
      [was.textContent, was.hidden] = [one.was, !one.was];
      [ends.textContent, ends.hidden] = [one.ends, !one.was];
      stock.textContent = one.stock;
      if (many) {
        many.max = one.most;
        if (Number(many.value) > Number(one.most)) many.value = one.most;
        many.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
    // Buying at once leaves the page: only what goes to the basket stays on it.
    first("[name=then]", buy)?.addEventListener("click", (event) => {
      event.preventDefault();
      const wish = { variant: new FormData(buy).get("variant_id"), quantity: many?.value ?? "1" };
      location.href = `/shop/checkout?${new URLSearchParams(wish)}`;
    });
    const strip = first(".gallery__strip"), count = first("[data-gallery]");
    if (count) strip.addEventListener("scroll", () => { count.textContent = String(1 + Math.round(strip.scrollLeft / strip.clientWidth)); }, { passive: true });
  }

  // --- forms that ask again with each choice ---------------------------------------------------------------------

  for (const form of all("form[data-auto]:not([hx-get])")) form.addEventListener("change", () => form.requestSubmit());
  const steppers = (from) => {
    for (const step of all("[data-step]", from)) {
      const input = first("input", step);
      const show = () => all("button", step).forEach((button) => {
        const next = Number(input.value) + Number(button.dataset.by);
        button.disabled = next < Number(input.min) || next > Number(input.max);
      });
      for (const button of all("button[hidden]", step)) {
        button.hidden = false;
        button.addEventListener("click", () => {
          input.value = String(Number(input.value) + Number(button.dataset.by));
          input.dispatchEvent(new Event("change", { bubbles: true }));
          show();
        });
      }
      show();
    }
  };
  document.addEventListener("htmx:after:swap", () => { steppers(document); pictures(); });

  // --- suggestions go away; the tax number is for companies ----------------------------------------------------------

  const box = first("#suggested");
  document.addEventListener("click", ({ target }) => { if (box && !target.closest(".mallbar__find")) box.replaceChildren(); });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    box?.replaceChildren();
    if (location.hash === "#sift") location.hash = "main";
  });
  const company = first("[data-company]");
  if (company) {
    const form = company.closest("form");
    const show = () => { company.hidden = form.elements.kind.value !== "company"; };
    form.addEventListener("change", show);
    show();
  }

  // --- a coupon's code, big and bright: that of an order is the order's page's ----------------------------------------

  if (!first("[data-order]")) for (const code of all("[data-bright]")) {
    code.addEventListener("click", () => {
      const shown = Object.assign(document.createElement("dialog"), { className: "bright" });
      shown.setAttribute("aria-label", code.getAttribute("aria-label"));
      shown.append(first("svg", code).cloneNode(true));
      shown.addEventListener("click", () => shown.close());
      shown.addEventListener("close", () => shown.remove());
      document.body.append(shown);
      shown.showModal();
    });
  }
})();
