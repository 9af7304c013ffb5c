// The inspector's page: camera and keys in, a verdict as large as the phone out; how things stand with the network.
"use strict";
(() => {
  const GOOD_MS = 1700, SAME_MS = 3500, POLL_MS = 10000, RETRY_MS = 3000, KEEP_MS = 20000;
  const given = document.body.dataset, words = JSON.parse(given.words);
  const first = (name, from = document) => from.querySelector(`[data-${name}]`);
  const book = new boarding.Book({ departure: given.departure, account: given.account, token: given.token, library: given.ed25519 });
  const hour = new Intl.DateTimeFormat(given.locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: given.zone });
  const at = (instant) => (instant ? hour.format(typeof instant === "number" ? instant * 1000 : Date.parse(instant)) : "");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const made = (tag, kind, ...content) => { const it = document.createElement(tag); if (kind) it.className = kind; it.append(...content); return it; };
  const sheet = (name) => document.querySelector(`[data-sheet="${name}"]`);

  // --- sound and touch: heard and felt while the eyes are on the traveller ------------------------------------

  const TONES = { go: [[880, 0, 0.09], [1320, 0.1, 0.16]], late: [[520, 0, 0.16], [520, 0.22, 0.16]], bad: [[196, 0, 0.5], [147, 0.05, 0.55]] };
  const FELT = { go: [60], late: [90, 70, 90], bad: [350, 80, 350] };
  let air = null;
  const wake = () => { air ??= window.AudioContext ? new AudioContext() : null; air?.resume?.().catch(() => {}); };
  const signal = (tone) => {
    navigator.vibrate?.(FELT[tone]);
    if (air?.state !== "running") return;
    for (const [hertz, from, to] of TONES[tone]) {
      const voice = air.createOscillator(), loud = air.createGain(), now = air.currentTime;
      voice.type = tone === "bad" ? "square" : "sine";
      voice.frequency.value = hertz;
      loud.gain.setValueAtTime(tone === "bad" ? 0.18 : 0.35, now + from);
      loud.gain.exponentialRampToValueAtTime(0.001, now + to);
      voice.connect(loud).connect(air.destination);
      voice.start(now + from);
      voice.stop(now + to);
    }
  };

  // --- the verdict ---------------------------------------------------------------------------------------------

  const TONE = { boarded: "go", already_boarded: "bad", copy: "bad", revoked: "bad", forged: "bad", other_departure: "late" };
  const SIGNS = { go: "M18 50 40 72 78 26", late: "M48 18v38M48 72v4", bad: "M24 24 72 72M72 24 24 72" };
  const verdict = first("verdict");
  let kept = null, shown = null, closing = 0, last = { text: "", at: 0 };

  const who = (told) => {
    const kind = told.kind === "discount" ? words.discount_proof : words[told.kind] ?? "";
    const way = told.from_name && told.to_name ? `${told.from_name} → ${told.to_name}` : "";
    return [kind, way].filter(Boolean).join("\n");
  };
  const how = (told) => {
    if (told.result === "other_departure") return told.other ?? (told.departs_at ? at(told.departs_at) : "");
    if (told.result === "already_boarded" || told.result === "copy") return told.at ? fill(told.mine ? words.this_phone : words.boarded_at, { time: at(told.at) }) : "";
    if (told.result === "unknown" && !told.checked && !book.online) return words.unknown_offline;
    if (told.result === "boarded" && !told.checked) return told.typed ? words.by_list : words.not_checked;
    return "";
  };
  const show = (told) => {
    const tone = TONE[told.result] ?? "late", texts = words.verdicts[told.result] ?? words.verdicts.unreadable;
    shown = told;
    verdict.className = `verdict verdict--${tone}${told.result === "boarded" && told.kind !== "adult" ? " verdict--look" : ""}`;
    verdict.dataset.result = told.result;
    first("sign").setAttribute("d", SIGNS[tone]);
    first("verdict-title").textContent = texts.title;
    first("verdict-who").textContent = who(told);
    first("verdict-what").textContent = texts.what;
    first("verdict-how").textContent = how(told);
    verdict.hidden = false;
    verdict.focus({ preventScroll: true });
    signal(tone);
    clearTimeout(closing);
    // A good one goes by itself, on to the next; whatever is wrong stays until it was seen.
    if (told.result === "boarded" && told.kind === "adult") closing = setTimeout(next, GOOD_MS);
  };
  const next = () => { clearTimeout(closing); verdict.hidden = true; shown = null; last.at = Date.now(); };
  verdict.addEventListener("click", next);
  verdict.addEventListener("keydown", (event) => { if (event.key === "Escape") next(); });

  let busy = false;
  const scan = async (what) => {
    if (busy || book.over) return null;
    busy = true;
    first("aim").classList.add("is-busy");
    try {
      const told = await book.scan(what);
      show(told);
      return told;
    } finally {
      busy = false;
      first("aim").classList.remove("is-busy");
    }
  };

  // --- the camera ----------------------------------------------------------------------------------------------

  const saw = (text) => {
    if (shown || busy || document.querySelector("dialog[open]")) return;
    // The same code stays before the camera for a while after its verdict.
    if (text === last.text && Date.now() - last.at < SAME_MS) { last.at = Date.now(); return; }
    last = { text, at: Date.now() };
    scan({ code: text });
  };
  const files = { script: given.reader, library: given.zxing, wasm: given.wasm };
  const camera = new boarding.Scanner(first("video"), files, saw);
  const light = first("light");
  const begin = async () => {
    const said = first("camera-said");
    said.textContent = "";
    try {
      if (!navigator.mediaDevices) throw new Error("no camera");
      await camera.start();
      first("start").hidden = true;
      first("aim").hidden = false;
      light.hidden = !camera.hasLight;
      keepAwake();
    } catch (error) {
      said.textContent = error.name === "NotAllowedError" ? words.camera_denied : words.no_camera;
    }
  };
  const end = () => { camera.stop(); first("start").hidden = false; first("aim").hidden = light.hidden = true; light.setAttribute("aria-pressed", "false"); };
  const keepAwake = () => navigator.wakeLock?.request("screen").catch(() => {});
  first("camera").addEventListener("click", () => { wake(); begin(); });
  light.addEventListener("click", async () => {
    const on = light.getAttribute("aria-pressed") !== "true";
    await camera.light(on).then(() => light.setAttribute("aria-pressed", String(on)), () => { light.hidden = true; });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { if (camera.on) { end(); first("start").dataset.again = ""; } return; }
    if ("again" in first("start").dataset) { delete first("start").dataset.again; begin(); }
    book.refresh();
  });

  // --- typing --------------------------------------------------------------------------------------------------

  first("typing").addEventListener("submit", async (event) => {
    event.preventDefault();
    wake();
    const field = event.target.elements.short, short = boarding.typed(field.value);
    first("typing-wrong").textContent = short ? "" : words.verdicts.unknown.what;
    if (!short) return field.select();
    field.value = "";
    sheet("typing").close();
    await scan({ short });
  });

  // --- passengers ----------------------------------------------------------------------------------------------

  const find = first("find"), missing = first("missing");
  const rider = (ticket) => {
    const on = book.isBoarded(ticket), mark = book.marks.get(ticket.id);
    const time = at(mark?.at ?? ticket.boarded_at), code = `${ticket.short_code.slice(0, 3)} ${ticket.short_code.slice(3)}`;
    const act = made("button", on ? "small small--quiet" : "small small--go", on ? words.undo : words.board);
    act.type = "button";
    act.addEventListener("click", async () => {
      wake();
      if (on) return undo(ticket);
      sheet("list").close();
      await scan({ short: ticket.short_code });
    });
    const state = on ? (time ? fill(words.boarded_at, { time }) : words.verdicts.boarded.title) : words.not_boarded;
    const row = made("li", on ? "rider is-on" : "rider", made("i", "rider__tick"), made("div", "rider__who",
      made("b", "", code), made("span", `rider__kind rider__kind--${ticket.kind}`, words[ticket.kind]), made("small", "", `${ticket.from_name} → ${ticket.to_name}`), made("small", "rider__state", state)), act);
    row.dataset.ticket = ticket.id;
    return row;
  };
  const drawRiders = () => {
    const sought = find.value.trim().toLowerCase(), code = sought.replace(/[\s-]/g, "").toUpperCase();
    const rows = book.tickets.filter((ticket) => (!missing.checked || !book.isBoarded(ticket))
      && (!sought || ticket.short_code.startsWith(code) || `${ticket.from_name} ${ticket.to_name}`.toLowerCase().includes(sought)));
    first("riders").replaceChildren(...rows.map(rider));
    first("none").hidden = rows.length > 0;
    first("none").textContent = missing.checked && !sought && book.tickets.length ? words.all_aboard : words.none_matches;
  };
  find.addEventListener("input", drawRiders);
  missing.addEventListener("change", drawRiders);

  let undoing = null;
  const undo = (ticket) => {
    undoing = ticket;
    first("undo-code").textContent = ticket.short_code;
    first("undo-wrong").textContent = "";
    sheet("undo").showModal();
  };
  first("undo").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { reason, other } = event.target.elements, why = reason.value || other.value.trim();
    if (why.length < 2) return other.focus();
    try {
      if (!(await book.undo(undoing.id, why))) { first("undo-wrong").textContent = words.undo_offline; return; }
      sheet("undo").close();
    } catch {
      first("undo-wrong").textContent = words.failed;
    }
  });

  // --- how things stand ----------------------------------------------------------------------------------------

  const age = (instant) => {
    const minutes = Math.max(0, Math.round((Date.now() - Date.parse(instant)) / 60000));
    return minutes < 1 ? "" : ` (${minutes < 90 ? fill(words.minutes, { n: minutes }) : fill(words.hours, { n: Math.round(minutes / 60) })})`;
  };
  const listed = () => (book.listedAt ? fill(words.list_age, { time: at(book.listedAt) }) + age(book.listedAt) : words.list_none);
  const logged = (scan) => {
    const result = scan.sent?.result ?? scan.about.result, texts = words.verdicts[result];
    const how = scan.sent ? "" : words.kept_here, bad = scan.letOn && scan.sent && result !== "boarded";
    const code = book.tickets.find((ticket) => ticket.id === scan.of)?.short_code ?? "";
    const row = made("li", bad ? "is-bad" : "", made("time", "", at(scan.scanned_at)), made("b", "", texts?.title ?? words.refused), made("code", "", code), made("small", "", bad ? words.conflict : how));
    row.dataset.scan = result;
    return row;
  };
  const draw = () => {
    const { boarded, sold } = book.counts, waiting = book.waiting.length, conflicts = book.conflicts, foreign = book.foreign.length;
    if (book.duty) {
      first("boarded").textContent = boarded;
      first("sold").textContent = sold;
      Object.assign(first("meter"), { max: Math.max(1, sold), value: boarded });
    }
    const state = first("state");
    state.className = `state state--${conflicts.length ? "bad" : book.online ? "go" : "late"}`;
    const standing = book.online ? words.online : fill(words.offline, { time: at(book.offSince) });
    const left = waiting ? ` · ${fill(words.waiting, { n: waiting })}` : "";
    first("state-word").textContent = conflicts.length ? fill(words.conflicts, { n: conflicts.length }) : book.online ? `${words.online}${left}` : left ? fill(words.waiting, { n: waiting }) : standing;
    state.setAttribute("aria-label", conflicts.length ? first("state-word").textContent : `${standing}${left}`);
    const told = [book.duty?.cancelled && words.cancelled, !book.online && `${standing} · ${listed()}`, !book.shelf.keeps && words.keeps_nothing, foreign && fill(words.others_waiting, { n: foreign })].filter(Boolean);
    first("strip").textContent = told.join(" ");
    first("strip").hidden = !told.length;
    first("strip").classList.toggle("strip--bad", Boolean(book.duty?.cancelled));
    first("facts").replaceChildren(...[standing, listed(), waiting ? fill(words.waiting, { n: waiting }) : words.all_sent, kept === null ? words.keeping : kept ? words.kept_page : words.not_kept, book.device].map((text) => made("li", "", text)));
    first("log").replaceChildren(...book.mine.slice(0, 60).map(logged));
    first("conflicts").hidden = !conflicts.length;
    first("conflict-list").replaceChildren(...conflicts.map(logged));
    drawRiders();
    if (book.over && !sheet("over").open) {
      end();
      first("over").textContent = waiting ? fill(words.over_waiting, { n: waiting }) : words.over;
      for (const each of document.querySelectorAll("dialog[open]")) each.close();
      sheet("over").showModal();
    }
  };

  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => { wake(); sheet(button.dataset.open).showModal(); });
  }
  first("sync").addEventListener("click", () => book.refresh());
  first("seen").addEventListener("click", () => book.seen());

  const run = async () => {
    await book.open();
    book.addEventListener("change", draw);
    keeping.then((found) => { kept = found; draw(); });
    first("next").hidden = false;
    draw();
    let told = 0;
    book.addEventListener("change", () => { if (book.conflicts.length > told) signal("bad"); told = book.conflicts.length; });
    for (;;) {
      if (!document.hidden || book.waiting.length) await book.refresh();
      keeping.then(() => { document.body.dataset.ready = ""; });
      const heard = new AbortController();
      await new Promise((go) => { setTimeout(go, book.online ? POLL_MS : RETRY_MS); addEventListener("online", go, { signal: heard.signal }); });
      heard.abort();
      draw();
    }
  };
  addEventListener("offline", () => book.refresh());

  // Whether this page is kept with all that it needs, the reader of codes too; a browser that keeps nothing still scans
  // while it is open.
  const keeping = new Promise((answer) => {
    if (!("serviceWorker" in navigator)) { answer(false); return; }
    setTimeout(() => answer(false), KEEP_MS);
    navigator.serviceWorker.addEventListener("message", ({ data }) => { if (data?.asked === given.here) answer(data.kept); });
    navigator.serviceWorker.register("/staff/inspector/worker.js", { scope: "/staff/inspector/" })
      .then(() => navigator.serviceWorker.getRegistration(given.here))
      .then((found) => (found.active ?? found.waiting ?? found.installing).postMessage({ keep: given.here }))
      .catch(() => answer(false));
  });
  // What was scanned must outlast a phone that is short of room.
  navigator.storage?.persist?.().catch(() => {});
  run();
})();
