// Pages of the airport bus: the nearest stop, counters, the time left to pay, WeChat's pay sheet, tickets without a network.
(() => {
  const first = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // --- the search: swap the ends; the nearest stop, found on the phone itself: no place leaves it ------------

  for (const form of all("[data-busfind]")) {
    const from = form.elements.from, to = form.elements.to, swap = first("[data-swap]", form);
    swap.hidden = false;
    swap.addEventListener("click", () => { [from.value, to.value] = [to.value, from.value]; });
    const near = first("[data-near]", form), said = first("[data-near-said]", form);
    if (!navigator.geolocation || !window.isSecureContext) continue;
    near.hidden = false;
    const metres = (place, stop) => {
      const rad = Math.PI / 180, x = (stop.lon - place.longitude) * rad * Math.cos(place.latitude * rad);
      return 6371000 * Math.hypot(x, (stop.lat - place.latitude) * rad);
    };
    const choose = ({ coords }) => {
      const stops = all("option[data-lat]", from).map((option) => ({ id: option.value, far: metres(coords, { lat: Number(option.dataset.lat), lon: Number(option.dataset.lon) }) }));
      const nearest = stops.sort((a, b) => a.far - b.far)[0];
      if (!nearest) return;
      from.value = nearest.id;
      if (to.value === nearest.id) to.value = "";
      if (nearest.id !== near.dataset.airport && !to.value) to.value = near.dataset.airport;
      const far = nearest.far < 950 ? `${Math.max(1, Math.round(nearest.far / 50)) * 50} m` : `${(nearest.far / 1000).toFixed(nearest.far < 9500 ? 1 : 0)} km`;
      said.textContent = said.dataset.found.replace("{distance}", far);
    };
    near.addEventListener("click", () => {
      said.textContent = said.dataset.looking;
      navigator.geolocation.getCurrentPosition(choose, () => { said.textContent = said.dataset.denied; }, { timeout: 8000, maximumAge: 60000 });
    });
  }

  // --- who rides; which tickets ------------------------------------------------------------------------------

  for (const step of all("[data-step]")) {
    const input = first("input", step);
    const show = () => all("button", step).forEach((button) => {
      const next = Number(input.value) + Number(button.dataset.by);
      button.disabled = next < Number(input.min) || next > Number(input.max);
    });
    for (const button of all("button", step)) {
      button.hidden = false;
      button.addEventListener("click", () => {
        input.value = String(Number(input.value) + Number(button.dataset.by));
        input.dispatchEvent(new Event("change", { bubbles: true }));
        show();
      });
    }
    input.addEventListener("change", show);
    show();
  }
  for (const form of all("[data-ticks]")) form.addEventListener("change", () => form.requestSubmit());

  // --- a board of a stop stays true --------------------------------------------------------------------------

  const board = first("[data-refresh]");
  if (board) setInterval(() => { if (!document.hidden) window.htmx?.trigger(board, "refresh"); }, Number(board.dataset.refresh) * 1000);

  // --- one order ---------------------------------------------------------------------------------------------

  const order = first("[data-order]");
  if (!order) return;
  const here = order.dataset.here ?? `/bus/orders/${order.dataset.order}`;
  const offline = first("[data-offline]", order), timer = first("[data-left]", order);
  let begun = performance.now(), leftS = Number(timer?.dataset.left ?? 0);

  const anew = () => location.replace(here);
  const tick = () => {
    const left = Math.max(0, Math.round(leftS - (performance.now() - begun) / 1000));
    timer.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    timer.classList.toggle("countdown--over", !left);
    if (left) return;
    clearInterval(ticking);
    for (const shown of all(".pay, [data-overdue]", order)) shown.hidden = !("overdue" in shown.dataset);
    ask();
  };
  const ask = async () => {
    try {
      const answer = await fetch(`${here}/state`, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.status === 204 || answer.status === 404) return anew();
      offline.hidden = answer.ok;
      if (!answer.ok) return;
      const told = await answer.json();
      if (told.version !== order.dataset.version) return anew();
      [begun, leftS] = [performance.now(), told.left_s];
    } catch {
      offline.hidden = false;
    }
  };
  const ticking = timer ? setInterval(tick, 1000) : 0;
  const soon = ["held", "paying", "paid", "returning"].includes(order.dataset.state);
  // While a shop picks it may ask something any moment, and the answer has an end.
  const every = soon ? 2000 : order.dataset.follows === "picked" ? 4000 : 15000;
  if ("follows" in order.dataset) setInterval(() => { if (!document.hidden) ask(); }, every);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  addEventListener("online", ask);
  addEventListener("offline", () => { offline.hidden = false; });
  ask();

  // --- WeChat's pay sheet --------------------------------------------------------------------------------------

  const bridge = () => new Promise((ready) => {
    if (window.WeixinJSBridge) ready(window.WeixinJSBridge);
    else document.addEventListener("WeixinJSBridgeReady", () => ready(window.WeixinJSBridge), { once: true });
  });
  const form = first("form[data-bridge]", order);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = first("button", form), said = first("[data-pay-said]", order);
    button.disabled = true;
    said.textContent = said.dataset.checking;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { pay } = await answer.json();
      if (!pay.paySign) return anew(); // it can't be paid any more: the page says why
      (await bridge()).invoke("getBrandWCPayRequest", pay, ({ err_msg: told }) => {
        // The page's word is no proof of payment: the order's state is asked for either way.
        const what = told.endsWith(":ok") ? "checking" : told.endsWith(":cancel") ? "cancelled" : "failed";
        said.textContent = said.dataset[what];
        button.disabled = what === "checking";
        if (what === "checking") setTimeout(() => { button.disabled = false; }, 15000);
        ask();
      });
    } catch {
      said.textContent = said.dataset.failed;
      button.disabled = false;
    }
  });

  // --- the code, big and bright --------------------------------------------------------------------------------

  let awake = null;
  const stayAwake = async () => { try { awake = await navigator.wakeLock?.request("screen"); } catch { awake = null; } };
  for (const code of all("[data-bright]", order)) {
    code.addEventListener("click", () => {
      const shown = document.createElement("dialog");
      shown.className = "bright";
      shown.setAttribute("aria-label", code.getAttribute("aria-label"));
      const words = document.createElement("p");
      words.textContent = code.getAttribute("aria-label");
      shown.append(first("svg", code).cloneNode(true), words);
      shown.addEventListener("click", () => shown.close());
      shown.addEventListener("close", () => { shown.remove(); awake?.release(); });
      document.body.append(shown);
      shown.showModal();
      stayAwake();
    });
  }

  // --- without a network ---------------------------------------------------------------------------------------

  if ("keeps" in order.dataset && "serviceWorker" in navigator) {
    navigator.serviceWorker.register("/bus/worker.js", { scope: "/bus/orders/" })
      .then(() => navigator.serviceWorker.getRegistration(here))
      .then((found) => {
        const worker = found.active ?? found.waiting ?? found.installing;
        worker.postMessage({ keep: here });
      })
      .catch(() => {}); // a browser that keeps nothing still shows the page
  }
})();
