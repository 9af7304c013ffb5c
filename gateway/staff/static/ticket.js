// Bus tickets as services/bus/ticketing writes them: base45 (RFC 9285), Ed25519 (RFC 8032), read without a network.
"use strict";
window.boarding = {};
(() => {
  const PREFIX = "BUS1:", MOST = 600, SIGNATURE = 64, HEAD = 22;
  const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", BASE = 45;
  // A signature under this key about anything else must never pass for a ticket's.
  const ABOUT = new TextEncoder().encode("airport bus ticket 1\0");
  const RIDERS = ["adult", "child", "discount"];

  // null for what the service never writes, so that bytes have one text only.
  const base45 = (text) => {
    const raw = [];
    for (let start = 0; start < text.length; start += 3) {
      const part = text.slice(start, start + 3), size = part.length - 1;
      let value = 0;
      for (let place = part.length - 1; place >= 0; place--) {
        const digit = DIGITS.indexOf(part[place]);
        if (digit < 0) return null;
        value = value * BASE + digit;
      }
      if (size === 0 || value >= 256 ** size) return null;
      if (size === 2) raw.push(value >> 8);
      raw.push(value & 255);
    }
    return new Uint8Array(raw);
  };

  const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const hex = (raw) => [...raw].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const unpack = (body) => {
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength), texts = [];
    for (let at = HEAD; at < body.length; at += 1 + body[at]) {
      texts.push(new TextDecoder().decode(body.subarray(at + 1, at + 1 + body[at])));
    }
    const [departure_id, from_stop, to_stop] = texts;
    return { id: hex(body.subarray(1, 17)), departure_id, from_stop, to_stop, rider: RIDERS[body[21]], departs_at: view.getUint32(17) };
  };

  // library: the address of @noble/ed25519, for browsers whose own cryptography has no Ed25519.
  boarding.TicketReader = class {
    #keys = new Map();
    #library;

    constructor(keys, library) {
      this.#library = library;
      for (const { key_id, public_key } of keys) this.#keys.set(key_id, { raw: bytes(public_key), own: undefined });
    }

    // { ticket } when it proves itself; otherwise { reason }: unreadable, unknown_key or forged.
    async read(text) {
      const raw = text.startsWith(PREFIX) && text.length <= MOST ? base45(text.slice(PREFIX.length)) : null;
      if (!raw || raw.length < HEAD + SIGNATURE) return { reason: "unreadable" };
      const body = raw.subarray(0, -SIGNATURE), key = this.#keys.get(body[0]);
      if (!key) return { reason: "unknown_key" };
      const about = new Uint8Array(ABOUT.length + body.length);
      about.set(ABOUT);
      about.set(body, ABOUT.length);
      return (await this.#verify(key, raw.subarray(-SIGNATURE), about)) ? { ticket: unpack(body) } : { reason: "forged" };
    }

    async #verify(key, signature, about) {
      if (key.own === undefined) key.own = await crypto.subtle.importKey("raw", key.raw, { name: "Ed25519" }, false, ["verify"]).catch(() => null);
      if (key.own) return crypto.subtle.verify("Ed25519", key.own, signature, about);
      const library = await import(this.#library);
      // As strict as the service: what OpenSSL refuses is refused here, too.
      return library.verifyAsync(signature, about, key.raw, { zip215: false }).catch(() => false);
    }
  };
})();
