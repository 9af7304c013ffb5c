// Stands in for res.wx.qq.com/open/js/jweixin: same names, same order of things, judged by the sandbox.
(() => {
  const phone = window.__sandboxPhone;
  const ready = [];
  const failed = [];
  let config = null;
  let outcome = null;

  const post = async (path, body) =>
    (await fetch(`/.wechat/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })).json();
  const settle = (name, given, result, what) => {
    const answer = { ...result, errMsg: `${name}:${what}` };
    if (what === "ok") given.success?.(answer);
    else if (what === "cancel") given.cancel?.(answer);
    else given.fail?.(answer);
    given.complete?.(answer);
  };

  /** An API of the SDK: refused unless wx.config was good and named it. */
  const api = (name, work) => (given = {}) => {
    if (outcome !== "ok" || !config.jsApiList.includes(name)) {
      console.error(`${name}: the permission value is offline verifying, or it isn't in jsApiList`);
      return settle(name, given, {}, "permission denied");
    }
    return work(given, (result, what = "ok") => settle(name, given, result ?? {}, result === null ? "cancel" : what));
  };

  /** Ask the phone, which asks the person. */
  const asked = async (what, given, answer) => {
    const told = await phone.ask(what, given, true);
    if (told?.what === "ok") return answer(told.found);
    return told?.what === "fail" ? answer(told.found, "fail") : answer(null);
  };

  const wx = {
    config: async (given) => {
      config = { jsApiList: [], ...given };
      const verdict = await post("config", { ...given, page: location.href });
      phone?.ask("config", verdict);
      outcome = verdict.good ? "ok" : "bad";
      if (verdict.good) ready.splice(0).forEach((work) => work());
      else {
        console.error(`wx.config: ${verdict.why.en}`);
        failed.splice(0).forEach((work) => work({ errMsg: "config:invalid signature" }));
      }
    },
    ready: (work) => (outcome === "ok" ? work() : ready.push(work)),
    error: (work) => (outcome === "bad" ? work({ errMsg: "config:invalid signature" }) : failed.push(work)),
    checkJsApi: (given) => settle("checkJsApi", given, { checkResult: Object.fromEntries(given.jsApiList.map((name) => [name, name in wx])) }, "ok"),
    scanQRCode: api("scanQRCode", async (_, answer) => {
      const found = await phone.ask("scan", {}, true);
      answer(found && { resultStr: found.text });
    }),
    getLocation: api("getLocation", async (_, answer) => {
      const found = await phone.ask("location", {}, true);
      answer(found && { latitude: found.latitude, longitude: found.longitude, speed: 0, accuracy: 30 });
    }),
    openLocation: api("openLocation", (given, answer) => {
      phone.ask("place", { name: given.name, address: given.address, latitude: given.latitude, longitude: given.longitude });
      answer({});
    }),
    addCard: api("addCard", (given, answer) => asked("cards", { cardList: given.cardList }, answer)),
    chooseCard: api("chooseCard", ({ shopId, cardType, cardId, timestamp, nonceStr, signType, cardSign }, answer) =>
      asked("choose", { shopId, cardType, cardId, timestamp, nonceStr, signType, cardSign }, answer)),
    openCard: api("openCard", (given, answer) => asked("opencard", { cardList: given.cardList }, answer)),
    chooseWXPay: api("chooseWXPay", async (given, answer) => {
      const { nonceStr, package: prepay, signType, paySign } = given;
      const asked = { appId: config.appId, timeStamp: String(given.timestamp ?? given.timeStamp ?? ""), nonceStr, package: prepay, signType, paySign };
      const found = await phone.ask("pay", asked, true);
      if (found?.what === "ok") return answer({});
      return found?.what === "cancel" ? answer(null) : answer({ err_desc: found?.why }, "fail");
    }),
    previewImage: api("previewImage", (given, answer) => { window.open(given.current ?? given.urls[0], "_blank"); answer({}); }),
    getNetworkType: api("getNetworkType", (_, answer) => answer({ networkType: "wifi" })),
    closeWindow: api("closeWindow", (_, answer) => { phone.ask("close"); answer({}); }),
  };
  const quiet = ["hideOptionMenu", "showOptionMenu", "hideMenuItems", "showMenuItems", "hideAllNonBaseMenuItem", "showAllNonBaseMenuItem",
    "updateAppMessageShareData", "updateTimelineShareData", "onMenuShareAppMessage", "onMenuShareTimeline"];
  for (const name of quiet) wx[name] = api(name, (_, answer) => answer({}));
  window.wx = window.jWeixin = wx;
})();
