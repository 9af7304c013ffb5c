// A signature: strokes of a finger, a pen or a mouse, drawn as one path and sent as numbers. Thin points are left out,
// so that a long name stays some kilobytes.
//
//   <div data-sign data-strokes="200" data-points="2000"> with svg[data-sign-box], input[data-sign-value], [data-sign-clear]
"use strict";
(() => {
  const NEAR = 2.5;
  for (const root of document.querySelectorAll("[data-sign]")) {
    const box = root.querySelector("[data-sign-box]"), value = root.querySelector("[data-sign-value]");
    const clear = root.querySelector("[data-sign-clear]"), path = box.querySelector("path");
    const most = [Number(root.dataset.strokes), Number(root.dataset.points)];
    const [width, height] = box.getAttribute("viewBox").split(" ").slice(2).map(Number);
    let strokes = [], now = null, pointer = null;

    const show = () => {
      path.setAttribute("d", strokes.map((stroke) => `M${[...stroke, ...(stroke.length === 1 ? stroke : [])].map((point) => point.join(" ")).join("L")}`).join(" "));
      root.classList.toggle("is-signed", strokes.length > 0);
      clear.disabled = !strokes.length;
    };
    const keep = () => { value.value = strokes.length ? JSON.stringify({ width, height, strokes }) : ""; show(); };
    const point = (event) => {
      const frame = box.getBoundingClientRect();
      const within = (share, whole) => Math.round(Math.min(1, Math.max(0, share)) * whole);
      return [within((event.clientX - frame.left) / frame.width, width), within((event.clientY - frame.top) / frame.height, height)];
    };
    const add = (event) => {
      for (const each of event.getCoalescedEvents?.() ?? [event]) {
        const next = point(each), last = now[now.length - 1];
        if (now.length < most[1] && Math.hypot(next[0] - last[0], next[1] - last[1]) >= NEAR) now.push(next);
      }
    };
    box.addEventListener("pointerdown", (event) => {
      if (pointer !== null || strokes.length >= most[0] || (event.pointerType === "mouse" && event.button !== 0)) return;
      event.preventDefault();
      pointer = event.pointerId;
      box.setPointerCapture(pointer);
      now = [point(event)];
      strokes.push(now);
      show();
    });
    box.addEventListener("pointermove", (event) => {
      if (event.pointerId !== pointer) return;
      add(event);
      show();
    });
    const end = (event) => {
      if (event.pointerId !== pointer) return;
      pointer = now = null;
      keep();
    };
    box.addEventListener("pointerup", end);
    box.addEventListener("pointercancel", end);
    clear.addEventListener("click", () => { strokes = []; keep(); box.focus(); });
    try { strokes = JSON.parse(value.value || "null")?.strokes ?? []; } catch { strokes = []; }
    root.hidden = false;
    show();
  }

  // What a document's machine-readable line or a scanner types stays; a code is read without blanks and in capitals.
  const code = document.querySelector("[data-code]");
  code?.addEventListener("input", () => {
    const at = code.selectionStart;
    code.value = code.value.toUpperCase();
    code.setSelectionRange(at, at);
  });
})();
