"""CheckinStore in memory: the store suite runs over it and over both databases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.checkin.domain import Booking, Sitter, Traveller, sitter_of
from services.checkin.errors import SeatTaken
from services.checkin.store import NO_GUESS, CodeRow, FlightRow, Noted, PartRow, ScanRow, TraceRow


class FakeCheckinStore:
    """Dictionaries with the names of the tables."""

    def __init__(self) -> None:
        self.rows: dict[str, FlightRow] = {}
        self.configurations: dict[tuple[str, int], str] = {}
        self.booked: dict[str, Booking] = {}
        self.people: dict[str, Traveller] = {}
        self.papers: dict[str, set[str]] = {}
        self.passes: dict[tuple[str, int], tuple[str, bool]] = {}
        self.passed_at: dict[str, datetime] = {}
        self.scanned: dict[tuple[str, str, str], ScanRow] = {}
        self.traced: list[TraceRow] = []
        self.bindings: dict[tuple[str, str], datetime] = {}
        self.codes: dict[str, CodeRow] = {}
        self.grants: dict[str, tuple[str, datetime]] = {}
        self.guesses: list[tuple[datetime, str, str]] = []
        self.gone: dict[str, str | None] = {}
        self.parts: dict[tuple[str, str], PartRow] = {}

    # --- flights

    def flight(self, flight_id: str) -> FlightRow | None:
        return self.rows.get(flight_id)

    lock_flight = flight

    def is_listed(self, flight_id: str) -> bool:
        return flight_id in self.rows

    def listed_among(self, flight_ids: Collection[str]) -> set[str]:
        return set(flight_ids) & self.rows.keys()

    def add_flight(self, flight: FlightRow) -> None:
        self.rows.setdefault(flight.id, flight)

    def save_flight(self, flight: FlightRow) -> None:
        self.rows[flight.id] = replace(flight, last_sequence=self.rows[flight.id].last_sequence)

    def touch(self, flight_id: str, sequences: int = 0) -> None:
        row = self.rows[flight_id]
        self.rows[flight_id] = replace(
            row, changes=row.changes + 1, last_sequence=row.last_sequence + sequences
        )

    def flights(self, from_at: datetime, to_at: datetime) -> list[FlightRow]:
        found = [row for row in self.rows.values() if from_at <= row.departs_at < to_at]
        return sorted(found, key=lambda row: (row.departs_at, row.id))

    def add_configuration(self, flight_id: str, version: int, document: str) -> None:
        assert (flight_id, version) not in self.configurations
        self.configurations[flight_id, version] = document

    def configuration(self, flight_id: str, version: int) -> str:
        return self.configurations[flight_id, version]

    def seated(self, flight_id: str) -> dict[str, Sitter]:
        return {
            each.seat: sitter_of(each, declared=True)
            for each in self.people.values()
            if each.flight_id == flight_id and each.seat is not None
        }

    def counts(self, flight_ids: list[str]) -> dict[str, dict[tuple[str, bool], int]]:
        found: dict[str, dict[tuple[str, bool], int]] = {flight_id: {} for flight_id in flight_ids}
        for each in self.people.values():
            if each.flight_id in found:
                key = (each.standing.value, each.infant)
                found[each.flight_id][key] = found[each.flight_id].get(key, 0) + 1
        return found

    def specials(self, flight_ids: list[str]) -> dict[str, int]:
        people = [each for each in self.people.values() if each.on_list and each.specials]
        return {one: sum(each.flight_id == one for each in people) for one in flight_ids}

    # --- bookings and travellers

    def booking(self, booking_id: str) -> Booking | None:
        return self.booked.get(booking_id)

    booking_with_accounts = booking

    def bookings(self, booking_ids: Collection[str]) -> list[Booking]:
        return [self.booked[each] for each in booking_ids if each in self.booked]

    def bookings_of_flight(self, flight_id: str) -> dict[str, Booking]:
        return {each.pnr: each for each in self.booked.values() if each.flight_id == flight_id}

    def add_bookings(self, bookings: Sequence[Booking]) -> None:
        self.booked |= {each.id: each for each in bookings}

    def save_booking(self, booking: Booking) -> None:
        self.booked[booking.id] = booking

    def touch_bookings(self, booking_ids: Collection[str]) -> None:
        for each in booking_ids:
            self.booked[each] = replace(self.booked[each], version=self.booked[each].version + 1)

    def traveller(self, traveller_id: str) -> Traveller | None:
        return self.people.get(traveller_id)

    def party(self, booking_id: str) -> list[Traveller]:
        return self.parties([booking_id])

    def parties(self, booking_ids: Collection[str]) -> list[Traveller]:
        return self._sorted(each for each in self.people.values() if each.booking_id in booking_ids)

    def travellers(self, flight_id: str) -> list[Traveller]:
        return self._sorted(each for each in self.people.values() if each.flight_id == flight_id)

    def add_travellers(self, travellers: Sequence[Traveller]) -> None:
        self._save(travellers)

    def save_standings(self, travellers: Sequence[Traveller]) -> None:
        self._save(travellers)

    def save_travellers(self, travellers: Sequence[Traveller]) -> None:
        self._save(travellers)

    def _save(self, travellers: Sequence[Traveller]) -> None:
        after = self.people | {each.id: each for each in travellers}
        seats = [(each.flight_id, each.seat) for each in after.values() if each.seat is not None]
        if len(set(seats)) < len(seats):
            raise SeatTaken(seats=[each.seat for each in travellers if each.seat])
        self.people = after

    def _sorted(self, travellers: Any) -> list[Traveller]:
        return sorted(travellers, key=lambda each: (each.place, each.id))

    def save_papers(self, indexes: Mapping[str, Collection[str]]) -> None:
        self.papers |= {traveller_id: set(many) for traveller_id, many in indexes.items()}

    def twins(self, flight_id: str, booking_id: str, traveller_ids: Collection[str]) -> set[str]:
        others = [
            self.papers.get(each.id, set())
            for each in self.people.values()
            if each.flight_id == flight_id and each.booking_id != booking_id and each.inside
        ]
        shown = set().union(*others)
        return {each for each in traveller_ids if not shown.isdisjoint(self.papers.get(each, ()))}

    def by_pnr(self, pnr: str) -> list[Traveller]:
        return self._sorted(each for each in self.people.values() if each.pnr == pnr and each.on_list)

    def by_ticket(self, ticket: str) -> list[Traveller]:
        return self._sorted(each for each in self.people.values() if each.ticket == ticket and each.on_list)

    def by_paper(self, indexes: Collection[str]) -> list[Traveller]:
        ids = {id_ for id_, many in self.papers.items() if not many.isdisjoint(indexes)}
        return self._sorted(each for each in self.people.values() if each.id in ids and each.on_list)

    # --- access

    def bind(self, booking_id: str, passenger_id: str, how: str, now: datetime) -> None:
        self.bindings.setdefault((booking_id, passenger_id), now)

    def is_bound(self, booking_id: str, passenger_id: str) -> bool:
        return (booking_id, passenger_id) in self.bindings

    def accounts_of(self, booking_ids: Collection[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for (booking_id, passenger_id), _ in sorted(
            self.bindings.items(), key=lambda each: (each[1], each[0][1])
        ):
            if booking_id in booking_ids:
                found.setdefault(booking_id, []).append(passenger_id)
        return found

    def bookings_of_account(self, passenger_id: str) -> list[str]:
        return [booking_id for booking_id, account in self.bindings if account == passenger_id]

    def save_code(self, code: CodeRow) -> None:
        self.codes[code.booking_id] = code

    def code(self, booking_id: str) -> CodeRow | None:
        return self.codes.get(booking_id)

    def drop_code(self, booking_id: str) -> None:
        self.codes.pop(booking_id, None)

    def spend_try(self, booking_id: str) -> None:
        code = self.codes[booking_id]
        self.codes[booking_id] = replace(code, tries_left=code.tries_left - 1)

    def add_grant(self, token_hash: str, booking_id: str, expires_at: datetime) -> None:
        self.grants[token_hash] = (booking_id, expires_at)

    def is_granted(self, token_hash: str, booking_id: str, now: datetime) -> bool:
        granted, expires_at = self.grants.get(token_hash, ("", now))
        return granted == booking_id and expires_at > now

    def lock_guesses(self) -> None:
        """Write units of the fake take turns."""

    def count_guesses(self, counted: str, key: str, since: datetime) -> tuple[int, datetime | None]:
        place = {"address": 1, "target": 2, "all": 0}[counted]
        fits = [each for each in self.guesses if (each[1] != NO_GUESS if place == 0 else each[place] == key)]
        times = [each[0] for each in fits if each[0] > since]
        return len(times), min(times, default=None)

    def add_guess(self, at: datetime, address: str, target: str) -> None:
        self.guesses.append((at, address, target))

    def merge(self, from_id: str, into_id: str) -> None:
        for (booking_id, account), at in list(self.bindings.items()):
            if account == from_id:
                del self.bindings[booking_id, account]
                self.bindings.setdefault((booking_id, into_id), at)
        for each in list(self.booked.values()):
            if each.given_by == from_id:
                self.booked[each.id] = replace(each, given_by=into_id)
        self.gone |= {id_: into_id for id_, into in self.gone.items() if into == from_id}

    def flights_given_by(self, passenger_ids: Collection[str]) -> list[str]:
        return sorted({each.flight_id for each in self.booked.values() if each.given_by in passenger_ids})

    def erase(self, passenger_ids: Collection[str]) -> dict[str, int]:
        given = [each for each in self.booked.values() if each.given_by in passenger_ids]
        for each in given:
            self.booked[each.id] = replace(each, given_sealed=None, given_by=None)
            for traveller in self.parties([each.id]):
                self.people[traveller.id] = replace(traveller, given_sealed=None)
        mine = [key for key in self.bindings if key[1] in passenger_ids]
        for key in mine:
            del self.bindings[key]
        return {"bindings": len(mine), "given": len(given)}

    def note_gone(self, passenger_id: str, into: str | None, now: datetime) -> None:
        self.gone.setdefault(passenger_id, into)

    def note_erased(self, passenger_ids: Collection[str], now: datetime) -> None:
        self.gone |= dict.fromkeys(passenger_ids)

    def lock_merges(self) -> None:
        pass

    def hold_merges(self) -> None:
        pass

    def merged_into(self, passenger_id: str) -> list[str]:
        return [id_ for id_, into in self.gone.items() if into == passenger_id]

    def present(self, passenger_id: str) -> str | None:
        return self.gone.get(passenger_id, passenger_id)

    # --- gate

    def add_passes(self, flight_id: str, passes: Sequence[tuple[int, str]], now: datetime) -> None:
        for sequence, traveller_id in passes:
            assert (flight_id, sequence) not in self.passes
            self.passes[flight_id, sequence] = (traveller_id, False)
            self.passed_at[traveller_id] = now

    def void_passes(self, traveller_ids: Collection[str], now: datetime) -> None:
        for key, (traveller_id, _) in self.passes.items():
            if traveller_id in traveller_ids:
                self.passes[key] = (traveller_id, True)

    def holder_of(self, flight_id: str, sequence: int) -> tuple[Traveller, bool] | None:
        found = self.passes.get((flight_id, sequence))
        return None if found is None else (self.people[found[0]], found[1])

    def pass_counts(self, traveller_ids: Collection[str]) -> dict[str, int]:
        whose = [each for each, _ in self.passes.values()]
        return {each: whose.count(each) for each in traveller_ids if each in whose}

    def last_pass_at(self, traveller_id: str) -> datetime | None:
        return self.passed_at.get(traveller_id)

    def void_sequences(self, flight_id: str) -> list[int]:
        return sorted(number for (id_, number), (_, void) in self.passes.items() if id_ == flight_id and void)

    def scan(self, flight_id: str, device: str, scan_id: str) -> ScanRow | None:
        return self.scanned.get((flight_id, device, scan_id))

    def add_scan(self, scan: ScanRow) -> None:
        assert (scan.flight_id, scan.device, scan.scan_id) not in self.scanned
        self.scanned[scan.flight_id, scan.device, scan.scan_id] = scan

    def add_traces(self, traces: Sequence[TraceRow]) -> None:
        self.traced.extend(traces)

    def traces(self, traveller_id: str) -> list[TraceRow]:
        return [each for each in reversed(self.traced) if each.traveller_id == traveller_id][:200]

    def note(self, noted: Noted) -> None:
        self.add_passes(noted.flight_id, noted.passes, noted.issued_at)
        self.touch_bookings(noted.bookings)
        self.touch(noted.flight_id, len(noted.passes))
        self.add_traces(noted.traces)

    def old_flights(self, before: datetime, limit: int) -> list[str]:
        return [row.id for row in self.rows.values() if row.departs_at < before][:limit]

    def forget_flight(self, flight_id: str) -> int:
        people = self.travellers(flight_id)
        for each in people:
            del self.people[each.id]
            self.papers.pop(each.id, None)
        for booking_id in self.bookings_of_flight(flight_id).values():
            del self.booked[booking_id.id]
            self.bindings = {key: at for key, at in self.bindings.items() if key[0] != booking_id.id}
        self.traced = [each for each in self.traced if each.flight_id != flight_id]
        self.parts = {key: row for key, row in self.parts.items() if row.flight_id != flight_id}
        del self.rows[flight_id]
        return len(people)

    def forget_guesses(self, before: datetime, now: datetime) -> None:
        self.guesses = [each for each in self.guesses if each[0] >= before]
        self.grants = {key: each for key, each in self.grants.items() if each[1] >= now}

    # --- parts of teletype lists

    def waiting_parts(self, flight_id: str) -> list[PartRow]:
        found = [row for row in self.parts.values() if row.flight_id == flight_id and row.version is None]
        return sorted(found, key=lambda row: (row.train, row.number))

    def known_parts(self, flight_id: str, fingerprints: Collection[str]) -> list[PartRow]:
        keys = [(flight_id, fingerprint) for fingerprint in fingerprints]
        return [self.parts[key] for key in keys if key in self.parts]

    def last_part(self, flight_id: str) -> PartRow | None:
        found = [row for row in self.parts.values() if row.flight_id == flight_id and row.version is not None]
        return max(found, key=lambda row: row.version or 0, default=None)

    def last_train(self, flight_id: str) -> int:
        return max((row.train for row in self.parts.values() if row.flight_id == flight_id), default=0)

    def add_parts(self, parts: Sequence[PartRow]) -> None:
        for part in parts:
            assert (part.flight_id, part.fingerprint) not in self.parts
            self.parts[part.flight_id, part.fingerprint] = part

    def settle_train(self, flight_id: str, train: int, version: int) -> None:
        for key, row in self.parts.items():
            if (row.flight_id, row.train) == (flight_id, train):
                self.parts[key] = replace(row, version=version, sealed=None)

    def drop_train(self, flight_id: str, train: int) -> None:
        self._drop_parts(lambda row: (row.flight_id, row.train) == (flight_id, train))

    def forget_waiting(self, before: datetime) -> int:
        return self._drop_parts(lambda row: row.heard_at < before)

    def _drop_parts(self, whether: Callable[[PartRow], bool]) -> int:
        gone = [key for key, row in self.parts.items() if row.version is None and whether(row)]
        for key in gone:
            del self.parts[key]
        return len(gone)
