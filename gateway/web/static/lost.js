// Lost and found: kinds and places found by typing, a draft that outlives sign-in and tunnels, sending without a reload.
(() => {
  const first = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const DAY_MS = 86400000, DRAFT = "lost-draft:";
  // What a thief or a stranger with this phone in hand could use stays with the tab and goes with it.
  const SECRET = /^(marks|serial|words|document_|phone|email|name$|item_number)/;
  const OURS = /^(csrf|form_id|context|version|website|hint)$/;
  const form = () => first("form[data-send]");

  // --- choosing --------------------------------------------------------------------------------------------

  const chosen = (block, open) => {
    const at = first("input:checked", block), shown = first("[data-chosen]", block), list = first(".kinds__all", block);
    if (!shown) return;
    shown.hidden = !at || open;
    list.hidden = !!at && !open;
    if (at) first("span", shown).textContent = at.nextElementSibling.textContent;
  };
  const look = (input) => {
    const block = input.closest(input.dataset.findIn), words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const pill of all("[data-find]", block)) {
      const part = pill.closest("details"), around = part ? `${first("summary", part).textContent} ${part.dataset.also ?? ""}` : "";
      const text = `${pill.textContent} ${pill.dataset.find} ${around}`.toLowerCase();
      const often = pill.closest(".kinds__often"), fits = words.every((word) => text.includes(word));
      pill.hidden = words.length ? often || !fits : false;
      found += !pill.hidden;
    }
    for (const part of all("details", block)) {
      const any = all("[data-find]", part).some((pill) => !pill.hidden);
      part.hidden = words.length > 0 && !any;
      part.classList.toggle("is-found", words.length > 0);
      part.open = words.length ? any : !!first("input:checked", part);
    }
    first("[data-none]", block).hidden = !words.length || found > 0;
    const other = words.length && !found && first("input[value=other]", block)?.closest(".pill");
    if (other) { other.hidden = other.closest("details").hidden = false; other.closest("details").open = true; }
  };
  const limit = (block) => {
    const most = Number(block.dataset.most), full = all("input:checked", block).length >= most;
    for (const box of all("input[type=checkbox]", block)) box.disabled = full && !box.checked;
  };
  const dress = () => {
    for (const block of all("[data-kinds]")) chosen(block, !!first(".field__wrong", block));
    for (const block of all("[data-most]")) limit(block);
  };

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-find-in]")) look(event.target);
    else if (form()?.contains(event.target)) keep();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-find-in]")) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const kinds = event.target.closest("[data-kinds]"), most = event.target.closest("[data-most]");
    if (event.target.name === "category" && kinds) { first(".field__wrong", kinds)?.remove(); kinds.classList.remove("field--wrong"); chosen(kinds, false); first("[data-chosen] button", kinds).focus(); }
    if (most) limit(most);
    if (event.target.closest("[data-auto]")) event.target.form.submit();
  });
  document.addEventListener("click", (event) => {
    const again = event.target.closest("[data-chosen] button");
    if (!again) return;
    const block = again.closest("[data-kinds]");
    chosen(block, true);
    (first("input[type=search]", block) ?? first("input", block)).focus();
  });

  // --- the draft -------------------------------------------------------------------------------------------

  const stores = () => { try { return [localStorage, sessionStorage]; } catch { return []; } };
  const forget = (name) => { for (const store of stores()) store.removeItem(DRAFT + name); };
  const keep = () => {
    const name = form()?.dataset.draft;
    if (name === undefined) return;
    const parts = [{}, {}];
    for (const [field, value] of new FormData(form())) {
      if (typeof value === "string" && value && !OURS.test(field)) parts[SECRET.test(field) ? 1 : 0][field] = value;
    }
    try {
      stores().forEach((store, at) => store.setItem(DRAFT + name, JSON.stringify({ at: Date.now(), values: parts[at] })));
    } catch {} // a full or forbidden store: the page itself still holds everything
  };
  const kept = (name) => {
    const values = {};
    for (const store of stores()) {
      try {
        const found = JSON.parse(store.getItem(DRAFT + name));
        if (found && Date.now() - found.at < DAY_MS) Object.assign(values, found.values);
        else store.removeItem(DRAFT + name);
      } catch { store.removeItem(DRAFT + name); }
    }
    return values;
  };
  const fill = (values) => {
    for (const field of form().elements) {
      if (!field.name || OURS.test(field.name) || field.type === "file") continue;
      if (field.type === "checkbox") field.checked = field.name in values;
      else if (field.type === "radio") field.checked = values[field.name] === field.value && !first(`input[name="${field.name}"]:checked`, form());
      else if (field.name in values) field.value = values[field.name];
    }
    for (const part of all("details:has(input:checked)", form())) part.open = true;
  };
  const restore = () => {
    const here = form(), name = here.dataset.draft;
    if (name === undefined || !("fresh" in here.dataset)) return;
    const values = kept(name), asked = first("input[name=category]:checked", here);
    const worth = ["description", "brand", "marks", "words", "place", "serial"].some((field) => values[field]) || (values.category && !asked);
    if (!worth) return;
    if (asked) values.category = asked.value;
    for (const radio of all("input[name=category]", here)) radio.checked = false;
    fill(values);
    const note = document.createElement("p"), words = document.createElement("span"), anew = document.createElement("button");
    note.className = "kept";
    note.setAttribute("role", "status");
    words.textContent = here.dataset.kept;
    anew.type = "button";
    anew.className = "btn btn--text";
    anew.textContent = here.dataset.anew;
    anew.addEventListener("click", () => { forget(name); location.reload(); });
    note.append(words, anew);
    here.prepend(note);
  };

  // --- sending ---------------------------------------------------------------------------------------------

  let waits = false;
  const say = (text) => {
    const said = first("[data-said]", form());
    said.textContent = text;
    said.hidden = !text;
    if (text) window.site?.say(text);
  };
  const put = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html"), fresh = first("#form", page);
    if (!fresh) {
      const why = first(".wrong .weui-msg__desc", page) ?? first(".wrong", page);
      return why ? say(why.textContent.trim()) : location.reload();
    }
    const files = all("input[type=file]", form()), place = document.adoptNode(fresh);
    first("#form").replaceWith(place);
    for (const field of all("input[type=file]", place)) {
      const was = files.find((one) => one.name === field.name);
      if (was && !first(".field__wrong", field.closest(".field"))) field.closest(".field").replaceWith(was.closest(".field"));
    }
    dress();
    keep();
    const wrong = first("[aria-invalid]", place) ?? first(".field--wrong", place) ?? first("[data-wrong]", place);
    for (const part of wrong ? all("details:has([aria-invalid])", place) : []) part.open = true;
    (wrong?.matches("input, textarea, select, p") ? wrong : first("input:not([type=hidden])", wrong ?? place))?.focus({ preventScroll: true });
    (first("[data-wrong]", place) ?? wrong)?.scrollIntoView({ block: "center" });
    const told = first("[data-wrong], .field__wrong", place);
    if (told) window.site?.say(told.textContent.trim());
  };
  const show = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html"), main = document.adoptNode(first("main", page));
    document.title = page.title;
    first("main").replaceWith(main);
    scrollTo(0, 0);
    main.focus();
  };
  const send = async () => {
    const here = form(), button = first(".lostform__do .btn", here), name = here.dataset.draft;
    if (here.getAttribute("aria-busy")) return;
    keep();
    const body = new FormData(here), plain = here.enctype !== "multipart/form-data";
    here.setAttribute("aria-busy", "true");
    button.disabled = true;
    say(here.dataset.sending);
    try {
      const answer = await fetch(here.getAttribute("action"), {
        method: "POST", body: plain ? new URLSearchParams(body) : body, headers: { "HX-Request": "true", Accept: "text/html" }, cache: "no-store",
      });
      const on = answer.headers.get("HX-Redirect"), html = await answer.text();
      waits = false;
      if (answer.ok && name !== undefined && !on?.startsWith("/sign-in")) forget(name);
      if (on) return location.assign(on);
      if (answer.ok) return show(html);
      say("");
      put(html);
    } catch {
      waits = true;
      say(here.dataset.unsent);
    } finally {
      here.removeAttribute("aria-busy");
      button.disabled = false;
    }
  };
  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    send();
  });
  addEventListener("online", () => { if (waits && form()) send(); });

  // --- news of an open report or claim ------------------------------------------------------------------------

  const EVERY_MS = 15000;
  const news = first("[data-news]");
  let touched = false;
  const busy = () => touched || first("details[open] form, dialog[open]") || document.activeElement?.matches("input, textarea, select");
  const lookAgain = async () => {
    if (document.hidden || busy()) return;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      const fresh = first("main", new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (first("[data-news]", fresh)?.dataset.news !== news.dataset.news && !busy()) location.replace(location.pathname);
    } catch {} // the next one may come through
  };
  if (news) {
    document.addEventListener("change", () => { touched = true; });
    setInterval(lookAgain, EVERY_MS);
    document.addEventListener("visibilitychange", lookAgain);
  }

  // --- the pick-up code, bright and large --------------------------------------------------------------------

  for (const code of all(".collect [data-bright]")) {
    code.addEventListener("click", () => {
      const shown = document.createElement("dialog"), words = document.createElement("p");
      shown.className = "bright";
      words.textContent = first(".collect__code").textContent.trim();
      shown.append(first("svg", code).cloneNode(true), words);
      shown.addEventListener("click", () => shown.close());
      shown.addEventListener("close", () => shown.remove());
      document.body.append(shown);
      shown.showModal();
    });
  }

  if (form()) { restore(); dress(); }
})();
