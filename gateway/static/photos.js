// Photos in forms, for travellers' pages and the console alike: made small before they travel, shown, sent with progress.
// Without this script, or where a browser can't open a file, the file itself is sent and the gateway does the work.
//
//   <form enctype="multipart/form-data" data-photos>   any form; with data-send another script sends it
//   templates/photos.html                              the field
//   photos.shrink(file) → Promise<File>                for scripts of a page
(() => {
  "use strict";
  const EDGE = 1600, QUALITY = 0.85, SMALL = 300_000, TILE = 192;
  const chosen = new WeakMap(), working = new WeakMap();

  const drawn = (picture, edge) => {
    const scale = Math.min(1, edge / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const brush = canvas.getContext("2d");
    brush.imageSmoothingQuality = "high";
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  };
  const opened = async (file) => {
    try { return await createImageBitmap(file, { imageOrientation: "from-image" }); } catch { return null; }
  };
  const smaller = async (file, picture) => {
    if (!picture || (file.size <= SMALL && file.type === "image/jpeg" && Math.max(picture.width, picture.height) <= EDGE)) return file;
    const blob = await new Promise((done) => drawn(picture, EDGE).toBlob(done, "image/jpeg", QUALITY));
    // A browser that guards against fingerprints gives out noise or nothing: then the gateway gets the file.
    if (!blob || blob.type !== "image/jpeg") return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  };
  const shrink = async (file) => {
    const picture = await opened(file), small = await smaller(file, picture);
    picture?.close();
    return small;
  };
  window.photos = { shrink };

  // --- a field -----------------------------------------------------------------------------------------------

  const input = (field) => field.querySelector("input[type=file]");
  const say = (field, text) => { field.querySelector("[data-photos-said]").textContent = text; };
  const keep = (field) => {
    const all = new DataTransfer();
    for (const { file } of chosen.get(field)) all.items.add(file);
    input(field).files = all.files;
  };
  const remove = (field, one) => {
    chosen.set(field, chosen.get(field).filter((other) => other !== one));
    one.tile.remove();
    keep(field);
    say(field, "");
    input(field).focus();
  };
  const tile = (field, one) => {
    const item = document.createElement("li"), button = document.createElement("button");
    item.className = "photos__one is-busy";
    button.type = "button";
    button.className = "photos__remove";
    button.textContent = "×";
    button.setAttribute("aria-label", `${field.dataset.remove}: ${one.file.name}`);
    button.addEventListener("click", () => remove(field, one));
    item.append(button);
    field.querySelector("[data-photos-list]").append(item);
    return item;
  };
  const show = (one, picture) => {
    one.tile.classList.remove("is-busy");
    const seen = picture ? drawn(picture, TILE) : document.createElement("span");
    if (picture) { seen.setAttribute("role", "img"); seen.setAttribute("aria-label", one.file.name); }
    else seen.textContent = one.file.name;
    one.tile.prepend(seen);
  };
  const take = async (field, file) => {
    const one = { file };
    one.tile = tile(field, one);
    chosen.get(field).push(one);
    const picture = await opened(file);
    one.file = await smaller(file, picture);
    show(one, picture);
    picture?.close();
  };
  // What the gateway refuses for sure: said at once, before anything is written and sent. A file of no known kind it looks at.
  const sendable = (field, file) => !file.type || input(field).accept.split(",").includes(file.type);
  const added = async (field) => {
    const most = Number(field.dataset.photosMost), old = chosen.get(field) ?? [];
    chosen.set(field, old);
    const fresh = [...input(field).files].filter((file) => !old.some((one) => one.file === file));
    const more = fresh.filter((file) => sendable(field, file));
    const free = most === 1 && more.length ? (old.slice().forEach((one) => remove(field, one)), 1) : most - old.length;
    say(field, fresh.length > more.length ? field.dataset.otherKind : more.length > free ? field.dataset.tooMany : "");
    // One after the other: a phone has memory for one open photo.
    for (const file of more.slice(0, free)) await take(field, file);
    keep(field);
  };
  document.addEventListener("change", (event) => {
    const field = event.target.closest?.("[data-photo-field]");
    if (!field || event.target !== input(field)) return;
    const before = working.get(field) ?? Promise.resolve();
    const now = before.then(() => added(field)).finally(() => { if (working.get(field) === now) working.delete(field); });
    working.set(field, now);
  });

  // --- sending -----------------------------------------------------------------------------------------------

  const fields = (form) => [...form.querySelectorAll("[data-photo-field]")];
  const progress = (form, part) => {
    for (const field of fields(form)) {
      const bar = field.querySelector("progress");
      bar.hidden = part === null;
      bar.value = part ?? 0;
      say(field, part === null ? "" : `${field.dataset.sending} ${Math.round(part * 100)} %`);
    }
  };
  const send = (form, button) => {
    const body = new FormData(form), request = new XMLHttpRequest();
    if (button?.name) body.append(button.name, button.value);
    const over = (text) => {
      delete form.dataset.sent;
      progress(form, null);
      fields(form).forEach((field) => say(field, text));
    };
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress(form, event.loaded / event.total); });
    request.addEventListener("load", () => {
      if (request.responseURL && request.responseURL !== new URL(form.action, location).href) location.assign(request.responseURL);
      // No way on: the page says what is wrong. Sent the plain way, the browser shows it; its form_id keeps it one sending.
      else { delete form.dataset.sent; form.dataset.plain = ""; button ? form.requestSubmit(button) : form.requestSubmit(); }
    });
    request.addEventListener("error", () => over(fields(form)[0]?.dataset.failed ?? ""));
    request.open("POST", form.action);
    form.dataset.sent = "";
    progress(form, 0);
    request.send(body);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (!form.matches("form[data-photos]") || "plain" in form.dataset) return;
    const halt = () => { event.preventDefault(); event.stopImmediatePropagation(); };
    if ("sent" in form.dataset) return halt();
    const open = fields(form).map((field) => working.get(field)).filter(Boolean);
    if (open.length) {
      halt();
      Promise.allSettled(open).then(() => button ? form.requestSubmit(button) : form.requestSubmit());
      return;
    }
    if ("send" in form.dataset || !fields(form).some((field) => input(field).files.length)) return;
    halt();
    send(form, button);
  }, true);
  // Back from the page that followed: the form may be sent again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-photos]")) { delete form.dataset.sent; delete form.dataset.plain; }
  });
})();
