// Labels before the camera: each code that is read is told to the page, which opens the item with that number.
//
//   <div data-scan data-reader data-zxing data-wasm data-words> with [data-video], [data-camera], [data-camera-told]
//   document.addEventListener("scanned", (event) => event.detail)      for pages that do something else with it
"use strict";
(() => {
  const AGAIN_MS = 2500;
  const root = document.querySelector("[data-scan]");
  if (!root) return;
  const words = JSON.parse(root.dataset.words), one = (name) => root.querySelector(`[data-${name}]`);
  const told = one("camera-told"), start = one("camera"), aim = one("aim");
  let last = "", at = 0;
  const saw = (text) => {
    if (text === last && Date.now() - at < AGAIN_MS) { at = Date.now(); return; }
    [last, at] = [text, Date.now()];
    navigator.vibrate?.(60);
    document.dispatchEvent(new CustomEvent("scanned", { detail: text }));
  };
  const files = { script: root.dataset.reader, library: root.dataset.zxing, wasm: root.dataset.wasm };
  const camera = new boarding.Scanner(one("video"), files, saw);
  const begin = async () => {
    told.hidden = true;
    try {
      if (!navigator.mediaDevices) throw new Error("no camera");
      await camera.start();
      start.hidden = true;
      if (aim) aim.hidden = false;
    } catch (error) {
      told.textContent = error.name === "NotAllowedError" ? words.denied : words.none;
      told.hidden = false;
    }
  };
  const end = () => { camera.stop(); start.hidden = false; if (aim) aim.hidden = true; };
  start.addEventListener("click", begin);
  document.addEventListener("visibilitychange", () => { if (document.hidden && camera.on) end(); });

  const form = document.querySelector("[data-number-form]");
  if (form) {
    document.addEventListener("scanned", (event) => {
      form.elements.number.value = event.detail.slice(0, 40);
      form.requestSubmit();
    });
  }
})();
