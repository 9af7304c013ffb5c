// A run of scans: numbers one after the other, from a scanner, the camera or by hand, each told with a sound.
//
//   <div data-run="list|count" data-look data-expected data-words> with textarea[data-run-numbers] (list),
//   [data-run-live], input[data-run-input], [data-run-list], [data-run-count], [data-run-told]; count: data-scan-to,
//   data-differences, [data-run-shelf], [data-run-differences]
"use strict";
(() => {
  const root = document.querySelector("[data-run]");
  if (!root) return;
  const one = (name) => document.querySelector(`[data-run-${name}]`);
  const words = JSON.parse(root.dataset.words), kept = one("numbers"), input = one("input"), list = one("list"), told = one("told");
  const expected = root.dataset.expected ? new Set(JSON.parse(root.dataset.expected)) : null;
  const seen = new Map();
  let sound = null;

  const beep = (good) => {
    sound ??= "AudioContext" in window ? new AudioContext() : null;
    if (!sound) return;
    const tone = sound.createOscillator(), loud = sound.createGain(), now = sound.currentTime, long = good ? 0.09 : 0.35;
    tone.frequency.value = good ? 1046 : 196;
    tone.type = good ? "sine" : "square";
    loud.gain.setValueAtTime(good ? 0.2 : 0.12, now);
    loud.gain.exponentialRampToValueAtTime(0.001, now + long);
    tone.connect(loud).connect(sound.destination);
    tone.start(now);
    tone.stop(now + long);
    if (!good) navigator.vibrate?.([80, 60, 80]);
  };
  const plain = (text) => text.toUpperCase().replace(/[^0-9A-Z]/g, "");
  const line = (number, title, note, tone) => {
    const row = document.createElement("li"), code = document.createElement("code"), what = document.createElement("span"), chip = document.createElement("span");
    row.className = `run__one is-${tone}`;
    code.textContent = number;
    what.textContent = title;
    chip.textContent = note;
    chip.className = `chip chip--${tone}`;
    row.append(code, what, ...(note ? [chip] : []));
    list.prepend(row);
    return row;
  };
  const count = () => { const out = one("count"); if (out) out.textContent = seen.size; };
  const say = (text) => { told.textContent = text; told.hidden = !text; };

  // --- a list that a form sends: every number is looked at when it is scanned
  const keep = () => { kept.value = [...seen.values()].join("\n"); count(); };
  const drop = (row, key) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--quiet";
    button.textContent = "×";
    button.setAttribute("aria-label", words.remove);
    button.addEventListener("click", () => { seen.delete(key); row.remove(); keep(); input.focus(); });
    row.append(button);
  };
  const tick = (key) => {
    const row = document.querySelector(`[data-expects="${CSS.escape(key)}"]`);
    row?.classList.add("is-scanned");
  };
  const add = async (text) => {
    const key = plain(text);
    if (seen.has(key)) { beep(false); say(`${text}: ${words.twice}`); return; }
    say("");
    if (expected) {
      const known = [...expected].find((each) => plain(each) === key || plain(each).endsWith(key) && key.length >= 7);
      beep(Boolean(known));
      const row = line(known ?? text, "", known ? "" : words.unknown, known ? "go" : "bad");
      seen.set(known ? plain(known) : key, known ?? text);
      drop(row, known ? plain(known) : key);
      if (known) tick(known);
      keep();
      return;
    }
    try {
      const { ok, told: answer } = await lost.send(root.dataset.look, { number: text });
      if (!ok) { beep(false); line(text, answer.detail, "", "bad"); return; }
      const real = plain(answer.number);
      if (seen.has(real)) { beep(false); say(`${answer.number}: ${words.twice}`); return; }
      beep(answer.good);
      seen.set(real, answer.number);
      drop(line(answer.number, answer.title, answer.told, answer.good ? "go" : "late"), real);
      keep();
    } catch (error) {
      if (error.message !== "over") { seen.set(key, text); drop(line(text, "", "", "calm"), key); keep(); }
    }
  };

  // --- a count: every number goes to the service at once, and is kept until it got there
  let waiting = [], sending = false, later = 0;
  const differ = () => {
    clearTimeout(later);
    later = setTimeout(async () => {
      const answer = await fetch(root.dataset.differences, { cache: "no-store" }).catch(() => null);
      if (answer?.ok && !answer.redirected) one("differences").innerHTML = await answer.text();
    }, 500);
  };
  const flush = async () => {
    if (sending || !waiting.length) return;
    sending = true;
    const shelf = waiting[0].shelf, now = waiting.filter((each) => each.shelf === shelf).slice(0, 100);
    try {
      const { ok, told: answer } = await lost.send(root.dataset.scanTo, { shelf, numbers: now.map((each) => each.text) });
      waiting = waiting.filter((each) => !now.includes(each));
      say(ok ? "" : answer.detail);
      if (ok) {
        beep(answer.results.every((each) => each.good));
        for (const each of answer.results) { seen.set(plain(each.number), each.number); line(each.number, shelf || "", each.told, each.tone); }
        one("count").textContent = answer.scanned;
        differ();
      } else beep(false);
    } catch (error) {
      beep(false);
      if (error.message !== "over") say(`${words.away} (${waiting.length})`);
      setTimeout(flush, 4000);
    }
    sending = false;
    if (waiting.length && !told.textContent) flush();
  };
  addEventListener("online", flush);
  addEventListener("beforeunload", (event) => { if (waiting.length) event.preventDefault(); });

  const scan = (text) => {
    const number = text.trim().slice(0, 40);
    if (!number) return;
    if (root.dataset.run === "list") add(number);
    else if (seen.has(plain(number))) { beep(false); say(`${number}: ${words.twice}`); }
    else { waiting.push({ text: number, shelf: one("shelf").value || null }); flush(); }
  };
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    for (const each of input.value.split(/[\s,;]+/)) scan(each);
    input.value = "";
  });
  document.addEventListener("scanned", (event) => scan(event.detail));
  one("live").hidden = false;
  if (kept) {
    one("plain").hidden = true;
    for (const each of kept.value.split(/[\s,;]+/)) scan(each);
  }
  input.focus();
})();
