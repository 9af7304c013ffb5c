// What WeChat's browser puts into every page: its user agent, WeixinJSBridge, and a line to the phone around it.
(() => {
  const agent = "__AGENT__";
  Object.defineProperty(navigator, "userAgent", { get: () => agent });
  const waiting = new Map();
  let number = 0;
  const phone = window.parent; // a page that is being left has none any more, and may still speak
  const framed = phone !== window;

  /** Tell the phone something; with an answer expected, a promise of it (null: nothing came of it). */
  const ask = (sandbox, data, expects = false) => {
    if (!framed) return Promise.resolve(null);
    number += 1;
    phone.postMessage({ sandbox, id: number, data }, "*");
    if (!expects) return Promise.resolve(null);
    return new Promise((resolve) => waiting.set(number, resolve));
  };
  window.addEventListener("message", (event) => {
    if (event.source !== phone || event.data?.sandbox !== "reply") return;
    waiting.get(event.data.id)?.(event.data.data);
    waiting.delete(event.data.id);
  });
  Object.defineProperty(window, "__sandboxPhone", { value: { ask } });

  const done = (name, answer, what = "ok") => answer?.({ err_msg: `${name}:${what}` });
  const known = {
    closeWindow: (_, answer) => { ask("close"); done("closeWindow", answer); },
    getNetworkType: (_, answer) => answer?.({ err_msg: "network_type:wifi" }),
    hideOptionMenu: (_, answer) => done("hideOptionMenu", answer),
    showOptionMenu: (_, answer) => done("showOptionMenu", answer),
    hideToolbar: (_, answer) => done("hideToolbar", answer),
    getBrandWCPayRequest: (data, answer) => ask("pay", data, true).then((found) => answer?.({
      err_msg: `get_brand_wcpay_request:${found?.what ?? "fail"}`, ...(found?.why ? { err_desc: found.why } : {}) })),
    imagePreview: (data, answer) => { window.open(data.current, "_blank"); done("imagePreview", answer); },
  };
  window.WeixinJSBridge = {
    invoke: (name, data, answer) => (known[name] ? known[name](data ?? {}, answer) : done(name, answer, "function not exist")),
    call: (name) => window.WeixinJSBridge.invoke(name, {}),
    on: () => {},
  };

  const shown = () => ask("page", { title: document.title, path: location.pathname + location.search });
  const ready = () => {
    document.dispatchEvent(new Event("WeixinJSBridgeReady"));
    shown();
    const title = document.querySelector("title");
    if (title) new MutationObserver(shown).observe(title, { childList: true });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
  window.addEventListener("popstate", shown);
})();
