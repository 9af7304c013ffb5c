// A choice that is typed: part of a word in either language, a code, pinyin or its initials. The select that it stands
// for keeps the value, so forms and their readers know nothing of this.
"use strict";
(() => {
  const MOST = 8, GATHERED = 400;
  const plain = (text) => text.normalize("NFKC").toLowerCase().trim();
  const HAN = /[\u4e00-\u9fff]/;
  const far = 99;

  const often = (name) => {
    const key = `lost.often.${name}`;
    let counts = {};
    try { counts = JSON.parse(localStorage.getItem(key)) ?? {}; } catch { /* begins anew */ }
    return {
      of: (value) => counts[value] ?? 0,
      note: (value) => {
        counts[value] = (counts[value] ?? 0) + 1;
        const kept = Object.entries(counts).sort((a, b) => b[1] - a[1]).slice(0, GATHERED);
        try { localStorage.setItem(key, JSON.stringify(Object.fromEntries(kept))); } catch { /* no room: not kept */ }
      },
    };
  };

  // How far a word that was typed is from one of an option's keys; the first keys are the nearest.
  const distance = (part, keys) => {
    let least = far;
    keys.forEach((key, at) => {
      const late = Math.min(at, 20) / 100;
      if (key === part) least = Math.min(least, late);
      else if (key.startsWith(part)) least = Math.min(least, 1 + late + (key.length - part.length) / 200);
      else if (HAN.test(part) && key.includes(part)) least = Math.min(least, 2 + late);
    });
    return least;
  };

  class Pick {
    constructor(select) {
      this.select = select;
      this.many = select.multiple;
      this.often = often(select.dataset.pick);
      this.options = [...select.options].filter((each) => each.value).map((each, at) => ({
        value: each.value, word: each.text, at, option: each, group: each.parentElement.label ?? "",
        keys: [plain(each.text), ...(each.dataset.keys ?? "").split(" ")],
      }));
      this.build();
      this.show();
    }

    build() {
      const { select } = this, made = (tag, kind) => Object.assign(document.createElement(tag), { className: kind });
      this.box = made("div", "pick");
      this.chosen = made("span", "pick__chosen");
      this.input = made("input", "pick__input");
      this.list = made("ul", "pick__list");
      const id = select.id;
      select.id = `${id}-kept`;
      Object.assign(this.input, { id, autocomplete: "off", spellcheck: false, autofocus: select.autofocus });
      this.input.setAttribute("autocapitalize", "none");
      this.list.id = `${id}-list`;
      const told = { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-describedby": select.getAttribute("aria-describedby") ?? "" };
      for (const [name, value] of Object.entries(told)) this.input.setAttribute(name, value);
      if (select.required) this.input.setAttribute("aria-required", "true");
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", document.querySelector(`label[for="${id}"]`)?.textContent ?? "");
      this.list.hidden = true;
      if (this.many) this.box.append(this.chosen);
      this.box.append(this.input, this.list);
      select.after(this.box);
      this.box.prepend(select);
      select.hidden = true;
      select.required = false;
      this.input.addEventListener("input", () => this.look());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("click", () => { if (this.list.hidden) this.look(true); });
      this.input.addEventListener("focus", () => this.input.select());
      this.input.addEventListener("blur", () => this.leave());
      this.box.addEventListener("click", (event) => { if (event.target === this.box || event.target === this.chosen) this.input.focus(); });
      this.list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        const row = event.target.closest("[data-at]");
        if (row) this.take(this.found[Number(row.dataset.at)]);
      });
      select.addEventListener("change", (event) => { if (event.isTrusted === false) this.show(); });
    }

    get values() { return [...this.select.selectedOptions].map((each) => each.value).filter(Boolean); }
    set values(values) {
      for (const each of this.select.options) each.selected = values.includes(each.value);
      if (!values.length && !this.many) this.select.value = "";
      this.show();
    }

    // What is chosen, as words: beside the field for several, in it for one.
    show() {
      const chosen = [...this.select.selectedOptions].filter((each) => each.value).map((each) => this.options.find((one) => one.option === each));
      if (!this.many) { this.input.value = chosen[0]?.word ?? ""; return; }
      this.chosen.replaceChildren(...chosen.map((each) => {
        const token = document.createElement("button");
        token.type = "button";
        token.tabIndex = -1;
        token.className = "pick__token";
        token.append(this.swatch(each), each.word, " ×");
        token.setAttribute("aria-label", `${this.select.dataset.remove}: ${each.word}`);
        token.addEventListener("click", () => { this.drop(each); this.input.focus(); });
        return token;
      }));
      this.input.value = "";
    }

    swatch(option) {
      const mark = document.createElement("i");
      if (option.option.dataset.swatch) mark.className = `swatch swatch--${option.option.dataset.swatch}`;
      return mark;
    }

    look(all = false) {
      const parts = all ? [] : plain(this.input.value).split(/\s+/).filter(Boolean);
      const free = this.options.filter((each) => !this.many || !each.option.selected);
      if (!parts.length && !all) { this.close(); return; }
      const ranked = parts.length
        ? free.map((each) => ({ each, far: each.value === parts.join("_") ? -1 : parts.reduce((sum, part) => sum + distance(part, each.keys), 0) }))
          .filter((row) => row.far < far)
          .sort((a, b) => Math.round(a.far) - Math.round(b.far) || this.often.of(b.each.value) - this.often.of(a.each.value) || a.far - b.far || a.each.at - b.each.at)
          .slice(0, MOST).map((row) => row.each)
        : free;
      this.found = ranked;
      this.draw(parts.length ? 0 : -1, !parts.length);
    }

    draw(active, grouped) {
      let group = "";
      const rows = [];
      this.found.forEach((each, at) => {
        if (grouped && each.group !== group) {
          group = each.group;
          const head = document.createElement("li");
          head.className = "pick__group";
          head.setAttribute("role", "presentation");
          head.textContent = group;
          rows.push(head);
        }
        const row = document.createElement("li");
        row.id = `${this.list.id}-${at}`;
        row.dataset.at = at;
        row.setAttribute("role", "option");
        row.append(this.swatch(each), each.word);
        rows.push(row);
      });
      if (!rows.length) {
        const none = document.createElement("li");
        none.className = "pick__none";
        none.setAttribute("role", "presentation");
        none.textContent = this.select.dataset.none ?? "";
        rows.push(none);
      }
      this.list.replaceChildren(...rows);
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      this.point(active);
    }

    point(at) {
      this.active = at;
      for (const row of this.list.querySelectorAll("[role=option]")) row.setAttribute("aria-selected", String(Number(row.dataset.at) === at));
      const row = document.getElementById(`${this.list.id}-${at}`);
      if (row) this.input.setAttribute("aria-activedescendant", row.id);
      else this.input.removeAttribute("aria-activedescendant");
      row?.scrollIntoView({ block: "nearest" });
    }

    close() {
      this.list.hidden = true;
      this.found = [];
      this.active = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }

    get pointed() { return this.list.hidden ? undefined : this.found[this.active]; }

    take(option) {
      const most = Number(this.select.dataset.most ?? 0);
      if (this.many && most && this.values.length >= most) { this.input.value = ""; this.close(); return; }
      if (!this.many) for (const each of this.select.options) each.selected = false;
      // Several are sent in the order in which they were chosen: the first colour is the main one.
      if (this.many) this.select.append(option.option);
      option.option.selected = true;
      this.often.note(option.value);
      this.show();
      this.close();
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }

    drop(option) {
      option.option.selected = false;
      this.show();
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }

    key(event) {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      const typed = plain(this.input.value), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        if (this.list.hidden) this.look(!typed || !this.many);
        if (this.found.length) this.point((this.active + step + this.found.length) % this.found.length);
      } else if ((event.key === "Enter" || event.key === "Tab") && this.pointed) {
        // Tab goes on to the next field by itself, Enter by the form's rule, if it has one; with several to choose Enter
        // stays for more. It never sends the form.
        if (event.key === "Enter") event.preventDefault();
        if (event.key === "Enter" && this.many) event.stopPropagation();
        this.take(this.pointed);
      } else if (this.many && (event.key === " " || event.key === ",") && typed) {
        event.preventDefault();
        if (this.pointed) this.take(this.pointed);
      } else if (this.many && event.key === "Backspace" && !this.input.value) {
        const last = this.options.find((each) => each.option === [...this.select.selectedOptions].at(-1));
        if (last) this.drop(last);
      } else if (event.key === "Escape" && !this.list.hidden) {
        event.stopPropagation();
        this.close();
        this.show();
      }
    }

    // Whoever leaves takes what was pointed at, as Tab does. What is nothing that there is stays, marked: never dropped.
    leave() {
      const typed = plain(this.input.value);
      const exact = typed && this.options.find((each) => plain(each.word) === typed || each.value === typed);
      if (typed && this.pointed) this.take(this.pointed);
      else if (exact && !exact.option.selected) this.take(exact);
      else if (!typed && !this.many && this.values.length) { this.values = []; this.select.dispatchEvent(new Event("change", { bubbles: true })); }
      else if (!this.stray) this.show();
      this.close();
      if (this.stray) this.input.setAttribute("aria-invalid", "true"); else this.input.removeAttribute("aria-invalid");
    }

    // Whether something stands in the field that none of the choices is.
    get stray() {
      const typed = plain(this.input.value);
      return Boolean(typed) && !this.options.some((each) => each.option.selected && plain(each.word) === typed);
    }
  }

  window.lost ??= {};
  lost.picks = new Map([...document.querySelectorAll("select[data-pick]")].map((select) => [select.dataset.pick, new Pick(select)]));
})();
