// Registration: sent by itself, so that whatever comes back nothing typed is lost; then ready for the next thing.
"use strict";
(() => {
  const form = document.querySelector("[data-register]");
  if (!form) return;
  const words = JSON.parse(form.dataset.words), { picks } = lost;
  const one = (name, from = document) => from.querySelector(`[data-${name}]`);
  const field = (name) => form.elements.namedItem(name);
  const shown = (name) => picks.get(name)?.input ?? field(name);
  const KEPT = ["desk_id", "shelf", "finder_kind"];
  const first = picks.get("category").input;
  const kept = {
    get: (name) => { try { return localStorage.getItem(`lost.${name}`) ?? ""; } catch { return ""; } },
    put: (name, value) => { try { localStorage.setItem(`lost.${name}`, value); } catch { /* no room: not kept */ } },
  };
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
  let saving = false, shots = [], sending = 0;

  // --- which fields there are --------------------------------------------------------------------------------

  const all = one("all");
  const fit = () => {
    const kind = field("category").value, every = all.getAttribute("aria-pressed") === "true";
    for (const extra of form.querySelectorAll("[data-extra]")) {
      const has = extra.dataset.extra.split(" ").includes(kind) || every;
      extra.hidden = extra.disabled = !has;
    }
    const finder = one("extra-finder", form);
    finder.hidden = finder.disabled = field("finder_kind").value === "staff" && !every;
  };
  const shelves = () => {
    const chosen = field("desk_id").selectedOptions[0];
    document.getElementById("shelves").replaceChildren(...(chosen?.dataset.shelves || "").split("|").filter(Boolean).map((value) => Object.assign(document.createElement("option"), { value })));
  };
  all.addEventListener("click", () => { all.setAttribute("aria-pressed", String(all.getAttribute("aria-pressed") !== "true")); fit(); });
  form.addEventListener("change", (event) => {
    fit();
    if (event.target.matches("[data-my-desk]")) {
      shelves();
      field("shelf").value = "";
      document.cookie = `lost-desk=${encodeURIComponent(event.target.value)}; path=/staff; max-age=31536000; samesite=strict${location.protocol === "https:" ? "; secure" : ""}`;
    }
  });

  // --- what is wrong --------------------------------------------------------------------------------------------

  const told = one("told", form);
  const say = (sentence) => { told.textContent = sentence; told.hidden = !sentence; };
  const mark = (wrong) => {
    for (const place of form.querySelectorAll("[data-wrong]")) {
      const sentence = wrong[place.dataset.wrong] ?? "";
      place.textContent = sentence;
      place.hidden = !sentence;
      const input = shown(place.dataset.wrong);
      if (sentence) input?.setAttribute("aria-invalid", "true"); else input?.removeAttribute("aria-invalid");
      const extra = sentence && place.closest("fieldset[hidden]");
      if (extra) extra.hidden = extra.disabled = false;
    }
    const names = Object.keys(wrong);
    const known = names.filter((name) => form.querySelector(`[data-wrong="${CSS.escape(name)}"]`));
    say(names.length ? wrong[""] ?? [words.mend, ...names.filter((name) => !known.includes(name)).map((name) => wrong[name])].join(" ") : "");
    const order = [...form.querySelectorAll("[data-wrong]")].map((place) => place.dataset.wrong);
    const go = order.find((name) => known.includes(name));
    if (go) shown(go).focus();
  };

  // --- photos -----------------------------------------------------------------------------------------------------

  const chooser = one("photo"), strip = one("shots"), shotTold = one("shot-told");
  const drawShots = () => strip.replaceChildren(...shots.map((shot, at) => {
    const row = document.createElement("li"), drop = document.createElement("button");
    row.append(Object.assign(document.createElement("img"), { src: shot.url, alt: `${words.photo} ${at + 1}` }), drop);
    Object.assign(drop, { type: "button", textContent: "×" });
    drop.setAttribute("aria-label", words.drop);
    drop.addEventListener("click", () => { URL.revokeObjectURL(shot.url); shots = shots.filter((each) => each !== shot); drawShots(); });
    return row;
  }));
  chooser.addEventListener("change", () => {
    const room = Number(chooser.dataset.most) - shots.length;
    for (const file of [...chooser.files].slice(0, Math.max(0, room))) shots.push({ file, url: URL.createObjectURL(file), id: fresh() });
    chooser.value = "";
    drawShots();
    shown("category").focus();
  });
  const sendShots = async (row, address, mine) => {
    const place = row.querySelector(".done__shots"), left = [];
    let refusal = "";
    sending++;
    for (const shot of mine) {
      place.textContent = words.sending;
      try {
        const body = new FormData();
        body.append("file", await photos.shrink(shot.file));
        const { ok, told: back } = await lost.send(`${address}?form_id=${shot.id}`, body);
        if (!ok) { refusal = back.detail; continue; }
        row.querySelector("img")?.remove();
        row.prepend(Object.assign(document.createElement("img"), { src: back.photo, alt: "" }));
      } catch { left.push(shot); refusal = words.away; }
    }
    sending--;
    place.textContent = refusal ? `${words.refused} ${refusal}` : words.sent;
    place.classList.toggle("is-bad", Boolean(refusal));
    if (left.length) {
      const again = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: words.retry });
      again.addEventListener("click", () => sendShots(row, address, left));
      place.append(" ", again);
    } else for (const shot of mine) URL.revokeObjectURL(shot.url);
  };

  // --- saved ---------------------------------------------------------------------------------------------------------

  const list = one("done"), printEach = one("print-each");
  let count = 0;
  printEach.checked = kept.get("print") === "yes";
  printEach.addEventListener("change", () => kept.put("print", printEach.checked ? "yes" : ""));
  const add = (item) => {
    const row = one("done-row").content.cloneNode(true).firstElementChild;
    const number = row.querySelector(".done__number"), late = row.querySelector(".chip");
    number.textContent = item.number;
    number.href = item.href;
    row.querySelector("b").textContent = item.title;
    row.querySelector("small").textContent = item.about;
    row.querySelector(".btn").href = item.label;
    if (item.uncounted) { late.textContent = words.uncounted; late.hidden = false; }
    list.querySelector(".is-new")?.classList.remove("is-new");
    row.classList.add("is-new");
    list.prepend(row);
    one("done-none").hidden = true;
    one("done-count").textContent = String(++count);
    while (list.children.length > 30) list.lastElementChild.remove();
    const every = [...list.querySelectorAll(".done__number")].map((each) => each.textContent).reverse(), together = one("done-all");
    together.href = `/staff/lost/labels.pdf?numbers=${every.join(",")}`;
    together.hidden = every.length < 2;
    return row;
  };
  const next = () => {
    const values = Object.fromEntries(KEPT.map((name) => [name, field(name).value])), place = picks.get("place").values;
    form.reset();
    for (const [name, pick] of picks) pick.values = name === "place" ? place : [];
    for (const [name, value] of Object.entries(values)) field(name).value = value;
    field("finder_kind").value = "staff";
    field("form_id").value = fresh();
    all.setAttribute("aria-pressed", "false");
    shots = [];
    drawShots();
    mark({});
    fit();
    first.focus();
    first.scrollIntoView({ block: "nearest" });
  };

  const save = async () => {
    if (saving) return;
    document.activeElement?.blur?.();
    const strays = [...picks].filter(([, pick]) => pick.stray);
    if (strays.length) { mark(Object.fromEntries(strays.map(([name, pick]) => [name, pick.select.dataset.none]))); return; }
    saving = true;
    form.setAttribute("aria-busy", "true");
    const sent = {};
    for (const [name, value] of new FormData(form)) {
      if (name === "csrf" || value instanceof File) continue;
      if (name === "colours") (sent.colours ??= []).push(value); else sent[name] = value;
    }
    try {
      const { ok, told: back } = await lost.send(form.dataset.send, sent);
      if (!ok) { mark({ "": back.detail }); first.focus(); return; }
      if (back.wrong) { mark(back.wrong); return; }
      kept.put("place", sent.place);
      kept.put("shelf", sent.shelf);
      const row = add(back.item), mine = shots;
      document.getElementById("said").textContent = `${words.registered}: ${back.item.number}`;
      next();
      if (mine.length) sendShots(row, back.item.photos, mine);
      if (printEach.checked) lost.print(back.item.label);
    } catch (error) {
      if (error.message !== "over") { say(words.away); told.scrollIntoView({ block: "nearest" }); }
    } finally {
      saving = false;
      form.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); save(); });

  // --- keys ------------------------------------------------------------------------------------------------------------

  const stops = () => [...form.querySelectorAll("input, select, textarea, button")].filter((each) => each.tabIndex >= 0 && !each.disabled && each.type !== "hidden" && each.offsetParent);
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const ctrl = event.ctrlKey || event.metaKey;
    if (ctrl && event.key === "Enter") { event.preventDefault(); save(); return; }
    if (ctrl && event.key.toLowerCase() === "p" && list.firstElementChild) { event.preventDefault(); lost.print(list.querySelector(".btn").href); return; }
    if (event.altKey && event.code === "KeyM") { event.preventDefault(); all.click(); }
  });
  // Enter is the next field, as a scanner's Enter should be; in what has lines Shift+Enter is a new line.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!event.target.matches("input, textarea, select") || event.target.type === "checkbox") return;
    event.preventDefault();
    const every = stops(), to = every[every.indexOf(event.target) + 1];
    to?.focus();
    to?.select?.();
  });
  addEventListener("beforeunload", (event) => {
    const typed = ["brand", "description", "marks", "doc_number", "doc_holder", "serial"].some((name) => field(name)?.value.trim());
    if (typed || shots.length || sending) event.preventDefault();
  });

  // --- begin -----------------------------------------------------------------------------------------------------------

  if (!picks.get("place").values.length && kept.get("place")) picks.get("place").values = [kept.get("place")];
  shelves();
  if (!field("shelf").value && document.querySelector(`#shelves option[value="${CSS.escape(kept.get("shelf"))}"]`)) field("shelf").value = kept.get("shelf");
  fit();
  first.focus();
  document.body.dataset.ready = "";
})();
