// A coupon goes into WeChat's card wallet: WeChat is asked at once, and the page goes back when it is there.
(() => {
  const whole = document.querySelector("[data-wallet]");
  if (!whole) return;
  const form = whole.querySelector("form"), said = whole.querySelector("[data-wallet-said]");
  const say = (what, detail = "") => { said.textContent = detail || said.dataset[what]; form.hidden = ["asking", "taken"].includes(what); };
  // The mall claims a coupon when WeChat tells of its card, a moment after the person said yes.
  const leave = () => setTimeout(() => location.replace(whole.dataset.back), 1800);

  const ask = async () => {
    say("asking");
    try {
      if (!window.wx) throw new Error("WeChat's script didn't come");
      const fields = new URLSearchParams(new FormData(form));
      fields.set("page", location.href.split("#")[0]);
      const answer = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (!answer.ok) return say("failed", told.detail);
      wx.config({ ...told.config, jsApiList: ["addCard"] });
      wx.error(() => say("failed"));
      wx.ready(() => wx.addCard({
        cardList: [told.card],
        success: () => { say("taken"); leave(); },
        cancel: () => say("cancelled"),
        fail: () => say("failed"),
      }));
    } catch {
      say("failed");
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  ask();
})();
