// The queue that is always new: rows come by themselves, a new parcel is heard, time that runs out is seen.
"use strict";
(() => {
  const live = document.querySelector("[data-live]"), away = document.querySelector("[data-away-told]");
  const said = document.getElementById("said"), button = document.querySelector("[data-sound]");
  const title = document.title, KEY = "staff.shop.sound";
  let wanted = localStorage.getItem(KEY) === "on", sound = null, failed = 0;

  // --- sound: two soft tones; a browser lets nobody be heard before somebody pressed something
  const tone = (at, hertz) => {
    const osc = sound.createOscillator(), gain = sound.createGain(), begin = sound.currentTime + at;
    osc.frequency.value = hertz;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(0.35, begin + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, begin + 0.5);
    osc.connect(gain).connect(sound.destination);
    osc.start(begin);
    osc.stop(begin + 0.55);
  };
  const ring = () => { if (wanted && sound?.state === "running") { tone(0, 660); tone(0.22, 880); } };
  const show = () => {
    const on = wanted && sound?.state === "running";
    button.hidden = false;
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("span").textContent = on ? button.dataset.on : button.dataset.off;
  };
  const wake = async () => {
    if (!wanted) return;
    sound ??= new AudioContext();
    await sound.resume().catch(() => {});
    show();
  };
  button.addEventListener("click", async () => {
    wanted = !(wanted && sound?.state === "running");
    localStorage.setItem(KEY, wanted ? "on" : "off");
    if (wanted) { await wake(); ring(); } else show();
  });
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, () => { if (sound?.state !== "running") wake(); });
  show();

  // --- rows
  const rows = () => [...live.querySelectorAll("[data-row]")];
  const mark = () => live.querySelector("[data-mark]").dataset.mark;
  const waiting = () => Number(live.querySelector("[data-placed]").dataset.placed);
  const name = () => { document.title = waiting() ? `(${waiting()}) ${title}` : title; };
  const put = (html) => {
    const before = new Set(rows().map((row) => row.dataset.row)), focused = document.activeElement?.dataset?.row;
    live.innerHTML = html;
    const fresh = rows().filter((row) => row.dataset.state === "placed" && !before.has(row.dataset.row));
    for (const row of fresh) row.classList.add("is-fresh");
    if (focused) rows().find((row) => row.dataset.row === focused)?.focus({ preventScroll: true });
    name();
    if (!fresh.length) return;
    ring();
    said.textContent = `${live.dataset.new}: ${fresh.map((row) => row.dataset.row).join(", ")}`;
  };
  const look = async () => {
    try {
      const answer = await fetch(`${live.dataset.live}?known=${encodeURIComponent(mark())}`, { cache: "no-store", redirect: "manual" });
      if (answer.type === "opaqueredirect") { location.reload(); return; }
      if (answer.status === 200) put(await answer.text());
      else if (answer.status !== 204) throw new Error(answer.status);
      failed = 0;
    } catch { failed++; }
    away.hidden = failed < 3;
    if (failed >= 3) away.textContent = live.dataset.away;
  };
  const every = 1000 * Number(live.dataset.every);
  const run = async () => { await look(); setTimeout(run, failed ? Math.min(30000, every * 2 ** failed) : every); };
  setTimeout(run, every);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });

  const step = (by) => {
    const all = rows(), at = all.indexOf(document.activeElement);
    all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, button, dialog, [contenteditable]")) return;
    const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (by) { event.preventDefault(); event.stopImmediatePropagation(); step(by); }
  }, true);
  name();
})();
