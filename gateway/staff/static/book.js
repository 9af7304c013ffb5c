// The book of one bus: who may get on, who has, and what is still to be told. It judges without a network, writes each
// tick down before it is shown, and sends it when it can; a scan has an id, so the service counts it once.
"use strict";
(() => {
  const HOME = "/staff/inspector", ASK_MS = 8000, VERDICT_MS = 1500, DAY_MS = 600000, KEEP_MS = 3 * 86400000, MOST = 100;
  const LETTERS = /^[0-9A-HJKMNP-TV-Z]{6}$/;
  const id = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const today = () => new Date().toDateString();
  const within = (ms, work) => Promise.race([work, new Promise((late) => setTimeout(late, ms))]);

  class Refused extends Error {
    constructor(status) { super(String(status)); this.status = status; }
    // The service won't ever take it, however often it is asked.
    get final() { return this.status >= 400 && this.status < 500 && ![401, 403, 408, 409, 425, 429].includes(this.status); }
  }

  // What was typed, as services/bus/domain/boarding.py understands it.
  boarding.typed = (text) => {
    const plain = text.toUpperCase().replace(/[\s-]/g, "").replace(/[IL]/g, "1").replaceAll("O", "0");
    return LETTERS.test(plain) ? plain : null;
  };

  boarding.Book = class extends EventTarget {
    marks = new Map(); // what became of tickets: revoked, boarded
    scans = new Map(); // what was scanned on this phone, by scan
    tickets = [];
    others = {};
    duty = null;
    online = true;
    offSince = null;
    over = false;
    #sending = null;
    #refreshing = null;
    #askedDay = 0;

    constructor({ departure, account, token, library }) {
      super();
      Object.assign(this, { departure, account, token, library });
    }

    // --- what is kept ------------------------------------------------------------------------------------------

    async open() {
      this.shelf = await boarding.openShelf();
      const kept = (await this.shelf.get("meta", "book")) ?? {};
      if (kept.account !== this.account) await this.#forget();
      const same = kept.account === this.account && kept.day === today() ? kept : {};
      this.device = (await this.shelf.get("meta", "device")) ?? `phone-${id().slice(0, 8)}`;
      this.version = same.version ?? 0;
      this.keys = same.keys ?? [];
      this.others = same.others ?? {};
      this.listedAt = same.listedAt ?? null;
      this.reader = new boarding.TicketReader(this.keys, this.library);
      this.marks = await this.shelf.all("marks");
      this.scans = await this.shelf.all("scans");
      const old = [...this.scans].filter(([, scan]) => scan.sent && Date.parse(scan.scanned_at) < Date.now() - KEEP_MS).map(([scanId]) => ["scans", scanId, undefined]);
      // What became of yesterday's tickets isn't told again: the list begins anew each day.
      if (!same.version) for (const [ticketId, mark] of this.marks) if (!mark.scan || this.scans.get(mark.scan)?.sent) old.push(["marks", ticketId, undefined]);
      for (const [store, key] of old) this[store].delete(key);
      // Whoever scanned it: who was let on from this phone isn't let on again.
      for (const scan of this.scans.values()) if (!scan.sent && scan.of) this.marks.set(scan.of, { mark: "boarded", at: scan.scanned_at, scan: scan.scan_id });
      const manifest = await this.shelf.get("manifests", this.departure);
      if (manifest) Object.assign(this, { tickets: manifest.tickets, duty: manifest.duty });
      await this.shelf.write([this.#meta(), ["meta", "device", this.device], ...old]);
      this.#tell();
    }

    // What the next one at this phone shouldn't see; what is still to be sent stays until it is.
    async #forget() {
      await this.shelf.clear("marks", "manifests");
      const sent = [...(await this.shelf.all("scans"))].filter(([, scan]) => scan.sent);
      await this.shelf.write([["meta", "book", undefined], ...sent.map(([scanId]) => ["scans", scanId, undefined])]);
    }

    #meta() {
      const { account, version, keys, others, listedAt } = this;
      return ["meta", "book", { account, version, keys, others, listedAt, day: today() }];
    }

    #tell() { this.dispatchEvent(new Event("change")); }

    // --- what it knows -----------------------------------------------------------------------------------------

    isBoarded(ticket) { return this.marks.get(ticket.id)?.mark === "boarded" || ticket.state === "boarded"; }
    get waiting() { return [...this.scans.values()].filter((scan) => !scan.sent && scan.account === this.account); }
    get foreign() { return [...this.scans.values()].filter((scan) => !scan.sent && scan.account !== this.account); }
    get conflicts() { return [...this.scans.values()].filter((scan) => scan.letOn && scan.sent && scan.sent.result !== "boarded" && !scan.seen); }
    get mine() { return [...this.scans.values()].filter((scan) => scan.departure_id === this.departure).sort((a, b) => (a.scanned_at < b.scanned_at ? 1 : -1)); }
    get counts() {
      const known = new Set(this.tickets.map((ticket) => ticket.id));
      const more = this.mine.filter((scan) => scan.of && !known.has(scan.of) && this.marks.get(scan.of)?.scan === scan.scan_id).length;
      return { boarded: this.tickets.filter((ticket) => this.isBoarded(ticket)).length + more, sold: this.tickets.length + more };
    }

    // --- the service -------------------------------------------------------------------------------------------

    async #post(path, body) {
      let answer;
      try {
        answer = await fetch(`${HOME}/${path}`, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-Form-Token": this.token, Accept: "application/json" },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(ASK_MS),
        });
      } catch (error) {
        this.#reached(false);
        throw error;
      }
      this.#reached(answer.status < 500);
      if (answer.status === 401 || answer.status === 403) await this.#ended();
      if (!answer.ok) throw new Refused(answer.status);
      return answer.json();
    }

    #reached(online) {
      if (online === this.online) return;
      this.online = online;
      this.offSince = online ? null : new Date().toISOString();
      this.#tell();
    }

    async #ended() {
      this.over = true;
      await this.#forget();
      await self.caches?.delete("boarding-pages");
      this.#tell();
    }

    refresh() {
      this.#refreshing ??= this.#refresh().catch(() => {}).finally(() => { this.#refreshing = null; });
      return this.#refreshing;
    }

    async #refresh() {
      if (this.over) return;
      const day = Date.now() - this.#askedDay > DAY_MS;
      const told = await this.#post("state", { departure_id: this.departure, since: this.version, day });
      const changes = [];
      const note = (ticketId, mark) => {
        const known = this.marks.get(ticketId), pending = known?.scan && !this.scans.get(known.scan)?.sent;
        if (pending && mark === undefined) return;
        if (known?.mark === mark) return;
        if (mark === undefined) this.marks.delete(ticketId);
        else this.marks.set(ticketId, { mark });
        changes.push(["marks", ticketId, mark && { mark }]);
      };
      for (const ticketId of told.revoked) note(ticketId, "revoked");
      for (const ticketId of told.boarded) note(ticketId, "boarded");
      for (const ticketId of told.cleared) note(ticketId, undefined);
      Object.assign(this, { version: told.version, keys: told.keys, tickets: told.tickets, duty: told.departure });
      this.listedAt = new Date().toISOString();
      this.reader = new boarding.TicketReader(this.keys, this.library);
      if (day) { this.others = told.others; this.#askedDay = Date.now(); }
      await this.shelf.write([...changes, this.#meta(), ["manifests", this.departure, { tickets: this.tickets, duty: this.duty }]]);
      this.#tell();
      if (told.more) return this.#refresh();
      return this.send();
    }

    // --- a scan ------------------------------------------------------------------------------------------------

    // What this phone knows by itself of a text that was read: { result, ticket_id, … }.
    async judge(code) {
      const { ticket, reason } = await this.reader.read(code);
      if (reason) return { result: reason };
      const about = { ticket_id: ticket.id, kind: ticket.rider, ...this.#names(ticket.id) };
      const mark = this.marks.get(ticket.id);
      if (mark?.mark === "revoked") return { result: "revoked", ...about };
      if (ticket.departure_id !== this.departure) return { result: "other_departure", ...about, other: this.others[ticket.departure_id], departs_at: ticket.departs_at };
      return mark ? { result: "already_boarded", ...about, at: mark.at, mine: Boolean(mark.scan) } : { result: "boarded", ...about };
    }

    // The same of a code that was typed, or of a row of the list.
    judgeTyped(short) {
      const ticket = this.tickets.find((each) => each.short_code === short);
      if (!ticket) return { result: "unknown" };
      const about = { ticket_id: ticket.id, kind: ticket.kind, typed: true, ...this.#names(ticket.id) }, mark = this.marks.get(ticket.id);
      if (mark?.mark === "revoked") return { result: "revoked", ...about };
      return this.isBoarded(ticket) ? { result: "already_boarded", ...about, at: mark?.at ?? ticket.boarded_at, mine: Boolean(mark?.scan) } : { result: "boarded", ...about };
    }

    #names(ticketId) {
      const { from_name, to_name } = this.tickets.find((each) => each.id === ticketId) ?? {};
      return { from_name, to_name };
    }

    // { code } or { short }: what becomes of it, with `checked` when the service has said so.
    async scan({ code, short }) {
      let local = code ? await this.judge(code) : this.judgeTyped(short);
      if (local.result === "unknown_key" && this.online) {
        await within(VERDICT_MS, this.refresh());
        local = await this.judge(code);
      }
      if (["unreadable", "forged"].includes(local.result)) return local;
      const scan = {
        scan_id: id(), departure_id: this.departure, account: this.account, scanned_at: new Date().toISOString(),
        ...(code ? { code } : { ticket_id: short }), about: local, letOn: local.result === "boarded", sent: null,
      };
      if (scan.letOn) await this.#tick(scan, local);
      if (!this.online) return local;
      // In the same breath: what the service says holds. A phone that hears nothing in time lets its own word hold.
      const answered = scan.letOn ? this.send() : this.#ask(scan);
      await within(VERDICT_MS, answered);
      const { sent } = this.scans.get(scan.scan_id) ?? scan;
      if (!sent) return local;
      if (scan.letOn && sent.result !== "boarded") await this.#keep({ ...this.scans.get(scan.scan_id), letOn: false });
      const told = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== null));
      return { ...local, ...told, other: local.other, departs_at: local.departs_at, at: sent.boarded_at, mine: local.mine, checked: true };
    }

    async #tick(scan, local) {
      const mark = { mark: "boarded", at: scan.scanned_at, scan: scan.scan_id };
      this.marks.set(local.ticket_id, mark);
      this.scans.set(scan.scan_id, { ...scan, of: local.ticket_id });
      await this.shelf.write([["marks", local.ticket_id, mark], ["scans", scan.scan_id, { ...scan, of: local.ticket_id }]]);
      this.#tell();
    }

    #keep(scan) {
      this.scans.set(scan.scan_id, scan);
      this.#tell();
      return this.shelf.write([["scans", scan.scan_id, scan]]);
    }

    // Nobody was let on: asked once, and never later, when it would look like a copy.
    async #ask(scan) {
      const told = await this.#tellScans(scan.departure_id, [scan]).catch(() => null);
      if (told) scan.sent = told[0];
      if (scan.sent?.result === "boarded") await this.#tick(scan, { ticket_id: scan.sent.ticket_id });
    }

    async #tellScans(departure_id, scans) {
      const plain = scans.map(({ scan_id, code, ticket_id, scanned_at }) => ({ scan_id, scanned_at, ...(code ? { code } : { ticket_id }) }));
      const answer = await this.#post("scans", { departure_id, device: this.device, sent_at: new Date().toISOString(), scans: plain });
      return answer.results;
    }

    // Everything that waits, bus by bus.
    send() {
      this.#sending ??= this.#send().catch(() => {}).finally(() => { this.#sending = null; });
      return this.#sending;
    }

    async #send() {
      for (let left = this.waiting; left.length && !this.over; left = this.waiting) {
        const batch = left.filter((scan) => scan.departure_id === left[0].departure_id).slice(0, MOST);
        await this.#sendBatch(batch);
      }
    }

    async #sendBatch(batch) {
      let results;
      const first = batch.filter((scan) => !scan.tried);
      for (const scan of first) scan.tried = true;
      if (first.length) await this.shelf.write(first.map((scan) => ["scans", scan.scan_id, scan]));
      try {
        results = await this.#tellScans(batch[0].departure_id, batch);
      } catch (error) {
        if (!(error instanceof Refused) || !error.final) throw error;
        // One that can't be taken must not hold up the others.
        if (batch.length > 1) { for (const scan of batch) await this.#sendBatch([scan]); return; }
        results = [{ scan_id: batch[0].scan_id, result: "refused" }];
      }
      const changes = [];
      for (const told of results) {
        const scan = { ...this.scans.get(told.scan_id), sent: told };
        this.scans.set(scan.scan_id, scan);
        changes.push(["scans", scan.scan_id, scan]);
        if (told.result === "boarded") continue;
        const mark = { revoked: { mark: "revoked" }, already_boarded: { mark: "boarded", at: told.boarded_at }, copy: { mark: "boarded", at: told.boarded_at } }[told.result];
        if (mark) this.marks.set(scan.of, mark);
        else this.marks.delete(scan.of);
        changes.push(["marks", scan.of, mark]);
      }
      await this.shelf.write(changes);
      this.#tell();
    }

    // --- afterwards --------------------------------------------------------------------------------------------

    // A tick that was a mistake. True when it is taken back, false when that needs a network.
    async undo(ticketId, reason) {
      // What never left the phone is simply taken off its list.
      const pending = this.waiting.find((scan) => scan.of === ticketId && !scan.tried);
      if (pending && !this.online) {
        this.scans.delete(pending.scan_id);
        this.marks.delete(ticketId);
        await this.shelf.write([["scans", pending.scan_id, undefined], ["marks", ticketId, undefined]]);
        this.#tell();
        return true;
      }
      if (!this.online) return false;
      await this.send();
      await this.#post("undo", { request_id: id(), ticket_id: ticketId, reason });
      this.marks.delete(ticketId);
      await this.shelf.write([["marks", ticketId, undefined]]);
      await this.refresh();
      return true;
    }

    async seen() {
      for (const scan of this.conflicts) await this.#keep({ ...scan, seen: true });
    }
  };
})();
